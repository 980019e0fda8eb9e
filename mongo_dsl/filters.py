"""Filters: conditions that combine with ``&``, ``|`` and ``~``.

https://www.mongodb.com/docs/manual/reference/operator/query/
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

import attrs

from mongo_dsl.compile import compile_filter
from mongo_dsl.demands import QUERY
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.junctions import both, either, negation
from mongo_dsl.nodes import Map, Op, Raw, Var
from mongo_dsl.predicates import (
    EVERYTHING,
    Computed,
    Predicate,
    Verbatim,
)
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face


NO_TRUTH = (
    "has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and "
    "'not', and write field.between(1, 3) instead of 1 < field < 3"
)


@attrs.frozen(repr=False)
class Filter(Readable[dict[str, Any]], Face):
    """A condition on documents; without arguments, one that every document meets.

    >>> from mongo_dsl import F
    >>> ((F.age >= 18) & (F.city == "Paris")).compile()
    {'age': {'$gte': 18}, 'city': 'Paris'}
    """

    _node: Predicate = EVERYTHING
    _place: ClassVar[str] = QUERY

    def __and__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return Filter(both(self._node, condition(other, "&")))

    def __rand__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return Filter(both(condition(other, "&"), self._node))

    def __or__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return Filter(either(self._node, condition(other, "|")))

    def __ror__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return Filter(either(condition(other, "|"), self._node))

    def __invert__(self) -> Filter:
        """Match what the filter doesn't match."""
        return Filter(negation(self._node))

    def __bool__(self) -> NoReturn:
        msg = f"a filter {NO_TRUTH}"
        raise TruthValueError(msg)

    def _compile(self) -> dict[str, Any]:
        return compile_filter(self._node)


def condition(value: Any, operator_: str = "filter()") -> Predicate:
    """Return the predicate of *value*: a filter, or an expression that yields a truth value.

    Raises:
        OperandError: *value* is no condition; the message says what *operator_* takes.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if isinstance(found, Predicate):
        return found
    if isinstance(found, (Op, Var)) and getattr(value, "_computes", True):
        return Computed(found)
    if isinstance(found, Raw) and isinstance(found.body, Map):
        return Verbatim(found.body)
    msg = f"{operator_} got {value!r}; it takes filters, such as F.age > 18, or raw({{...}})"
    raise OperandError(msg)
