"""What encrypted values are stored as: text or binary data that knows what it holds.

Encrypting one value twice gives two different texts, so what is stored can't be compared
with what would be stored. A sealed value can: it remembers the plain bytes, and how to
open others of its kind. Copies and pickles of it are plain text and binary data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bson import Binary


Opened = Callable[[Any], "bytes | None"]


class Sealed:
    """A sealed value; *opened* returns the plain bytes of another one, None of all else."""

    __slots__ = ()
    plain: bytes
    opened: Opened

    def holds(self, stored: Any) -> bool:
        """Tell whether *stored* holds the same as this."""
        return self.opened(stored) == self.plain


class SealedText(Sealed, str):
    """A sealed value that is stored as text."""

    __slots__ = ("opened", "plain")

    def __reduce_ex__(self, _: Any) -> Any:
        return str, (str(self),)


class SealedBinary(Sealed, Binary):
    """A sealed value that is stored as binary data."""

    def __reduce_ex__(self, _: Any) -> Any:
        return Binary, (bytes(self), self.subtype)


def sealed_text(text: str, plain: bytes, opened: Opened) -> SealedText:
    """Seal the *plain* bytes as *text*."""
    made = SealedText(text)
    made.plain, made.opened = plain, opened
    return made


def sealed_binary(data: Binary, plain: bytes, opened: Opened) -> SealedBinary:
    """Seal the *plain* bytes as binary *data*."""
    made: SealedBinary = SealedBinary(bytes(data), data.subtype)  # pyright: ignore[reportAssignmentType]
    made.plain, made.opened = plain, opened
    return made


def settled(new: Any, old: Any) -> Any:
    """Put into *new* the sealed values of *old* that hold the same: nothing has changed."""
    if isinstance(new, Sealed):
        return old if new.holds(old) else new
    if isinstance(new, dict) and isinstance(old, dict):
        return {
            name: value if type(value) in _PLAIN else settled(value, old.get(name))
            for name, value in new.items()
        }
    if isinstance(new, list) and isinstance(old, list):
        return _settled_items(new, list(old))
    return new


_PLAIN = frozenset({str, int, float, bool})  # nothing sealed is just one of these


def _settled_items(new: list[Any], old: list[Any]) -> list[Any]:
    """Settle the items of an array, which may have moved."""
    found = []
    for place, item in enumerate(new):
        if isinstance(item, Sealed):
            found.append(_taken(item, place, old))
        else:
            found.append(settled(item, old[place] if place < len(old) else None))
    return found


def _taken(item: Sealed, place: int, old: list[Any]) -> Any:
    """Take from *old* what holds the same as *item*: at its *place*, or elsewhere."""
    for at in sorted(range(len(old)), key=lambda index: index != place):
        if item.holds(old[at]):
            kept, old[at] = old[at], None
            return kept
    return item
