"""Documents and their fields.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#object-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import (
    MISSING,
    Expr,
    in_call_order,
    named,
    positional,
    single,
)


__all__ = ["get_field", "merge_objects", "object_to_array", "set_field", "unset_field"]


@in_call_order
def get_field(field: Any, input_: Any = MISSING) -> Expr:
    """Read *field*, whose name may hold dots or begin with ``$``. Needs MongoDB 5.0.

    It is read from *input_*, by default from the whole document.
    """
    return named("$getField", field=field, input=input_)


def merge_objects(*document: Any) -> Expr:
    """Join documents into one; of fields with one name the last one counts."""
    return positional("$mergeObjects", *document)


def object_to_array(object_: Any) -> Expr:
    """Turn a document into an array of documents with the fields k and v."""
    return single("$objectToArray", object_)


@in_call_order
def set_field(field: Any, *, input_: Any, value: Any) -> Expr:
    """Set *field* of *input_*, by any name, to *value*. Needs MongoDB 5.0."""
    return named("$setField", field=field, input=input_, value=value)


@in_call_order
def unset_field(field: Any, input_: Any) -> Expr:
    """Remove *field* of *input_*, by any name. Needs MongoDB 5.0."""
    return named("$unsetField", field=field, input=input_)
