"""Finding documents."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.caching import cached
from mapper.commands import Command, Flow
from mapper.flows import joining
from mapper.flows.asking import arguments, collection, joins
from mapper.flows.loading import loaded


def find(query: Any, batch_size: int | None = None) -> Command:
    """Return the command that opens a cursor over the documents of *query*."""
    if joins(query):
        return joining.aggregation(query, batch_size=batch_size)
    given = arguments(query)
    if batch_size is not None:
        given["batch_size"] = batch_size
    cause = query.asked.get("cause", "")
    return Command(collection(query), "find", (), given, cause=cause)


def rows(query: Any) -> Flow[list[dict[str, Any]]]:
    """Return all documents of *query* as they are stored."""
    command = attrs.evolve(find(query), rows=True)
    found: list[dict[str, Any]] = yield cached(query, command)
    return found


def documents(query: Any) -> Flow[list[Any]]:
    """Return all documents of *query*, without what it includes."""
    found = yield from rows(query)
    return (yield from loaded(query, found))
