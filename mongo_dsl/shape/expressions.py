"""What expressions read, and what kind of value they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.nodes import (
    Body,
    Data,
    Map,
    Node,
    Op,
    Path,
    Raw,
    Seq,
    Value,
    Var,
)
from mongo_dsl.shape.classes import joined
from mongo_dsl.shape.kinds import NOTHING, UNKNOWN, Array, Kind, Shape, Typed
from mongo_dsl.shape.operators import RESULTS, SYSTEM_VARIABLES
from mongo_dsl.shape.reading import Scope


def kind_of(node: Node, scope: Scope) -> Kind:
    """Return what the expression *node* gives, having checked what it reads.

    Raises:
        UnknownFieldError: a field is certainly not there.
    """
    return KINDS.get(type(node), _unknown)(node, scope)


def _path(node: Path, scope: Scope) -> Kind:
    return scope.read(node.name, node.positions) if node.name else scope.current


def _var(node: Var, scope: Scope) -> Kind:
    name, *path = node.name.split(".")
    return scope.follow(_value_of(name, scope), path, f"$${name}")


def _value_of(name: str, scope: Scope) -> Kind:
    if name in scope.variables:
        return scope.variables[name]
    if name in ("ROOT", "CURRENT"):
        return scope.root if name == "ROOT" else scope.current
    return SYSTEM_VARIABLES.get(name, UNKNOWN)


def _value(node: Value, _: Scope) -> Kind:
    return Typed(type(node.value))


def _seq(node: Seq, scope: Scope) -> Kind:
    return Array(joined([kind_of(item, scope) for item in node.items]))


def _document(node: Map | Body, scope: Scope) -> Kind:
    kinds = {name: kind_of(item, scope) for name, item in node.items}
    return Shape({name: kind for name, kind in kinds.items() if kind is not NOTHING})


def _map(node: Map, scope: Scope) -> Kind:
    return data(node) if is_data(node) else _document(node, scope)


def is_data(node: Map | Body) -> bool:
    """Tell whether *node* has keys that the server would read: it is sent as data."""
    return any(name[:1] == "$" or "." in name or not name for name, _ in node.items)


def data(node: Node) -> Kind:
    """Return what *node* is, which is not computed."""
    if isinstance(node, Value):
        return Typed(type(node.value))
    if isinstance(node, Seq):
        return Array(joined(data(item) for item in node.items))
    if isinstance(node, (Map, Body)):
        return Shape({name: data(item) for name, item in node.items})
    return data(node.body) if isinstance(node, (Raw, Data)) else UNKNOWN


def _op(node: Op, scope: Scope) -> Kind:
    special = SPECIAL.get(node.name)
    if special is not None:
        return special(node.body, scope)
    kinds = [kind_of(argument, scope) for argument in arguments(node.body)]
    result = RESULTS.get(node.name, UNKNOWN)
    return result if isinstance(result, Kind) else result(kinds)


def arguments(body: Node) -> list[Node]:
    """List the arguments of an operator, however they are encoded."""
    if isinstance(body, Seq):
        return list(body.items)
    if isinstance(body, (Body, Map)):
        return [item for _, item in body.items]
    return [body]


def argument(body: Node, name: str, place: int = -1) -> Node | None:
    """Return the argument called *name*, or the one at *place*."""
    if isinstance(body, (Body, Map)):
        for key, item in body.items:
            if key == name:
                return plain(item)
        return None
    found = arguments(body)[place:][:1] if place >= 0 else None
    return plain(found[0]) if found else None


def plain(node: Node) -> Node:
    """Return *node*, which may be marked as data."""
    return node.body if type(node) is Data else node


def argument_kind(body: Node, name: str, scope: Scope, place: int = -1) -> Kind:
    """Return the kind of the argument called *name*, `NOTHING` where there is none."""
    found = argument(body, name, place)
    return NOTHING if found is None else kind_of(found, scope)


def _unknown(_: Node, __: Scope) -> Kind:
    return UNKNOWN


KINDS: dict[type[Node], Callable[[Any, Scope], Kind]] = {
    Path: _path,
    Var: _var,
    Value: _value,
    Seq: _seq,
    Map: _map,
    Body: _document,
    Op: _op,
    Data: lambda node, _: data(node),
}

SPECIAL: dict[str, Callable[[Node, Scope], Kind]] = {}
"""The operators that read their arguments in ways of their own."""
