"""Queries that join are sent as pipelines."""

from __future__ import annotations

from typing import Any

from mapper.commands import Command
from mapper.flows import reading
from mongo_dsl.queryset.asking import query_set


def aggregation(
    query: Any, *more: dict[str, Any], batch_size: int | None = None, **options: Any
) -> Command:
    """Return the command that finds the documents of *query*, and does *more* with them."""
    kept = {name: part for name, part in query.asked.items() if name != "joins"}
    given = reading.arguments(query_set(type(query), query.model, kept))
    sent = reading.options(given)
    if batch_size is not None:
        sent["batchSize"] = batch_size
    stages = [*query.compile(), *more]
    asked = {"cause": query.asked.get("cause", ""), **options}
    return Command(reading.collection(query), "aggregate", (stages,), sent, **asked)


def joins(query: Any) -> bool:
    """Tell whether *query* joins."""
    return "joins" in query.asked
