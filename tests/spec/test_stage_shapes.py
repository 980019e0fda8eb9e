"""The manual's pipelines read nothing that isn't there, as far as shapes can tell."""

import pytest

from mongo_dsl import Pipeline
from mongo_dsl.shape import OPEN
from tests.spec import test_examples


if test_examples.FILE is None:  # where that was skipped it ends before what is needed
    pytest.skip("the manual's examples are not here", allow_module_level=True)

from tests.spec.test_stage_examples import PIPELINES, stage


@pytest.mark.parametrize("mql", PIPELINES)
def test_nothing_is_refused(mql):
    """Shapes follow every example, started from documents of which nothing is known."""
    assert Pipeline(*map(stage, mql)).shape is not None


def test_most_shapes_are_known():
    """Most examples end with documents of which something is known."""
    examples = [getattr(one, "values", (one,))[0] for one in PIPELINES]
    shapes = [Pipeline(*map(stage, mql)).shape for mql in examples]
    assert sum(shape != OPEN for shape in shapes) > 220
