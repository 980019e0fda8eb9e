"""Documents and their fields.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#object-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import (
    MISSING,
    Expr,
    named,
    positional,
    single,
)
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.values import key


__all__ = ["get_field", "merge_objects", "object_to_array", "set_field", "unset_field"]


@in_call_order
def get_field(field: Any, input_: Any = MISSING) -> Expr:
    """Read *field*, whose name may hold dots or begin with ``$``. Needs MongoDB 5.0.

    It is read from *input_*: a document's field, or `fn.CURRENT` for the whole document.
    The specification has that for a default, but servers ask for it.

    Raises:
        ArgumentError: *field* holds a NUL byte.

    >>> from mongo_dsl import F, fn
    >>> (get_field("price.usd", fn.CURRENT) > 5).compile()
    {'$expr': {'$gt': [{'$getField': {'field': 'price.usd', 'input': '$$CURRENT'}}, 5]}}
    """
    return named("$getField", field=_named(field), input=input_)


def _named(field: Any) -> Any:
    return key(field) if isinstance(field, str) else field


def merge_objects(*document: Any) -> Expr:
    """Join documents into one; of fields with one name the last one counts."""
    return positional("$mergeObjects", *document)


def object_to_array(object_: Any) -> Expr:
    """Turn a document into an array of documents with the fields k and v."""
    return single("$objectToArray", object_)


@in_call_order
def set_field(field: Any, *, input_: Any, value: Any) -> Expr:
    """Set *field* of *input_*, by any name, to *value*. Needs MongoDB 5.0.

    Raises:
        ArgumentError: *field* holds a NUL byte.

    >>> from mongo_dsl import fn
    >>> set_field("$price", input_=fn.ROOT, value=5).compile()["$setField"]["field"]
    {'$literal': '$price'}
    """
    return named("$setField", field=_named(field), input=input_, value=value)


@in_call_order
def unset_field(field: Any, input_: Any) -> Expr:
    """Remove *field* of *input_*, by any name. Needs MongoDB 5.0.

    Raises:
        ArgumentError: *field* holds a NUL byte.
    """
    return named("$unsetField", field=_named(field), input=input_)
