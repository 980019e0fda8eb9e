"""What flows do to documents in memory, so that it can be undone.

A transaction that is aborted takes back what it wrote; its documents must then be what
they were before. While a journal is open, every change a flow makes to a document is
written down with the value before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import attrs


_ABSENT: Any = object()


@attrs.define(eq=False)
class Journal:
    """The changes made to documents, oldest first."""

    _entries: list[tuple[Any, str, Any]] = attrs.field(factory=list, init=False)

    def record(self, document: Any, name: str) -> None:
        """Write down the value that the attribute *name* of *document* has now."""
        before = getattr(document, name, _ABSENT)
        self._entries.append((document, name, before))

    def restore(self) -> None:
        """Undo what was written down, and forget it."""
        while self._entries:
            document, name, before = self._entries.pop()
            if before is not _ABSENT:
                object.__setattr__(document, name, before)
            elif hasattr(document, name):  # an inner journal may have been faster
                object.__delattr__(document, name)

    def extend(self, later: Journal) -> None:
        """Take over what *later* wrote down."""
        self._entries += later._entries


_open: ContextVar[Journal | None] = ContextVar("journal", default=None)


@contextmanager
def journal() -> Iterator[Journal]:
    """Write down what flows change in memory until the end of the ``with``.

    Of journals within one another, each restores what happened since it was opened.
    """
    outer, inner = _open.get(), Journal()
    token = _open.set(inner)
    try:
        yield inner
    finally:
        _open.reset(token)
        if outer is not None:
            outer.extend(inner)


@contextmanager
def recording(journal: Journal | None) -> Iterator[None]:
    """Write down what flows change in *journal*, or nowhere, until the end of the ``with``."""
    token = _open.set(journal)
    try:
        yield
    finally:
        _open.reset(token)


def is_recording() -> bool:
    """Tell whether changes are written down."""
    return _open.get() is not None


def assign(document: Any, name: str, value: Any) -> None:
    """Give the attribute *name* of *document* a *value*, unchecked.

    What flows change in documents of the caller's goes through here.
    """
    current = _open.get()
    if current is not None:
        current.record(document, name)
    object.__setattr__(document, name, value)
