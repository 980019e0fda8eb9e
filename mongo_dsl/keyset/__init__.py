"""Keyset pages: places in a sort order, and what comes after and before them."""

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
