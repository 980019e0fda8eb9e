"""Places in a sort order: what a stored document has at its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mongo_dsl.errors import OperandError
from mongo_dsl.keyset.cursors import UNCOMPARED
from mongo_dsl.keyset.holding import holding
from mongo_dsl.nodes import Path, Value
from mongo_dsl.sorting import Sort


def with_tie_breaker(order: tuple[Sort, ...]) -> tuple[Sort, ...]:
    """Return *order* with ``_id`` at its end, if it is nowhere in it."""
    if any(sort.path.name == "_id" for sort in order):
        return order
    return (*order, Sort(Path("_id"), Value(1)))


def refuse_order(order: Sequence[Sort], model: Any) -> None:
    """Refuse an order that has no places.

    Raises:
        OperandError: it sorts by a score, or by a field of *model* that holds arrays.
    """
    for sort in order:
        name = sort.path.name
        if not isinstance(sort.direction, Value):
            msg = f"a keyset page can't follow the sort by {name!r}, which is a score"
            raise OperandError(f"{msg}; skip and limit can")
        if holding(sort.path, model).arrays:
            msg = f"a keyset page can't follow the sort by {name!r}, which holds arrays"
            raise OperandError(f"{msg}; sort by fields of one value")


def place_of(order: Sequence[Sort], document: Mapping[str, Any]) -> list[Any]:
    """Return the values that *document*, as it is stored, has at the keys of *order*.

    Raises:
        OperandError: one of them can't be compared.
    """
    return [_read(document, sort.path.name) for sort in order]


def _read(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for segment in path.split("."):
        value = value.get(segment) if isinstance(value, Mapping) else None
        if isinstance(value, UNCOMPARED):
            msg = f"a keyset page can't start where {path!r} is {value!r}; it compares"
            msg = f"{msg} numbers, text, dates, ids, binary data and documents"
            raise OperandError(msg)
    return value
