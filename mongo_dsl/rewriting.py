"""Updates by a pipeline: changes and stages, one after the other.

https://www.mongodb.com/docs/manual/tutorial/update-documents-with-aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mongo_dsl.compile import compile_expression, compile_value, compile_whole
from mongo_dsl.demands import DEMANDS, EXPRESSION, Demand, demands, refuse_newer
from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Node, Op, Stages, frozen
from mongo_dsl.placement import check_update
from mongo_dsl.updates import Change, Changes, changes_of
from mongo_dsl.values import Face


@frozen
class Rewriting(Node):
    """An update by a pipeline, whose parts are changes and stages."""

    steps: tuple[Node, ...]


def compile_pipeline(
    updates: Iterable[Any], *, server: str | None = None
) -> list[dict[str, Any]]:
    """Compile *updates* as the stages of a pipeline update.

    They are updates made of ``set`` and ``unset``, stages, pipelines and raw MQL.

    Raises:
        CompileError: another operator, which pipeline updates don't have.
        PlacementError: another stage, likewise.
        ServerVersionError: the *server* is too old for a part of them.
    """
    steps = tuple([_step(update) for update in updates])
    if server is not None:
        refuse_newer(Rewriting(steps), EXPRESSION, server)
    return [stage for step in steps for stage in _stages(step)]


def _step(update: Any) -> Node:
    """Return the stages or changes that *update* stands for."""
    if not is_pipeline(update):
        return changes_of(update)
    found = update._node  # noqa: SLF001
    return found if isinstance(found, Stages) else Stages((found,))


def is_pipeline(update: Any) -> bool:
    """Tell whether *update* is a pipeline, or a stage of one."""
    return isinstance(update, Face) and isinstance(update._node, (Stages, Op))  # noqa: SLF001


def _stages(step: Any) -> list[dict[str, Any]]:
    if isinstance(step, Stages):
        check_update(step.items)
        return [compile_expression(stage) for stage in step.items]
    if step.raw is not None:
        check_update([step.raw])
        return [compile_value(step.raw)]
    return [_stage(change) for change in step.changes]


def _stage(change: Change) -> dict[str, Any]:
    if change.operator == "$set":
        return {"$set": {change.path.name: compile_whole(change.value)}}
    if change.operator == "$unset":
        return {"$unset": change.path.name}
    msg = f"a pipeline update can't {change.operator}"
    raise CompileError(f"{msg}; it takes set and unset")


def _rewriting(tree: Rewriting, _place: str) -> Iterator[Demand]:
    yield "an update by a pipeline", "4.2"
    for step in tree.steps:
        changes = step.changes if isinstance(step, Changes) else ()
        values = tuple(change.value for change in changes)
        yield from demands(step if isinstance(step, Stages) else values, EXPRESSION)


DEMANDS[Rewriting] = _rewriting
