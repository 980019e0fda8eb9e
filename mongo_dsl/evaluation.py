"""Conditions that stand beside the fields: evaluation query operators.

https://www.mongodb.com/docs/manual/reference/operator/query-evaluation/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import Decimal128

from mongo_dsl.errors import ArgumentError
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Op
from mongo_dsl.predicates import Computed, Top
from mongo_dsl.values import node, number


def expr(expression: Any) -> Filter:
    """Match where *expression* yields a true value: ``$expr``, written literally.

    >>> from mongo_dsl import F, fn
    >>> expr(fn.gt(F.spent, F.budget)).compile()
    {'$expr': {'$gt': ['$spent', '$budget']}}
    """
    return Filter(Computed(node(expression)))


def text(
    search: str,
    *,
    language: str | None = None,
    case_sensitive: bool | None = None,
    diacritic_sensitive: bool | None = None,
) -> Filter:
    """Match *search* in the fields of the collection's text index.

    https://www.mongodb.com/docs/manual/reference/operator/query/text/

    >>> text("coffee shop", language="en").compile()
    {'$text': {'$search': 'coffee shop', '$language': 'en'}}
    """
    options = {
        "$search": search,
        "$language": language,
        "$caseSensitive": case_sensitive,
        "$diacriticSensitive": diacritic_sensitive,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return Filter(Top(Op("$text", node(given))))


def json_schema(schema: Mapping[str, Any]) -> Filter:
    """Match documents that satisfy the JSON Schema (draft 4) *schema*.

    https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/

    >>> json_schema({"required": ["name"]}).compile()
    {'$jsonSchema': {'required': ['name']}}
    """
    return Filter(Top(Op("$jsonSchema", node(schema))))


def comment(message: str) -> Filter:
    """Attach *message* to the filter, for the server's log and profiler.

    >>> comment("nightly report").compile()
    {'$comment': 'nightly report'}
    """
    return Filter(Top(Op("$comment", node(message))))


def sample_rate(rate: float | Decimal128) -> Filter:
    """Match each document with the probability *rate*, from 0 to 1. Needs MongoDB 5.3.

    Raises:
        ArgumentError: *rate* is no probability.

    >>> sample_rate(0.25).compile()
    {'$sampleRate': 0.25}
    """
    found = number(rate)
    if found is None or not 0 <= found <= 1:
        msg = f"sample_rate got {rate!r}; it takes a probability from 0 to 1"
        raise ArgumentError(msg)
    return Filter(Top(Op("$sampleRate", node(rate))))


def where(function: Any) -> Filter:
    """Match where the JavaScript *function* returns true; it runs on the server.

    *function* is code of your own, never a user's; `expr` does the same without
    JavaScript. https://www.mongodb.com/docs/manual/reference/operator/query/where/

    >>> where("this.spent > this.budget").compile()
    {'$where': 'this.spent > this.budget'}
    """
    return Filter(Top(Op("$where", node(function))))
