"""The shape after a stage, and after all stages of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mongo_dsl.memory import Memory
from mongo_dsl.nodes import Node, Op, Param, Raw
from mongo_dsl.shape.kinds import OPEN, Kind, Shape, alike
from mongo_dsl.shape.reading import Scope
from mongo_dsl.shape.stages import STAGES, passed


NO_VARIABLES: Mapping[str, Kind] = {}


def after(
    shape: Shape,
    stage: Node,
    number: int = 1,
    variables: Mapping[str, Kind] = NO_VARIABLES,
) -> Shape:
    """Return the shape of the documents that *stage* makes of those of *shape*.

    *number* is the place of the stage, counted from 1, *variables* what a lookup around
    it has set. After a stage of raw MQL any field may be there.

    >>> from mongo_dsl import F, acc, stages
    >>> after(OPEN, stages.group(F.city, n=acc.count())._node)
    <Shape {_id: Any, n: int}>

    Raises:
        UnknownFieldError: the stage reads a field that is certainly not there.
    """
    if not isinstance(stage, Op):
        return OPEN
    change = STAGES[stage.name]
    if change is passed:
        return shape
    if isinstance(stage.body, (Raw, Param)):
        return OPEN
    scope = Scope(stage.name, shape, shape, variables)
    made = change(stage.body, scope)
    if made is shape:
        return shape
    return _left(made, shape, stage.name, number)


def _left(made: Shape, before: Shape, name: str, number: int) -> Shape:
    """Return what the stage *name* made of the shape *before*, the last one if it is alike.

    Values in a stage differ every time, what they are hardly ever: what follows it finds
    the same shape, and what is remembered of that.
    """
    key = (id(before), name, number)
    known = _last.get(key)
    if (
        known is not None
        and alike(known[0].fields, made.fields)
        and known[0].rest is made.rest
    ):
        found: Shape = known[0]
        return found
    found = Shape(made.fields, made.rest, (f"{name} in stage {number}", before))
    _last.keep(key, (found, before))
    return found


_last = Memory()


def flow(
    shape: Shape,
    stages: Iterable[Node],
    variables: Mapping[str, Kind] = NO_VARIABLES,
) -> Shape:
    """Return the shape of the documents that all *stages* make of those of *shape*.

    Raises:
        UnknownFieldError: a stage reads a field that is certainly not there.
    """
    for number, stage in enumerate(stages, 1):
        shape = after(shape, stage, number, variables)
    return shape
