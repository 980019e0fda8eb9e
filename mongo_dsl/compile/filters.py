"""Filters, in canonical form.

Conditions on different fields share one document, conditions on one field share one
operator document, and only true conflicts make ``$and``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from bson import Regex

from mongo_dsl.compile.expressions import compile_expression
from mongo_dsl.compile.respelling import DELICATE, respelled
from mongo_dsl.compile.values import VALUES, compile_value
from mongo_dsl.nodes import Node, Raw
from mongo_dsl.predicates import (
    And,
    Computed,
    Equals,
    Fits,
    Nor,
    Or,
    Predicate,
    Top,
    Verbatim,
    Where,
)


def compile_filter(node: Predicate) -> dict[str, Any]:
    """Compile *node* as a filter.

    Raises:
        ParameterError: a parameter is unbound.
    """
    return FILTERS[type(node)](node)


def _equals(node: Equals) -> dict[str, Any]:
    """Write ``{path: value}``, or ``$eq`` where the value would be read as a condition."""
    value = compile_value(node.value)
    if not node.path.name or (
        not isinstance(node.value, Raw) and _reads_as_condition(value)
    ):
        value = {"$eq": value}
    return {node.path.name: value} if node.path.name else value


def _reads_as_condition(value: Any) -> bool:
    if isinstance(value, dict):
        return any(name[:1] == "$" for name in value)
    return isinstance(value, (re.Pattern, Regex))


def _fits(node: Fits) -> dict[str, Any]:
    """Write ``{path: pattern}``; an item, which has no path, needs ``$regex``."""
    return {node.path.name or "$regex": compile_value(node.pattern)}


def _where(node: Where) -> dict[str, Any]:
    for op in node.ops:
        if op.name in DELICATE and (other := respelled(node)) is not None:
            return compile_filter(other)
    ops = {op.name: VALUES[type(op.body)](op.body) for op in node.ops}
    return {node.path.name: ops} if node.path.name else ops


def _and(node: And) -> dict[str, Any]:
    if node.literal:
        return {"$and": _each(node.terms)}
    merged: dict[str, Any] = {}
    for term in node.terms:
        for name, condition in FILTERS[type(term)](term).items():
            if name in merged:
                joined = _merge(name, merged[name], condition)
                if joined is None:
                    return _conjunction(dict.fromkeys(node.terms))
                merged[name] = joined
            else:
                merged[name] = condition
    return merged


def _conjunction(terms: Iterable[Predicate]) -> dict[str, Any]:
    """Gather the conditions of *terms* by key; only a key's true conflicts make ``$and``."""
    conditions: dict[str, list[Any]] = {}
    for term in terms:
        for name, condition in compile_filter(term).items():
            _gather(conditions.setdefault(name, []), name, condition)
    conflicts = [
        {name: condition}
        for name, found in conditions.items()
        if len(found) > 1
        for condition in found
    ]
    result = {name: found[0] for name, found in conditions.items() if len(found) == 1}
    if conflicts:
        result["$and"] = [*result.get("$and", ()), *conflicts]
    return result


def _gather(found: list[Any], name: str, condition: Any) -> None:
    """Add *condition* to the first of *found* that it can share a document with."""
    if name in ("$and", "$nor"):
        found[:] = [[*(found[0] if found else ()), *condition]]
        return
    for place, other in enumerate(found):
        merged = _merge(name, other, condition)
        if merged is not None:
            found[place] = merged
            return
    found.append(condition)


def _merge(name: str, left: Any, right: Any) -> dict[str, Any] | None:
    """Write two conditions of one field as one operator document, where that is exact."""
    if name[0] == "$":
        return None
    ours, theirs = _operators(left), _operators(right)
    if ours is None or theirs is None or not ours.keys().isdisjoint(theirs):
        return None
    if not _ALONE.isdisjoint((*ours, *theirs)):
        return None
    return {**ours, **theirs}


# Operators that MongoDB takes beside nothing but their own options.
_ALONE = frozenset({"$near", "$nearSphere"})


def _operators(condition: Any) -> dict[str, Any] | None:
    """Return *condition* as an operator document; None for a bare regular expression."""
    if type(condition) is dict:
        first = next(iter(condition), "")
        if first[:1] == "$" and first not in ("$ref", "$id", "$db"):
            return condition
    return None if isinstance(condition, (re.Pattern, Regex)) else {"$eq": condition}


def _each(terms: Iterable[Predicate]) -> list[dict[str, Any]]:
    return [FILTERS[type(term)](term) for term in terms]


def _or(node: Or) -> dict[str, Any]:
    return {"$or": _each(node.terms)}


def _nor(node: Nor) -> dict[str, Any]:
    return {"$nor": _each(node.terms)}


def _top(node: Top) -> dict[str, Any]:
    return {node.op.name: compile_value(node.op.body)}


def _computed(node: Computed) -> dict[str, Any]:
    return {"$expr": compile_expression(node.expression)}


def _verbatim(node: Verbatim) -> Any:
    return compile_value(node.body)


FILTERS: dict[type[Node], Callable[[Any], dict[str, Any]]] = {
    Equals: _equals,
    Fits: _fits,
    Where: _where,
    And: _and,
    Or: _or,
    Nor: _nor,
    Top: _top,
    Computed: _computed,
    Verbatim: _verbatim,
}
# An operand may be a condition itself: $elemMatch, $not, $pull.
VALUES.update(FILTERS)
