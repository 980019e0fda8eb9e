"""Documents and their fields, encoded: as they are, and as they were when they were read."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

import attrs

from mapper.conversion.sealed import settled
from mapper.converter import decode, decode_document, encode, encode_document
from mapper.states import state_fields
from mapper.tracking.state import Stored, state_of
from mongo_dsl.structure import computed_in, fields_of


def encoded(document: Any) -> dict[str, Any]:
    """Encode *document*, of a partial one the fields that have a value."""
    state = state_of(document)
    if state is None:
        return encode_document(document)
    found: dict[str, Any] = settled(encoded_anew(document, state), state.document)
    return found


def encoded_anew(document: Any, state: Stored) -> dict[str, Any]:
    """Encode *document*, in *state*, though what is encrypted is another text each time."""
    if not state.partial:
        return encode_document(document)
    cls: Any = type(document)
    return {
        stored: encode_field(cls, name, getattr(document, name))
        for name, (stored, _) in fields_of(cls).items()
        if hasattr(document, name)
    }


def encode_field(cls: Any, name: str, value: Any) -> Any:
    """Encode the *value* of one field."""
    return encode(value, fields_of(cls)[name][1])


def decode_field(cls: Any, name: str, value: Any) -> Any:
    """Decode the stored *value* of one field."""
    return decode(value, fields_of(cls)[name][1])


def _metadata(cls: Any, name: str) -> Any:
    attribute = getattr(attrs.fields(cls), name, None)  # what is computed has none
    return {} if attribute is None else attribute.metadata


def as_loaded(cls: Any, state: Stored, names: Collection[str]) -> dict[str, Any]:
    """Encode the fields stored as *names* as they were loaded.

    A field that was missing reads as its default, 5 reads as 5.0, and what no field
    describes isn't read: none of them is a change of the caller's. What is computed is
    as it is stored, for it may have been computed otherwise.
    """
    raw, computed = state.document, computed_fields(cls)
    read = [n for n in names if n not in computed] if computed else names
    found: dict[str, Any] = settled(_as_read(cls, state, read), raw)
    for name in computed:
        if name in raw:
            found[name] = raw[name]
    return found


def _as_read(cls: Any, state: Stored, names: Collection[str]) -> dict[str, Any]:
    raw, fields = state.document, names_by_stored(cls)
    known = {name: fields[name] for name in names if name in raw and name in fields}
    if not state.partial and len(known) < len(names):
        found = encode_document(decode_document(dict(raw), cls))
        return {n: v for n, v in found.items() if n not in computed_fields(cls)}
    return {
        stored: encode_field(cls, name, decode_field(cls, name, raw[stored]))
        for stored, name in known.items()
    }


@functools.lru_cache(maxsize=1024)
def computed_fields(cls: Any) -> frozenset[str]:
    """Return the stored names of what *cls* computes."""
    return frozenset(one.stored for one in computed_in(cls).values())


@functools.lru_cache(maxsize=1024)
def names_by_stored(cls: Any) -> dict[str, str]:
    """Return the names of the fields of *cls* by their stored names."""
    return {stored: name for name, (stored, _) in fields_of(cls).items()}


@functools.lru_cache(maxsize=1024)
def immutable_fields(cls: Any) -> dict[str, str]:
    """Return the names of the immutable fields of *cls* by their stored names."""
    named = names_by_stored(cls).items()
    return {k: name for k, name in named if _metadata(cls, name).get("immutable")}


@functools.lru_cache(maxsize=1024)
def named_states(cls: Any) -> dict[str, str]:
    """Return the names of the fields of *cls* that hold a state by their stored names."""
    states = state_fields(cls)
    return {k: name for k, name in names_by_stored(cls).items() if name in states}


@functools.lru_cache(maxsize=1024)
def fixed_fields(cls: Any) -> dict[str, str]:
    """Return the names of the fields of *cls* that assignments don't change by their stored names."""
    return {**immutable_fields(cls), **named_states(cls)}
