"""The order of BSON values, and what equals what.

https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from bson.binary import OLD_BINARY_SUBTYPE

from mongo_dsl.errors import CompileError, OperandError
from mongo_dsl.matching.paths import MISSING


NUMBER = 10
_RANKS: dict[type, int] = {
    MinKey: -1,
    type(MISSING): 0,
    type(None): 5,
    **dict.fromkeys((int, float, Int64, Decimal128), NUMBER),
    str: 15,
    **dict.fromkeys((dict, DBRef), 20),
    list: 25,
    **dict.fromkeys((bytes, Binary), 30),
    ObjectId: 35,
    bool: 40,
    dt.datetime: 45,
    Timestamp: 47,
    **dict.fromkeys((Regex, re.Pattern), 50),
    Code: 60,
    MaxKey: 127,
}


def rank(value: Any) -> int:
    """Return the place of the type of *value* among BSON's types."""
    for kind in type(value).__mro__:
        if kind in _RANKS:
            return _RANKS[kind]
    msg = f"{value!r} is a {type(value).__name__}, which has no BSON form"
    raise OperandError(msg)


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1: *left* stands before, equals or stands after *right*."""
    ours, theirs = rank(left), rank(right)
    if ours != theirs:
        return _sign(ours, theirs)
    if isinstance(left, list):
        return _first(map(compare, left, right)) or _sign(len(left), len(right))
    if isinstance(left, (dict, DBRef)):
        return _documents(left, right)
    sortable = _SORTABLE.get(ours)
    return (
        _sign(left, right) if sortable is None else _sign(*map(sortable, (left, right)))
    )


def equal(left: Any, right: Any) -> bool:
    """Tell whether MongoDB takes *left* and *right* for the same value."""
    return compare(left, right) == 0


def is_nan(value: Any) -> bool:
    """Tell whether *value* is the number that no number equals, be it a decimal."""
    if isinstance(value, Decimal128):
        return value.to_decimal().is_nan()
    return isinstance(value, float) and math.isnan(value)


def _sign(left: Any, right: Any) -> int:
    return (left > right) - (left < right)


def _first(results: Iterable[int]) -> int:
    return next(filter(None, results), 0)


def _documents(left: Any, right: Any) -> int:
    """Compare field by field: by the type first, then by the name, then by the value."""
    pairs = zip_longest(_items(left), _items(right))
    return _first(_fields(ours, theirs) for ours, theirs in pairs)


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    document = value.as_doc() if isinstance(value, DBRef) else value
    return document.items()


def _fields(left: tuple[str, Any] | None, right: tuple[str, Any] | None) -> int:
    if left is None or right is None:
        return _sign(left is not None, right is not None)
    return (
        _sign(rank(left[1]), rank(right[1]))
        or _sign(left[0], right[0])
        or compare(left[1], right[1])
    )


def _number(value: Any) -> tuple[bool, Decimal]:
    """Return what numbers of all types compare by, exactly; NaN stands before all others."""
    if is_nan(value):
        return False, Decimal(0)
    if isinstance(value, Decimal128):
        return True, value.to_decimal()
    return True, Decimal(value)


def payload(value: bytes) -> bytes:
    """Return the bytes that are stored: the old subtype 2 states its length once more."""
    is_old = isinstance(value, Binary) and value.subtype == OLD_BINARY_SUBTYPE
    return len(value).to_bytes(4, "little") + value if is_old else bytes(value)


def _binary(value: bytes) -> tuple[int, int, bytes]:
    stored = payload(value)
    subtype = value.subtype if isinstance(value, Binary) else 0
    return len(stored), subtype, stored


def letters(flags: int) -> str:
    """Return the options that *flags* of Python stand for, as they are stored."""
    return "".join(one for one in "ilmsux" if flags & re.RegexFlag[one.upper()])


def _regex(value: Any) -> tuple[str, str]:
    text = value.pattern
    return text if isinstance(text, str) else text.decode(), letters(value.flags)


def _code(value: Code) -> str:
    if value.scope is None:
        return str(value)
    msg = f"{value!r} can't be compared in memory, for its scope; ask the server"
    raise CompileError(msg)


_SORTABLE: dict[int, Callable[[Any], Any]] = {
    -1: lambda _: 0,
    0: lambda _: 0,
    5: lambda _: 0,
    NUMBER: _number,
    30: _binary,
    50: _regex,
    60: _code,
    127: lambda _: 0,
}
