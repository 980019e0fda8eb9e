"""Constants, chance, metadata and functions of your own.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#miscellaneous-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.face import Expr, named
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Node, Op, Param, Raw
from mongo_dsl.params import later, own_code
from mongo_dsl.updates import reads
from mongo_dsl.values import node


__all__ = ["create_object_id", "function", "literal", "meta", "rand"]


def create_object_id() -> Expr:
    """Make a new ObjectId for every document. Needs MongoDB 8.3."""
    return named("$createObjectId")


@in_call_order
def function(body: Any, *, args: Any = (), lang: Any = "js") -> Expr:
    """Call the JavaScript function *body* with *args*, on the server.

    *body* is code of your own, never a user's; what users enter goes into *args*.
    """
    return named("$function", body=own_code("function", body), args=args, lang=lang)


def literal(value: Any) -> Expr:
    """Write *value* as a constant, ``$literal``, whether it needs that or not.

    Raises:
        OperandError: *value* is no constant.
    """
    if isinstance(value, Param):
        return Expr(Op("$literal", Raw(later(value, _constant))))
    return Expr(Op("$literal", Raw(_constant(value))))


def _constant(value: Any) -> Node:
    found = node(value)
    if reads(found):
        msg = f"literal got {value!r}, which the server computes; it takes constants"
        raise OperandError(msg)
    return found


def meta(keyword: Any) -> Expr:
    """Read what the server knows about a document beside its fields.

    *keyword* is ``"textScore"``, ``"indexKey"``, ``"sortKey"``, ``"recordId"``, or for
    Atlas ``"searchScore"``, ``"searchHighlights"``, ``"vectorSearchScore"``, ….
    """
    return Expr(Op("$meta", node(keyword)))


def rand() -> Expr:
    """Draw a number from 0 to below 1, for every document anew."""
    return named("$rand")
