"""Indexes as classes declare them, and plans that compare them with the server's."""

from mapper.indexes.declared import declared_indexes
from mapper.indexes.index import Index
from mapper.indexes.plans import IndexPlan
from mapper.indexes.search import SearchIndex, VectorIndex


__all__ = ["Index", "IndexPlan", "SearchIndex", "VectorIndex", "declared_indexes"]
