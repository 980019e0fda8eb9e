"""How predicates join and turn around: "and", "or" and "not" on the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Node, Op, Path, Raw, Value
from mongo_dsl.predicates import (
    And,
    Computed,
    Equals,
    Fits,
    Nor,
    Or,
    Predicate,
    Top,
    Where,
)
from mongo_dsl.values import is_pattern, node, truth


def both(left: Predicate, right: Predicate) -> Predicate:
    """Join two predicates by "and", flattened: long chains must not recurse."""
    ours = left.terms if type(left) is And and not left.literal else (left,)
    theirs = right.terms if type(right) is And and not right.literal else (right,)
    terms = ours + theirs
    return terms[0] if len(terms) == 1 else And(terms)


def terms_of(node_: Predicate) -> tuple[Predicate, ...]:
    """Return the terms of a canonical "and"; another predicate is its own only term."""
    return node_.terms if type(node_) is And and not node_.literal else (node_,)


def either(left: Predicate, right: Predicate) -> Predicate:
    """Join two predicates by "or", flattened."""
    ours = left.terms if type(left) is Or else (left,)
    theirs = right.terms if type(right) is Or else (right,)
    return Or((*ours, *theirs))


def negation(node_: Predicate) -> Predicate:
    """Negate *node_*, inwards only where MongoDB's meaning stays exactly the same."""
    negate = _NEGATIONS.get(type(node_))
    return Nor((node_,)) if negate is None else negate(node_)


def _not_equals(node_: Equals) -> Predicate:
    if isinstance(node_.value, (Value, Raw)) and not _comparable(node_.value):
        return negated(Where(node_.path, (Op("$eq", node_.value),)))
    return Where(node_.path, (Op("$ne", node_.value),))


def _comparable(value: Value | Raw) -> bool:
    """Tell whether ``$ne`` takes *value*: it refuses regular expressions."""
    return isinstance(value, Value) and not is_pattern(value)


_OPPOSITES = {"$eq": "$ne", "$in": "$nin", "$nin": "$in"}
_NOT_NEGATED = frozenset({"$near", "$nearSphere"})


def _not_where(node_: Where) -> Predicate:
    op, *more = node_.ops
    if more:
        return negated(node_)
    if op.name == "$ne":
        return Equals(node_.path, op.body)
    if op.name == "$not":
        return _not_not(node_.path, op.body)
    if op.name == "$exists" and isinstance(op.body, Value):
        return Where(node_.path, (Op("$exists", Value(not truth(op.body.value))),))
    if op.name in _OPPOSITES:
        return Where(node_.path, (Op(_OPPOSITES[op.name], op.body),))
    return negated(node_)


def _not_not(path: Path, body: Node) -> Predicate:
    return Where(path, body.ops) if isinstance(body, Where) else Fits(path, body)


def _not_fits(node_: Fits) -> Predicate:
    return Where(node_.path, (Op("$not", node_.pattern),))


def negated(node_: Where) -> Predicate:
    """Write ``$not`` around the conditions of *node_*.

    Raises:
        CompileError: MongoDB has no form for that.
    """
    for op in node_.ops:
        if op.name in _NOT_NEGATED:
            raise _unnegatable(op.name)
    inner = Where(attrs.evolve(node_.path, name=""), node_.ops)
    return Where(node_.path, (Op("$not", inner),))


def _not_top(node_: Top) -> Predicate:
    if node_.op.name == "$text":
        raise _unnegatable("$text")
    return Nor((node_,))


def _unnegatable(name: str) -> CompileError:
    return CompileError(f"{name} can't be negated; MongoDB has no form for that")


_NEGATIONS: dict[type, Callable[[Any], Predicate]] = {
    Equals: _not_equals,
    Fits: _not_fits,
    Where: _not_where,
    Or: lambda node_: Nor(node_.terms),
    Nor: lambda node_: Or(node_.terms),
    Top: _not_top,
    Computed: lambda node_: Computed(Op("$not", node((node_.expression,)))),
}
