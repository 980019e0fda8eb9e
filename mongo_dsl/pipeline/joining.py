"""Methods that bring in the documents of other collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.pipeline.remembering import remembered_by_name
from mongo_dsl.stages.correlation import Joined


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class JoiningStages(Chained):
    """Bring in the documents of other collections."""

    __slots__ = ()

    @remembered_by_name
    @in_call_order
    def lookup(
        self,
        from_: Any = None,
        *,
        local_field: Any = None,
        foreign_field: Any = None,
        let: Mapping[str, Any] | None = None,
        pipeline: Joined = None,
        as_: str,
        on: Any = None,
    ) -> Self:
        """Join the documents of *from_*, a collection's name or document class, as *as_*.

        By equality of *local_field* and *foreign_field*, by *pipeline*, or both. Or by
        *on*, conditions between the two document classes. *pipeline* reads the variables
        of *let*; as a function it gets the documents that are joined to, whose fields it
        reads:
        ``lambda outer: Pipeline(Order).match(Order.q.user_id == outer.q.id)``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/

        Raises:
            ArgumentError: it isn't clear what belongs to what.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().lookup(
        ...     "orders", local_field=F["_id"], foreign_field="user_id", as_="orders"
        ... ).compile()[0]["$lookup"]
        {'from': 'orders', 'localField': '_id', 'foreignField': 'user_id', 'as': 'orders'}
        """
        return self.then(
            stages.lookup(
                from_,
                local_field=local_field,
                foreign_field=foreign_field,
                let=let,
                pipeline=pipeline,
                as_=as_,
                on=on,
                local=self.model,
            )
        )

    @in_call_order
    def graph_lookup(
        self,
        from_: Any,
        *,
        start_with: Any,
        connect_from_field: Any,
        connect_to_field: Any,
        as_: str,
        max_depth: Any = None,
        depth_field: Any = None,
        restrict_search_with_match: Any = None,
    ) -> Self:
        """Follow references through *from_*, a collection's name or document class, as *as_*.

        The values of *start_with* are looked for in *connect_to_field*; the values that the
        documents found have in *connect_from_field* are looked for next, *max_depth* times
        at most. *depth_field* is set to the number of steps, *restrict_search_with_match* is
        a filter on all documents that are visited.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/graphLookup/

        >>> from mongo_dsl import F, Pipeline
        >>> friends = Pipeline().graph_lookup(
        ...     "people",
        ...     start_with=F.friends,
        ...     connect_from_field=F.friends,
        ...     connect_to_field=F.name,
        ...     as_="network",
        ... )
        >>> friends.compile()[0]["$graphLookup"]["startWith"]
        '$friends'
        """
        return self.then(
            stages.graph_lookup(
                from_,
                start_with=start_with,
                connect_from_field=connect_from_field,
                connect_to_field=connect_to_field,
                as_=as_,
                max_depth=max_depth,
                depth_field=depth_field,
                restrict_search_with_match=restrict_search_with_match,
            )
        )

    @in_call_order
    def union_with(self, coll: Any = None, pipeline: Any = None) -> Self:
        """Add the documents of *coll*, a collection's name or document class.

        *pipeline* runs on them first; without *coll*, it begins with `documents`.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().union_with("archive", Pipeline().match(F.year > 2000)).compile()
        [{'$unionWith': {'coll': 'archive', 'pipeline': [{'$match': {'year': {'$gt': 2000}}}]}}]
        """
        return self.then(stages.union_with(coll, pipeline))
