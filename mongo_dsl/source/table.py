"""The table from node type to what writes such nodes; the modules beside fill it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.nodes import Node
from mongo_dsl.source.fields import Scope
from mongo_dsl.source.written import UnwritableError, Written, inside


WRITERS: dict[type[Node], Callable[[Any, Scope], Written]] = {}


def expression(node: Node, scope: Scope) -> Written:
    """Write *node* as an expression.

    Raises:
        UnwritableError: a part of it has no function.
    """
    write = WRITERS.get(type(node))
    if write is None:
        raise UnwritableError(node)
    with inside(node):
        return write(node, scope)
