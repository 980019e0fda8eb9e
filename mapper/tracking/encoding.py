"""Documents and their fields, encoded one by one."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.converter import decode, encode, encode_document
from mapper.tracking.state import state_of
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
    own = attrs.fields_dict(cls)[name].metadata.get("encode")
    return encode(value, fields_of(cls)[name][1]) if own is None else own(value)


def decode_field(cls: Any, name: str, value: Any) -> Any:
    """Decode the stored *value* of one field."""
    own = attrs.fields_dict(cls)[name].metadata.get("decode")
    return decode(value, fields_of(cls)[name][1]) if own is None else own(value)
