"""Data in MQL: values that are stored and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import DBRef

from mongo_dsl.errors import DslError
from mongo_dsl.nodes import Map, Node, Seq, Value
from mongo_dsl.parsing.places import Place
from mongo_dsl.values import Face, node


def data(mql: Any, at: Place) -> Node:
    """Read a value.

    Raises:
        TranslationError: it has no BSON form.
    """
    if isinstance(mql, Mapping):
        return at.marked(_document(mql, at))
    if isinstance(mql, (list, tuple)):
        return at.marked(Seq(tuple([data(v, at.below(n)) for n, v in enumerate(mql)])))
    if isinstance(mql, (Face, Node)):
        raise at.wrong(f"{mql!r} is a part of a query; MQL holds plain values")
    if isinstance(mql, str):
        at.text(mql)
    with at.pointing(DslError):
        return at.marked(node(mql))


def _document(mql: Mapping[str, Any], at: Place) -> Node:
    document = at.document(mql, "a value")
    if list(document)[:2] == ["$ref", "$id"] and isinstance(document["$ref"], str):
        return _reference(dict(document))
    return Map(tuple([(key, data(v, at.below(key))) for key, v in document.items()]))


def _reference(fields: dict[str, Any]) -> Node:
    """Return the reference that *fields* are, where BSON has the same for both."""
    plain = dict(fields)
    collection, key = fields.pop("$ref"), fields.pop("$id")
    found = DBRef(collection, key, fields.pop("$db", None), fields)
    same = list(found.as_doc().items()) == list(plain.items())
    return Value(found) if same else node(plain)


def operator_of(mql: Any) -> str | None:
    """Return the operator that the document *mql* begins with, if it does."""
    first = next(iter(mql), None) if isinstance(mql, Mapping) else None
    if not isinstance(first, str) or first[:1] != "$":
        return None
    return None if first in _REFERENCE else first


_REFERENCE = frozenset({"$ref", "$id", "$db"})
