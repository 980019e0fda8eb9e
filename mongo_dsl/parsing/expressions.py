"""Expressions: fields, variables, operators and constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.nodes import Body, Map, Node, Op, Path, Raw, Seq, Var
from mongo_dsl.parsing import arguments
from mongo_dsl.parsing.data import data
from mongo_dsl.parsing.places import Place


def expression(mql: Any, at: Place) -> Node:
    """Read an expression.

    Raises:
        TranslationError: it isn't one.
    """
    if isinstance(mql, str):
        return _text(mql, at)
    if isinstance(mql, (list, tuple)):
        items = [expression(item, at.below(n)) for n, item in enumerate(mql)]
        return at.marked(Seq(tuple(items)))
    if isinstance(mql, Mapping):
        return _document(at.document(mql, "an expression"), at)
    return data(mql, at)


def _text(mql: str, at: Place) -> Node:
    if mql[:1] != "$":
        return data(mql, at)
    if mql in ("$", "$$"):
        raise at.wrong(f"{mql!r} names nothing; fields are '$name', variables '$$name'")
    return at.marked(Var(mql[2:]) if mql[:2] == "$$" else Path(mql[1:]))


def _document(mql: Mapping[str, Any], at: Place) -> Node:
    if not arguments.is_operator(mql):
        for key in mql:
            if "." in key:
                raise at.below(key).wrong(f"the name {key!r} has a dot; nest documents")
        return at.marked(Map(_items(mql, at)))
    return operation(mql, at, "expression")


def operation(mql: Any, at: Place, category: str) -> Node:
    """Read a document of one operator of *category*.

    Raises:
        TranslationError: it isn't one, or has arguments that the operator doesn't take.
    """
    document = at.document(mql, f"an {category}")
    if len(document) != 1 or not arguments.is_operator(document):
        raise at.wrong(_alone(document, category))
    ((name, body),) = document.items()
    place = at.below(name)
    arguments.operator(name, category, body, place)
    return at.marked(Op(name, argument(name, body, place)))


def _alone(mql: Mapping[str, Any], category: str) -> str:
    keys = list(mql)
    name = next((key for key in keys if key[:1] == "$"), None)
    if name is None:
        return f"{mql!r} has no operator; an {category} is a document of one"
    other = next(key for key in keys if key != name)
    return f"{name} stands beside {other!r}; an operator stands alone"


def argument(name: str, mql: Any, at: Place) -> Node:
    """Read what the operator *name* takes.

    Raises:
        TranslationError: it isn't MQL.
    """
    if name == "$literal":
        return at.marked(Raw(data(mql, at)))
    if isinstance(mql, Mapping) and not arguments.is_operator(mql):
        return Body(_items(at.document(mql, "an operator's argument"), at))
    return expression(mql, at)


def _items(mql: Mapping[str, Any], at: Place) -> tuple[tuple[str, Node], ...]:
    return tuple(
        [(key, _item(key, value, at.below(key))) for key, value in mql.items()]
    )


def _item(key: str, mql: Any, at: Place) -> Node:
    if key == "sortBy" and isinstance(mql, Mapping):
        items = at.document(mql, "an order").items()
        return Body(tuple([(k, expression(v, at.below(k))) for k, v in items]))
    return expression(mql, at)
