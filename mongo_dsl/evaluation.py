"""Conditions that stand beside the fields: evaluation query operators.

https://www.mongodb.com/docs/manual/reference/operator/query-evaluation/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Op, Param
from mongo_dsl.params import later, own_code
from mongo_dsl.predicates import Computed, Top
from mongo_dsl.values import node


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
        "$search": _worded("search", search),
        "$language": None if language is None else _worded("language", language),
        "$caseSensitive": case_sensitive,
        "$diacriticSensitive": diacritic_sensitive,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return Filter(Top(Op("$text", node(given))))


def _worded(argument: str, words: Any) -> Any:
    if isinstance(words, Param):
        return later(words, _worded, argument)
    if not isinstance(words, str):
        msg = f"text got {argument}={words!r}; it takes a text"
        raise OperandError(msg)
    return words


def json_schema(schema: Mapping[str, Any]) -> Filter:
    """Match documents that satisfy the JSON Schema (draft 4) *schema*.

    https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/

    >>> json_schema({"required": ["name"]}).compile()
    {'$jsonSchema': {'required': ['name']}}
    """
    return Filter(Top(Op("$jsonSchema", node(_schema(schema)))))


def _schema(schema: Any) -> Any:
    if isinstance(schema, Param):
        return later(schema, _schema)
    if not isinstance(schema, Mapping):
        msg = f"json_schema got {schema!r}; it takes a document"
        raise OperandError(msg)
    return schema


def comment(message: str) -> Filter:
    """Attach *message* to the filter, for the server's log and profiler.

    >>> comment("nightly report").compile()
    {'$comment': 'nightly report'}
    """
    return Filter(Top(Op("$comment", node(message))))


def sample_rate(rate: float) -> Filter:
    """Match each document with the probability *rate*, from 0 to 1. Needs MongoDB 5.3.

    Raises:
        ArgumentError: *rate* is no probability.

    >>> sample_rate(0.25).compile()
    {'$sampleRate': 0.25}
    """
    return Filter(Top(Op("$sampleRate", node(_probability(rate)))))


def _probability(rate: Any) -> Any:
    if isinstance(rate, Param):
        return later(rate, _probability)
    if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        msg = f"sample_rate got {rate!r}; it takes a probability from 0 to 1"
        raise ArgumentError(msg)
    return rate


def where(function: Any) -> Filter:
    """Match where the JavaScript *function* returns true; it runs on the server.

    *function* is code of your own, never a user's; `expr` does the same without
    JavaScript. https://www.mongodb.com/docs/manual/reference/operator/query/where/

    >>> where("this.spent > this.budget").compile()
    {'$where': 'this.spent > this.budget'}
    """
    return Filter(Top(Op("$where", node(own_code("where", function)))))
