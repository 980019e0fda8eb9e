"""What `exists` and `type_` take.

https://www.mongodb.com/docs/manual/reference/operator/query-element/
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.names import bson_type
from mongo_dsl.nodes import Node, Param, Seq
from mongo_dsl.params import later
from mongo_dsl.values import node, number


def flag(present: Any) -> Node:
    """Return what `exists` got: True, False or a number.

    Raises:
        OperandError: *present* is something else.
    """
    if isinstance(present, Param):
        return later(present, flag)
    if not isinstance(present, bool) and number(present) is None:
        msg = f"exists got {present!r}; it takes True, False or a number"
        raise OperandError(msg)
    return node(present)


def types_of(types: Any) -> Node:
    """Return what `type_` got: a type, or several.

    Raises:
        ArgumentError: *types* is an empty list.
    """
    if isinstance(types, Param):
        return later(types, types_of)
    if not isinstance(types, (list, tuple)):
        return node(bson_type(types))
    if not types:
        msg = "type_ got no types; it takes aliases such as 'string', or numbers"
        raise ArgumentError(msg)
    return Seq(tuple([_type(name) for name in types]))


def _type(name: Any) -> Node:
    return later(name, bson_type) if isinstance(name, Param) else node(bson_type(name))
