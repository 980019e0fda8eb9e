"""Stages that choose documents, and their order.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.counts import count_node
from mongo_dsl.errors import ArgumentError
from mongo_dsl.filters import query_of
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.logic import all_of
from mongo_dsl.names import checked
from mongo_dsl.nodes import Node, Path
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.stages.arguments import options
from mongo_dsl.stages.face import stage


@stage("$match", whole=False)
def match(*filters: Any, **keywords: Any) -> Node:
    """Keep the documents that match all of *filters* and *keywords*.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/

    >>> from mongo_dsl import F, stages
    >>> stages.match(F.age > 18, city="Paris").compile()
    {'$match': {'age': {'$gt': 18}, 'city': 'Paris'}}
    """
    given = (*filters, keyword_filter(None, keywords)) if keywords else filters
    # joining one filter comes to that filter
    return query_of(given[0] if len(given) == 1 else all_of(*given), "all_of")


@stage("$sort")
def sort(*keys: Any) -> Node:
    """Sort by *keys*: fields, ``field.desc()``, ``"-name"``, pairs or mappings.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/sort/

    >>> from mongo_dsl import F, stages
    >>> stages.sort(F.age.desc(), "name").compile()
    {'$sort': {'age': -1, 'name': 1}}
    """
    if not keys:
        msg = "sort got no keys; it takes at least one"
        raise ArgumentError(msg)
    return sort_document(sorts(keys, lambda name: Path(checked(name))))


@stage("$limit")
def limit(limit: Any) -> Node:
    """Stop after *limit* documents.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/limit/

    >>> from mongo_dsl import stages
    >>> stages.limit(5).compile()
    {'$limit': 5}
    """
    return count_node("limit", limit, 1)


@stage("$skip")
def skip(skip: Any) -> Node:
    """Leave out the first *skip* documents.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/skip/

    >>> from mongo_dsl import stages
    >>> stages.skip(5).compile()
    {'$skip': 5}
    """
    return count_node("skip", skip, 0)


@stage("$sample")
def sample(size: Any) -> Node:
    """Pick *size* documents at random.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/sample/

    >>> from mongo_dsl import stages
    >>> stages.sample(3).compile()
    {'$sample': {'size': 3}}
    """
    return options(size=count_node("sample", size, 1))
