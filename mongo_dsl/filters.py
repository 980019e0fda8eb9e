"""Filters: conditions that combine with ``&``, ``|`` and ``~``.

https://www.mongodb.com/docs/manual/reference/operator/query/
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from mongo_dsl.compile import compile_filter
from mongo_dsl.demands import QUERY
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.flat import compile_flat
from mongo_dsl.junctions import both, either, negation
from mongo_dsl.nodes import Map, Op, Raw, Var
from mongo_dsl.predicates import (
    EVERYTHING,
    Computed,
    Part,
    Predicate,
    Query,
    Verbatim,
    flat_query,
    grown,
)
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face


NO_TRUTH = (
    "has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and "
    "'not', and write field.between(1, 3) instead of 1 < field < 3"
)


class Filter(Readable[dict[str, Any]], Face):
    """A condition on documents; without arguments, one that every document meets.

    Among expressions it becomes a truth value. There, arrays are compared as a whole and
    values of all types have an order, missing ones first.
    https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/

    >>> from mongo_dsl import F
    >>> ((F.age >= 18) & (F.city == "Paris")).compile()
    {'age': {'$gte': 18}, 'city': 'Paris'}
    """

    # Nothing that a caller may set: a guard at run time would cost more than the filter.
    __slots__ = ("__weakref__", "_flat", "_tree")
    _place: ClassVar[str] = QUERY
    _flat: tuple[Part, ...] | None  # None where only the tree can say it
    _tree: Predicate  # left unset until it is asked for

    def __init__(self, node: Predicate = EVERYTHING) -> None:
        self._flat = () if node is EVERYTHING else None
        self._tree = node

    @property
    def _node(self) -> Predicate:
        try:
            return self._tree
        except AttributeError:
            self._tree = grown(self._flat or ())
            return self._tree

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is the same condition, written the same way."""
        return self._node == other._node if type(other) is Filter else NotImplemented

    def __hash__(self) -> int:
        return hash((Filter, self._node))

    def __reduce__(self) -> Any:
        return Filter, (self._node,)

    def __and__(self, other: Any) -> Filter:
        """Match what both filters match."""
        if type(other) is Filter:
            ours, theirs = self._flat, other._flat
            if ours is not None and theirs is not None:
                made: Filter = new(Filter)
                made._flat = ours + theirs
                return made
        return filter_of(both(self._node, condition(other, "&")))

    def __rand__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return filter_of(both(condition(other, "&"), self._node))

    def __or__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return filter_of(either(self._node, condition(other, "|")))

    def __ror__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return filter_of(either(condition(other, "|"), self._node))

    def __invert__(self) -> Filter:
        """Match what the filter doesn't match."""
        return filter_of(negation(self._node))

    def __bool__(self) -> NoReturn:
        msg = f"a filter {NO_TRUTH}"
        raise TruthValueError(msg)

    def matches(self, document: Any) -> bool:
        """Tell whether the server would find *document*, without asking it.

        *document* is a mapping, or an object of a document class or any attrs class.

        Raises:
            CompileError: only a server can evaluate a part of the filter.
            OperandError: *document* is something else.
            ParameterError: a parameter is unbound.

        >>> from mongo_dsl import F
        >>> (F.tags == "new").matches({"tags": ["new", "red"]})
        True
        """
        # few filters are evaluated in memory
        from mongo_dsl.matching import matches  # noqa: PLC0415

        return matches(self.compile(), document)

    def _compile(self) -> dict[str, Any]:
        flat = None if self._flat is None else compile_flat(self._flat)
        return compile_filter(self._node) if flat is None else flat


new: Any = object.__new__
"""Makes filters without their constructor, which takes longer than all else they need."""


def filter_of(node: Predicate) -> Filter:
    """Return the filter around *node*."""
    made: Filter = new(Filter)
    made._flat = None  # noqa: SLF001 - the constructor's work
    made._tree = node  # noqa: SLF001
    return made


def flat_filter(parts: tuple[Part, ...]) -> Filter:
    """Return the filter of *parts*; its tree grows when it is asked for."""
    made: Filter = new(Filter)
    made._flat = parts  # noqa: SLF001 - the constructor's work
    return made


def as_filter(value: Any, operator_: str = "filter()") -> Filter:
    """Return *value* as a filter: one it is already, or a condition it can be.

    Raises:
        OperandError: *value* is no condition; the message says what *operator_* takes.
    """
    if type(value) is Filter:
        return value
    return filter_of(condition(value, operator_))


def query_of(value: Any, operator_: str = "filter()") -> Query:
    """Return *value*, a filter or a condition it can be, as the argument of a stage.

    Raises:
        OperandError: *value* is no condition; the message says what *operator_* takes.
    """
    if type(value) is Filter and value._flat is not None:  # noqa: SLF001
        return flat_query(value._flat)  # noqa: SLF001
    return Query(condition(value, operator_))


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
