"""Conditions that stand beside the fields: evaluation query operators.

https://www.mongodb.com/docs/manual/reference/operator/query-evaluation/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from bson import Decimal128

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.names import in_mql
from mongo_dsl.nodes import Op, Param
from mongo_dsl.params import later, own_code
from mongo_dsl.predicates import Computed, Top
from mongo_dsl.values import node, number


if TYPE_CHECKING:
    from typing_extensions import TypedDict, Unpack

    class TextOptions(TypedDict, total=False):
        """How `text` compares."""

        language: str | None
        case_sensitive: bool | None
        diacritic_sensitive: bool | None

    class TextSearch(TextOptions):
        """What `text` searches for, and how."""

        search: str


def expr(expression: Any) -> Filter:
    """Match where *expression* yields a true value: ``$expr``, written literally.

    >>> from mongo_dsl import F, fn
    >>> expr(fn.gt(F.spent, F.budget)).compile()
    {'$expr': {'$gt': ['$spent', '$budget']}}
    """
    return Filter(Computed(node(expression)))


@overload
def text(search: str, /, **options: Unpack[TextOptions]) -> Filter: ...


@overload
def text(**options: Unpack[TextSearch]) -> Filter: ...


def text(search: str | None = None, /, **options: Any) -> Filter:
    """Match *search* in the fields of the collection's text index.

    *language*, *case_sensitive* and *diacritic_sensitive* are written in the order of the
    call.

    https://www.mongodb.com/docs/manual/reference/operator/query/text/

    >>> text("coffee shop", language="en").compile()
    {'$text': {'$search': 'coffee shop', '$language': 'en'}}
    """
    known = _TEXT if search is None else {n: _TEXT[n] for n in _TEXT if n != "search"}
    given = in_mql("text", options, known)
    if search is not None:
        given = {"$search": search, **given}
    if "$search" not in given:
        msg = "text got nothing to search for; its first argument is a text"
        raise ArgumentError(msg)
    body = {name: _option(name, value) for name, value in given.items()}
    return Filter(Top(Op("$text", node(body))))


_TEXT = {
    "search": "$search",
    "language": "$language",
    "case_sensitive": "$caseSensitive",
    "diacritic_sensitive": "$diacriticSensitive",
}


def _option(name: str, value: Any) -> Any:
    if name not in ("$search", "$language"):
        return value
    if isinstance(value, Param):
        return later(value, _option, name)
    if not isinstance(value, str):
        msg = f"text got {name[1:]}={value!r}; it takes a text"
        raise OperandError(msg)
    return value


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


def sample_rate(rate: float | Decimal128) -> Filter:
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
    found = number(rate)
    if found is None or not 0 <= found <= 1:
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
