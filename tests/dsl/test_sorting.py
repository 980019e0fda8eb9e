"""Sort orders as values."""

import pytest

from mongo_dsl import F, fn
from mongo_dsl.errors import ArgumentError
from mongo_dsl.sorting import Sort, sorts


def test_reverse():
    """An order turns around; a score's order doesn't."""
    assert F.a.desc().reverse() == F.a.asc()
    assert F.a.asc().reverse() == F.a.desc()
    (score,) = sorts([{"s": fn.meta("textScore")}], lambda _: F.s._node)
    assert isinstance(score, Sort)
    with pytest.raises(ArgumentError) as caught:
        score.reverse()
    assert (
        str(caught.value) == "the sort by 's' can't be reversed; scores have one order"
    )
