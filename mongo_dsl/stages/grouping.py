"""Stages that gather documents: groups, buckets, counts and facets.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
from bson import Decimal128

from mongo_dsl.accumulators import Accumulator
from mongo_dsl.compile import compile_expression, compile_value
from mongo_dsl.compile.expressions import has_odd_names
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.nodes import Body, Data, Map, Node, Op, Param, Raw, Seq, Value
from mongo_dsl.params import changed, later
from mongo_dsl.raw import RawMQL
from mongo_dsl.stages.arguments import (
    assigned,
    choice,
    options,
    output_name,
    undotted,
    whole,
)
from mongo_dsl.stages.arguments import expression as expression_node
from mongo_dsl.stages.face import stage, sub_pipeline
from mongo_dsl.updates import reads
from mongo_dsl.values import Face, node


Granularity = Literal[
    "R5",
    "R10",
    "R20",
    "R40",
    "R80",
    "1-2-5",
    "E6",
    "E12",
    "E24",
    "E48",
    "E96",
    "E192",
    "POWERSOF2",
]
"""Series of preferred numbers that bounds of buckets are rounded to."""


@stage("$group")
def group(by: Any, /, *outputs: Mapping[Any, Any], **accumulators: Any) -> Node:
    """Group by *by*, an expression, a mapping of them, or None for one group of all.

    *accumulators* come from `acc` and give the fields of each group; *outputs* are
    mappings of more of them. *by* is the group's ``_id``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/

    >>> from mongo_dsl import F, acc, stages
    >>> stages.group(F.city, {"oldest": acc.max_(F.age)}, people=acc.sum_(1)).compile()
    {'$group': {'_id': '$city', 'oldest': {'$max': '$age'}, 'people': {'$sum': 1}}}
    """
    items = _accumulated("group", outputs, accumulators)
    if "_id" in dict(items):
        msg = "group got an accumulator called '_id'; that is what it groups by"
        raise ArgumentError(msg)
    return Body((("_id", _key(expression_node("group", by))), *items))


def _key(by: Node) -> Node:
    """Write numbers in a key as constants: the server takes bare ones for flags."""
    if isinstance(by, Param):
        return changed(by, _key)
    if not isinstance(by, Map) or has_odd_names(by):
        return by
    return Map(tuple([(name, _constant(item)) for name, item in by.items]))


def _constant(found: Node) -> Node:
    if isinstance(found, Param):
        return changed(found, _constant)
    flag = isinstance(found, Value) and isinstance(
        found.value, (int, float, Decimal128)
    )
    return Op("$literal", Raw(found)) if flag else found


def _accumulated(
    name: str,
    mappings: Sequence[Any],
    keywords: Mapping[str, Any],
) -> tuple[tuple[str, Node], ...]:
    if not keywords and not any(mappings):
        return ()
    pairs = assigned(name, mappings, keywords)
    return tuple([(undotted(name, f), _accumulator(name, f, a)) for f, a in pairs])


def _accumulator(stage: str, name: str, value: Any) -> Node:
    if isinstance(value, (Accumulator, RawMQL)):
        return node(value)
    msg = f"{stage} got {name}={value!r}; it takes accumulators: acc.sum_(...)"
    raise OperandError(msg)


def _output(
    name: str,
    mapping: Any,
    keywords: Mapping[str, Any],
) -> Body | None:
    """Return the fields of buckets; an empty mapping is written, too."""
    if mapping is None and not keywords:
        return None
    mappings = () if mapping is None else (mapping,)
    return Body(_accumulated(name, mappings, keywords))


@stage("$bucket")
def bucket(
    group_by: Any,
    *,
    boundaries: Any,
    default: Any = MISSING,
    output: Mapping[Any, Any] | None = None,
    **accumulators: Any,
) -> Node:
    """Group by where *group_by* lies between *boundaries*, each of which starts a bucket.

    Values outside go into a bucket called *default*; without one they are an error.
    *accumulators*, or the mapping *output* of them, give the fields of each bucket.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucket/

    >>> from mongo_dsl import F, acc, stages
    >>> ages = stages.bucket(F.age, boundaries=[0, 18, 65], people=acc.sum_(1))
    >>> ages.compile()["$bucket"]
    {'groupBy': '$age', 'boundaries': [0, 18, 65], 'output': {'people': {'$sum': 1}}}
    """
    return options(
        group_by=expression_node("bucket", group_by),
        boundaries=_boundaries(boundaries),
        default=default if default is MISSING else _folded(default),
        output=_output("bucket", output, accumulators),
    )


def _boundaries(boundaries: Any) -> Node:
    if isinstance(boundaries, Param):
        return later(boundaries, _boundaries)
    if isinstance(boundaries, (Face, Node)):
        return node(boundaries)
    if not isinstance(boundaries, (list, tuple)):
        msg = f"bucket got boundaries={boundaries!r}; it takes a list of values"
        raise OperandError(msg)
    if len(boundaries) < 2:  # noqa: PLR2004 - a bucket has two ends
        msg = f"bucket got boundaries={boundaries!r}; it takes at least two"
        raise ArgumentError(msg)
    return Seq(tuple(map(_folded, boundaries)))


def _folded(value: Any) -> Node:
    """Write a constant for a server that reads it twice: what it has read, it reads again."""
    found = node(value)
    if isinstance(found, Param):
        return attrs.evolve(found, accept=_Folded(found.accept))
    data = isinstance(found, (Value, Seq, Map)) and not reads(found)
    if data and compile_expression(found) != compile_value(found):
        return Op("$literal", found)
    return found


@attrs.frozen
class _Folded:
    """Accept the constant that a parameter is bound to."""

    accept: Any

    def __call__(self, value: Any) -> Node:
        return _folded(self.accept(value))


@stage("$bucketAuto")
def bucket_auto(
    group_by: Any,
    *,
    buckets: Any,
    output: Mapping[Any, Any] | None = None,
    granularity: Granularity | None = None,
    **accumulators: Any,
) -> Node:
    """Group into *buckets* of about as many documents, by the value of *group_by*.

    *granularity* rounds the bounds to a series of preferred numbers. *accumulators*, or
    the mapping *output* of them, give the fields of each bucket.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/bucketAuto/

    >>> from mongo_dsl import F, stages
    >>> stages.bucket_auto(F.age, buckets=4, granularity="R5").compile()
    {'$bucketAuto': {'groupBy': '$age', 'buckets': 4, 'granularity': 'R5'}}
    """
    return options(
        group_by=expression_node("bucket_auto", group_by),
        buckets=whole("bucket_auto", "buckets", buckets, 1),
        output=_output("bucket_auto", output, accumulators),
        granularity=choice("bucket_auto", "granularity", granularity, Granularity),
    )


@stage("$sortByCount")
def sort_by_count(expression: Any) -> Node:
    """Count the documents of every value of *expression*, the most frequent first.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/sortByCount/

    >>> from mongo_dsl import F, stages
    >>> stages.sort_by_count(F.tags).compile()
    {'$sortByCount': '$tags'}
    """
    return expression_node("sort_by_count", expression)


@stage("$count")
def count(field: Any = "count") -> Node:
    """Count the documents into *field*.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/count/

    >>> from mongo_dsl import stages
    >>> stages.count("people").compile()
    {'$count': 'people'}
    """
    return Data(Value(output_name("count", field)))


@stage("$facet")
def facet(*mappings: Mapping[Any, Any], **pipelines: Any) -> Node:
    """Run several *pipelines* over the same documents; each gives an array of its name.

    *mappings* hold more of them.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/facet/

    >>> from mongo_dsl import Pipeline, stages
    >>> stages.facet(first=stages.limit(1), total=Pipeline().count()).compile()
    {'$facet': {'first': [{'$limit': 1}], 'total': [{'$count': 'count'}]}}
    """
    if not any(mappings) and not pipelines:
        msg = "facet got no pipelines; it takes at least one"
        raise ArgumentError(msg)
    given = assigned("facet", mappings, pipelines)
    return Body(
        tuple(
            (output_name("facet", name), sub_pipeline("$facet", pipeline))
            for name, pipeline in given
        )
    )
