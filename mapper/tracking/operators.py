"""Steps as update operators, which name single paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any, TypeAlias

from mapper.tracking.steps import (
    Assign,
    Collect,
    Edit,
    Items,
    Path,
    Remove,
    Rewrite,
    Splice,
    Step,
)


Operation: TypeAlias = "tuple[str, str, Any]"


def has_operators(step: Step) -> bool:
    """Tell whether *step* can be written with operators: an array takes one at a time."""
    if isinstance(step, Edit):
        return sum(map(bool, (step.before, step.removed, step.after))) == 1
    if isinstance(step, Collect):
        return not (step.removed and step.added)
    if isinstance(step, Items):
        return all(map(has_operators, step.steps))
    return not isinstance(step, Splice)


def with_operators(steps: Iterable[Step]) -> dict[str, Any]:
    """Return the update of *steps*, all of which have operators."""
    update: dict[str, dict[str, Any]] = {}
    for step in steps:
        for operator, path, value in _operations(step):
            update.setdefault(operator, {})[path] = value
    return update


def dotted(path: Path) -> str:
    """Write *path* as operators take it."""
    return ".".join(map(str, path))


@singledispatch
def _operations(step: Any) -> Iterator[Operation]:  # noqa: ARG001 - guards change nothing
    yield from ()


@_operations.register
def _(step: Assign) -> Iterator[Operation]:
    yield "$set", dotted(step.path), step.value


@_operations.register
def _(step: Rewrite) -> Iterator[Operation]:
    yield "$set", dotted(step.path), step.value


@_operations.register
def _(step: Remove) -> Iterator[Operation]:
    yield "$unset", dotted(step.path), ""


@_operations.register
def _(step: Edit) -> Iterator[Operation]:
    path = dotted(step.path)
    if step.removed:
        yield "$pullAll", path, step.removed
    elif step.before:
        yield "$push", path, {"$each": step.before, "$position": 0}
    else:
        yield "$push", path, {"$each": step.after}


@_operations.register
def _(step: Collect) -> Iterator[Operation]:
    if step.removed:
        yield "$pullAll", dotted(step.path), step.removed
    else:
        yield "$addToSet", dotted(step.path), {"$each": step.added}


@_operations.register
def _(step: Items) -> Iterator[Operation]:
    for part in step.steps:
        yield from _operations(part)
