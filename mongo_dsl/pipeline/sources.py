"""Methods that begin with places, documents of its own, or change streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bson import Timestamp

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.stages.sources import FullDocument, FullDocumentBeforeChange


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class SourceStages(Chained):
    """Begin with places, documents of its own, or change streams."""

    __slots__ = ()

    @in_call_order
    def geo_near(
        self,
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
    ) -> Self:
        """Find documents around *near*, nearest first, with their distances.

        *near* is a `geo.Point` or a pair (longitude, latitude); distances are in metres.
        ``near=as_is([x, y])`` writes legacy coordinates, whose distances are in radians if
        *spherical* and in the unit of the plane if not. *distance_field* and *include_locs*
        name fields for the distance and the place, *key* is the field with the geo index,
        *query* a filter.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/geoNear/

        >>> from mongo_dsl import Pipeline, geo
        >>> near = Pipeline().geo_near(geo.Point(2.35, 48.85), distance_field="distance")
        >>> near.compile()[0]["$geoNear"]["near"]
        {'type': 'Point', 'coordinates': [2.35, 48.85]}
        """
        return self.then(
            stages.geo_near(
                near,
                distance_field=distance_field,
                distance_multiplier=distance_multiplier,
                include_locs=include_locs,
                key=key,
                max_distance=max_distance,
                min_distance=min_distance,
                query=query,
                spherical=spherical,
            )
        )

    def documents(self, documents: Any) -> Self:
        """Begin with *documents* of the pipeline's own. Needs MongoDB 5.1.

        They are a list of mappings, or an expression that yields one. It runs on a database,
        or in the pipelines of `lookup` and `union_with`.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/documents/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().documents([{"price": "$5"}, {"price": 10}]).compile()
        [{'$documents': [{'price': {'$literal': '$5'}}, {'price': 10}]}]
        """
        return self.then(stages.documents(documents))

    @in_call_order
    def change_stream(
        self,
        *,
        all_changes_for_cluster: bool | None = None,
        full_document: FullDocument | None = None,
        full_document_before_change: FullDocumentBeforeChange | None = None,
        resume_after: Mapping[str, Any] | None = None,
        show_expanded_events: bool | None = None,
        start_after: Mapping[str, Any] | None = None,
        start_at_operation_time: Timestamp | None = None,
    ) -> Self:
        """Begin with the changes of the collection, database or cluster, as they happen.

        *resume_after* and *start_after* are tokens of events, the second one also of the
        event that ended a stream. *full_document_before_change* needs MongoDB 6.0, like
        *show_expanded_events*.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/changeStream/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().change_stream(full_document="updateLookup").compile()
        [{'$changeStream': {'fullDocument': 'updateLookup'}}]
        """
        return self.then(
            stages.change_stream(
                all_changes_for_cluster=all_changes_for_cluster,
                full_document=full_document,
                full_document_before_change=full_document_before_change,
                resume_after=resume_after,
                show_expanded_events=show_expanded_events,
                start_after=start_after,
                start_at_operation_time=start_at_operation_time,
            )
        )

    def change_stream_split_large_event(self) -> Self:
        """Split the events of a change stream that are over 16 MB. Needs MongoDB 6.1.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/changeStreamSplitLargeEvent/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().change_stream_split_large_event().compile()
        [{'$changeStreamSplitLargeEvent': {}}]
        """
        return self.then(stages.change_stream_split_large_event())
