"""Expressions, accumulators and window functions as calls of `fn`, `acc` and `win`."""

from __future__ import annotations

import functools
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
from mongo_dsl.signatures import function_of
from mongo_dsl.source.calls import Argument, attempts
from mongo_dsl.source.fields import Scope, field, member
from mongo_dsl.source.lambdas import by_lambda
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
    inside,
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


def _var(node: Var, scope: Scope) -> Written:
    root, *names = node.name.split(".")
    if root in scope.variables:
        return functools.reduce(member, names, Written(root, fn.var(root)))
    if root in SYSTEM and all(names):
        system = Written(f"fn.{root}", getattr(fn, root))
        return functools.reduce(member, names, system)
    return call("fn.var", fn.var, [literal(node.name)])


def _raw(node: Raw, _: Scope) -> Written:
    return call("raw", raw, [data(node.body)])


def _op(node: Op, scope: Scope) -> Written:
    made = by_lambda(node, scope)
    if made is not None:
        return made
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
    with inside(node):
        argument = _argument(node, scope)
    ways = (
        *_signs(node, argument[0]),
        *_slices(node, argument[0]),
        *attempts(f"{prefix}.{name}", function, argument),
    )
    return first_that_fits(node, compile_expression, ways)


def _argument(node: Op, scope: Scope) -> Argument:
    """Write what *node* takes; each part of it once, for parts have parts."""
    body = node.body
    if node.name == "$literal":
        return [], [], data(body)
    if isinstance(body, Seq):
        items = [expression(item, scope) for item in body.items]
        return items, [], listed(items)
    if isinstance(body, (Body, Map)):
        named = _named(body, scope)
        return [], _branches(node, named), mapped(named)
    return [], [], expression(body, scope)


def _branches(node: Op, named: list[Named]) -> list[Named]:
    """Write the branches of ``$switch`` by `fn.case`."""
    if node.name != "$switch":
        return named
    return [(key, _cases(item) if key == "branches" else item) for key, item in named]


def _cases(branches: Written) -> Written:
    code: Any = branches.code
    made = []
    for written, branch in zip(code.items, branches.value, strict=True):
        if not isinstance(branch, dict) or branch.keys() != {"case", "then"}:
            return branches
        named = [
            (key, Written(prefix.code, branch[key]))
            for key, prefix in zip(branch, written.items, strict=True)
        ]
        made.append(_case(named))
    return listed(made)


def _case(named: list[Named]) -> Written:
    if [key for key, _ in named] == ["case", "then"]:
        return call("fn.case", fn.case, [value for _, value in named])
    return call("fn.case", fn.case, (), named)


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
