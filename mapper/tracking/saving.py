"""What saving a document would send."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.errors import MapperError, ValidationError
from mapper.tracking.annotations import stored_fields
from mapper.tracking.comparison import GONE, same
from mapper.tracking.deltas import Delta, delta
from mapper.tracking.encoding import as_loaded, decode_field, encoded
from mapper.tracking.state import DELETED, Stored, state_of
from mongo_dsl.structure import fields_of


def difference(document: Any) -> Delta | None:
    """Return what has changed in the stored *document*; None if nothing has.

    Raises:
        ValidationError: a field has changed that is immutable.
        MapperError: a field has changed that was loaded in part.
    """
    cls, state = type(document), state_of(document)
    assert state is not None  # noqa: S101 - callers ask for documents that are stored
    old, new = state.document, encoded(document)
    names = [
        name for name, value in new.items() if not same(old.get(name, GONE), value)
    ]
    if not names:
        return None
    known = as_loaded(cls, state, names)
    names = [name for name in names if not same(known.get(name, GONE), new[name])]
    if not names:
        return None
    for name in names:
        _refuse_cut(cls, state, name)
    refuse_immutable(document, known, names)
    return delta(old, known, {name: new[name] for name in names}, stored_fields(cls))


def update_of(document: Any) -> Any:
    """Return the update that saving *document* sends, empty where nothing has changed."""
    if state_of(document) in (None, DELETED):
        return {"$set": encoded(document)}
    found = difference(document)
    return {} if found is None else found.update


def _refuse_cut(cls: Any, state: Stored, stored: str) -> None:
    if stored in state.cut:
        msg = f"{cls.__name__} was loaded with a part of {stored!r} and can't save it"
        raise MapperError(f"{msg}; load the whole field, or update it by a query")


def refuse_immutable(document: Any, known: dict[str, Any], names: list[str]) -> None:
    """Refuse changes of immutable fields that assignments didn't show."""
    cls: Any = type(document)
    problems = {}
    for attribute in attrs.fields(cls):
        name, (stored, _) = attribute.name, fields_of(cls)[attribute.name]
        if stored in names and attribute.metadata.get("immutable"):
            old = decode_field(cls, name, known[stored])
            msg = f"{cls.__name__}.{name} is immutable, it is {old!r} and can't become"
            problems[name] = f"{msg} {getattr(document, name)!r}"
    if problems:
        text = "; ".join(problems.values())
        raise ValidationError(text, cls=cls, problems=problems.items())
