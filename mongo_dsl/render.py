r"""Compiled queries as text: for mongosh, and as Extended JSON.

See https://www.mongodb.com/docs/mongodb-shell/reference/data-types/ and
https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/.

>>> print(to_shell({"age": {"$gt": 18}, "name": "Zoë"}))
{ age: { $gt: 18 }, name: "Zoë" }
>>> print(to_json({"age": {"$gt": 18}, "name": "Zoë"}))
{"age": {"$gt": 18}, "name": "Zoë"}
"""

import base64
import datetime as dt
import json
import math
import re
import uuid
from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
    json_util,
)
from bson.binary import UUID_SUBTYPE, UuidRepresentation

from mongo_dsl.errors import ArgumentError, OperandError


WIDTH = 88
_JS_LAST_DATE = 8_640_000_000_000_000  # milliseconds, on either side of 1970
_JS_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_JS_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_JS_PATTERN = re.compile(
    r"""
    (?: \( (?: \?[:=!] )?                           # a group or a look ahead
      | [|^$]
      | (?: [^\\/\[\](){}*+?|^$]                    # a character, or one of these:
          | \\ (?: [dDwWsSbBfnrtv] | [^A-Za-z0-9] )
          | \[ \^? (?: a-z | A-Z | 0-9
                     | [^\\/\[\]^&|~-]
                     | \\ (?: [dDwWsSfnrtv] | [^A-Za-z0-9] ) )+ -? \]
          | \)
        )
        (?: (?: [*+?] | \{ [0-9]{1,4} (?: , [0-9]{0,4} )? \} ) \?? )?
    )+
    """,
    re.VERBOSE,
)
_RELAXED = json_util.RELAXED_JSON_OPTIONS.with_options(
    uuid_representation=UuidRepresentation.STANDARD
)
_CANONICAL = json_util.CANONICAL_JSON_OPTIONS.with_options(
    uuid_representation=UuidRepresentation.STANDARD
)


def to_shell(value: Any, *, indent: int | None = None) -> str:
    """Return JavaScript that mongosh reads as the very same BSON as *value*.

    With *indent*, what is wider than 88 columns is broken over lines. Datetimes without
    a zone are UTC. Compiled Python patterns lose the flag `re.UNICODE`, which Python
    sets by itself and MongoDB ignores.

    >>> to_shell([{"$match": {"qty": 5.0, "tags.0": {"$in": ["a", None]}}}])
    '[ { $match: { qty: Double(5), "tags.0": { $in: [ "a", null ] } } } ]'
    """
    return _one_line(value) if indent is None else _lines(value, indent)


def to_json(value: Any, *, canonical: bool = False, indent: int | None = None) -> str:
    """Return *value* as Extended JSON v2, relaxed or *canonical*.

    Relaxed JSON is easier to read and doesn't tell the types of numbers apart.

    >>> to_json({"_id": 1}, canonical=True)
    '{"_id": {"$numberInt": "1"}}'
    """
    _one_line(value)  # refuses what isn't BSON
    options = _CANONICAL if canonical else _RELAXED
    return json_util.dumps(
        value, json_options=options, indent=indent, ensure_ascii=False
    )


def _one_line(value: Any) -> str:
    opening, closing, members = _brackets(value)
    if not opening:
        return _literal(value)
    inside = ", ".join(label + _one_line(member) for label, member in members)
    return f"{opening} {inside} {closing}" if inside else opening + closing


def _lines(value: Any, indent: int, margin: int = 0, taken: int = 0) -> str:
    """Break *value* over lines, unless it fits behind *margin* and *taken* columns."""
    flat = _one_line(value)
    opening, closing, members = _brackets(value)
    if not members or margin + taken + len(flat) < WIDTH:
        return flat
    inner = margin + indent
    rows = [
        " " * inner + label + _lines(member, indent, inner, len(label))
        for label, member in members
    ]
    return "\n".join((opening, ",\n".join(rows), " " * margin + closing))


def _brackets(value: Any) -> tuple[str, str, list[tuple[str, Any]]]:
    """Return the brackets and labelled members of documents and arrays, else nothing."""
    if isinstance(value, DBRef) and not _is_short(value):
        value = value.as_doc()
    if isinstance(value, list | tuple):
        return "[", "]", [("", member) for member in value]
    if not isinstance(value, Mapping):
        return "", "", []
    names = [_name(key) for key in value]
    if _is_reordered(list(value)):
        return "new Map([", "])", [("", pair) for pair in value.items()]
    labels = (f"{name}: " for name in names)
    return "{", "}", list(zip(labels, value.values(), strict=True))


def _is_short(reference: DBRef) -> bool:
    """Whether `DBRef()` keeps it; that would take a dot for the end of a database."""
    return "." not in reference.collection and reference.as_doc().keys() <= {
        "$ref",
        "$id",
        "$db",
    }


def _name(key: object) -> str:
    if not isinstance(key, str):
        msg = f"document key {key!r} is not a string; write it as {str(key)!r}"
        raise OperandError(msg)
    if key == "__proto__":  # a plain one would set the prototype
        return '["__proto__"]'
    return key if _JS_NAME.fullmatch(key) else _text(key)


def _is_reordered(keys: list[str]) -> bool:
    """Whether JavaScript, which puts numbers first, would change the order of *keys*."""
    numbers = [key for key in keys if _JS_INDEX.fullmatch(key)]
    return sorted(numbers, key=int) != keys[: len(numbers)]


@singledispatch
def _literal(value: object) -> str:
    msg = f"value {value!r} has no BSON type; use plain Python or a type of bson"
    raise OperandError(msg)


@_literal.register
def _null(_: None) -> str:
    return "null"


@_literal.register(str)
def _text(value: str) -> str:
    """Write a string; what can't be seen, line ends of JavaScript too, is escaped."""
    escaped = (
        char if char.isprintable() and char not in '"\\' else json.dumps(char)[1:-1]
        for char in value
    )
    return f'"{"".join(escaped)}"'


@_literal.register
def _bool(value: bool) -> str:
    return "true" if value else "false"


@_literal.register
def _int(value: int) -> str:
    return str(int(value)) if -(2**31) <= value < 2**31 else _long(value)


@_literal.register(Int64)
def _long(value: int) -> str:
    if not -(2**63) <= value < 2**63:
        msg = f"int {value!r} has more than 64 bits; use bson.Decimal128"
        raise ArgumentError(msg)
    return f'Long("{int(value)}")'


@_literal.register
def _double(value: float) -> str:
    """Write a float; mongosh takes what looks like an integer for an integer."""
    if not math.isfinite(value):
        return str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
    text = float.__repr__(value).removesuffix(".0")
    return f"Double({text})" if value.is_integer() else text


@_literal.register(Decimal128)
@_literal.register(ObjectId)
def _named(value: Decimal128 | ObjectId) -> str:
    return f'{type(value).__name__}("{value}")'


@_literal.register
def _date(value: dt.datetime) -> str:
    try:
        utc = value.replace(tzinfo=None) - (value.utcoffset() or dt.timedelta())
    except OverflowError:
        msg = f"datetime {value!r} is out of range in UTC; use bson.DatetimeMS"
        raise ArgumentError(msg) from None
    return f'ISODate("{utc.isoformat(timespec="milliseconds")}Z")'


@_literal.register
def _milliseconds(value: DatetimeMS) -> str:
    if abs(int(value)) > _JS_LAST_DATE:
        msg = f"date {value!r} is out of range in JavaScript; give one nearer to 1970"
        raise ArgumentError(msg)
    return f"new Date({int(value)})"


@_literal.register
def _uuid(value: uuid.UUID) -> str:
    return f'UUID("{value}")'


@_literal.register
def _bytes(value: bytes) -> str:
    return _binary(Binary(value))


@_literal.register
def _binary(value: Binary) -> str:
    if value.subtype == UUID_SUBTYPE and len(value) == len(uuid.NAMESPACE_DNS.bytes):
        return _uuid(value.as_uuid())
    return f'BinData({value.subtype}, "{base64.b64encode(value).decode()}")'


@_literal.register(Regex)
def _regex(value: Regex[Any]) -> str:
    return _pattern(value.pattern, value.flags)


@_literal.register(re.Pattern)
def _compiled(value: re.Pattern[Any]) -> str:
    return _pattern(value.pattern, value.flags & ~re.UNICODE)


def _pattern(source: str | bytes, flags: int) -> str:
    """Write a regular expression, as `/x/` if JavaScript keeps it as it is."""
    text = source if isinstance(source, str) else source.decode()
    options = "".join(one for one in "ilmsux" if flags & re.RegexFlag[one.upper()])
    if set(options) <= {"i", "m"} and _is_js(text):  # js-bson forgets other options
        return f"/{text}/{options}"
    return f"BSONRegExp({_text(text)}, {_text(options)})"


def _is_js(source: str) -> bool:
    """Whether *source* is sure to be valid JavaScript between slashes."""
    if not _JS_PATTERN.fullmatch(source) or not source.isprintable():
        return False
    try:
        re.compile(source)
    except re.error:
        return False
    return max(source) <= "\uffff"  # beyond, JavaScript sees two characters


@_literal.register
def _timestamp(value: Timestamp) -> str:
    return f"Timestamp({{ t: {value.time}, i: {value.inc} }})"


@_literal.register
def _code(value: Code) -> str:
    scope = "" if value.scope is None else f", {_one_line(value.scope)}"
    return f"Code({_text(value)}{scope})"


@_literal.register(MinKey)
@_literal.register(MaxKey)
def _end(value: MinKey | MaxKey) -> str:
    return f"{type(value).__name__}()"


@_literal.register
def _reference(value: DBRef) -> str:
    return f"DBRef({_one_line(tuple(value.as_doc().values()))[2:-2]})"
