"""Windows: which documents a function of ``$setWindowFields`` looks at.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, NoReturn

import attrs

from mongo_dsl.compile import compile_expression
from mongo_dsl.demands import WINDOW
from mongo_dsl.errors import ArgumentError, OperandError, TruthValueError
from mongo_dsl.expressions.arguments import TimeUnit, time_unit
from mongo_dsl.nodes import Body, Node, Op, Param, Value
from mongo_dsl.params import later
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face, node


Bound = int | float | Literal["current", "unbounded"]
"""Where a window ends, counted from the current document."""

_NAMED = ("current", "unbounded")
_GROUPS_ONLY = frozenset({"$accumulator", "$mergeObjects"})
_UNBOUNDED = frozenset(
    {
        "$denseRank",
        "$documentNumber",
        "$expMovingAvg",
        "$linearFill",
        "$locf",
        "$rank",
        "$shift",
    }
)
_BOUNDED = frozenset({"$derivative"})


@attrs.frozen(repr=False)
class Window(Readable[dict[str, Any]], Face):
    """A function over a window, for ``$setWindowFields``; made by the functions of `win`.

    >>> from mongo_dsl import F, win
    >>> win.rank().compile()
    {'$rank': {}}
    >>> win.sum_(F.qty).over(documents=("unbounded", "current")).compile()
    {'$sum': '$qty', 'window': {'documents': ['unbounded', 'current']}}
    """

    _node: Op | Body
    _place: ClassVar[str] = WINDOW

    def over(
        self,
        *,
        documents: Sequence[Bound] | None = None,
        range: Sequence[Bound] | None = None,  # noqa: A002 - MongoDB's name
        unit: TimeUnit | None = None,
    ) -> Window:
        """Look at some documents of the partition only, instead of at all.

        *documents* are two places, counted from the current document; *range* are two
        distances from its value of the sort field, in *unit* where that is a date. A
        bound is a number, ``"current"`` or ``"unbounded"``. Without either, a window is
        written that is the whole partition.

        Raises:
            OperandError: the function takes no bounds, or a bound is something else.
            ArgumentError: there are no such bounds.

        >>> from mongo_dsl import F, win
        >>> win.avg(F.price).over(range=(-7, "current"), unit="day").compile()
        {'$avg': '$price', 'window': {'range': [-7, 'current'], 'unit': 'day'}}
        """
        op = self._node if isinstance(self._node, Op) else Op(*self._node.items[0])
        if op.name in _UNBOUNDED:
            msg = f"{op.name} got bounds; it sees the whole partition, leave out over(...)"
            raise OperandError(msg)
        return framed(op, documents, range, unit)

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_expression(self._node)
        return compiled

    def __bool__(self) -> NoReturn:
        msg = (
            "a window function has no truth value; it is an output of set_window_fields"
        )
        raise TruthValueError(msg)


def framed(op: Op, documents: Any, range_: Any, unit: Any) -> Window:
    """Put *op* beside its window; each bound is checked.

    Raises:
        OperandError: *op* has no form in windows, or a bound is something else.
        ArgumentError: there are no such bounds.
    """
    whole_partition(op)
    bounds = _bounds(documents, range_, unit)
    return Window(Body(((op.name, op.body), ("window", bounds))))


def whole_partition(op: Op) -> Op:
    """Refuse the accumulators that windows don't know.

    Raises:
        OperandError: *op* is one of them.
    """
    if op.name in _GROUPS_ONLY:
        msg = f"{op.name} has no form in windows; it is for groups"
        raise OperandError(msg)
    return op


def window_output(name: str, value: Node) -> Node:
    """Check the output *name* of ``$setWindowFields``.

    Raises:
        ArgumentError: *value* needs bounds and has none.
        OperandError: *value* is for groups only.
    """
    if isinstance(value, Op):
        whole_partition(value)
        if value.name in _BOUNDED:
            msg = f"{value.name} got no bounds for {name!r}; give it some by over(...)"
            raise ArgumentError(msg)
    return value


def _bounds(documents: Any, range_: Any, unit: Any) -> Body:
    if documents is not None and range_ is not None:
        msg = f"over got documents={documents!r} and range={range_!r}; it takes one of them"
        raise ArgumentError(msg)
    if range_ is None and documents is None and unit is None:
        return Body(())
    if documents is not None:
        if unit is not None:
            msg = f"over got the unit {unit!r} with documents; only a range has a unit"
            raise ArgumentError(msg)
        return Body((("documents", _pair("documents", documents, whole=True)),))
    return _range(range_, unit)


def _range(range_: Any, unit: Any) -> Body:
    if range_ is None:
        msg = f"over got the unit {unit!r} without a range; give it one"
        raise ArgumentError(msg)
    pair = _pair("range", range_, whole=unit is not None)
    if unit is None:
        return Body((("range", pair),))
    return Body((("range", pair), ("unit", node(time_unit("over", unit)))))


def _pair(name: str, pair: Any, *, whole: bool) -> Node:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:  # noqa: PLR2004 - a pair
        msg = (
            f"over got {name}={pair!r}; it takes two bounds, such as"
            " ('unbounded', 'current')"
        )
        raise OperandError(msg)
    nodes = [
        later(bound, _bound, name, type(pair), tuple(pair), place, whole)
        if isinstance(bound, Param)
        else node(bound)
        for place, bound in enumerate(pair)
    ]
    low, high = (
        _distance(name, found, end, whole=whole)
        for found, end in zip(nodes, (-math.inf, math.inf), strict=True)
    )
    if low > high:
        msg = f"over got {name}={pair!r}, which ends before it starts; swap the bounds"
        raise ArgumentError(msg)
    return node(nodes)


def _bound(
    name: str, kind: Any, pair: tuple[Any, ...], place: int, whole: bool, bound: Any
) -> Any:
    """Check the *bound* that the parameter at *place* of *pair* is bound to."""
    known = kind([*pair[:place], bound, *pair[place + 1 :]])
    _pair(name, known, whole=whole)
    return bound


def _distance(name: str, bound: Node, end: float, *, whole: bool) -> float:
    """Return how far *bound* is from the current document; an open one as *end*."""
    if isinstance(bound, Param):
        return end
    value: Any = bound.value if isinstance(bound, Value) else bound
    if value in _NAMED:
        return 0 if value == "current" else end
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or (whole and not isinstance(value, int)):
        kind = "whole number" if whole else "number"
        msg = (
            f"over got the bound {value!r} of {name}; a bound is a {kind}, 'current' or"
            " 'unbounded'"
        )
        raise OperandError(msg)
    return float(value)
