"""What a document remembers of the database, and what has changed since.

A loaded document keeps the stored document as the driver gave it. Nothing is encoded
until a document is saved; then its fields are encoded and compared with what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from mapper.converter import decode_document, encode, encode_document
from mongo_dsl.structure import fields_of


@attrs.frozen(eq=False)
class Stored:
    """The document as it is stored, as far as this process knows; *partial* if in part."""

    document: dict[str, Any]
    partial: bool = False


DELETED = Stored({})
"""The state of a document that was deleted; a new one has no state."""


def state_of(document: Any) -> Stored | None:
    """Return what *document* remembers; None for one that was never stored."""
    state: Stored | None = getattr(document, "_state", None)
    return state


def remember(document: Any, state: Stored) -> None:
    """Let *document* be in *state*."""
    document._state = state  # noqa: SLF001 - written and read here alone


def encoded(document: Any) -> dict[str, Any]:
    """Encode *document*, of a partial one the fields that have a value."""
    state = state_of(document)
    if state is None or not state.partial:
        return encode_document(document)
    return {
        stored: encode(getattr(document, name), annotation)
        for name, (stored, annotation) in fields_of(_class_of(document)).items()
        if hasattr(document, name)
    }


def _class_of(document: Any) -> Any:
    return type(document)


def changes(cls: Any, state: Stored, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the update, in MQL, that turns what is stored into *new*."""
    old = state.document
    changed = {
        name for name, value in new.items() if not _same(old.get(name, _GONE), value)
    }
    if changed and not state.partial:
        changed -= _unchanged(cls, old, new, changed)
    steps: dict[str, dict[str, Any]] = {"$set": {}, "$unset": {}}
    for name in new:
        if name in changed:
            for operator, path, value in _delta(name, old.get(name, _GONE), new[name]):
                steps[operator][path] = value
    return {operator: paths for operator, paths in steps.items() if paths}


_GONE = object()


def _unchanged(
    cls: type,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: set[str],
) -> set[str]:
    """Find those of *names* that differ only in how they were written.

    A field that was missing reads as its default, and 5 reads as 5.0: neither is a
    change of the caller's.
    """
    known = encode_document(decode_document(dict(old), cls))
    return {name for name in names if _same(known.get(name, _GONE), new[name])}


def _same(left: Any, right: Any) -> bool:
    """Compare as BSON does: types count, and so does the order of keys in lists."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            _same(value, right[name]) for name, value in left.items()
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right) or left != left  # noqa: PLR0124 - NaN is unequal to itself


def _delta(path: str, old: Any, new: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield the steps from *old* to *new*, into nested documents where that is safe."""
    if (
        not isinstance(old, dict)
        or not isinstance(new, dict)
        or not _addressable(old, new)
    ):
        yield "$set", path, new
        return
    for name in old:
        if name not in new:
            yield "$unset", f"{path}.{name}", ""
    for name, value in new.items():
        if name not in old or not _same(old[name], value):
            yield from _delta(f"{path}.{name}", old.get(name, _GONE), value)


def _addressable(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether every key can be part of a path, and the document is not emptied."""
    keys = {*old, *new}
    return bool(old) and all(key and key[0] != "$" and "." not in key for key in keys)
