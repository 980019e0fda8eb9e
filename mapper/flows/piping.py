"""Pipelines that go on where a query set ends."""

from __future__ import annotations

from typing import Any, TypeVar

from mongo_dsl import F
from mongo_dsl.queryset.asking import query_set


P = TypeVar("P", bound=Any)
_OF_FINDS = frozenset(
    {"filter", "sort", "skip", "limit", "projection", "raw", "row", "secrets"}
)


def piped(started: P, query: Any) -> P:
    """Return the pipeline *started* with what *query* asks for as its first stages.

    Where it runs and how the server works on it is as *query* says.
    """
    found: Any = started
    if "filter" in query.asked:
        found = found.match(query.filters)
    if "sort" in query.asked:
        found = found.sort(*query.asked["sort"])
    for name in ("skip", "limit"):
        number = query._number(name)  # noqa: SLF001 - it refuses open parameters
        if number is not None:
            found = getattr(found, name)(number)
    found = _shown(found, query.asked.get("projection", ()))
    kept = {k: v for k, v in query.asked.items() if k not in _OF_FINDS}
    bare = query_set(type(query), query.model, kept)
    made: P = found._evolved(query=bare)  # noqa: SLF001 - of this package
    return made


def _shown(pipeline: Any, projection: Any) -> Any:
    """Keep or drop the fields of a *projection*, so that later stages know what is left."""
    kept = [F[name] for name, flag in projection if flag]
    dropped = [F[name] for name, flag in projection if not flag]
    if not kept:
        return pipeline.unset(*dropped) if dropped else pipeline
    return pipeline.project(*kept, **({"_id": 0} if dropped else {}))
