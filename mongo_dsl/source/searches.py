"""Atlas Search operators as calls of `search`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mongo_dsl import search
from mongo_dsl.compile import compile_value
from mongo_dsl.nodes import Body, Map, Node, Op, Seq
from mongo_dsl.source.calls import attempts, function_of
from mongo_dsl.source.fields import Scope
from mongo_dsl.source.literals import data
from mongo_dsl.source.written import (
    UnwritableError,
    Written,
    first_that_fits,
    listed,
)


def search_names() -> frozenset[str]:
    """Return what the search operators are called in MQL."""
    return _NAMES


_NAMES = frozenset(
    {
        *("autocomplete", "compound", "embeddedDocument", "equals", "exists", "facet"),
        *(
            "geoShape",
            "geoWithin",
            "in",
            "moreLikeThis",
            "near",
            "phrase",
            "queryString",
        ),
        *("range", "regex", "text", "wildcard", "hasAncestor", "hasRoot", "knnBeta"),
        *("span", "term", "vectorSearch"),
    }
)


def search_operator(node: Op, scope: Scope) -> Written:
    """Write a search operator.

    Raises:
        UnwritableError: there is no function for it, or it takes other arguments.
    """
    found = function_of(search, node.name)
    if found is None:
        raise UnwritableError(node)
    name, function = found
    named = [(k, _argument(k, v, scope)) for k, v in _items(node.body)]
    argument: Any = ([], named, data(node.body))
    return first_that_fits(
        node, compile_value, attempts(f"search.{name}", function, argument)
    )


def _items(node: Node) -> Iterator[tuple[str, Node]]:
    if not isinstance(node, (Body, Map)):
        raise UnwritableError(node)
    yield from node.items


def _argument(key: str, node: Node, scope: Scope) -> Written:
    if key in ("must", "mustNot", "should", "filter") and isinstance(node, Seq):
        return listed([_nested(item, scope) for item in node.items])
    if key == "operator":
        return _nested(node, scope)
    return data(node)


def _nested(node: Node, scope: Scope) -> Written:
    items = list(_items(node))
    if len(items) != 1:
        raise UnwritableError(node)
    return search_operator(Op(*items[0]), scope)
