"""Lambdas: the bodies of operators that give names to values.

A lambda is written where its arguments can be called what the variables are. Where one
variable hides another, `fn.var` names them all.
"""

from __future__ import annotations

import functools
import inspect
import keyword
from collections.abc import Iterator, Sequence
from typing import Any

from mongo_dsl import fn
from mongo_dsl.compile import compile_expression
from mongo_dsl.expressions.variable import is_name
from mongo_dsl.nodes import Body, Map, Node, Op, Value, parts
from mongo_dsl.signatures import function_of, parameters
from mongo_dsl.source.fields import Scope
from mongo_dsl.source.layout import Prefix
from mongo_dsl.source.table import expression
from mongo_dsl.source.written import (
    Named,
    UnwritableError,
    Written,
    call,
    first_that_fits,
    inside,
    mapped,
)


_BODIES = {"$map": "in", "$filter": "cond", "$reduce": "in", "$let": "in"}
_USED = frozenset({"F", "datetime", "float", "fn", "param", "raw", "re"})
"""What expressions are written with; an argument of this name would hide it."""


def by_lambda(node: Op, scope: Scope) -> Written | None:
    """Write a call of *node* with a lambda; None where there is none.

    Raises:
        UnwritableError: a part of it has no function.
    """
    if node.name not in _BODIES or not isinstance(node.body, (Body, Map)):
        return None
    items = dict(node.body.items)
    names = _names(node.name, items)
    if not names or not _fit(names, items[_BODIES[node.name]], scope):
        return None
    with inside(node):
        given = list(_given(node, names, scope))
    if any(_is_typed(value) for _, value in given):
        return None
    unnamed = [pair for pair in given if pair[0] != "as"]
    ways = [functools.partial(_call, node.name, named) for named in (unnamed, given)]
    try:
        return first_that_fits(node, compile_expression, ways)
    except UnwritableError:
        return None


def _names(name: str, items: dict[str, Node]) -> list[str]:
    """List the variables that *name* sets, if a lambda can take them."""
    if _BODIES[name] not in items or "arrayIndexAs" in items:
        return []
    if name == "$let":
        variables = items.get("vars")
        return [key for key, _ in variables.items] if isinstance(variables, Map) else []
    if name == "$reduce":
        return [] if items.keys() & {"as", "valueAs"} else ["value", "this"]
    named = items.get("as")
    return [named.value] if isinstance(named, Value) else []


def _fit(names: Sequence[str], body: Node, scope: Scope) -> bool:
    """Tell whether a lambda's arguments may have these names."""
    taken = {*_USED, *scope.variables, *_set_in(body)}
    if scope.model is not None:
        taken.add(scope.model.__name__)
    return all(_is_argument(name) and name not in taken for name in names)


def _is_argument(name: Any) -> bool:
    if not isinstance(name, str) or not name.isascii() or not is_name(name):
        return False
    return not keyword.iskeyword(name) and name.strip("_") == name


def _set_in(body: Node) -> Iterator[str]:
    """Yield the variables that operators in *body* set."""
    for op in parts(body, Op):
        if op.name in _BODIES:
            items = dict(op.body.items) if isinstance(op.body, (Body, Map)) else {}
            yield from _names(op.name, items)
            yield from ("this", "value")[: {"$reduce": 2, "$let": 0}.get(op.name, 1)]


def _given(node: Any, names: Sequence[str], scope: Scope) -> Iterator[Named]:
    for key, item in node.body.items:
        if key == _BODIES[node.name]:
            yield key, _lambda(names, expression(item, scope.binding(names)))
        elif key == "vars":
            yield key, mapped([(k, expression(v, scope)) for k, v in item.items])
        else:
            yield key, expression(item, scope)


def _lambda(names: Sequence[str], body: Written) -> Written:
    """Write a function of *names*; its value is known, whatever it is called with."""

    def function(*_: Any) -> Any:
        return body.value

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    arguments = [inspect.Parameter(name, kind) for name in names]
    vars(function)["__signature__"] = inspect.Signature(arguments)
    return Written(Prefix(f"lambda {', '.join(names)}: ", body.code), function)


def _is_typed(argument: Written) -> bool:
    """Tell whether the lambda's arguments would have a type, and so Python names."""
    values = argument.value
    members = values.values() if isinstance(values, dict) else [values]
    return any(getattr(value, "_spec", None) is not None for value in members)


def _call(name: str, given: Sequence[Named]) -> Written:
    """Write the call, its first arguments by place while they come in that order."""
    found = function_of(fn, name)
    if found is None:
        raise TypeError(name)
    called, function = found
    named = [(_PARAMETERS.get(key, key), value) for key, value in given]
    places = 0
    for (key, _), parameter in zip(named, parameters(function), strict=False):
        if key != parameter:
            break
        places += 1
    by_place = [value for _, value in named[:places]]
    return call(f"fn.{called}", function, by_place, named[places:])


_PARAMETERS: dict[str, str] = {
    "as": "as_",
    "in": "in_",
    "initialValue": "initial_value",
    "input": "input_",
    "vars": "vars_",
}
