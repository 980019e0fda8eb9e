"""Types of values, and values turned into other types.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#type-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import MISSING, Expr, named, single
from mongo_dsl.expressions.order import in_call_order


__all__ = [
    "convert",
    "deserialize_ejson",
    "is_number",
    "serialize_ejson",
    "to_array",
    "to_bool",
    "to_date",
    "to_decimal",
    "to_double",
    "to_int",
    "to_long",
    "to_object",
    "to_object_id",
    "to_string",
    "type_",
]


@in_call_order
def convert(
    input_: Any,
    *,
    to: Any,
    on_error: Any = MISSING,
    on_null: Any = MISSING,
    base: Any = MISSING,
) -> Expr:
    """Turn *input_* into the type *to*, given by alias or number.

    *on_error* is the value where that fails, *on_null* where *input_* is null or missing.
    *base* is that of numbers in text: 2, 8, 10 or 16; it needs MongoDB 8.3.
    """
    return named(
        "$convert", input=input_, to=to, onError=on_error, onNull=on_null, base=base
    )


@in_call_order
def deserialize_ejson(input_: Any, on_error: Any = MISSING) -> Expr:
    """Turn Extended JSON into the values it stands for. Needs MongoDB 8.3."""
    return named("$deserializeEJSON", input=input_, onError=on_error)


def is_number(expression: Any) -> Expr:
    """Tell whether *expression* is a number of any type."""
    return single("$isNumber", expression)


@in_call_order
def serialize_ejson(
    input_: Any,
    *,
    relaxed: Any = MISSING,
    on_error: Any = MISSING,
) -> Expr:
    """Turn a value into Extended JSON, *relaxed* or canonical. Needs MongoDB 8.3."""
    return named("$serializeEJSON", input=input_, relaxed=relaxed, onError=on_error)


def to_array(expression: Any) -> Expr:
    """Turn a value into an array. Needs MongoDB 8.3."""
    return single("$toArray", expression)


def to_bool(expression: Any) -> Expr:
    """Turn a value into a truth value; any text is true."""
    return single("$toBool", expression)


def to_date(expression: Any) -> Expr:
    """Turn text, an ObjectId or milliseconds since 1970 into a date."""
    return single("$toDate", expression)


def to_decimal(expression: Any) -> Expr:
    """Turn a value into a decimal128 number."""
    return single("$toDecimal", expression)


def to_double(expression: Any) -> Expr:
    """Turn a value into a floating-point number."""
    return single("$toDouble", expression)


def to_int(expression: Any) -> Expr:
    """Turn a value into a 32-bit integer, cut off towards zero."""
    return single("$toInt", expression)


def to_long(expression: Any) -> Expr:
    """Turn a value into a 64-bit integer, cut off towards zero."""
    return single("$toLong", expression)


def to_object(expression: Any) -> Expr:
    """Turn a value into a document. Needs MongoDB 8.3."""
    return single("$toObject", expression)


def to_object_id(expression: Any) -> Expr:
    """Turn 24 hexadecimal digits into an ObjectId."""
    return single("$toObjectId", expression)


def to_string(expression: Any) -> Expr:
    """Turn a value into text."""
    return single("$toString", expression)


def type_(expression: Any) -> Expr:
    """Tell the alias of a value's BSON type, or ``"missing"``."""
    return single("$type", expression)
