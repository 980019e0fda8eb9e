"""Aggregation expressions: the only place that knows ``$`` paths and ``$literal``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.compile.values import VALUES, compile_value, unbound
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
    Stages,
    Value,
    Var,
)


def compile_expression(node: Node) -> Any:
    """Compile *node* as an aggregation expression.

    Strings that begin with ``$`` and documents with keys that MongoDB would read are
    wrapped in ``$literal``: data is never taken for a path or an operator.

    Raises:
        ParameterError: a parameter is unbound.
        CompileError: *node* has no form as an expression.
    """
    return EXPRESSIONS[type(node)](node)


def read_path(node: Path, prefix: str = "$") -> Any:
    """Read the field *node*, of the document or of what *prefix* names."""
    return _indexed(node, prefix) if node.positions else f"{prefix}{node.name}"


def _indexed(node: Path, prefix: str) -> Any:
    """Read array places one by one: ``"$items.0"`` would look for a field named 0."""
    segments = node.name.split(".")
    first = node.positions[0]
    value: Any = prefix + ".".join(segments[:first])
    for place, segment in enumerate(segments[first:], first):
        if place in node.positions:
            value = {"$arrayElemAt": [value, int(segment)]}
        else:
            value = {"$getField": {"field": segment, "input": value}}
    return value


def _var(node: Var) -> str:
    return f"$${node.name}"


def _value(node: Value) -> Any:
    value = node.value
    if isinstance(value, str) and value[:1] == "$":
        return {"$literal": value}
    return value


def _seq(node: Seq) -> list[Any]:
    return [EXPRESSIONS[type(item)](item) for item in node.items]


def _map(node: Map) -> Any:
    if has_odd_names(node):
        return {"$literal": compile_value(node)} if is_data(node) else _by_field(node)
    return {name: EXPRESSIONS[type(item)](item) for name, item in node.items}


def has_odd_names(node: Map) -> bool:
    """Tell whether expressions would read a name of *node* as something else."""
    return any(name[:1] == "$" or "." in name or not name for name, _ in node.items)


def is_data(node: Node) -> bool:
    """Tell whether *node* holds nothing that the server computes."""
    if isinstance(node, Seq):
        return all(map(is_data, node.items))
    if isinstance(node, Map):
        return all(is_data(item) for _, item in node.items)
    return isinstance(node, (Value, Param))


def _by_field(node: Map) -> dict[str, Any]:
    """Build a document of computed values field by field: ``$setField`` takes any name."""
    made: dict[str, Any] = {}
    for name, item in node.items:
        value = EXPRESSIONS[type(item)](item)
        body = {"field": _value(Value(name)), "input": made, "value": value}
        made = {"$setField": body}
    return made


def compile_whole(node: Node) -> Any:
    """Compile what a field is set to: a bare document would set the fields it names."""
    if isinstance(node, Map):
        if is_data(node):
            return {"$literal": compile_value(node)}
        return {"$mergeObjects": [_map(node)]}
    return compile_expression(node)


def _body(node: Body) -> dict[str, Any]:
    return {name: EXPRESSIONS[type(item)](item) for name, item in node.items}


def _op(node: Op) -> dict[str, Any]:
    return {node.name: EXPRESSIONS[type(node.body)](node.body)}


def _data(node: Raw | Data) -> Any:
    return VALUES[type(node.body)](node.body)


def _stages(node: Stages) -> list[Any]:
    return [EXPRESSIONS[type(item)](item) for item in node.items]


EXPRESSIONS: dict[type[Node], Callable[[Any], Any]] = {
    Path: read_path,
    Var: _var,
    Value: _value,
    Seq: _seq,
    Stages: _stages,
    Map: _map,
    Body: _body,
    Collection: lambda node: node.name,
    Op: _op,
    Raw: _data,
    Data: _data,
    Param: unbound,
}
