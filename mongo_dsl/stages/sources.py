"""Stages that a pipeline begins with: places, documents of its own, change streams.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bson import Timestamp

from mongo_dsl import geo
from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.face import AsIs
from mongo_dsl.nodes import Body, Node, Param
from mongo_dsl.params import later
from mongo_dsl.stages.arguments import (
    choice,
    constant,
    optional_name,
    optional_query,
    options,
)
from mongo_dsl.stages.face import stage
from mongo_dsl.values import Face, node


FullDocument = Literal["default", "required", "updateLookup", "whenAvailable"]
"""Whether a change stream shows whole documents after updates."""

FullDocumentBeforeChange = Literal["off", "required", "whenAvailable"]
"""Whether a change stream shows whole documents as they were before."""


@stage("$geoNear")
def geo_near(
    near: Any,
    *,
    distance_field: Any = None,
    distance_multiplier: Any = None,
    include_locs: Any = None,
    key: Any = None,
    max_distance: Any = None,
    min_distance: Any = None,
    query: Any = None,
    spherical: bool | None = None,
) -> Node:
    """Find documents around *near*, nearest first, with their distances.

    *near* is a `geo.Point` or a pair (longitude, latitude); distances are in metres.
    A `geo.LegacyPair` is written as legacy coordinates, whose distances are in radians if
    *spherical* and in the unit of the plane if not. *distance_field* and *include_locs*
    name fields for the distance and the place, *key* is the field with the geo index,
    *query* a filter.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/geoNear/

    >>> from mongo_dsl import geo, stages
    >>> near = stages.geo_near(geo.Point(2.35, 48.85), distance_field="distance")
    >>> near.compile()["$geoNear"]["near"]
    {'type': 'Point', 'coordinates': [2.35, 48.85]}
    """
    return options(
        near=_near(near),
        distance_field=constant(optional_name("geo_near", distance_field)),
        distance_multiplier=_distance("distance_multiplier", distance_multiplier),
        include_locs=constant(optional_name("geo_near", include_locs)),
        key=constant(optional_name("geo_near", key)),
        max_distance=_distance("max_distance", max_distance),
        min_distance=_distance("min_distance", min_distance),
        query=optional_query(query),
        spherical=spherical,
    )


def _near(near: Any) -> Node:
    if isinstance(near, AsIs):
        return near.body
    if isinstance(near, Param):
        return later(near, _near)
    if isinstance(near, geo.LegacyPair):
        return node(near.coordinates)
    if isinstance(near, (list, tuple)):
        return node(geo.shape({"type": "Point", "coordinates": near}))
    if isinstance(near, (Mapping, Face, Node)):
        return node(near)
    if isinstance(geo.shape(near), geo.Point):
        return node(near)
    msg = f"geo_near got {near!r}; it takes a point"
    raise OperandError(msg)


def _distance(name: str, distance: Any) -> Any:
    if isinstance(distance, Param):
        return later(distance, _bound_distance, name)
    number = isinstance(distance, (int, float)) and not isinstance(distance, bool)
    if distance is None or isinstance(distance, (Face, Node)) or number:
        return distance
    msg = f"geo_near got {name}={distance!r}; it takes a number"
    raise OperandError(msg)


def _bound_distance(name: str, distance: Any) -> Node:
    if distance is None:
        msg = f"geo_near got {name}=None; it takes a number"
        raise OperandError(msg)
    return node(_distance(name, distance))


@stage("$documents")
def documents(documents: Any) -> Node:
    """Begin with *documents* of the pipeline's own. Needs MongoDB 5.1.

    They are a list of mappings, or an expression that yields one. It runs on a database,
    or in the pipelines of `lookup` and `union_with`.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/documents/

    >>> from mongo_dsl import stages
    >>> stages.documents([{"price": "$5"}, {"price": 10}]).compile()
    {'$documents': [{'price': {'$literal': '$5'}}, {'price': 10}]}
    """
    if isinstance(documents, (str, Mapping)):
        msg = f"documents got {documents!r}; it takes a list of documents"
        raise OperandError(msg)
    return node(documents)


@stage("$changeStream")
def change_stream(
    *,
    all_changes_for_cluster: bool | None = None,
    full_document: FullDocument | None = None,
    full_document_before_change: FullDocumentBeforeChange | None = None,
    resume_after: Mapping[str, Any] | None = None,
    show_expanded_events: bool | None = None,
    start_after: Mapping[str, Any] | None = None,
    start_at_operation_time: Timestamp | None = None,
) -> Node:
    """Begin with the changes of the collection, database or cluster, as they happen.

    *resume_after* and *start_after* are tokens of events, the second one also of the
    event that ended a stream. *full_document_before_change* needs MongoDB 6.0, like
    *show_expanded_events*.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/changeStream/

    >>> from mongo_dsl import stages
    >>> stages.change_stream(full_document="updateLookup").compile()
    {'$changeStream': {'fullDocument': 'updateLookup'}}
    """
    return options(
        all_changes_for_cluster=all_changes_for_cluster,
        full_document=choice(
            "change_stream", "full_document", full_document, FullDocument
        ),
        full_document_before_change=choice(
            "change_stream",
            "full_document_before_change",
            full_document_before_change,
            FullDocumentBeforeChange,
        ),
        resume_after=constant(resume_after),
        show_expanded_events=show_expanded_events,
        start_after=constant(start_after),
        start_at_operation_time=start_at_operation_time,
    )


@stage("$changeStreamSplitLargeEvent")
def change_stream_split_large_event() -> Node:
    """Split the events of a change stream that are over 16 MB. Needs MongoDB 6.1.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/changeStreamSplitLargeEvent/

    >>> from mongo_dsl import stages
    >>> stages.change_stream_split_large_event().compile()
    {'$changeStreamSplitLargeEvent': {}}
    """
    return Body(())
