"""Query sets that execute: `Query` at once, `AsyncQuery` when awaited.

Each method drives a flow on the mapper that the query is bound to; the two faces differ
in nothing but ``await``.
"""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.query.aio import AsyncQuery
    from mapper.query.face import BoundQuerySet, seed_query
    from mapper.query.sync import Query

__all__ = ["AsyncQuery", "BoundQuerySet", "Query", "seed_query"]

_NAMES = {
    "mapper.query.aio": ("AsyncQuery",),
    "mapper.query.face": ("BoundQuerySet", "seed_query"),
    "mapper.query.sync": ("Query",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
