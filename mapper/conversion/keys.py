"""Keys of mappings: BSON has strings only, so other keys are written as strings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import attrs
from bson import ObjectId
from bson.errors import InvalidId
from cattrs import Converter

from mapper.conversion.choices import (
    choice_decoder,
    choice_encoder,
    is_choice,
    stored_types,
)
from mapper.conversion.problems import Misfit, NoFormError, shown, unfit
from mongo_dsl.conformity import bare, describe


@attrs.frozen
class Key:
    """How a type of keys is written and read."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def key_of(annotation: Any, converter: Converter) -> Key:
    """Return how keys of *annotation* are stored.

    Raises:
        NoFormError: they can't be.
    """
    kind = bare(annotation)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_choice(kind) and stored_types(kind) == (str,):
        return _chosen(kind, converter)
    msg = f"keys of mappings can't be {describe(kind)}; they may be {_KNOWN}"
    raise NoFormError(msg)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise unfit(value, "str")
    if "\0" in value:
        raise Misfit(("", f"must hold no NUL byte, got {shown(value)}"))
    return value


def _chosen(kind: Any, converter: Converter) -> Key:
    encode = choice_encoder(kind, converter)
    decode = choice_decoder(kind, converter)
    return Key(lambda value: _text(encode(value)), lambda text: decode(text, kind))


def _converted(
    kind: type, parse: Callable[[str], Any], write: Callable[[Any], str]
) -> Key:
    """Read only the spelling that is written: two keys of a document must not be one."""

    def checked(value: Any) -> str:
        if type(value) is kind:
            return write(value)
        raise unfit(value, kind.__name__)

    def read(text: str) -> Any:
        try:
            value = parse(text)
        except (ValueError, InvalidId):
            value = None
        if value is None or write(value) != text:
            raise unfit(text, kind.__name__)
        return value

    return Key(checked, read)


_TEXT = Key(_text, lambda text: text)
_PLAIN: dict[Any, Key] = {
    str: _TEXT,
    Any: _TEXT,
    int: _converted(int, int, str),
    uuid.UUID: _converted(uuid.UUID, uuid.UUID, str),
    ObjectId: _converted(ObjectId, ObjectId, str),
    dt.date: _converted(dt.date, dt.date.fromisoformat, dt.date.isoformat),
}
_KNOWN = "str, int, UUID, ObjectId, date and enums of strings"
