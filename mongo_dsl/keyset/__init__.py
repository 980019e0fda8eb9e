"""Keyset pages: places in a sort order, and what comes after and before them."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mongo_dsl.keyset.conditions import beyond
    from mongo_dsl.keyset.cursors import read, write
    from mongo_dsl.keyset.places import place_of, refuse_order, with_tie_breaker

__all__ = [
    "beyond",
    "place_of",
    "read",
    "refuse_order",
    "with_tie_breaker",
    "write",
]

_NAMES = {
    "mongo_dsl.keyset.conditions": ("beyond",),
    "mongo_dsl.keyset.cursors": ("read", "write"),
    "mongo_dsl.keyset.places": ("place_of", "refuse_order", "with_tie_breaker"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
