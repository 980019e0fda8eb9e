"""Query sets that execute: `Query` at once, `AsyncQuery` when awaited.

Each method drives a flow on the mapper that the query is bound to; the two faces differ
in nothing but ``await``.
"""

from mapper.query.aio import AsyncQuery
from mapper.query.face import BoundQuerySet, seed_query
from mapper.query.sync import Query


__all__ = ["AsyncQuery", "BoundQuerySet", "Query", "seed_query"]
