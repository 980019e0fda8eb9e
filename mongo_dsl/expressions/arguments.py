"""Arguments that several operators take, and what is wrong with them."""

from __future__ import annotations

import typing
from typing import Any, Literal

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.names import checked, suggestion
from mongo_dsl.nodes import Node, Param, Path, Raw
from mongo_dsl.params import later
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.values import Face, node


TimeUnit = Literal[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
]
"""What dates are counted in."""

_UNITS: tuple[str, ...] = typing.get_args(TimeUnit)


def time_unit(subject: str, name: Any, known: tuple[str, ...] = _UNITS) -> Any:
    """Check a unit of time; expressions compute theirs.

    Raises:
        ArgumentError: there is no such unit.
    """
    if isinstance(name, Param):
        return later(name, _unit, subject, known)
    if isinstance(name, str) and name not in known:
        listed = ", ".join(known)
        msg = (
            f"{subject} got the unit {name!r}{suggestion(name, known)}; the units are:"
            f" {listed}"
        )
        raise ArgumentError(msg)
    return name


def _unit(subject: str, known: tuple[str, ...], name: Any) -> Any:
    return time_unit(subject, name, known)


def positive(subject: str, argument: str, number: Any) -> Any:
    """Check a number of things; expressions compute theirs.

    Raises:
        ArgumentError: *number* is not a whole number above 0.
    """
    if isinstance(number, Param):
        return later(number, positive, subject, argument)
    whole = isinstance(number, int) and not isinstance(number, bool) and number > 0
    if isinstance(number, (int, float, str)) and not whole:
        msg = f"{subject} got {argument}={number!r}; it takes a whole number above 0"
        raise ArgumentError(msg)
    return number


def at_least(subject: str, least: int, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Check how many *values* were given.

    Raises:
        ArgumentError: there are fewer than *least*.
    """
    if len(values) < least:
        msg = f"{subject} got {len(values)} arguments; it takes at least {least}"
        raise ArgumentError(msg)
    return values


def start_of(start: Any, end: Any) -> Any:
    """Return where a search starts: arguments by position can't leave out a middle one."""
    return 0 if start is MISSING and end is not MISSING else start


def order(keys: Any) -> Node:
    """Build a sort order's document from what ``sort`` takes, one key or a list of them.

    Raises:
        OperandError: a key is no field.
        ArgumentError: there is no key, or a direction is neither 1 nor -1.
    """
    if isinstance(keys, Param):
        return later(keys, order)
    written = node(keys) if isinstance(keys, Face) else keys
    if isinstance(written, Raw):
        return written
    document = sort_document(sorts([keys], lambda name: Path(checked(name))))
    if not document.items:
        msg = f"sort_by got {keys!r}; it takes at least one field"
        raise ArgumentError(msg)
    return document
