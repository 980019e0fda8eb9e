"""Finding documents."""

from __future__ import annotations

from typing import Any

from mapper.caching import cached
from mapper.commands import Command, Flow
from mapper.flows import joining
from mapper.flows.asking import arguments, collection, joins
from mapper.flows.loading import loaded


def find(query: Any, batch_size: int | None = None, *, rows: bool = False) -> Command:
    """Return the command that opens a cursor over the documents of *query*, or has all *rows*."""
    if joins(query):
        return joining.aggregation(query, batch_size=batch_size, rows=rows)
    given = arguments(query)
    if batch_size is not None:
        given["batch_size"] = batch_size
    cause = query.asked.get("cause", "")
    return Command(collection(query), "find", (), given, rows, cause)


def rows(query: Any) -> Flow[list[dict[str, Any]]]:
    """Return all documents of *query* as they are stored."""
    found: list[dict[str, Any]] = yield cached(query, find(query, rows=True))
    return found


def documents(query: Any) -> Flow[list[Any]]:
    """Return all documents of *query*, without what it includes."""
    found = yield from rows(query)
    return (yield from loaded(query, found))
