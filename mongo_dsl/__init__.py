"""Queries for MongoDB as values: filters, updates, pipelines and query sets.

Everything here is pure: it builds and compiles, and never talks to a server.
"""

from typing import TYPE_CHECKING, Any

from mongo_dsl import errors, readable
from mongo_dsl.evaluation import comment, expr, json_schema, sample_rate, text, where
from mongo_dsl.fields import F, Field, Fields
from mongo_dsl.filters import Filter
from mongo_dsl.find import FindCommand
from mongo_dsl.later import later
from mongo_dsl.logic import all_of, and_, any_of, none_of, nor, not_, or_
from mongo_dsl.params import param
from mongo_dsl.queryset import QuerySet
from mongo_dsl.raw import raw
from mongo_dsl.sorting import Sort
from mongo_dsl.updates import Update


if TYPE_CHECKING:
    from mongo_dsl import accumulators as acc
    from mongo_dsl import fn, geo, search, stages
    from mongo_dsl import windows as win
    from mongo_dsl.pipeline import Pipeline
    from mongo_dsl.stages import Stage
    from mongo_dsl.translation import translate


__all__ = [
    "F",
    "Field",
    "Fields",
    "Filter",
    "FindCommand",
    "Pipeline",
    "QuerySet",
    "Sort",
    "Stage",
    "Update",
    "acc",
    "all_of",
    "and_",
    "any_of",
    "comment",
    "errors",
    "expr",
    "fn",
    "geo",
    "json_schema",
    "none_of",
    "nor",
    "not_",
    "or_",
    "param",
    "raw",
    "sample_rate",
    "search",
    "stages",
    "text",
    "translate",
    "where",
    "win",
]

# What is imported when it is asked for: a filter needs none of it.
_NAMES = {
    "mongo_dsl.pipeline": ("Pipeline",),
    "mongo_dsl.stages": ("Stage",),
    "mongo_dsl.translation": ("translate",),
}
_MODULES = {
    "acc": "mongo_dsl.accumulators",
    "fn": "mongo_dsl.fn",
    "geo": "mongo_dsl.geo",
    "search": "mongo_dsl.search",
    "stages": "mongo_dsl.stages",
    "win": "mongo_dsl.windows",
}

if not TYPE_CHECKING:  # checkers know the names, and miss those that aren't there
    __getattr__, __dir__ = later(__name__, _NAMES, _MODULES)


def _written(value: Any) -> str | None:
    from mongo_dsl.source import represented  # noqa: PLC0415 - few values are shown

    return represented(value)


readable.writer = _written  # the values stand far below what writes them
