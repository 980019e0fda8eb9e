"""Scopes of document classes that are joined: what every query of them asks for.

A class says it by ``__scope__``, a filter or None. Who names a collection by a text joins
all of its documents.
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.filters import as_filter, condition
from mongo_dsl.nodes import Node, Op, Stages
from mongo_dsl.placement import name_of
from mongo_dsl.predicates import Query
from mongo_dsl.stages.arguments import optional_query, query
from mongo_dsl.stages.face import sub_pipeline


_FIRST = frozenset({"$geoNear", "$search", "$searchMeta", "$vectorSearch"})


def _scope(source: Any) -> Any:
    return getattr(source, "__scope__", None) if isinstance(source, type) else None


def scoped(name: str, source: Any, pipeline: Any) -> Any:
    """Return *pipeline*, of the stage *name*, on the documents in the scope of *source*."""
    scope = _scope(source)
    if scope is None:
        return pipeline
    match = Op("$match", Query(condition(scope)))
    stages = () if pipeline is None else sub_pipeline(name, pipeline).items
    head = 1 if stages and name_of(stages[0]) in _FIRST else 0
    return Stages((*stages[:head], match, *stages[head:]))


def restricted(source: Any, filter_: Any) -> Node | None:
    """Return *filter_*, of a stage without a pipeline, within the scope of *source*."""
    scope = _scope(source)
    if scope is None:
        return optional_query(filter_)
    return query(scope) if filter_ is None else query(scope & as_filter(filter_))
