"""Values without parts, as JSON has them.

=============================  =====================================================
annotation                     in JSON
=============================  =====================================================
`str`, `bool`, `None`, `int`   themselves
`float`                        a number; NaN and the infinities in Extended JSON
`datetime`, `date`, `time`     ISO 8601; moments with their zone, in UTC if they have none
`timedelta`                    ISO 8601, in days and seconds: ``"P1DT0.5S"``
`Decimal`, `Decimal128`        text with all digits
`ObjectId`                     24 hexadecimal digits
`UUID`                         text with dashes
`bytes`                        Base64
any other                      Extended JSON v2
=============================  =====================================================
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import math
import re
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from bson import Decimal128, Int64, ObjectId, json_util
from bson.errors import InvalidId

from mapper.conversion.problems import refused, unfit
from mapper.converter import decode, encode
from mapper.errors import MisfitError
from mapper.exchange.forms import FindForm, Form
from mongo_dsl.conformity import conforms, describe


_DURATION = re.compile(
    r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?"
)
_CAN_FAIL = (ValueError, TypeError, ArithmeticError, InvalidId, OverflowError)
_EXTENDED = json_util.JSONOptions(
    json_mode=json_util.JSONMode.RELAXED,
    tz_aware=True,
    tzinfo=dt.timezone.utc,
    uuid_representation=4,
)


def _itself(kind: type, name: str) -> Form:
    allowed, rule = conforms(kind), describe(kind)

    def same(value: Any) -> Any:
        if allowed(value):
            return value
        raise unfit(value, rule)

    return Form(same, same, name)


def _text(
    kind: type, write: Callable[[Any], str], parse: Callable[[str], Any], rule: str
) -> Form:
    """Write values of *kind* as text, and read text that *parse* takes."""
    allowed = conforms(kind)

    def checked(value: Any) -> str:
        if allowed(value):
            return write(value)
        raise unfit(value, describe(kind))

    def read(plain: Any) -> Any:
        if type(plain) is str:
            try:
                return parse(plain)
            except _CAN_FAIL:
                pass
        raise unfit(plain, f"{describe(kind)} ({rule})")

    return Form(checked, read, "string")


def _write_float(value: Any) -> Any:
    if not conforms(float)(value):
        raise unfit(value, "float")
    number = float(value)
    return number if math.isfinite(number) else _extended(number)


def _read_float(plain: Any) -> float:
    if type(plain) in (int, float):
        return float(plain)
    if isinstance(plain, dict) and list(plain) == ["$numberDouble"]:
        return float(plain["$numberDouble"])
    raise unfit(plain, "float")


def _moment(value: dt.datetime) -> str:
    aware = value if value.tzinfo is not None else value.replace(tzinfo=dt.timezone.utc)
    return aware.isoformat()


def _parsed_moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.timezone.utc)


def _duration(value: dt.timedelta) -> str:
    sign, size = ("-", -value) if value < dt.timedelta() else ("", value)
    fraction = f".{size.microseconds:06}".rstrip("0") if size.microseconds else ""
    return f"{sign}P{size.days}DT{size.seconds}{fraction}S"


def _parsed_duration(text: str) -> dt.timedelta:
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(text)
    sign, days, hours, minutes, seconds, fraction = found.groups(default="0")
    size = dt.timedelta(
        *(int(days), int(seconds), int(fraction.ljust(6, "0"))),
        hours=int(hours),
        minutes=int(minutes),
    )
    return -size if sign == "-" else size


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


SCALARS: dict[Any, Form] = {
    str: _itself(str, "string"),
    bool: _itself(bool, "boolean"),
    int: _itself(int, "integer"),
    Int64: Form(int, lambda plain: Int64(SCALARS[int].read(plain)), "integer"),
    float: Form(_write_float, _read_float, "number"),
    **dict.fromkeys((None, type(None)), _itself(type(None), "null")),
    dt.datetime: _text(dt.datetime, _moment, _parsed_moment, "ISO 8601"),
    dt.date: _text(dt.date, dt.date.isoformat, dt.date.fromisoformat, "ISO 8601"),
    dt.time: _text(dt.time, dt.time.isoformat, dt.time.fromisoformat, "ISO 8601"),
    dt.timedelta: _text(dt.timedelta, _duration, _parsed_duration, "ISO 8601"),
    Decimal: _text(Decimal, str, _decimal, "as text"),
    Decimal128: _text(Decimal128, str, Decimal128, "as text"),
    ObjectId: _text(ObjectId, str, ObjectId, "24 hexadecimal digits"),
    uuid.UUID: _text(uuid.UUID, str, uuid.UUID, "as text"),
    bytes: _text(bytes, lambda v: base64.b64encode(v).decode(), _bytes, "Base64"),
}


def is_scalar(annotation: Any) -> bool:
    """Tell whether the bare *annotation* has a form of its own in JSON."""
    return annotation in SCALARS


def scalar_form(annotation: Any, _: FindForm, in_json: bool) -> Form:
    """Return the form of a scalar."""
    form = SCALARS[annotation]
    return form if in_json else as_python(annotation, form)


def as_python(annotation: Any, form: Form) -> Form:
    """Keep Python's values as they are, and read those of JSON by *form*, too."""
    allowed = conforms(annotation)

    def write(value: Any) -> Any:
        if allowed(value):
            return copy.deepcopy(value) if type(value) in (dict, list) else value
        raise unfit(value, describe(annotation))

    return Form(
        write, lambda plain: plain if allowed(plain) else form.read(plain), form.kind
    )


def extended_form(annotation: Any, _: FindForm, in_json: bool) -> Form:
    """Return the form of what JSON has no word for: the stored value in Extended JSON."""

    def write(value: Any) -> Any:
        try:
            return _extended(encode(value, annotation))
        except MisfitError as error:
            raise refused(error, value) from error

    def read(plain: Any) -> Any:
        try:
            return decode(_unextended(plain), annotation)
        except (MisfitError, *_CAN_FAIL) as error:
            raise refused(error, plain) from error

    form = Form(write, read, "object")
    return form if in_json else as_python(annotation, form)


def _extended(value: Any) -> Any:
    """Write BSON's values in Extended JSON, and documents and arrays of them."""
    if isinstance(value, dict):
        return {name: _extended(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_extended(item) for item in value]
    if value is None or type(value) in (str, bool, int):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    return json_util.default(value, _EXTENDED)


def _unextended(plain: Any) -> Any:
    if isinstance(plain, dict):
        below = {name: _unextended(item) for name, item in plain.items()}
        return json_util.object_hook(below, _EXTENDED)
    return [_unextended(item) for item in plain] if isinstance(plain, list) else plain
