"""Methods that look along an order: windows, missing values and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.stages.series import DensifyRange


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class SeriesStages(Chained):
    """Look along an order: windows, missing values and gaps."""

    __slots__ = ()

    @in_call_order
    def set_window_fields(
        self,
        /,
        *,
        partition_by: Any = MISSING,
        sort_by: Any = None,
        output: Mapping[Any, Any] | None = None,
        **outputs: Any,
    ) -> Self:
        """Add fields computed from the documents around each. Needs MongoDB 5.0.

        *outputs*, or the mapping *output* of them, are functions of `win` and `acc`, bounded
        by their ``over(...)``. Documents are seen in the order *sort_by*, those with the same
        *partition_by* among themselves.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/

        >>> from mongo_dsl import F, Pipeline, acc, win
        >>> Pipeline().set_window_fields(
        ...     partition_by=F.state,
        ...     sort_by="date",
        ...     total=acc.sum_(F.qty).over(documents=("unbounded", "current")),
        ... ).compile()[0]["$setWindowFields"]["output"]
        {'total': {'$sum': '$qty', 'window': {'documents': ['unbounded', 'current']}}}
        """
        return self.then(
            stages.set_window_fields(
                partition_by=partition_by, sort_by=sort_by, output=output, **outputs
            )
        )

    @in_call_order
    def fill(
        self,
        /,
        *,
        partition_by: Any = MISSING,
        partition_by_fields: Sequence[Any] | None = None,
        sort_by: Any = None,
        output: Mapping[Any, Any] | None = None,
        **outputs: Any,
    ) -> Self:
        """Fill null and missing values of fields. Needs MongoDB 5.3.

        *outputs*, or the mapping *output* of them, say how: ``"linear"``, ``"locf"``, or an
        expression that gives the value; ``{"value": …}`` gives a text. Documents are seen in
        the order *sort_by*, those with the same *partition_by* among themselves.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/fill/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().fill(sort_by="date", score="locf", bonus=0).compile()[0]["$fill"]["output"]
        {'score': {'method': 'locf'}, 'bonus': {'value': 0}}
        """
        return self.then(
            stages.fill(
                partition_by=partition_by,
                partition_by_fields=partition_by_fields,
                sort_by=sort_by,
                output=output,
                **outputs,
            )
        )

    @in_call_order
    def densify(
        self,
        field: Any,
        *,
        range_: DensifyRange | Mapping[str, Any],
        partition_by_fields: Sequence[Any] | None = None,
    ) -> Self:
        """Add documents where values of *field* are missing. Needs MongoDB 5.1.

        *range_* has a ``step``, for dates a ``unit``, and ``bounds``: ``"full"``,
        ``"partition"`` or the first value and the end. *partition_by_fields* are filled
        among themselves.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/densify/

        >>> from mongo_dsl import F, Pipeline
        >>> hourly = {"step": 1, "unit": "hour", "bounds": "full"}
        >>> Pipeline().densify(F.time, range_=hourly).compile()
        [{'$densify': {'field': 'time', 'range': {'step': 1, 'unit': 'hour', 'bounds': 'full'}}}]
        """
        return self.then(
            stages.densify(
                field, range_=range_, partition_by_fields=partition_by_fields
            )
        )
