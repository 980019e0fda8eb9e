"""What a document remembers of the database, and what has changed since.

A loaded document keeps the stored document as the driver gave it. Nothing is encoded
until a document is saved; then its fields are encoded and compared with what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mapper.converter import decode_document, encode_document
from mapper.errors import MapperError
from mapper.tracking.encoding import decode_field, encode_field
from mapper.tracking.state import Stored
from mongo_dsl.structure import fields_of


def changes(cls: Any, state: Stored, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the update, in MQL, that turns what is stored into *new*.

    Raises:
        MapperError: a field has changed that was loaded in part.
    """
    old = state.document
    if all(_same(old.get(name, _GONE), value) for name, value in new.items()):
        return {}
    known = _as_loaded(cls, state)
    steps: dict[str, dict[str, Any]] = {"$set": {}, "$unset": {}}
    for name, value in new.items():
        before = known.get(name, _GONE)
        if not _same(before, value):
            _refuse_cut(cls, state, name)
            for operator, path, step in _delta(name, old.get(name), before, value):
                steps[operator][path] = step
    return {operator: paths for operator, paths in steps.items() if paths}


_GONE = object()


def _as_loaded(cls: Any, state: Stored) -> dict[str, Any]:
    """Encode the document as it was loaded.

    A field that was missing reads as its default, 5 reads as 5.0, and what no field
    describes isn't read: none of them is a change of the caller's.
    """
    if not state.partial:
        return encode_document(decode_document(dict(state.document), cls))
    return {
        stored: encode_field(cls, name, decode_field(cls, name, state.document[stored]))
        for name, (stored, _) in fields_of(cls).items()
        if stored in state.document
    }


def _refuse_cut(cls: Any, state: Stored, stored: str) -> None:
    if stored in state.cut:
        msg = f"{cls.__name__} was loaded with a part of {stored!r} and can't save it"
        raise MapperError(f"{msg}; load the whole field, or update it by a query")


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


def _delta(path: str, old: Any, known: Any, new: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield the steps from *known* to *new*, into nested documents where that is safe.

    *old* is what is stored: it may have keys that no class knows, which stay.
    """
    nested = all(isinstance(value, dict) for value in (old, known, new))
    if not nested or not _addressable({*known, *new}):
        yield "$set", path, new
        return
    for name in known:
        if name not in new:
            yield "$unset", f"{path}.{name}", ""
    for name, value in new.items():
        before = known.get(name, _GONE)
        if not _same(before, value):
            yield from _delta(f"{path}.{name}", old.get(name), before, value)


def _addressable(keys: set[str]) -> bool:
    """Tell whether every key can be part of a path."""
    return all(key and key[0] != "$" and "." not in key for key in keys)
