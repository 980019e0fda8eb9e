"""Documents and their fields, encoded: as they are, and as they were when they were read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from mapper.conversion.data import as_stored, untyped
from mapper.converter import (
    decode,
    decode_document,
    encode,
    encode_document,
)
from mapper.tracking.state import Stored, state_of
from mongo_dsl.structure import fields_of


def encoded(document: Any) -> dict[str, Any]:
    """Encode *document*, of a partial one the fields that have a value."""
    state = state_of(document)
    if state is None or not state.partial:
        return encode_document(document)
    cls: Any = type(document)
    return {
        stored: encode_field(cls, name, getattr(document, name))
        for name, (stored, _) in fields_of(cls).items()
        if hasattr(document, name)
    }


def encode_field(cls: Any, name: str, value: Any) -> Any:
    """Encode the *value* of one field."""
    own = _metadata(cls, name).get("encode")
    return (
        encode(value, fields_of(cls)[name][1]) if own is None else untyped(own(value))
    )


def decode_field(cls: Any, name: str, value: Any) -> Any:
    """Decode the stored *value* of one field."""
    own = _metadata(cls, name).get("decode")
    if own is None:
        return decode(value, fields_of(cls)[name][1])
    return own(as_stored(value))


def _metadata(cls: Any, name: str) -> Any:
    return getattr(attrs.fields(cls), name).metadata


def as_loaded(cls: Any, state: Stored, names: Iterable[str]) -> dict[str, Any]:
    """Encode the fields stored as *names* as they were loaded.

    A field that was missing reads as its default, 5 reads as 5.0, and what no field
    describes isn't read: none of them is a change of the caller's.
    """
    raw = state.document
    fields = {stored: name for name, (stored, _) in fields_of(cls).items()}
    if not state.partial and not all(n in raw and n in fields for n in names):
        return encode_document(decode_document(dict(raw), cls))
    return {
        stored: encode_field(cls, name, decode_field(cls, name, raw[stored]))
        for stored, name in fields.items()
        if stored in names and stored in raw
    }
