"""Query sets as chains of methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.nodes import Param, Path, Value
from mongo_dsl.queryset import QuerySet
from mongo_dsl.source.fields import UNTYPED, field
from mongo_dsl.source.filters import conjuncts
from mongo_dsl.source.literals import data, literal
from mongo_dsl.source.table import expression
from mongo_dsl.source.written import Written, call, listed, method


def query_set(value: QuerySet[Any]) -> Written:
    """Write a query set; where it runs, and in which session, is not written.

    Raises:
        UnwritableError: a part of its filter has no function.
    """
    model: Any = value.model
    start = [] if model is None else [Written(model.__name__, model)]
    kind = type(value)
    made = call(kind.__name__, kind, start)
    for name, part in value.asked.items():
        write = _STEPS.get(name, _own)
        made = write(made, part)
    return made


def _own(on: Written, part: Any) -> Written:
    """Let *part* write itself, where its class knows how; else it isn't written."""
    write: Callable[[Written], Written] | None = getattr(part, "__written__", None)
    return on if write is None else write(on)


def _filter(on: Written, part: Any) -> Written:
    return method(on, "filter", conjuncts(part._node, UNTYPED))  # noqa: SLF001


def _sort(on: Written, part: Any) -> Written:
    return method(on, "sort", [_key(sort) for sort in part])


def _key(sort: Any) -> Written:
    on = field(sort.path)
    if sort.direction in (Value(1), Value(-1)):
        return method(on, "asc" if sort.direction == Value(1) else "desc")
    direction = expression(sort.direction, UNTYPED)
    pair = listed([on, direction])
    return Written(_tuple(pair), (on.value, direction.value))


def _tuple(pair: Written) -> Any:
    code: Any = pair.code
    return type(code)("", code.items)


def _projection(on: Written, part: Any) -> Written:
    shown = [flag for _, flag in part]
    name = "omit" if not any(shown) else "only"
    return method(
        on, name, [field(Path(path)) for path, flag in part if flag == shown[0]]
    )


def _row(on: Written, part: Any) -> Written:
    return method(on, "select", [Written(part.__name__, part)])


def _one(name: str) -> Callable[[Written, Any], Written]:
    return lambda on, part: method(on, name, [data(part)])


def _collation(on: Written, part: Any) -> Written:
    if isinstance(part, Param):
        return method(on, "collation", [data(part)])
    (_, locale), *options = part.items
    named = [(key, data(item)) for key, item in options]
    return method(on, "collation", [data(locale)], named)


def _max_time(on: Written, part: Any) -> Written:
    if isinstance(part, Param):
        return method(on, "max_time", [data(part)])
    return method(on, "max_time", [literal(part.value / 1000)])


_STEPS: dict[str, Callable[[Written, Any], Written]] = {
    "filter": _filter,
    "sort": _sort,
    "skip": _one("skip"),
    "limit": _one("limit"),
    "projection": _projection,
    "row": _row,
    "hint": _one("hint"),
    "comment": _one("comment"),
    "collation": _collation,
    "max_time_ms": _max_time,
    "raw": lambda on, _: method(on, "raw"),
    "whole": lambda on, _: method(on, "everything"),
}
