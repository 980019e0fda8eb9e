"""What a document remembers of the database."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.tracking.journal import assign


@attrs.frozen(eq=False)
class Stored:
    """The document as it is stored, as far as this process knows.

    It is *partial* if fields were left out; *cut* has those that were loaded in part.
    """

    document: dict[str, Any]
    partial: bool = False
    cut: frozenset[str] = frozenset()

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Let copies of a deleted document know that it is."""
        return "DELETED" if self is DELETED else super().__reduce_ex__(protocol)


DELETED = Stored({})
"""The state of a document that was deleted; a new one has no state."""


def state_of(document: Any) -> Stored | None:
    """Return what *document* remembers; None for one that was never stored."""
    state: Stored | None = getattr(document, "_state", None)
    return state


def remember(document: Any, state: Stored) -> None:
    """Let *document* be in *state*, until a journal restores the one before."""
    assign(document, "_state", state)


def begin(document: Any, state: Stored) -> None:
    """Let *document*, which was made just now, begin in *state*."""
    document._state = state  # noqa: SLF001 - no journal knows a document so young
