"""Numbers: BSON has four kinds of them, and each field keeps to its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bson import Decimal128, Int64

from mapper.conversion.problems import unfit
from mongo_dsl.errors import DslError
from mongo_dsl.values import decimal128, int64


_LIMIT = 1 << 63


def encode_int(value: Any) -> int:
    """Store an integer of 64 bits at most."""
    if type(value) is int and -_LIMIT <= value < _LIMIT:
        return value
    if isinstance(value, int) and type(value) is not bool:
        try:
            return int64(int(value))
        except DslError:
            raise unfit(value, "an integer of 64 bits") from None
    raise unfit(value, "int")


def decode_int(stored: Any, _: Any) -> int:
    """Read an integer, or a double without a fraction."""
    if type(stored) is int:
        return stored
    kind = type(stored)
    if kind is Int64 or (
        kind is float and stored.is_integer() and abs(stored) < _LIMIT
    ):
        return int(stored)
    raise unfit(stored, "int")


def encode_float(value: Any) -> float:
    """Store a double, also of an integer that a double holds exactly."""
    if type(value) is float:
        return value
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, int) or type(value) is bool:
        raise unfit(value, "float")
    # A double holds every integer of 53 bits; of longer ones it would drop digits.
    if abs(value) <= 1 << 1023 and float(value) == value:
        return float(value)
    raise unfit(value, "a number that a double holds exactly")


def decode_float(stored: Any, _: Any) -> float:
    """Read a double or an integer."""
    kind = type(stored)
    if kind is float or kind is int or kind is Int64:
        return float(stored)
    raise unfit(stored, "float")


def encode_int64(value: Any) -> Int64:
    """Store an integer in 64 bits, however small it is."""
    if type(value) is Int64:
        return Int64(encode_int(value))
    raise unfit(value, "Int64")


def decode_int64(stored: Any, _: Any) -> Int64:
    """Read an integer; the driver reads short ones as `int`."""
    if type(stored) in (int, Int64):
        return Int64(stored)
    raise unfit(stored, "Int64")


def encode_decimal(value: Any) -> Decimal128:
    """Store a decimal with all its digits."""
    if not isinstance(value, Decimal):
        raise unfit(value, "Decimal")
    try:
        return decimal128(value)
    except DslError:
        raise unfit(value, "a decimal of at most 34 digits") from None


def decode_decimal(stored: Any, _: Any) -> Decimal:
    """Read a decimal128."""
    if type(stored) is Decimal128:
        return stored.to_decimal()
    raise unfit(stored, "Decimal")
