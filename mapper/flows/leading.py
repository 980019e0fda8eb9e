"""What a query asks for, as stages before those of a pipeline that runs on its documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mongo_dsl
from mongo_dsl.nodes import Node, Stages
from mongo_dsl.placement import asks_for_text, name_of


MQL = dict[str, Any]


def led(given: Mapping[str, Any], pipeline: Any) -> mongo_dsl.Pipeline:
    """Return *pipeline* on the documents of a find with the arguments *given*.

    A filter alone stands behind a stage that must be the first, where it leaves the same
    documents.

    Raises:
        PlacementError: the find asks for more, or the first stage makes other documents.
    """
    leading, own = _leading(given), mongo_dsl.Pipeline(pipeline)
    stages = own._node.items  # noqa: SLF001
    if [*map(_name, leading)] == ["$match"] and stages and _is_search(stages[0]):
        head, tail = (own._rebuilt(Stages(some)) for some in (stages[:1], stages[1:]))  # noqa: SLF001
        return mongo_dsl.Pipeline(head, leading, tail)
    return mongo_dsl.Pipeline(leading, own)


def _is_search(stage: Node) -> bool:
    """Tell whether *stage* must be the first, and leaves documents as they are stored."""
    return name_of(stage) in _SEARCHES or asks_for_text(stage)


_SEARCHES = ("$geoNear", "$search", "$vectorSearch")


def _name(stage: MQL) -> str:
    return next(iter(stage))


def _leading(given: Mapping[str, Any]) -> list[MQL]:
    """Write a find as the stages that a pipeline starts with."""
    stages = [{"$match": given["filter"]}] if given["filter"] else []
    for name, stage in _STAGES.items():
        if name in given:
            value = dict(given[name]) if name == "sort" else given[name]
            stages.append({stage: value})
    return stages


_STAGES = {
    "sort": "$sort",
    "skip": "$skip",
    "limit": "$limit",
    "projection": "$project",
}
