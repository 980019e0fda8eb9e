"""How stored documents become objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mapper.converter import class_of, decode, decode_document
from mapper.tracking import Stored, begin, decode_field
from mongo_dsl.structure import computed_in, fields_of


D = TypeVar("D")


def reader(query: Any) -> Callable[[dict[str, Any]], Any]:
    """Return the function that turns a row of *query* into what the caller gets."""
    asked = query.asked
    if "raw" in asked:
        return _as_it_is
    if "row" in asked:
        return lambda raw: decode_document(raw, asked["row"])
    if "projection" in asked:
        cut = _cut(asked["projection"])
        return lambda raw: load_part(query.model, raw, cut)
    return lambda raw: load(query.model, raw)


def _as_it_is(raw: dict[str, Any]) -> dict[str, Any]:
    return raw


def row_reader(pipeline: Any, into: Any = None) -> Callable[[dict[str, Any]], Any]:
    """Return the function that turns a row of *pipeline* into what the caller gets."""
    row = getattr(pipeline, "row", None) if into is None else into
    return _as_it_is if row is None else lambda raw: decode(raw, row)


def load(cls: type[D], raw: dict[str, Any]) -> D:
    """Make the document that is stored as *raw*."""
    document: Any = decode_document(raw, cls)
    begin(document, Stored(raw))
    return document


def _cut(projection: Any) -> frozenset[str]:
    """Find the fields that *projection* keeps in part."""
    return frozenset(n.partition(".")[0] for n, _ in projection if "." in n)


def load_part(cls: type[D], raw: dict[str, Any], cut: frozenset[str]) -> D:
    """Make a document of the fields in *raw* alone; the others have no value."""
    model: Any = class_of(cls, raw)
    document: Any = model.__new__(model)
    for name, (stored, _) in fields_of(model).items():
        if stored in raw and name not in computed_in(model):
            object.__setattr__(document, name, decode_field(model, name, raw[stored]))
    begin(document, Stored(raw, partial=True, cut=cut))
    return document
