"""Sizes, hashes and kinds of binary data and of whole documents.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#data-size-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, named, single
from mongo_dsl.expressions.order import in_call_order


__all__ = [
    "binary_size",
    "bson_size",
    "hash_",
    "hex_hash",
    "subtype",
    "to_hashed_index_key",
]


def binary_size(expression: Any) -> Expr:
    """Count the bytes of text or binary data."""
    return single("$binarySize", expression)


def bson_size(object_: Any) -> Expr:
    """Count the bytes a document takes as BSON."""
    return single("$bsonSize", object_)


@in_call_order
def hash_(input_: Any, algorithm: Any) -> Expr:
    """Hash text or binary data by *algorithm* into binary data. Needs MongoDB 8.3."""
    return named("$hash", input=input_, algorithm=algorithm)


@in_call_order
def hex_hash(input_: Any, algorithm: Any) -> Expr:
    """Hash text or binary data by *algorithm* into hex digits. Needs MongoDB 8.3."""
    return named("$hexHash", input=input_, algorithm=algorithm)


def subtype(expression: Any) -> Expr:
    """Tell the subtype of binary data, as a number. Needs MongoDB 8.3."""
    return single("$subtype", expression)


def to_hashed_index_key(value: Any) -> Expr:
    """Compute the hash that a hashed index holds for *value*."""
    return single("$toHashedIndexKey", value)
