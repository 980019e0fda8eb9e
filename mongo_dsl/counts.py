"""Numbers of documents: what limits, skips and samples take."""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Node, Param, Value
from mongo_dsl.params import later


def count_node(name: str, count: Any, least: int) -> Node:
    """Check the *count* that *name* takes; a parameter checks it when it is bound.

    Raises:
        OperandError: *count* is no integer.
        ArgumentError: *count* is below *least*.
    """
    if type(count) is int and count >= least:
        return Value(count)
    if isinstance(count, Param):
        return later(count, _checked, name, least)
    if isinstance(count, bool) or not isinstance(count, int):
        msg = f"{name} got {count!r}; it takes a number of documents"
        raise OperandError(msg)
    if count < least:
        msg = f"{name} got {count!r}; it takes a number from {least} on"
        raise ArgumentError(msg)
    return Value(count)


def _checked(name: str, least: int, count: Any) -> Node:
    return count_node(name, count, least)
