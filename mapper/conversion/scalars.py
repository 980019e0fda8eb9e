"""Values without parts, each read strictly: no type is silently turned into another.

================  =======================  ==========================================
annotation        stored as                read from
================  =======================  ==========================================
`int`             int, 64 bits at most     int; doubles without a fraction, which is
                                           how mongosh writes them
`float`           double                   double, int
`Decimal`         decimal128, 34 digits    decimal128
`bytes`           binary, subtype 0        the same
`UUID`            binary, subtype 4        the same, or the driver's `UUID`
`datetime`        date, in milliseconds    date; always aware, in UTC
`date`            date, midnight UTC       date, of midnight only
`time`            string, ISO 8601         the same; ISO times of one zone sort
`timedelta`       int, in milliseconds     int; dates subtract to milliseconds too
`re.Pattern`      regular expression       the same
================  =======================  ==========================================
"""

from __future__ import annotations

import copy
import datetime as dt
import re
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

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
from bson.binary import UUID_SUBTYPE
from cattrs import Converter

from mapper.conversion import moments, numbers
from mapper.conversion.data import as_stored, untyped
from mapper.conversion.parts import Exact, Moment, Other, Part, described
from mapper.conversion.problems import unfit
from mongo_dsl.conformity import describe


Encode = Callable[[Any], Any]
Decode = Callable[[Any, Any], Any]


@attrs.frozen
class Scalar:
    """How a type is stored and read; *stored* are the types the driver reads it as."""

    encode: Encode
    decode: Decode
    stored: tuple[type, ...]


def _exactly(kind: type) -> Scalar:
    rule = describe(kind)

    def encode(value: Any) -> Any:
        if type(value) is kind:
            return value
        raise unfit(value, rule)

    return Scalar(encode, lambda stored, _: encode(stored), (kind,))


def _copied(kind: type) -> Scalar:
    """Copy what has a dictionary inside."""
    exact = _exactly(kind).encode

    def encode(value: Any) -> Any:
        return copy.deepcopy(exact(value))

    return Scalar(encode, lambda stored, _: encode(stored), (kind,))


def _encode_str(value: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str) and not isinstance(value, Enum):
        return str(value)
    raise unfit(value, "str")


def _decode_str(stored: Any, _: Any) -> str:
    if type(stored) is str:
        return stored
    raise unfit(stored, "str")


def _plain_bytes(value: Any, _: Any = None) -> bytes:
    if type(value) is bytes:
        return value
    if isinstance(value, bytes) and getattr(value, "subtype", 0) == 0:
        return bytes(value)
    raise unfit(value, "bytes")


def _encode_binary(value: Any) -> Binary:
    if type(value) is Binary:
        return value
    raise unfit(value, "Binary")


def _decode_binary(stored: Any, _: Any) -> Binary:
    """Undo what the driver did: it reads subtype 0 as bytes, subtype 4 as UUID."""
    if isinstance(stored, Binary):
        return stored
    if type(stored) is bytes:
        plain: Binary = Binary(stored)
        return plain
    if type(stored) is uuid.UUID:
        found: Binary = Binary.from_uuid(stored)
        return found
    raise unfit(stored, "Binary")


def _encode_uuid(value: Any) -> Binary:
    if isinstance(value, uuid.UUID):
        return Binary.from_uuid(value)
    raise unfit(value, "UUID")


def _decode_uuid(stored: Any, _: Any) -> uuid.UUID:
    if type(stored) is uuid.UUID:
        return stored
    if type(stored) is Binary and stored.subtype == UUID_SUBTYPE:
        return stored.as_uuid()
    raise unfit(stored, "UUID")


def _encode_pattern(value: Any) -> Any:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        return value
    raise unfit(value, "Pattern of str")


def _decode_pattern(stored: Any, _: Any) -> Any:
    if isinstance(stored, re.Pattern):
        return stored
    if not isinstance(stored, Regex):
        raise unfit(stored, "Pattern")
    try:
        return stored.try_compile()
    except re.error:
        raise unfit(stored, "Pattern in Python's syntax") from None


_AS_THEY_ARE = (
    *(bool, type(None), ObjectId, Decimal128, Regex, Timestamp),
    *(MinKey, MaxKey),
)

SCALARS: dict[Any, Scalar] = {
    **{kind: _exactly(kind) for kind in _AS_THEY_ARE},
    **{kind: _copied(kind) for kind in (Code, DBRef)},
    None: _exactly(type(None)),
    Any: Scalar(untyped, as_stored, ()),
    object: Scalar(untyped, as_stored, ()),
    str: Scalar(_encode_str, _decode_str, (str,)),
    int: Scalar(numbers.encode_int, numbers.decode_int, (int, Int64)),
    float: Scalar(numbers.encode_float, numbers.decode_float, (float,)),
    Int64: Scalar(numbers.encode_int64, numbers.decode_int64, (Int64, int)),
    bytes: Scalar(_plain_bytes, _plain_bytes, (bytes,)),
    Binary: Scalar(_encode_binary, _decode_binary, (Binary, bytes, uuid.UUID)),
    uuid.UUID: Scalar(_encode_uuid, _decode_uuid, (uuid.UUID,)),
    dt.datetime: Scalar(
        moments.encode_datetime, moments.decode_datetime, (dt.datetime,)
    ),
    dt.date: Scalar(moments.encode_date, moments.decode_date, (dt.datetime,)),
    dt.time: Scalar(moments.encode_time, moments.decode_time, (str,)),
    dt.timedelta: Scalar(
        moments.encode_timedelta, moments.decode_timedelta, (int, Int64)
    ),
    Decimal: Scalar(numbers.encode_decimal, numbers.decode_decimal, (Decimal128,)),
    re.Pattern: Scalar(_encode_pattern, _decode_pattern, (Regex,)),
}


_TAKEN = frozenset({*_AS_THEY_ARE, str, int, float, bytes})
"""The types whose values are stored and read as they are."""


def _part(kind: Any, hook: Callable[..., Any]) -> Part:
    """Describe what *hook* converts, which stores or reads values of *kind*."""
    if kind in _TAKEN or (kind is uuid.UUID and hook is _decode_uuid):
        return Exact(kind, hook, kind)
    return Moment(kind, hook) if kind is dt.datetime else Other(kind, hook, tuple)


for _kind, _scalar in SCALARS.items():
    for _hook in (_scalar.encode, _scalar.decode):
        described(_hook, partial(_part, type(None) if _kind is None else _kind))


def scalar(annotation: Any) -> Scalar | None:
    """Return how the bare *annotation* is stored, if it is a scalar."""
    kind = typing.get_origin(annotation)
    return SCALARS.get(re.Pattern if kind is re.Pattern else annotation)


def is_scalar(annotation: Any) -> bool:
    """Tell whether the bare *annotation* is a scalar."""
    return scalar(annotation) is not None


def scalar_encoder(annotation: Any, _: Converter) -> Encode:
    """Return the hook that stores a scalar."""
    return SCALARS[typing.get_origin(annotation) or annotation].encode


def scalar_decoder(annotation: Any, _: Converter) -> Decode:
    """Return the hook that reads a scalar."""
    return SCALARS[typing.get_origin(annotation) or annotation].decode
