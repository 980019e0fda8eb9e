"""Stages that bring in the documents of other collections.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.lambdas import is_lambda
from mongo_dsl.nodes import Body, Data, Node, Stages, Value
from mongo_dsl.stages.arguments import (
    constant,
    field_name,
    namespace,
    optional_name,
    options,
    whole,
)
from mongo_dsl.stages.conditions import equal_fields, matching, sides
from mongo_dsl.stages.correlation import Joined, joined, variables
from mongo_dsl.stages.face import stage, sub_pipeline
from mongo_dsl.stages.scopes import restricted, scoped
from mongo_dsl.values import node


@stage("$lookup")
def lookup(
    from_: Any = None,
    *,
    local_field: Any = None,
    foreign_field: Any = None,
    let: Mapping[str, Any] | None = None,
    pipeline: Joined = None,
    as_: str,
    on: Any = None,
    local: type | None = None,
) -> Node:
    """Join the documents of *from_*, a collection's name or document class, as *as_*.

    By equality of *local_field* and *foreign_field*, by *pipeline*, or both. Or by *on*,
    conditions between the two document classes; *local* is the one that is joined to,
    where the pipeline doesn't know it. *pipeline* reads the variables of *let*; as a
    function it gets the documents that are joined to, whose fields it reads:
    ``lambda outer: Pipeline(Order).match(Order.q.user_id == outer.q.id)``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/

    Of a document class only the documents in its scope are joined; by its name all are.

    Raises:
        ArgumentError: it isn't clear what belongs to what.

    >>> from mongo_dsl import F, stages
    >>> stages.lookup(
    ...     "orders", local_field=F["_id"], foreign_field="user_id", as_="orders"
    ... ).compile()["$lookup"]
    {'from': 'orders', 'localField': '_id', 'foreignField': 'user_id', 'as': 'orders'}
    """
    by_fields = _fields(local_field, foreign_field, on)
    if not by_fields and pipeline is None and on is None:
        msg = "lookup got neither fields nor a pipeline; it joins by one or both"
        raise ArgumentError(msg)
    parts: dict[str, Any] = {**by_fields, "pipeline": None}
    given = variables("lookup", let)
    if on is not None:
        found, inner = sides(on, from_, local)
        parts.update(_joined_by(found, from_, inner, given))
        local, given = inner, parts.pop("let", given)
    if pipeline is not None:
        stages, given = _sub_pipeline(pipeline, local, given)
        before = parts["pipeline"]
        parts["pipeline"] = sub_pipeline("$lookup", [before or [], stages])
    parts["pipeline"] = scoped("$lookup", from_, parts["pipeline"])
    return options(
        from_=None if from_ is None else namespace("lookup", from_),
        local_field=parts.get("local_field"),
        foreign_field=parts.get("foreign_field"),
        let=Body(tuple(given.items())) if given or let is not None else None,
        pipeline=parts["pipeline"],
        as_=Data(Value(field_name("lookup", as_))),
    )


def _fields(local: Any, foreign: Any, on: Any) -> dict[str, Node]:
    if (local is None) is not (foreign is None):
        msg = "lookup got one of local_field and foreign_field; they go together"
        raise ArgumentError(msg)
    if local is None:
        return {}
    if on is not None:
        msg = "lookup got on=... and local_field; one of them says what belongs to what"
        raise ArgumentError(msg)
    return {
        "local_field": Data(Value(field_name("lookup", local))),
        "foreign_field": Data(Value(field_name("lookup", foreign))),
    }


def _joined_by(
    on: Any, foreign: Any, inner: type, given: dict[str, Node]
) -> dict[str, Any]:
    """Return the parts of a lookup by the condition *on*."""
    fields = equal_fields(on, foreign)
    if fields is not None:
        local, other = fields
        return {"local_field": Data(Value(local)), "foreign_field": Data(Value(other))}
    pipeline, let = matching(on, inner, given)
    return {"pipeline": pipeline, "let": let}


def _sub_pipeline(
    pipeline: Any, local: type | None, given: dict[str, Node]
) -> tuple[Stages, dict[str, Node]]:
    if is_lambda(pipeline):
        return joined(pipeline, local, given)
    return sub_pipeline("$lookup", pipeline), given


@stage("$graphLookup")
def graph_lookup(
    from_: Any,
    *,
    start_with: Any,
    connect_from_field: Any,
    connect_to_field: Any,
    as_: str,
    max_depth: Any = None,
    depth_field: Any = None,
    restrict_search_with_match: Any = None,
) -> Node:
    """Follow references through *from_*, a collection's name or document class, as *as_*.

    The values of *start_with* are looked for in *connect_to_field*; the values that the
    documents found have in *connect_from_field* are looked for next, *max_depth* times
    at most. *depth_field* is set to the number of steps, *restrict_search_with_match* is
    a filter on all documents that are visited.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/graphLookup/

    >>> from mongo_dsl import F, stages
    >>> friends = stages.graph_lookup(
    ...     "people",
    ...     start_with=F.friends,
    ...     connect_from_field=F.friends,
    ...     connect_to_field=F.name,
    ...     as_="network",
    ... )
    >>> friends.compile()["$graphLookup"]["startWith"]
    '$friends'
    """
    return options(
        from_=namespace("graph_lookup", from_),
        start_with=node(start_with),
        connect_from_field=constant(field_name("graph_lookup", connect_from_field)),
        connect_to_field=constant(field_name("graph_lookup", connect_to_field)),
        as_=constant(field_name("graph_lookup", as_)),
        max_depth=whole("graph_lookup", "max_depth", max_depth, 0),
        depth_field=constant(optional_name("graph_lookup", depth_field)),
        restrict_search_with_match=restricted(from_, restrict_search_with_match),
    )


@stage("$unionWith")
def union_with(coll: Any = None, pipeline: Any = None) -> Node:
    """Add the documents of *coll*, a collection's name or document class.

    *pipeline* runs on them first; without *coll*, it begins with `documents`.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/

    >>> from mongo_dsl import F, Pipeline, stages
    >>> stages.union_with("archive", Pipeline().match(F.year > 2000)).compile()
    {'$unionWith': {'coll': 'archive', 'pipeline': [{'$match': {'year': {'$gt': 2000}}}]}}
    """
    if coll is None and pipeline is None:
        msg = "union_with got neither a collection nor a pipeline; it takes one or both"
        raise ArgumentError(msg)
    return options(
        coll=None if coll is None else namespace("union_with", coll),
        pipeline=scoped(
            "$unionWith",
            coll,
            None if pipeline is None else sub_pipeline("$unionWith", pipeline),
        ),
    )
