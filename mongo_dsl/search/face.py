"""What the functions of `search` make: operators, and what operators are made of."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from mongo_dsl.compile import compile_value
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.nodes import Body, Map, Node, Op, Raw
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face


@attrs.frozen(repr=False)
class SearchOperator(Readable[dict[str, Any]], Face):
    """What a search looks for, for the stages ``$search`` and ``$searchMeta``.

    >>> from mongo_dsl import F, search
    >>> search.text(F.title, "surfer").compile()
    {'text': {'path': 'title', 'query': 'surfer'}}
    """

    _node: Op

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_value(self._node)
        return compiled

    def __bool__(self) -> NoReturn:
        msg = (
            "a search operator has no truth value; combine operators with"
            " search.compound(must=[...], should=[...])"
        )
        raise TruthValueError(msg)


@attrs.frozen(repr=False)
class SearchOption(Readable[dict[str, Any]], Face):
    """A part of a search operator that is a document of its own."""

    _node: Node

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_value(self._node)
        return compiled


class SearchPath(SearchOption):
    """Fields to search; made by `wildcard_path` and `multi`."""

    __slots__ = ()


class Fuzzy(SearchOption):
    """How far a text may be from the query; made by `fuzzy`."""

    __slots__ = ()


class Score(SearchOption):
    """How a match counts; made by `score_boost` and its siblings."""

    __slots__ = ()


class ScoreExpression(SearchOption):
    """A number computed for `score_function`; made by `score_path` and its siblings."""

    __slots__ = ()


class Facet(SearchOption):
    """How a facet counts; made by `string_facet`, `number_facet` and `date_facet`."""

    __slots__ = ()


class Box(SearchOption):
    """A rectangle on the map; made by `box`."""

    __slots__ = ()


class Circle(SearchOption):
    """A circle on the map; made by `circle`."""

    __slots__ = ()


def operator_node(stage: str, value: Any) -> tuple[str, Node]:
    """Return the name and the body of the operator *value*, for the body of *stage*.

    All of the body is data, whatever its texts begin with.

    Raises:
        OperandError: *value* is neither a search operator nor raw MQL of one.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if isinstance(value, SearchOperator):
        return found.name, found.body
    if (
        isinstance(found, Raw)
        and isinstance(found.body, (Map, Body))
        and len(found.body.items) == 1
    ):
        return found.body.items[0]
    msg = f"{stage} got {value!r}; it takes a search operator, such as search.text(...)"
    raise OperandError(f"{msg}, or raw({{...}}) of one")
