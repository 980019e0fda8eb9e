"""Methods that gather documents: groups, buckets, counts and facets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.pipeline.remembering import remembered
from mongo_dsl.stages.grouping import Granularity


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class GroupingStages(Chained):
    """Gather documents: groups, buckets, counts and facets."""

    __slots__ = ()

    @remembered
    def group(
        self, by: Any, /, *outputs: Mapping[Any, Any], **accumulators: Any
    ) -> Self:
        """Group by *by*, an expression, a mapping of them, or None for one group of all.

        *accumulators* come from `acc` and give the fields of each group; *outputs* are
        mappings of more of them. *by* is the group's ``_id``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/

        >>> from mongo_dsl import F, Pipeline, acc
        >>> Pipeline().group(F.city, {"oldest": acc.max_(F.age)}, people=acc.sum_(1)).compile()
        [{'$group': {'_id': '$city', 'oldest': {'$max': '$age'}, 'people': {'$sum': 1}}}]
        """
        return self.then(stages.group(by, *outputs, **accumulators))

    @in_call_order
    def bucket(
        self,
        /,
        group_by: Any,
        *,
        boundaries: Any,
        default: Any = MISSING,
        output: Mapping[Any, Any] | None = None,
        **accumulators: Any,
    ) -> Self:
        """Group by where *group_by* lies between *boundaries*, each of which starts a bucket.

        Values outside go into a bucket called *default*; without one they are an error.
        *accumulators*, or the mapping *output* of them, give the fields of each bucket.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucket/

        >>> from mongo_dsl import F, Pipeline, acc
        >>> ages = Pipeline().bucket(F.age, boundaries=[0, 18, 65], people=acc.sum_(1))
        >>> ages.compile()[0]["$bucket"]
        {'groupBy': '$age', 'boundaries': [0, 18, 65], 'output': {'people': {'$sum': 1}}}
        """
        return self.then(
            stages.bucket(
                group_by,
                boundaries=boundaries,
                default=default,
                output=output,
                **accumulators,
            )
        )

    @in_call_order
    def bucket_auto(
        self,
        /,
        group_by: Any,
        *,
        buckets: Any,
        output: Mapping[Any, Any] | None = None,
        granularity: Granularity | None = None,
        **accumulators: Any,
    ) -> Self:
        """Group into *buckets* of about as many documents, by the value of *group_by*.

        *granularity* rounds the bounds to a series of preferred numbers. *accumulators*, or
        the mapping *output* of them, give the fields of each bucket.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucketAuto/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().bucket_auto(F.age, buckets=4, granularity="R5").compile()
        [{'$bucketAuto': {'groupBy': '$age', 'buckets': 4, 'granularity': 'R5'}}]
        """
        return self.then(
            stages.bucket_auto(
                group_by,
                buckets=buckets,
                output=output,
                granularity=granularity,
                **accumulators,
            )
        )

    @remembered
    def sort_by_count(self, expression: Any) -> Self:
        """Count the documents of every value of *expression*, the most frequent first.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/sortByCount/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().sort_by_count(F.tags).compile()
        [{'$sortByCount': '$tags'}]
        """
        return self.then(stages.sort_by_count(expression))

    @remembered
    def count(self, field: Any = "count") -> Self:
        """Count the documents into *field*.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/count/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().count("people").compile()
        [{'$count': 'people'}]
        """
        return self.then(stages.count(field))

    def facet(self, /, *mappings: Mapping[Any, Any], **pipelines: Any) -> Self:
        """Run several *pipelines* over the same documents; each gives an array of its name.

        *mappings* hold more of them.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/facet/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().facet(first=Pipeline().limit(1), total=Pipeline().count()).compile()
        [{'$facet': {'first': [{'$limit': 1}], 'total': [{'$count': 'count'}]}}]
        """
        return self.then(stages.facet(*mappings, **pipelines))
