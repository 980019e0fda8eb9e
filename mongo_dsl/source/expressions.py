"""Expressions, accumulators and window functions as calls of `fn`, `acc` and `win`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from mongo_dsl import accumulators, fn, windows
from mongo_dsl.compile import compile_expression
from mongo_dsl.expressions.face import Expr
from mongo_dsl.expressions.variable import SYSTEM
from mongo_dsl.nodes import (
    Body,
    Collection,
    Data,
    Map,
    Node,
    Op,
    Param,
    Path,
    Raw,
    Seq,
    Value,
    Var,
)
from mongo_dsl.raw import raw
from mongo_dsl.source.calls import Argument, attempts, function_of
from mongo_dsl.source.fields import Scope, field
from mongo_dsl.source.layout import Call
from mongo_dsl.source.literals import data, hole, literal
from mongo_dsl.source.table import WRITERS, expression
from mongo_dsl.source.written import (
    Attempt,
    Named,
    UnwritableError,
    Written,
    call,
    first_that_fits,
    infix,
    listed,
    mapped,
    method,
)


def _seq(node: Seq, scope: Scope) -> Written:
    return listed([expression(item, scope) for item in node.items])


def _map(node: Map | Body, scope: Scope) -> Written:
    return mapped(_named(node, scope))


def _named(node: Map | Body, scope: Scope) -> list[Named]:
    return [(key, expression(item, scope)) for key, item in node.items]


def _var(node: Var, _: Scope) -> Written:
    if node.name in SYSTEM:
        return Written(f"fn.{node.name}", getattr(fn, node.name))
    return call("fn.var", fn.var, [literal(node.name)])


def _raw(node: Raw, _: Scope) -> Written:
    return call("raw", raw, [data(node.body)])


def _op(node: Op, scope: Scope) -> Written:
    return operator(node, scope, fn, "fn")


def operator(node: Op, scope: Scope, namespace: ModuleType, prefix: str) -> Written:
    """Write a call of the operator's function in *namespace*.

    Raises:
        UnwritableError: there is none, or it takes other arguments.
    """
    found = function_of(namespace, node.name)
    if found is None:
        raise UnwritableError(node)
    name, function = found
    argument = _argument(node, scope)
    ways = (
        *_signs(node, argument[0]),
        *_slices(node, argument[0]),
        *attempts(f"{prefix}.{name}", function, argument),
    )
    return first_that_fits(node, compile_expression, ways)


def _argument(node: Op, scope: Scope) -> Argument:
    body = node.body
    if node.name == "$literal":
        return [], [], data(body)
    whole = expression(body, scope)
    if isinstance(body, Seq):
        return [expression(item, scope) for item in body.items], [], whole
    if isinstance(body, (Body, Map)):
        return [], _branches(node, _named(body, scope)), whole
    return [], [], whole


def _branches(node: Op, named: list[Named]) -> list[Named]:
    """Write the branches of ``$switch`` by `fn.case`."""
    if node.name != "$switch":
        return named
    return [(key, _cases(item) if key == "branches" else item) for key, item in named]


def _cases(branches: Written) -> Written:
    code: Any = branches.code
    made = []
    for written, branch in zip(code.items, branches.value, strict=True):
        parts = {prefix.text: prefix.code for prefix in written.items}
        if list(parts) != ['"case": ', '"then": ']:
            return branches
        value = fn.case(branch["case"], branch["then"])
        made.append(Written(Call("fn.case", tuple(parts.values())), value))
    return listed(made)


_SIGNS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "$add": ("+", lambda a, b: a + b),
    "$subtract": ("-", lambda a, b: a - b),
    "$multiply": ("*", lambda a, b: a * b),
    "$divide": ("/", lambda a, b: a / b),
    "$mod": ("%", lambda a, b: a % b),
}


def _signs(node: Op, items: list[Written]) -> Iterator[Attempt]:
    """Yield arithmetic by Python's operators, where one side is an expression."""
    if node.name not in _SIGNS or len(items) != 2:  # noqa: PLR2004 - two sides
        return
    if any(isinstance(item.value, Expr) for item in items):
        sign, compute = _SIGNS[node.name]
        left, right = items
        yield lambda: infix(sign, compute(left.value, right.value), left, right)


def _slices(node: Op, items: list[Written]) -> Iterator[Attempt]:
    """Yield ``$slice`` with its place, which stands between the others in MQL only."""
    if node.name == "$slice" and len(items) == 3:  # noqa: PLR2004 - array, place, count
        array, place, count = items
        yield lambda: call("fn.slice_", fn.slice_, [array, count, place])


def accumulator(node: Node, scope: Scope) -> Written:
    """Write what a group computes.

    Raises:
        UnwritableError: it is no accumulator.
    """
    if isinstance(node, Raw):
        return _raw(node, scope)
    if not isinstance(node, Op):
        raise UnwritableError(node)
    return operator(node, scope, accumulators, "acc")


def window(node: Node, scope: Scope) -> Written:
    """Write what a window computes, with its bounds.

    Raises:
        UnwritableError: it is no function of windows.
    """
    if isinstance(node, Raw):
        return _raw(node, scope)
    if isinstance(node, Op):
        return operator(node, scope, windows, "win")
    if isinstance(node, (Body, Map)) and len(node.items) == 2:  # noqa: PLR2004 - with bounds
        (name, body), (key, bounds) = node.items
        if key == "window" and isinstance(bounds, (Body, Map)):
            made = operator(Op(name, body), scope, windows, "win")
            over = [(key, data(bound)) for key, bound in bounds.items]
            return first_that_fits(
                node, compile_expression, [lambda: method(made, "over", (), over)]
            )
    raise UnwritableError(node)


WRITERS.update(
    {
        Path: field,
        Var: _var,
        Value: lambda node, _: literal(node.value),
        Seq: _seq,
        Map: _map,
        Body: _map,
        Op: _op,
        Raw: _raw,
        Collection: lambda node, _: data(node),
        Data: lambda node, _: data(node),
        Param: lambda node, _: hole(node),
    }
)
