"""`Stage`: what the functions beside make, and what pipelines are made of."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn, ParamSpec

from mongo_dsl import placement
from mongo_dsl.compile import compile_expression
from mongo_dsl.demands import STAGE
from mongo_dsl.errors import ArgumentError, OperandError, TruthValueError
from mongo_dsl.expressions.face import AsIs
from mongo_dsl.expressions.order import reordered
from mongo_dsl.nodes import Body, Data, Map, Node, Op, Raw, Seq, Stages, frozen
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face, node


P = ParamSpec("P")


@frozen(repr=False)
class Stage(Readable[dict[str, Any]], Face):
    """One stage of a pipeline, to be stored and inserted where it is needed.

    >>> from mongo_dsl import F, stages
    >>> stages.match(F.age > 18).compile()
    {'$match': {'age': {'$gt': 18}}}
    """

    _node: Node
    _place: ClassVar[str] = STAGE

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_expression(self._node)
        return compiled

    def __bool__(self) -> NoReturn:
        msg = "a stage has no truth value; chain stages as methods of a pipeline"
        raise TruthValueError(msg)


def stage(
    name: str,
    *,
    data: bool = False,
    whole: bool = True,
    finish: Callable[[Node], Node] | None = None,
) -> Callable[[Callable[P, Node]], Callable[P, Stage]]:
    """Make a stage called *name* of what a function builds.

    Its named arguments are written in the order of the call. ``as_is(...)`` as the only
    argument is written instead of what the function would build, as data if *data*, but
    not if there is no *whole* to be written.
    *finish* changes what was built, in its final order.
    """

    def made_of(function: Callable[P, Node]) -> Callable[P, Stage]:
        named = parameters(function)
        code: Any = function.__code__
        takes_others = bool(code.co_flags & inspect.CO_VARKEYWORDS)

        @functools.wraps(function)
        def made(*args: P.args, **kwargs: P.kwargs) -> Stage:
            only = whole_argument(args, kwargs) if whole and not kwargs else None
            if only is not None:
                body = _written(only.body)
                return Stage(Op(name, Data(body) if data else body))
            body = function(*args, **kwargs)
            given = [k for k in kwargs if k in named] if takes_others else kwargs
            if given:
                body = reordered(body, (*named[: len(args)], *given))
            return Stage(Op(name, body if finish is None else finish(body)))

        shown: Any = made
        shown.__annotations__ = {**function.__annotations__, "return": Stage}
        shown.__signature__ = inspect.signature(function).replace(
            return_annotation=Stage
        )
        return made

    return made_of


def whole_argument(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> AsIs | None:
    """Return the ``as_is(...)`` that is the only argument of a call, if it is."""
    if len(args) != 1 or kwargs:
        return None
    only = args[0]
    return only if isinstance(only, AsIs) else None


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names that arguments of *function* may be passed by."""
    code: Any = function.__code__
    names: tuple[str, ...] = code.co_varnames
    return names[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]


def _written(found: Node) -> Node:
    """Read *found* as a document of MQL; what looks like an operator stays data."""
    if isinstance(found, Seq):
        return Seq(tuple(map(_written, found.items)))
    if isinstance(found, Map) and not any(key[:1] == "$" for key, _ in found.items):
        return Body(tuple([(key, _written(value)) for key, value in found.items]))
    return found


def stages_of(value: Any) -> tuple[Node, ...]:
    """Return the stages of *value*: a stage, a pipeline, raw MQL, or a list of them.

    Plain dictionaries are taken as they are: a pipeline is the caller's code, not data.

    Raises:
        OperandError: *value* is something else.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if type(found) is Op:
        return (found,)
    if isinstance(found, Stages):
        return found.items
    if isinstance(found, Raw) and isinstance(found.body, Seq):
        return tuple(Raw(item) for item in found.body.items)
    if isinstance(found, (Op, Raw)):
        return (found,)
    if isinstance(found, Mapping):
        return (Raw(_stage_document(found)),)
    if isinstance(found, (list, tuple)):
        return inserted(found)
    msg = f"a pipeline got {value!r}; it takes stages, pipelines and documents of MQL"
    raise OperandError(msg)


def _stage_document(found: Mapping[str, Any]) -> Node:
    if len(found) != 1 or next(iter(found))[:1] != "$":
        msg = f"a pipeline got {found!r}; a stage has one key, its operator"
        raise ArgumentError(msg)
    return node(found)


def inserted(pieces: Iterable[Any]) -> tuple[Node, ...]:
    """Return the stages of all *pieces*, in order."""
    return tuple([stage for piece in pieces for stage in stages_of(piece)])


def sub_pipeline(within: str, value: Any) -> Stages:
    """Return the stages of *value*, a pipeline in the stage *within*.

    Raises:
        PlacementError: it has a stage that can't stand there.
    """
    found = stages_of(value)
    placement.check(found, within=within)
    return Stages(found)
