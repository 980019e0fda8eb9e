"""Stages of Atlas Search: texts and vectors, and how their results combine.

https://www.mongodb.com/docs/atlas/atlas-search/query-syntax/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.arguments import order
from mongo_dsl.nodes import Body, Data, Map, Node, Op, Raw
from mongo_dsl.stages.arguments import (
    constant,
    field_name,
    optional_query,
    options,
    whole,
)
from mongo_dsl.stages.face import stage
from mongo_dsl.values import Face


def operator_of(name: str, value: Any) -> Op:
    """Return the search operator *value*, made by a function of `search` or raw.

    Raises:
        OperandError: *value* is something else.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if isinstance(found, Raw) and isinstance(found.body, Map):
        items = found.body.items
        found = Op(*items[0]) if len(items) == 1 else found
    if isinstance(found, Op) and found.name[:1] != "$":
        return found
    msg = f"{name} got {value!r}; it takes a search operator, such as search.text(...)"
    raise OperandError(f"{msg}, or raw({{...}}) of one")


def _searching(name: str, operator: Any) -> dict[str, Data]:
    return {"operator": Data(operator_of(name, operator))}


def _merged(body: Node) -> Node:
    """Write the operator beside the options, where it was passed."""
    if not isinstance(body, Body):
        return body
    items = [
        (op.name, Data(op.body))
        if isinstance(op := _operator(value), Op)
        else (k, value)
        for k, value in body.items
    ]
    return Body(tuple(items))


def _operator(value: Node) -> Node | None:
    return value.body if isinstance(value, Data) else None


@stage("$search", data=True, finish=_merged)
def search(
    operator: Any,
    *,
    index: str | None = None,
    highlight: Mapping[str, Any] | None = None,
    concurrent: bool | None = None,
    count: Mapping[str, Any] | None = None,
    search_after: str | None = None,
    search_before: str | None = None,
    score_details: bool | None = None,
    sort: Any = None,
    return_scope: Mapping[str, Any] | None = None,
    return_stored_source: bool | None = None,
    tracking: Mapping[str, Any] | None = None,
) -> Node:
    """Begin with the documents that *operator*, of `search`, finds. Needs MongoDB 5.0.

    *index* is the search index, *sort* what `sort` takes. *search_after* and
    *search_before* are tokens, for pages.

    https://www.mongodb.com/docs/atlas/atlas-search/query-syntax/

    >>> from mongo_dsl import F, search, stages
    >>> surfing = stages.search(search.text(F.title, "surf"), index="titles")
    >>> surfing.compile()
    {'$search': {'text': {'path': 'title', 'query': 'surf'}, 'index': 'titles'}}
    """
    return options(
        **_searching("search", operator),
        index=constant(index),
        highlight=constant(highlight),
        concurrent=concurrent,
        count=constant(count),
        search_after=constant(search_after),
        search_before=constant(search_before),
        score_details=score_details,
        sort=None if sort is None else Data(order(sort)),
        return_scope=constant(return_scope),
        return_stored_source=return_stored_source,
        tracking=constant(tracking),
    )


@stage("$searchMeta", data=True, finish=_merged)
def search_meta(
    operator: Any,
    *,
    index: str | None = None,
    count: Mapping[str, Any] | None = None,
    return_scope: Mapping[str, Any] | None = None,
    return_stored_source: bool | None = None,
) -> Node:
    """Begin with what is known of the results of a search alone. Needs MongoDB 5.0.

    Its arguments are those of `search`.

    https://www.mongodb.com/docs/atlas/atlas-search/query-syntax/

    >>> from mongo_dsl import F, search, stages
    >>> stages.search_meta(search.exists(F.title), count={"type": "total"}).compile()
    {'$searchMeta': {'exists': {'path': 'title'}, 'count': {'type': 'total'}}}
    """
    return options(
        **_searching("search_meta", operator),
        index=constant(index),
        count=constant(count),
        return_scope=constant(return_scope),
        return_stored_source=return_stored_source,
    )


@stage("$vectorSearch", data=True)
def vector_search(
    *,
    index: str,
    limit: Any,
    path: Any,
    query_vector: Any = None,
    exact: bool | None = None,
    filter_: Any = None,
    num_candidates: Any = None,
    return_stored_source: bool | None = None,
    nested_options: Mapping[str, Any] | None = None,
    parent_filter: Any = None,
    query: Any = None,
    model: str | None = None,
) -> Node:
    """Begin with the *limit* documents nearest to *query_vector*. Needs MongoDB 6.0.

    *path* is the field of the vectors. *exact* compares all of them; otherwise
    *num_candidates* are looked at. *filter_* is a filter. Instead of a vector, a *query*
    is a text for an embedding *model*, which needs MongoDB 8.2.

    https://www.mongodb.com/docs/atlas/atlas-vector-search/vector-search-stage/

    >>> from mongo_dsl import F, stages
    >>> stages.vector_search(
    ...     index="plots", path=F.plot, query_vector=[0.5, -0.25], limit=10, exact=True
    ... ).compile()["$vectorSearch"]
    {'index': 'plots', 'path': 'plot', 'queryVector': [0.5, -0.25], 'limit': 10, 'exact': True}
    """
    return options(
        index=constant(index),
        limit=whole("vector_search", "limit", limit, 1),
        path=constant(field_name("vector_search", path)),
        query_vector=constant(query_vector),
        exact=exact,
        filter_=optional_query(filter_),
        num_candidates=whole("vector_search", "num_candidates", num_candidates, 1),
        return_stored_source=return_stored_source,
        nested_options=constant(nested_options),
        parent_filter=optional_query(parent_filter),
        query=constant(query),
        model=constant(model),
    )
