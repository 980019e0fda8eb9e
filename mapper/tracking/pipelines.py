"""Steps as a pipeline of an update, which computes what is stored from what was.

https://www.mongodb.com/docs/manual/tutorial/update-documents-with-aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from mapper.tracking.guards import literal, reading
from mapper.tracking.operators import dotted
from mapper.tracking.steps import (
    Assign,
    Collect,
    Edit,
    Items,
    Remove,
    Rewrite,
    Splice,
    Step,
    Within,
)


_ALL = 2**31 - 1


def as_pipeline(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return the update of *steps* as a pipeline."""
    steps = spliced(steps)
    changing = [s for s in steps if not isinstance(s, (Remove, Within))]
    values = {dotted(step.path): _computed(step) for step in changing}
    removed = [dotted(step.path) for step in steps if isinstance(step, Remove)]
    return [{"$set": values}, *([{"$unset": removed}] if removed else [])]


def spliced(steps: Iterable[Step]) -> list[Step]:
    """Return *steps* without paths into arrays, which pipelines don't have."""
    return [step.splice if isinstance(step, Items) else step for step in steps]


@singledispatch
def _computed(step: Any) -> Any:
    """Return the expression of the value that *step* leaves."""
    raise NotImplementedError(step)


@_computed.register
def _(step: Assign) -> Any:
    return literal(step.value)


@_computed.register
def _(step: Rewrite) -> Any:
    return literal(step.value)


@_computed.register
def _(step: Edit) -> Any:
    rest = _without(_array(step), step.removed)
    parts = [literal(step.before), rest, literal(step.after)]
    return {"$concatArrays": [part for part in parts if part != {"$literal": []}]}


@_computed.register
def _(step: Collect) -> Any:
    array = _array(step)
    missing = _filtered(literal(step.added), array)
    return {"$concatArrays": [_without(array, step.removed), missing]}


@_computed.register
def _(step: Splice) -> Any:
    array, end = reading(step.path), step.place + step.replaced
    head = [{"$slice": [array, step.place]}] if step.place else []
    tail = {"$slice": [array, end, _ALL]}
    return {"$concatArrays": [*head, literal(step.items), tail]}


def _array(step: Edit | Collect) -> Any:
    found = reading(step.path)
    return {"$ifNull": [found, []]} if step.missing else found


def _without(array: Any, removed: list[Any]) -> Any:
    return _filtered(array, literal(removed)) if removed else array


def _filtered(array: Any, others: Any) -> dict[str, Any]:
    """Keep the items of *array* that *others* don't have."""
    unlike = {"$not": [{"$in": ["$$this", others]}]}
    return {"$filter": {"input": array, "cond": unlike}}
