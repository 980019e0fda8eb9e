"""Every example of the manual becomes source that builds it again."""

from pathlib import Path

import pytest
from bson.json_util import DEFAULT_JSON_OPTIONS, loads

from mongo_dsl import translate
from mongo_dsl.source import identical


FILE = next(
    (
        folder / "shared/mql/examples.json"
        for folder in Path(__file__).parents
        if (folder / "shared/mql/examples.json").exists()
    ),
    None,
)
if FILE is None:
    pytest.skip("the manual's examples are not here", allow_module_level=True)

EXAMPLES = loads(
    FILE.read_text(), json_options=DEFAULT_JSON_OPTIONS.with_options(tz_aware=True)
)
KINDS = ("pipeline", "filter", "update")
CASES = [
    pytest.param(kind, example[kind], id=f"{example['id']}-{kind}")
    for example in EXAMPLES
    for kind in KINDS
    if kind in example
]


@pytest.mark.parametrize(("kind", "mql"), CASES)
def test_there_and_back(kind, mql):
    """The source runs alone, compiles to the very same MQL and has nothing raw in it."""
    source = translate(mql, kind).source
    namespace = {}
    exec(source, namespace)  # noqa: S102 - our own source
    assert identical(namespace["query"].compile(), mql)
    assert "raw(" not in source


def test_the_examples_are_many():
    """Nothing above is skipped by mistake."""
    assert len(CASES) == 333
