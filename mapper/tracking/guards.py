"""What must still be stored for a change to be exact, as conditions of its update.

They are expressions, for these compare whole values, of all types, without reading
arrays as their items; data stands in ``$literal``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from mapper.tracking.comparison import GONE
from mapper.tracking.steps import (
    Collect,
    Edit,
    Items,
    Path,
    Place,
    Rewrite,
    Splice,
    Within,
)


def literal(value: Any) -> dict[str, Any]:
    """Write *value* so that nothing in it is an expression."""
    return {"$literal": value}


def reading(path: Path) -> Any:
    """Return the expression of what is stored at *path*, places in arrays included."""
    found: Any = ""
    for part in path:
        if isinstance(part, int):
            item = {"$arrayElemAt": [found, part]}
            found = _of_array(found, item, None)
        elif isinstance(found, str):
            found = f"{found}.{part}" if found else f"${part}"
        else:
            found = {"$let": {"vars": {"item": found}, "in": f"$$item.{part}"}}
    return found


def _of_array(array: Any, then: Any, otherwise: Any) -> dict[str, Any]:
    """Ask first whether it is an array: operators of arrays fail for all else."""
    return {"$cond": [{"$isArray": [array]}, then, otherwise]}


@singledispatch
def guards(step: Any) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - most need none
    """Yield what must hold for *step*."""
    yield from ()


@guards.register
def _(step: Within) -> Iterator[dict[str, Any]]:
    yield _typed(step.path, *step.types)


@guards.register
def _(step: Rewrite) -> Iterator[dict[str, Any]]:
    found = reading(step.path)
    if step.old is GONE:
        yield _typed(step.path, "missing")
    elif step.unordered:
        yield _of_array(found, {"$setEquals": [found, literal(step.old)]}, False)
    else:
        yield {"$eq": [found, literal(step.old)]}


@guards.register
def _(step: Edit) -> Iterator[dict[str, Any]]:
    if step.present:
        found = reading(step.path)
        yield _of_array(found, {"$setIsSubset": [literal(step.present), found]}, False)
    else:
        yield _array(step)


@guards.register
def _(step: Collect) -> Iterator[dict[str, Any]]:
    yield _array(step)


@guards.register
def _(step: Splice) -> Iterator[dict[str, Any]]:
    found = reading(step.path)
    part = {"$slice": [found, step.start, len(step.near)]}
    yield {"$eq": [_of_array(found, part, None), literal(step.near)]}


@guards.register
def _(step: Place) -> Iterator[dict[str, Any]]:
    path = step.path if step.name is None else (*step.path, step.name)
    yield {"$eq": [reading(path), literal(step.value)]}


@guards.register
def _(step: Items) -> Iterator[dict[str, Any]]:
    for part in step.steps:
        yield from guards(part)


def _array(step: Edit | Collect) -> dict[str, Any]:
    return _typed(step.path, *(("array", "missing") if step.missing else ("array",)))


def _typed(path: Path, *types: str) -> dict[str, Any]:
    found = {"$type": reading(path)}
    if len(types) == 1:
        return {"$eq": [found, types[0]]}
    return {"$in": [found, list(types)]}
