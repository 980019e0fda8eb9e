"""JSON text: values that are stored as one text, which any program can read.

=====================================  ===============================================
`datetime`, `date`, `time`             ISO 8601
`Decimal`, `UUID`, `ObjectId`          their digits, as text
`timedelta`                            milliseconds
`bytes`                                Base64
enums, classes, mappings, arrays       as in documents
=====================================  ===============================================

The annotation says what a text is read as: ``dict[str, datetime]`` holds datetimes again,
``dict[str, Any]`` texts.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
from bson import Binary, Decimal128, ObjectId
from bson.binary import UUID_SUBTYPE
from cattrs import Converter

from mapper.conversion.forms import Form
from mapper.conversion.hooks import BsonConverter
from mapper.conversion.problems import refused, unfit
from mapper.conversion.scalars import Decode, Encode
from mapper.converter import make_converter
from mapper.fields import field
from mongo_dsl.conformity import conforms


@attrs.frozen
class JsonText(Form):
    """JSON text, with keys in order, so that equal values have equal texts.

    *encoder* is what `json.dumps` calls *default*, *decoder* is called with what
    `json.loads` returns; with them, values aren't converted as annotations say.
    """

    encoder_: Callable[[Any], Any] | None = attrs.field(default=None, alias="encoder")
    decoder_: Callable[[Any], Any] | None = attrs.field(default=None, alias="decoder")
    described = "stored as JSON text"
    stored = (str,)

    def encoder(self, annotation: Any, converter: Converter) -> Encode:
        """Return the hook that writes values of *annotation*."""
        if self.encoder_ is not None:
            return functools.partial(_written, self.encoder_)
        hook = _converter(converter.detailed_validation).get_unstructure_hook(
            annotation
        )
        return lambda value: _written(_plain, hook(value))

    def decoder(self, annotation: Any, converter: Converter) -> Decode:
        """Return the hook that reads values of *annotation*."""
        own = self.decoder_
        if own is not None:
            return lambda stored, _: _refusing(own, _read(stored))
        hook = _converter(converter.detailed_validation).get_structure_hook(annotation)
        return lambda stored, _: hook(_read(stored), annotation)


def json_field(
    *,
    encoder: Callable[[Any], Any] | None = None,
    decoder: Callable[[Any], Any] | None = None,
    **options: Any,
) -> Any:
    """Describe a field that is stored as JSON text.

    Args:
        encoder: a function for values that JSON has no form for, as `json.dumps` takes
            it; it replaces the conversion that the annotation asks for.
        decoder: a function for what was read, instead of that conversion.
        options: what `field` takes.

    >>> from mapper import SyncDocument
    >>> class User(SyncDocument):
    ...     settings: dict[str, Any] = json_field(factory=dict)
    >>> User.filter(User.q.settings == {"theme": "dark"}).compile().filter
    {'settings': '{"theme":"dark"}'}
    """
    return field(storage=JsonText(encoder, decoder), **options)


def _written(default: Callable[[Any], Any], value: Any) -> str:
    try:
        return json.dumps(
            value,
            default=default,
            allow_nan=False,
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )
    except Exception as error:
        raise refused(error, value) from error


def _read(stored: Any) -> Any:
    if not isinstance(stored, str):
        raise unfit(stored, "JSON text")
    try:
        return json.loads(stored)
    except ValueError as error:
        raise refused(error, stored) from error


def _refusing(decode: Callable[[Any], Any], value: Any) -> Any:
    try:
        return decode(value)
    except Exception as error:
        raise refused(error, value) from error


# -- What JSON has no form for ---------------------------------------------------------


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)


def _moment(text: str) -> dt.datetime:
    # Python 3.10 doesn't know the Z that others write.
    return _aware(dt.datetime.fromisoformat(text.replace("Z", "+00:00")))


_TEXTS: dict[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    dt.datetime: (
        lambda moment: _aware(moment).isoformat(),
        _moment,
    ),
    dt.date: (dt.date.isoformat, dt.date.fromisoformat),
    Decimal: (str, Decimal),
    Decimal128: (str, Decimal128),
    uuid.UUID: (str, uuid.UUID),
    ObjectId: (str, ObjectId),
    bytes: (lambda data: base64.b64encode(data).decode(), base64.b64decode),
}


def _plain(value: Any) -> str:
    """Write what an annotation such as `Any` let through."""
    if isinstance(value, Binary) and value.subtype == UUID_SUBTYPE:
        return str(value.as_uuid())
    for kind, (write, _) in _TEXTS.items():
        if isinstance(value, kind):
            return write(value)
    raise unfit(value, "something that JSON has a form for")


@functools.cache
def _converter(detailed: bool) -> BsonConverter:
    """Return the converter of documents, but for the types that JSON doesn't have."""
    made = make_converter(detailed_validation=detailed)
    for kind, (write, read) in _TEXTS.items():
        made.register_unstructure_hook(kind, functools.partial(_text_of, kind, write))
        made.register_structure_hook(kind, functools.partial(_value_of, read))
    return made


def _text_of(kind: type, write: Callable[[Any], str], value: Any) -> str:
    if conforms(kind)(value):
        return write(value)
    raise unfit(value, kind.__name__)


def _value_of(read: Callable[[str], Any], stored: Any, kind: Any) -> Any:
    if not isinstance(stored, str):
        raise unfit(stored, f"a text of {kind.__name__}")
    return _refusing(read, stored)
