"""One form for indexes as they are asked for and as ``listIndexes`` reports them.

The server writes down less than it knows (no ``unique: false``), more than it was told
(collations with all their parts, weights of text fields), and other things (the keys of
text indexes). Both sides are brought to one document here, with every default in place.
https://www.mongodb.com/docs/manual/reference/command/listIndexes/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bson


IDENTITY = (
    *("key", "unique", "sparse", "partialFilterExpression"),
    *("wildcardProjection", "collation"),
)
"""What tells two indexes of a collection apart."""

_COLLATION = {
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
}
_BACKWARDS = "fr_CA"  # the one locale with a default of its own


def canonical(index: Mapping[str, Any]) -> dict[str, Any]:
    """Return *index*, asked for or reported, with every default in place."""
    key = index["key"]
    kinds = {kind for kind in key.values() if isinstance(kind, str)}
    found = {
        "key": tuple(_text_keys(key)),
        **{name: bool(index.get(name)) for name in ("unique", "sparse", "hidden")},
        "expireAfterSeconds": _number(index.get("expireAfterSeconds")),
        "partialFilterExpression": _filter(index.get("partialFilterExpression")),
        "wildcardProjection": _projection(index.get("wildcardProjection")),
        "collation": collation(index.get("collation")),
        "storageEngine": index.get("storageEngine"),
    }
    if "text" in kinds:
        found.update(_text_options(index))
    if "2d" in kinds:
        found.update({name: float(index.get(name, d)) for name, d in _PLANE.items()})
    return found


_PLANE = {"min": -180, "max": 180, "bits": 26}


def identity(form: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what of a canonical *form* tells it from the others of its collection."""
    if "weights" in form:
        return ("text",)  # a collection has but one
    return tuple(repr(form[name]) for name in IDENTITY)


def _text_keys(key: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Put the server's own keys in place of the text fields, where the first stands."""
    found: dict[str, Any] = {}
    for name, kind in key.items():
        if kind == "text":
            found.update({"_fts": "text", "_ftsx": 1})
        else:
            found[name] = _number(kind)
    return list(found.items())


def _text_options(index: Mapping[str, Any]) -> dict[str, Any]:
    fields = [name for name, kind in index["key"].items() if kind == "text"]
    weights = {name: 1 for name in fields if name != "_fts"}
    return {
        "weights": {**weights, **index.get("weights", {})},
        "default_language": index.get("default_language", "english"),
        "language_override": index.get("language_override", "language"),
    }


def _number(value: Any) -> Any:
    """Write numbers that are one to the server as one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def collation(asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return all parts of a collation; the locale ``simple`` means none."""
    if asked is None or asked["locale"] == "simple":
        return None
    own = {"backwards": asked["locale"] == _BACKWARDS}
    found = {"locale": asked["locale"], **_COLLATION, **own, **asked}
    return {name: value for name, value in sorted(found.items()) if name != "version"}


def _filter(value: Mapping[str, Any] | None) -> Any:
    """Write a filter as the driver reads it, its parts in order."""
    return None if value is None else _condition(bson.decode(bson.encode(value)))


def _condition(value: Any) -> Any:
    """Order the parts of a filter, whose order means nothing to the server."""
    if not isinstance(value, Mapping):
        return _number(value)
    parts = {name: _operand(name, part) for name, part in value.items()}
    return {name: parts[name] for name in sorted(parts)}


def _operand(name: str, value: Any) -> Any:
    if name in ("$and", "$or"):
        return [_condition(part) for part in value]
    if isinstance(value, Mapping) and any(key[:1] == "$" for key in value):
        return _condition(value)
    return tuple(value.items()) if isinstance(value, Mapping) else _condition(value)


def _projection(value: Mapping[str, Any] | None) -> Any:
    """Write fields within documents as paths, and 1 for all that is true."""
    if value is None:
        return None
    return dict(sorted(_flat("", value)))


def _flat(above: str, value: Mapping[str, Any]) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for name, kept in value.items():
        path = f"{above}{name}"
        below = isinstance(kept, Mapping)
        found += _flat(f"{path}.", kept) if below else [(path, bool(kept))]
    return found
