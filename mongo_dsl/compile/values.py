"""Data as it is stored and compared: the place of operands, update values and raw MQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from mongo_dsl.errors import CompileError, ParameterError
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


def compile_value(node: Node) -> Any:
    """Compile *node* as data.

    Raises:
        ParameterError: a parameter is unbound.
        CompileError: *node* reads a field, which data can't.
    """
    return VALUES[type(node)](node)


def unbound(node: Param) -> NoReturn:
    """Refuse a parameter that was left open."""
    msg = f"parameter {node.name!r} is unbound; fill it with bind({node.name}=...)"
    raise ParameterError(msg)


def _value(node: Value) -> Any:
    return node.value


def _seq(node: Seq) -> list[Any]:
    return [VALUES[type(item)](item) for item in node.items]


def _map(node: Map | Body) -> dict[str, Any]:
    return {name: VALUES[type(item)](item) for name, item in node.items}


def _op(node: Op) -> dict[str, Any]:
    return {node.name: VALUES[type(node.body)](node.body)}


def _raw(node: Raw | Data) -> Any:
    return compile_value(node.body)


def _read(node: Path | Var) -> NoReturn:
    msg = f"{node.name!r} is read by the server and can't stand in data"
    raise CompileError(f"{msg}; compare it, or use it in an expression")


def _stages(_: Stages) -> NoReturn:
    msg = "a pipeline stands where data does; stages such as lookup and facet take"
    raise CompileError(f"{msg} pipelines")


VALUES: dict[type[Node], Callable[[Any], Any]] = {
    Value: _value,
    Seq: _seq,
    Map: _map,
    Body: _map,
    Op: _op,
    Raw: _raw,
    Data: _raw,
    Collection: lambda node: node.name,
    Param: unbound,
    Path: _read,
    Var: _read,
    Stages: _stages,
}
