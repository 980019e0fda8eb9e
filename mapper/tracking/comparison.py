"""Which values are the same: as they are stored, and as the server compares them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable
from decimal import Decimal
from typing import Any

from bson import Decimal128, Int64, ObjectId


GONE: Any = object()
"""What stands for a value that isn't there."""


def same(left: Any, right: Any) -> bool:
    """Compare as what is stored: types count, the order of keys doesn't."""
    if left is right:
        return True
    if type(left) is not type(right):
        return _kind(left) is _kind(right) and bool(left == right)
    if isinstance(left, dict):
        return len(left) == len(right) and not unlike(left, right)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or (left != left and right != right)  # noqa: PLR0124 - NaN


def unlike(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the values of *new* that *old* doesn't have under their names."""
    before = old.get
    return {
        name: value
        for name, value in new.items()
        # Most values end here: every save asks of every value, and calls take time.
        if (known := before(name, GONE)) is not value
        and not (type(known) is type(value) and type(value) in WHOLE and known == value)
        and not same(known, value)
    }


WHOLE = frozenset({str, int, float, bool, type(None), ObjectId, dt.datetime})
"""The types of most values, which have no parts: two that are equal are the same."""


def has_parts(item: Any) -> bool:
    """Tell whether what is stored as *item* may be changed in part."""
    return isinstance(item, (dict, list))


def key(value: Any) -> Hashable:
    """Return what is equal for two values if and only if they are the `same`."""
    if isinstance(value, dict):
        return dict, frozenset((name, key(item)) for name, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(key, value))
    if value != value:  # noqa: PLR0124 - NaN is unequal to itself
        return type(value), "NaN"
    try:
        hash(value)
    except TypeError:  # expressions and code can't be hashed
        return type(value), repr(value)
    return _kind(value), value


def _kind(value: Any) -> type:
    """Return the type of *value*; the driver stores an int that is long as `Int64`."""
    kind = type(value)
    return Int64 if kind is int and not -(2**31) <= value < 2**31 else kind


def rough(value: Any) -> Hashable:
    """Return what is equal for two values that the server may take for equal.

    It compares numbers across their types. Two values that differ here certainly differ there.
    """
    if isinstance(value, dict):
        return dict, frozenset((name, rough(item)) for name, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(rough, value))
    if type(value) in _NUMBERS:
        return "number", _number(value)
    if isinstance(value, bytes):
        return bytes, bytes(value)
    return key(value)


_NUMBERS = frozenset({int, float, Int64, Decimal128})


def _number(value: Any) -> Hashable:
    number: Any = value.to_decimal() if isinstance(value, Decimal128) else value
    is_nan = number.is_nan() if isinstance(number, Decimal) else math.isnan(number)
    return "NaN" if is_nan else number
