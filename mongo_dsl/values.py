"""What Python values become in BSON, where no document class says otherwise.

=====================  =====================================================
`datetime.datetime`    date, in milliseconds (finer digits are cut off, as the
                       driver does); naive values are UTC
`datetime.date`        date, midnight UTC
`decimal.Decimal`      decimal128
`uuid.UUID`            binary, subtype 4
`enum.Enum`            its value
`set`, `frozenset`     array, in a fixed order
`tuple`, `list`        array
mappings               document; keys must be strings
geometries             GeoJSON
attrs objects          document, by the stored names of their fields
=====================  =====================================================
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import Enum
from typing import Any, ClassVar

import attrs
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
from bson.decimal128 import create_decimal128_context

from mongo_dsl.conformity import kind_of
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Map, Node, Seq, Value
from mongo_dsl.structure import fields_of


class Face:
    """What the caller holds of a node: a field, an expression, a filter."""

    __slots__ = ()
    _node: Any  # each face narrows it to its nodes
    _computes: ClassVar[bool] = False  # whether the node is an expression
    _is_value: ClassVar[bool] = True  # whether it may stand where values do
    _lasts: ClassVar[bool] = False  # whether it is the same object every time


def node(value: Any) -> Node:
    """Turn *value* into a node: faces give theirs, data becomes `Value`, `Seq`, `Map`."""
    convert = _CONVERTERS.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, Node):
        return value
    if not isinstance(value, Face):
        return _derived(value)
    if value._is_value:  # noqa: SLF001 - faces exist to be unwrapped here
        found: Node = value._node  # noqa: SLF001
        return found
    msg = f"{value!r} is no value; fields, expressions, filters and data are"
    raise OperandError(msg)


def key(name: Any) -> str:
    """Check the key of a stored document.

    Raises:
        OperandError: *name* is not a string.
        ArgumentError: *name* holds a NUL byte, which BSON can't store.
    """
    if not isinstance(name, str):
        msg = f"a key of a document is {name!r}; BSON keys are strings"
        raise OperandError(msg)
    if "\0" in name:
        msg = f"the key {name!r} holds a NUL byte; BSON can't store it"
        raise ArgumentError(msg)
    return str(name)


def is_pattern(found: Node) -> bool:
    """Tell whether *found* is a compiled regular expression."""
    return type(found) is Value and isinstance(found.value, (re.Pattern, Regex))


def number(value: Any) -> float | Decimal | None:
    """Return the number that *value* is; None for all else, booleans too."""
    if isinstance(value, Decimal128):
        return value.to_decimal()
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return value if is_number else None


def whole(value: Any) -> int | None:
    """Return the integer that the number *value* equals; None for all else."""
    found = number(value)
    if found is None or not math.isfinite(found) or found != int(found):
        return None
    return int(found)


def truth(value: Any) -> bool:
    """Tell whether MongoDB takes the boolean or number *value* for true."""
    found = number(value)
    return bool(value if found is None else found)


def int64(value: int) -> int:
    """Check that the integer *value* fits into 64 bits.

    Raises:
        ArgumentError: it doesn't.
    """
    if -(1 << 63) <= value < 1 << 63:
        return value
    msg = f"the integer {value!r} has more than 64 bits; BSON can't store it"
    raise ArgumentError(msg)


def utc(value: dt.datetime) -> dt.datetime:
    """Cut *value* to milliseconds, in UTC: what the server will hold."""
    if value.tzinfo is dt.timezone.utc and value.microsecond % 1000 == 0:
        return value
    aware = value.replace(tzinfo=dt.timezone.utc) if value.tzinfo is None else value
    moved = aware.astimezone(dt.timezone.utc)
    return moved.replace(microsecond=moved.microsecond // 1000 * 1000)


def midnight(value: dt.date) -> dt.datetime:
    """Return the first moment of the day *value*, in UTC."""
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.timezone.utc)


_DECIMAL: Context = create_decimal128_context()


def decimal128(value: Decimal) -> Decimal128:
    """Turn *value* into a decimal128 of exactly its digits.

    Raises:
        ArgumentError: *value* has more than 34 of them, or too large an exponent.
    """
    context = _DECIMAL.copy()
    context.traps[Inexact] = True
    try:
        return Decimal128(context.create_decimal(value))
    except (Inexact, InvalidOperation):
        msg = f"the decimal {value!r} has no exact decimal128 form; it holds 34 digits"
        raise ArgumentError(msg) from None


def ordered(items: Iterable[Any]) -> list[Any]:
    """Put the *items* of a set in a fixed order: equal sets must be stored alike."""
    return sorted(items, key=lambda item: (type(item).__name__, repr(item)))


def _integer(value: int) -> Value:
    return Value(int64(value))


def _datetime(value: dt.datetime) -> Value:
    return Value(utc(value))


def _date(value: dt.date) -> Value:
    return Value(midnight(value))


def _decimal(value: Decimal) -> Value:
    return Value(decimal128(value))


def _too_deep() -> ArgumentError:
    msg = "a value is nested deeper than Python follows; MongoDB stores 100 levels"
    return ArgumentError(msg)


def _sequence(value: Any) -> Seq:
    try:
        return Seq(tuple([node(item) for item in value]))
    except RecursionError:
        raise _too_deep() from None


def _set(value: Any) -> Seq:
    return _sequence(ordered(value))


def _mapping(value: Mapping[Any, Any]) -> Map:
    try:
        return Map(tuple([(key(name), node(item)) for name, item in value.items()]))
    except RecursionError:
        raise _too_deep() from None


_CONVERTERS: dict[type, Callable[[Any], Node]] = {
    **dict.fromkeys((str, float, bool, type(None), bytes, ObjectId, Decimal128), Value),
    **dict.fromkeys((Int64, Regex, re.Pattern, Code, Binary, Timestamp), Value),
    **dict.fromkeys((DBRef, MinKey, MaxKey), Value),
    int: _integer,
    dt.datetime: _datetime,
    dt.date: _date,
    Decimal: _decimal,
    uuid.UUID: lambda value: Value(Binary.from_uuid(value)),
    list: _sequence,
    tuple: _sequence,
    set: _set,
    frozenset: _set,
    dict: _mapping,
}

PLAIN: frozenset[type] = frozenset({str, int, float, bool, ObjectId})
"""The types of values that go into the tree as they are; an `int` must fit into 64 bits."""

# Asked in this order of data whose exact type isn't listed: an Enum may be a str too.
_FAMILIES: tuple[tuple[Any, Callable[[Any], Node]], ...] = (
    (Enum, lambda value: node(value.value)),
    (str, lambda value: Value(str(value))),
    (bool, Value),
    (int, lambda value: _integer(int(value))),
    (float, lambda value: Value(float(value))),
    (Binary, lambda value: Value(Binary(bytes(value), value.subtype))),
    ((bytearray, memoryview), lambda value: Value(bytes(value))),
    (bytes, lambda value: Value(bytes(value))),
    (dt.datetime, _datetime),
    (dt.date, _date),
    (Decimal, _decimal),
    (Mapping, _mapping),
    ((list, tuple), _sequence),
    ((set, frozenset), _set),
)


def _derived(value: Any) -> Node:
    for family, convert in _FAMILIES:
        if isinstance(value, family):
            return convert(value)
    if hasattr(value, "__geo_interface__"):
        return _mapping(value.__geo_interface__)
    if attrs.has(type(value)) and not hasattr(
        value, "to_mql"
    ):  # planar shapes have none
        return _object(value)
    msg = f"{value!r} is {kind_of(value)}, which has no BSON form"
    raise OperandError(msg)


def _object(value: Any) -> Map:
    """Write an object by the stored names of its fields, as its class says if it does."""
    kind: Any = type(value)
    encode = getattr(kind, "__encode_value__", None)
    if encode is not None:
        return _mapping(encode(value, kind))
    stored = fields_of(kind)
    return _mapping({stored[name][0]: getattr(value, name) for name in stored})
