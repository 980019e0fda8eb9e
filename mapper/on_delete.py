"""`OnDelete`: what becomes of references when what they lead to is deleted."""

from __future__ import annotations

from enum import Enum


class OnDelete(Enum):
    """What becomes of references when what they lead to is deleted.

    ``DENY`` keeps it from being deleted, ``NULLIFY`` sets the references to None,
    ``CASCADE`` deletes the documents that refer, ``PULL`` removes the references from
    their lists.

    A delete that such references lead to sends one command for each relation and level
    that is looked up, one for each that is written, and one more to commit all of it.
    """

    DENY = "deny"
    NULLIFY = "nullify"
    CASCADE = "cascade"
    PULL = "pull"
