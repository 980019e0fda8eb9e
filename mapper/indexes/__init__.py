"""Indexes as classes declare them, and plans that compare them with the server's."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.indexes.declared import declared_indexes
    from mapper.indexes.index import Index
    from mapper.indexes.plans import IndexPlan
    from mapper.indexes.search import Search, SearchIndex, VectorIndex

__all__ = [
    "Index",
    "IndexPlan",
    "Search",
    "SearchIndex",
    "VectorIndex",
    "declared_indexes",
]

_NAMES = {
    "mapper.indexes.declared": ("declared_indexes",),
    "mapper.indexes.index": ("Index",),
    "mapper.indexes.plans": ("IndexPlan",),
    "mapper.indexes.search": ("Search", "SearchIndex", "VectorIndex"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
