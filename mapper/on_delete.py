"""`OnDelete`: what becomes of references when what they lead to is deleted."""

from __future__ import annotations

from enum import Enum


class OnDelete(Enum):
    """What becomes of references when what they lead to is deleted.

    ``DENY`` keeps it from being deleted, ``NULLIFY`` sets the references to None,
    ``CASCADE`` deletes the documents that refer, ``PULL`` removes the references from
    their lists.
    """

    DENY = "deny"
    NULLIFY = "nullify"
    CASCADE = "cascade"
    PULL = "pull"
