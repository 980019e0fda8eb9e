"""What `repr` shows: the source that builds a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl import stages
from mongo_dsl.accumulators import Accumulator
from mongo_dsl.expressions.face import Expr
from mongo_dsl.filters import Filter
from mongo_dsl.frames import Window
from mongo_dsl.nodes import Raw, Stages
from mongo_dsl.pipeline import Pipeline
from mongo_dsl.queryset import QuerySet
from mongo_dsl.raw import RawMQL
from mongo_dsl.search.face import SearchOperator
from mongo_dsl.source.expressions import accumulator, window
from mongo_dsl.source.fields import UNTYPED
from mongo_dsl.source.filters import predicate
from mongo_dsl.source.layout import Call, flat
from mongo_dsl.source.queries import query_set
from mongo_dsl.source.searches import search_operator
from mongo_dsl.source.stages import pipeline
from mongo_dsl.source.table import expression
from mongo_dsl.source.updates import update
from mongo_dsl.source.written import UnwritableError, Written, call, method, writing
from mongo_dsl.stages import Stage
from mongo_dsl.updates import Update


def represented(value: Any) -> str | None:
    """Return the source that builds *value*; None where there is none, or none so far.

    While source is being written, the values in messages of failed attempts are not.
    """
    write = next((_FACES[c] for c in type(value).__mro__ if c in _FACES), None)
    if write is None or writing.get():
        return None
    token = writing.set(True)
    try:
        return flat(write(value).code)
    except UnwritableError:
        return None
    finally:
        writing.reset(token)


def _expression(value: Expr) -> Written:
    made = expression(value._node, UNTYPED)  # noqa: SLF001
    if isinstance(made.value, Expr):
        return made
    return Written(Call("fn.value", (made.code,)), value)


def _stage(value: Stage) -> Written:
    node: Any = value._node  # noqa: SLF001
    if isinstance(node, Raw):
        return call("raw", RawMQL, [expression(node.body, UNTYPED)])
    code: Any = pipeline(Stages((node,)), UNTYPED).code
    (last,) = code.calls
    name = last.head.removeprefix(".")
    function = name if hasattr(stages, name) else f"{name}_"
    return Written(Call(f"stages.{function}", last.items), value)


def _pipeline(value: Pipeline) -> Written:
    start = [] if value.model is None else [Written(value.model.__name__, value.model)]
    kind = type(value)
    made = call(kind.__name__, kind, start)
    made = pipeline(value._node, UNTYPED, made)  # noqa: SLF001
    row = value.row
    return made if row is None else method(made, "into", [Written(row.__name__, row)])


_FACES: dict[type, Callable[[Any], Written]] = {
    Filter: lambda value: predicate(value._node, UNTYPED),  # noqa: SLF001
    Expr: _expression,
    Update: lambda value: update(value._node, UNTYPED),  # noqa: SLF001
    Accumulator: lambda value: accumulator(value._node, UNTYPED),  # noqa: SLF001
    Window: lambda value: window(value._node, UNTYPED),  # noqa: SLF001
    Stage: _stage,
    Pipeline: _pipeline,
    QuerySet: query_set,
    SearchOperator: lambda value: search_operator(value._node),  # noqa: SLF001
    RawMQL: lambda value: expression(value._node, UNTYPED),  # noqa: SLF001
}
