"""Atlas Search operators as calls of `search`."""

from __future__ import annotations

import functools
from collections.abc import Callable

from mongo_dsl import search
from mongo_dsl.compile import compile_value
from mongo_dsl.nodes import Body, Map, Node, Op, Seq
from mongo_dsl.signatures import function_of
from mongo_dsl.source.calls import by_name
from mongo_dsl.source.literals import data
from mongo_dsl.source.written import (
    Attempt,
    Named,
    UnwritableError,
    Written,
    call,
    first_that_fits,
    listed,
    mapped,
)


def is_search_operator(name: str) -> bool:
    """Tell whether *name* is what MQL calls a search operator."""
    found = function_of(search, name)
    return found is not None and not found[0].startswith(("score_", "box", "circle"))


def search_operator(node: Op) -> Written:
    """Write a search operator.

    Raises:
        UnwritableError: there is no function for it, or it takes other arguments.
    """
    found = function_of(search, node.name)
    if found is None:
        raise UnwritableError(node)
    return _call(node, found[0], node.body)


def _call(node: Node, name: str, body: Node) -> Written:
    """Write a call of the function *name*, whose arguments are those of *body*."""
    function = getattr(search, name)
    named = _named(body)
    way = functools.partial(by_name, f"search.{name}", function, named)
    return first_that_fits(node, compile_value, [way])


def _named(body: Node) -> list[Named]:
    return [(key, _argument(key, item)) for key, item in _items(body)]


def _items(node: Node) -> tuple[tuple[str, Node], ...]:
    if isinstance(node, Op):
        return ((node.name, node.body),)
    if not isinstance(node, (Body, Map)):
        raise UnwritableError(node)
    return node.items


def _argument(key: str, node: Node) -> Written:
    write = _PARTS.get(key)
    return data(node) if write is None else write(node)


def _operators(node: Node) -> Written:
    if isinstance(node, Seq):
        return listed([_nested(item) for item in node.items])
    return _nested(node)


def _nested(node: Node) -> Written:
    ((name, body),) = _only(node)
    return search_operator(Op(name, body))


def _only(node: Node) -> tuple[tuple[str, Node], ...]:
    items = _items(node)
    if len(items) != 1:
        raise UnwritableError(node)
    return items


def _path(node: Node) -> Written:
    if isinstance(node, Seq):
        return listed([_path(item) for item in node.items])
    if not isinstance(node, (Body, Map)):
        return data(node)
    name = "wildcard_path" if node.items[0][0] == "wildcard" else "multi"
    values = [data(item) for _, item in node.items]

    def attempt() -> Written:
        return _positional(name, values)

    return first_that_fits(node, compile_value, [attempt])


def _positional(name: str, values: list[Written]) -> Written:
    return call(f"search.{name}", getattr(search, name), values)


def _part(name: str) -> Callable[[Node], Written]:
    return lambda node: _call(node, name, node)


def _score(node: Node) -> Written:
    ((kind, body),) = _only(node)
    if kind == "function":
        return first_that_fits(node, compile_value, [_function(body)])
    return _call(node, f"score_{kind}", body)


def _function(body: Node) -> Attempt:
    written = _number(body)
    return lambda: _positional("score_function", [written])


def _number(node: Node) -> Written:
    """Write a number that a score's function computes."""
    if not isinstance(node, (Body, Map, Op)):
        return data(node)
    ((kind, body),) = _only(node)
    if kind == "constant":
        return data(body)
    if kind == "score":
        return _positional("score_relevance", [])
    if isinstance(body, Seq):
        return _positional(f"score_{kind}", [_number(item) for item in body.items])
    if kind in ("gauss", "path"):
        return (_gauss if kind == "gauss" else _field)(node, body)
    return _positional(f"score_{kind}", [_number(body)])


def _field(node: Node, body: Node) -> Written:
    """Write a field's value: by its name, or with what stands for it if it lacks."""
    named = isinstance(body, (Body, Map))
    return _call(node, "score_path", body) if named else data(body)


def _gauss(node: Node, body: Node) -> Written:
    function = search.score_gauss
    named = [
        (key, _origin(item) if key == "path" else data(item))
        for key, item in _items(body)
    ]
    way = functools.partial(by_name, "search.score_gauss", function, named)
    return first_that_fits(node, compile_value, [way])


def _origin(path: Node) -> Written:
    """Write the field that a score decays by."""
    return _field(Op("path", path), path)


def _facets(node: Node) -> Written:
    return mapped([(name, _facet(item)) for name, item in _items(node)])


def _facet(node: Node) -> Written:
    kind = data(dict(_items(node)).get("type", Seq(()))).value
    name = f"{kind}_facet"
    if not hasattr(search, name):
        raise UnwritableError(node)
    items = _items(node)
    if items[0][0] == "type":
        items = items[1:]
    return _call(node, name, Body(items))


_PARTS: dict[str, Callable[[Node], Written]] = {
    **dict.fromkeys(("must", "mustNot", "should", "filter", "operator"), _operators),
    **dict.fromkeys(("path", "defaultPath"), _path),
    "fuzzy": _part("fuzzy"),
    "box": _part("box"),
    "circle": _part("circle"),
    "score": _score,
    "outerScore": _score,
    "facets": _facets,
}
