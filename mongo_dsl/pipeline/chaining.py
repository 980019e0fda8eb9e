"""What the groups of methods share: they add stages, in the words of the call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from mongo_dsl import stages
from mongo_dsl.expressions.order import reordered
from mongo_dsl.nodes import Body, Node, Op, Stages
from mongo_dsl.signatures import camel_case
from mongo_dsl.stages.face import parameters, whole_argument


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

P = ParamSpec("P")


class Chained:
    """A pipeline, as far as the methods that add stages know it."""

    __slots__ = ()
    _node: Stages
    _shape: Any
    model: type | None
    row: type | None

    def then(self, *pieces: Any) -> Self:
        """Add stages, pipelines or documents of MQL."""
        raise NotImplementedError

    def _rebuilt(self, node: Any, shape: Any = None) -> Self:
        raise NotImplementedError

    def _goes_on(self) -> bool:
        """Tell whether any stage may follow that is checked against the shape alone."""
        raise NotImplementedError

    def _stepped(self, stage: Node, shape: Any) -> Self | None:
        """Add a *stage* that was checked against the shape, and leaves *shape*.

        Where there is more to check, the answer is None.
        """
        raise NotImplementedError


C = TypeVar("C", bound=Chained)


def in_call_order(
    method: Callable[Concatenate[C, P], C],
) -> Callable[Concatenate[C, P], C]:
    """Write the named arguments of a stage in the order of the call.

    ``as_is(...)`` as the only argument goes to the function of the method's name.
    """
    named = tuple(name for name in parameters(method) if name != "self")

    @functools.wraps(method)
    def ordered(self: C, /, *args: P.args, **kwargs: P.kwargs) -> C:
        if not kwargs and whole_argument(args, kwargs) is not None:
            return self.then(getattr(stages, method.__name__)(*args))
        made = method(self, *args, **kwargs)
        if not kwargs:
            return made
        given = (*named[: len(args)], *[key for key in kwargs if key in named])
        *before, last = made._node.items  # noqa: SLF001
        better = _reordered(last, given, named)
        if better is last:
            return made
        return made._rebuilt(Stages((*before, better)), made._shape)  # noqa: SLF001

    return ordered


def _reordered(stage: Any, given: Sequence[str], named: Sequence[str]) -> Node:
    """Order what follows the operator; a search operator's name is no argument's."""
    if not isinstance(stage.body, Body) or "operator" not in named:
        body = reordered(stage.body, given)
        return stage if body is stage.body else Op(stage.name, body)
    wire = {*map(camel_case, named)}
    name = next((key for key, _ in stage.body.items if key not in wire), "operator")
    aliased = [("operator" if k == name else k, v) for k, v in stage.body.items]
    body = reordered(Body(tuple(aliased)), given)
    items: Any = body.items  # type: ignore[attr-defined]
    return Op(
        stage.name,
        Body(tuple([(name if k == "operator" else k, v) for k, v in items])),
    )
