"""What a document remembers of the database.

A document that was read remembers what it was made of, and nothing else: that takes no
time. Of many it is BSON, which takes a seventh of the memory of a dictionary. It becomes a
`Stored` once someone asks, to save the document, say.
"""

from __future__ import annotations

from typing import Any

import bson

from mapper.codec import CODEC
from mapper.tracking.journal import assign


class Stored:
    """The document as it is stored, as far as this process knows.

    It is *partial* if fields were left out; *cut* has those that were loaded in part.
    """

    __slots__ = ("cut", "document", "partial")

    def __init__(
        self,
        document: dict[str, Any],
        partial: bool = False,
        cut: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.partial = partial
        self.cut = cut

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Let copies of a deleted document know that it is."""
        return "DELETED" if self is DELETED else super().__reduce_ex__(protocol)


DELETED = Stored({})
"""The state of a document that was deleted; a new one has no state."""


def state_of(document: Any) -> Stored | None:
    """Return what *document* remembers; None for one that was never stored."""
    state: Any = getattr(document, "_state", None)
    if type(state) is Stored or state is None:
        return state
    raw = bson.decode(state, CODEC) if type(state) is bytes else state
    found = Stored(raw)
    begin(document, found)
    return found


def is_stored(document: Any) -> bool:
    """Tell whether *document* came from the database or was saved to it."""
    state: Any = getattr(document, "_state", None)
    return state is not None and state is not DELETED


def remember(document: Any, state: Stored) -> None:
    """Let *document* be in *state*, until a journal restores the one before."""
    assign(document, "_state", state)


def begin(document: Any, state: Stored) -> None:
    """Let *document* be in *state*, which isn't news that a journal would take back."""
    object.__setattr__(document, "_state", state)
