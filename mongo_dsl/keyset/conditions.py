"""The filter that selects what comes after a place in a sort order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from bson import Decimal128

from mongo_dsl.keyset.holding import Holding, holding
from mongo_dsl.nodes import Map, Node, Op, Path, Seq, Value
from mongo_dsl.predicates import And, Equals, Or, Predicate, Where
from mongo_dsl.sorting import Sort


def beyond(order: Sequence[Sort], values: Sequence[Node], model: Any) -> Predicate:
    """Select what comes after the document of *model* that has *values* in *order*."""
    choices: list[Predicate] = []
    equal: tuple[Predicate, ...] = ()
    for sort, value in zip(order, values, strict=True):
        steps = tuple(_steps(sort, value, holding(sort.path, model)))
        if steps:
            step = steps[0] if len(steps) == 1 else Or(steps)
            choices.append(And((*equal, step)) if equal else step)
        equal = (*equal, Equals(sort.path, value))
    if not choices:
        return Where(Path("_id"), (Op("$in", Seq(())),))
    return choices[0] if len(choices) == 1 else Or(tuple(choices))


def _steps(sort: Sort, value: Node, may: Holding) -> Iterator[Predicate]:
    """Yield what selects, together, all that differs from *value* and comes after it.

    ``$gt`` and ``$lt`` compare values of one type only. Null and missing sort before
    everything else, and NaN before all numbers.
    """
    path = sort.path
    if sort.direction == Value(1):
        yield from _higher(path, value, may)
        return
    if value == _NULL:
        return
    yield from _lower(path, value, may)
    if may.lacking:  # a required field is never null
        yield Equals(path, _NULL)


def _higher(path: Path, value: Node, may: Holding) -> Iterator[Predicate]:
    if value == _NULL:
        yield Where(path, (Op("$ne", value),))
        return
    yield Where(path, (_LOWEST if _is_nan(value) else Op("$gt", value),))
    if may.mixed:
        yield from _of_types(path, _ORDER[_rank(value) + 1 :])


def _lower(path: Path, value: Node, may: Holding) -> Iterator[Predicate]:
    if not _is_nan(value):
        yield Where(path, (Op("$lt", value),))
        if may.nan and _rank(value) == _NUMBERS:
            yield Equals(path, Value(math.nan))
    if may.mixed:
        yield from _of_types(path, _ORDER[: _rank(value)])


def _of_types(path: Path, groups: Sequence[tuple[str, ...]]) -> Iterator[Predicate]:
    names = tuple(Value(name) for group in groups for name in group)
    if names:
        yield Where(path, (Op("$type", Seq(names)),))


_NULL = Value(None)
_LOWEST = Op("$gte", Value(-math.inf))

# From the first to the last, as the server sorts; null stands before all of them.
_ORDER = (
    ("number",),
    ("string", "symbol"),
    ("object",),
    ("binData",),
    ("objectId",),
    ("bool",),
    ("date",),
    ("timestamp",),
)
_NUMBERS = 0
_RANKS = {
    "int": 0,
    "float": 0,
    "Int64": 0,
    "Decimal128": 0,
    "Decimal": 0,
    "str": 1,
    "bytes": 3,
    "Binary": 3,
    "UUID": 3,
    "ObjectId": 4,
    "bool": 5,
    "datetime": 6,
    "DatetimeMS": 6,
    "Timestamp": 7,
}


def _rank(value: Node) -> int:
    if isinstance(value, Map):
        return 2
    return _RANKS.get(type(getattr(value, "value", None)).__name__, 1)


def _is_nan(value: Node) -> bool:
    found = getattr(value, "value", None)
    if isinstance(found, Decimal128):
        return found.to_decimal().is_nan()
    return isinstance(found, float) and math.isnan(found)
