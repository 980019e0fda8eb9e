"""Encrypting stored documents anew, with the first key of a cipher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mapper.codec import CODEC
from mapper.commands import Command, Flow


def rotate_keys(model: Any, cipher: Any, batch_size: int = 1000) -> Flow[int]:
    """Encrypt anew what other keys of *cipher* encrypted; return how many values.

    Each is replaced only if it is still what was read, so a write in between wins; as
    the first key is left alone, running it again goes on where it was interrupted.
    """
    rotated, after = 0, None
    while True:
        rows = yield _page(model, after, batch_size)
        updates = [one for row in rows for one in _updates(cipher, row)]
        if updates:
            rotated += yield from _sent(model, updates)
        if len(rows) < batch_size:
            return rotated
        after = rows[-1]["_id"]


def _page(model: Any, after: Any, size: int) -> Command:
    query = {} if after is None else {"_id": {"$gt": after}}
    given = {"sort": [("_id", 1)], "limit": size}
    return Command(model.__collection__, "find", (query,), given, rows=True)


def _updates(cipher: Any, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, old, new in _found(cipher, "", row):
        yield {"q": {"_id": row["_id"], path: {"$eq": old}}, "u": {"$set": {path: new}}}


def _sent(model: Any, updates: list[dict[str, Any]]) -> Flow[int]:
    done = 0
    for start in range(0, len(updates), 1000):
        body = {"update": model.__collection__, "updates": updates[start:][:1000]}
        reply = yield Command("", "command", (body,), {"codec_options": CODEC})
        done += reply["nModified"]
    return done


def _found(cipher: Any, path: str, stored: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path of every value to be replaced, with what is there and what comes."""
    if isinstance(stored, dict) and (not path or _addressable(stored)):
        for name, value in stored.items():
            yield from _found(cipher, f"{path}.{name}" if path else name, value)
    elif isinstance(stored, list):
        for place, value in enumerate(stored):
            yield from _found(cipher, f"{path}.{place}", value)
    else:
        new = _rotated(cipher, stored)
        if new is not None:
            yield path, stored, new


def _addressable(stored: dict[str, Any]) -> bool:
    """Tell whether every key can be part of a path."""
    return all(name and name[0] != "$" and "." not in name for name in stored)


def _rotated(cipher: Any, stored: Any) -> Any:
    """Return *stored* with all its values encrypted anew; None if it has none."""
    if isinstance(stored, str):
        return cipher.rotated(stored) if cipher.is_sealed(stored) else None
    if isinstance(stored, dict):
        found = {name: _rotated(cipher, value) for name, value in stored.items()}
        changed = {name: value for name, value in found.items() if value is not None}
        return {**stored, **changed} if changed else None
    if isinstance(stored, list):
        items = [_rotated(cipher, value) for value in stored]
        if all(item is None for item in items):
            return None
        return [o if n is None else n for o, n in zip(stored, items, strict=True)]
    return None
