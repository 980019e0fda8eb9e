"""Expressions: fields, variables, operators and constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.nodes import Body, Map, Node, Op, Path, Raw, Seq, Var
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
        return Seq(tuple([expression(x, at.below(n)) for n, x in enumerate(mql)]))
    if isinstance(mql, Mapping):
        return _document(at.document(mql, "an expression"), at)
    return data(mql, at)


def _text(mql: str, at: Place) -> Node:
    if mql[:2] == "$$":
        return at.marked(Var(mql[2:]))
    return at.marked(Path(mql[1:])) if mql[:1] == "$" else data(mql, at)


def _document(mql: Mapping[str, Any], at: Place) -> Node:
    operators = [key for key in mql if key[:1] == "$"]
    if not operators:
        return Map(_items(mql, at))
    if len(mql) > 1:
        raise at.wrong(
            f"{operators[0]} stands beside other keys; an operator stands alone"
        )
    ((name, body),) = mql.items()
    return at.marked(Op(name, _body(name, body, at.below(name))))


def _body(name: str, mql: Any, at: Place) -> Node:
    if name == "$literal":
        return Raw(data(mql, at))
    if isinstance(mql, Mapping) and not any(str(key)[:1] == "$" for key in mql):
        return Body(_items(at.document(mql, "an operator's argument"), at))
    return expression(mql, at)


def _items(mql: Mapping[str, Any], at: Place) -> tuple[tuple[str, Node], ...]:
    return tuple(
        [(key, _item(key, value, at.below(key))) for key, value in mql.items()]
    )


def _item(key: str, mql: Any, at: Place) -> Node:
    if key == "sortBy" and isinstance(mql, Mapping):
        return Body(_items(mql, at))
    return expression(mql, at)
