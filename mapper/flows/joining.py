"""Queries that join are sent as pipelines."""

from __future__ import annotations

from typing import Any

from mapper.commands import Command
from mapper.flows import asking
from mongo_dsl.queryset.asking import query_set


def aggregation(
    query: Any, *more: dict[str, Any], batch_size: int | None = None, **options: Any
) -> Command:
    """Return the command that finds the documents of *query*, and does *more* with them."""
    kept = {name: part for name, part in query.asked.items() if name != "joins"}
    given = asking.arguments(query_set(type(query), query.model, kept))
    sent = asking.options(given)
    if batch_size is not None:
        sent["batchSize"] = batch_size
    stages = [*query.compile(), *more]
    asked = {"cause": query.asked.get("cause", ""), **options}
    return Command(asking.collection(query), "aggregate", (stages,), sent, **asked)
