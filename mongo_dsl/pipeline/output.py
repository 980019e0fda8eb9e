"""Methods that write what the pipeline gives into a collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.stages.output import WhenMatched, WhenNotMatched


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class OutputStages(Chained):
    """Write what the pipeline gives into a collection."""

    __slots__ = ()

    @in_call_order
    def out(
        self,
        coll: Any,
        *,
        db: str | None = None,
        timeseries: Mapping[str, Any] | None = None,
    ) -> Self:
        """Replace the collection *coll*, given by name or document class, by the documents.

        *db* is another database. *timeseries* makes a time series collection, which needs
        MongoDB 7.0.3: ``{"timeField": F.time, "metaField": F.sensor}``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/out/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().out("totals").compile(), Pipeline().out("totals", db="reports").compile()
        ([{'$out': 'totals'}], [{'$out': {'coll': 'totals', 'db': 'reports'}}])
        """
        return self.then(stages.out(coll, db=db, timeseries=timeseries))

    @in_call_order
    def merge(
        self,
        into: Any,
        *,
        on: Any = None,
        let: Mapping[str, Any] | None = None,
        when_matched: WhenMatched | Any = None,
        when_not_matched: WhenNotMatched | None = None,
    ) -> Self:
        """Write the documents into a collection, beside those that are there.

        *into* is its name, a document class, or a pair of database and name. Documents are
        the same that have the same *on*, a field or a list of them, by default ``_id``.
        *when_matched* is a choice or a pipeline that changes the document there; in it,
        ``var("new")`` is the new one, next to the variables of *let*.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/

        Raises:
            PlacementError: the pipeline has a stage that updates don't take.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().merge("totals", on="day", when_matched="replace").compile()
        [{'$merge': {'into': 'totals', 'on': 'day', 'whenMatched': 'replace'}}]
        """
        return self.then(
            stages.merge(
                into,
                on=on,
                let=let,
                when_matched=when_matched,
                when_not_matched=when_not_matched,
            )
        )
