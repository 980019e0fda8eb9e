"""What accumulators and window functions give."""

from __future__ import annotations

from collections.abc import Callable

from mongo_dsl.nodes import Body, Map, Node, Op, Raw, Value
from mongo_dsl.shape.expressions import argument, argument_kind, arguments, kind_of
from mongo_dsl.shape.kinds import FLOAT, INT, UNKNOWN, Array, Kind
from mongo_dsl.shape.operators import merged, number
from mongo_dsl.shape.paths import items, known
from mongo_dsl.shape.reading import Scope


Given = Callable[[Node, Scope], Kind]


def accumulated(node: Node, scope: Scope) -> Kind:
    """Return what the accumulator or window function *node* gives.

    Raises:
        UnknownFieldError: it reads a field that is certainly not there.
    """
    if isinstance(node, Body):  # beside its window
        node = next(Op(name, item) for name, item in node.items if name != "window")
    if not isinstance(node, Op):
        return UNKNOWN
    if isinstance(node.body, Body):
        check_order(argument(node.body, "sortBy"), scope)
    return _ACCUMULATORS.get(node.name, _unknown)(node.body, scope)


def check_order(node: Node | None, scope: Scope) -> None:
    """Check the fields that *node*, ``{path: direction, …}``, sorts by.

    Raises:
        UnknownFieldError: one is certainly not there.
    """
    if isinstance(node, Body):
        for name, direction in node.items:
            if isinstance(direction, Value):
                scope.read(name)


def _input(body: Node, scope: Scope) -> Kind:
    """Return the kind of what is accumulated, under whatever name it is given."""
    for name in ("input", "output") if isinstance(body, (Body, Map)) else ():
        if argument(body, name) is not None:
            _others(body, scope)
            return known(argument_kind(body, name, scope))
    return known(kind_of(body, scope))


def _others(body: Node, scope: Scope) -> None:
    """Check what stands beside the input: how many, above all."""
    for name in ("n", "initArgs", "accumulateArgs"):
        argument_kind(body, name, scope)


def _all(body: Node, scope: Scope) -> Kind:
    return Array(_input(body, scope))


def _all_items(body: Node, scope: Scope) -> Kind:
    return Array(known(items(_input(body, scope))))


def _sum(body: Node, scope: Scope) -> Kind:
    return number([_input(body, scope)])


def _merged(body: Node, scope: Scope) -> Kind:
    return merged([_input(body, scope)])


def _number(body: Node, scope: Scope) -> Kind:
    _input(body, scope)
    return FLOAT


def _percentiles(body: Node, scope: Scope) -> Kind:
    return Array(_number(body, scope))


def _covariance(body: Node, scope: Scope) -> Kind:
    for one in arguments(body):
        kind_of(one, scope)
    return FLOAT


def _counter(_: Node, __: Scope) -> Kind:
    return INT


def _unknown(body: Node, scope: Scope) -> Kind:
    if not isinstance(body, Raw):
        _others(body, scope)
    return UNKNOWN


def _named(given: Given, names: str) -> dict[str, Given]:
    return {f"${name}": given for name in names.split()}


_ACCUMULATORS: dict[str, Given] = {
    **_named(_input, "first last min max top bottom shift locf"),
    **_named(_all, "push addToSet firstN lastN minN maxN topN bottomN"),
    **_named(_all_items, "concatArrays setUnion"),
    **_named(_merged, "mergeObjects"),
    **_named(_sum, "sum"),
    **_named(_number, "avg median stdDevPop stdDevSamp derivative integral linearFill"),
    **_named(_number, "expMovingAvg minMaxScaler"),
    **_named(_percentiles, "percentile"),
    **_named(_covariance, "covariancePop covarianceSamp"),
    **_named(_counter, "count rank denseRank documentNumber"),
}
