"""What filters read."""

from __future__ import annotations

from mongo_dsl.nodes import Node, Op, Path
from mongo_dsl.predicates import (
    And,
    Computed,
    Equals,
    Fits,
    Nor,
    Or,
    Predicate,
    Query,
    Where,
)
from mongo_dsl.shape.expressions import KINDS, kind_of
from mongo_dsl.shape.kinds import BOOL, Kind
from mongo_dsl.shape.paths import items
from mongo_dsl.shape.reading import Scope


def check_filter(node: Node, scope: Scope) -> None:
    """Check what the filter *node* reads; what is written by hand isn't looked into.

    Raises:
        UnknownFieldError: a field is certainly not there.
    """
    if isinstance(node, Query):
        _check_query(node, scope)
    elif isinstance(node, (Equals, Fits)):
        _subject(node.path, scope)
    elif isinstance(node, Where):
        kind = _subject(node.path, scope)
        for op in node.ops:
            _check_test(op, kind, scope)
    elif isinstance(node, (And, Or, Nor)):
        for term in node.terms:
            check_filter(term, scope)
    elif isinstance(node, Computed):
        kind_of(node.expression, scope)


def _check_query(node: Query, scope: Scope) -> None:
    if node.parts is None:
        check_filter(node.predicate, scope)
    else:
        for path, _, _ in node.parts:  # the tree needn't grow
            _subject(path, scope)


def _subject(subject: Node, scope: Scope) -> Kind:
    """Return what is compared: a field, an item as a whole, a variable of a lookup."""
    if not isinstance(subject, Path):
        return kind_of(subject, scope)
    return scope.read(subject.name) if subject.name else scope.current


def _check_test(op: Op, kind: Kind, scope: Scope) -> None:
    if op.name == "$elemMatch":
        check_filter(op.body, scope.within(items(kind)))
    elif op.name == "$not":
        check_filter(op.body, scope.within(kind))


def _condition(node: Predicate, scope: Scope) -> Kind:
    """Check a condition that stands as an expression."""
    check_filter(node, scope)
    return BOOL


KINDS.update(dict.fromkeys((Equals, Fits, Where, And, Or, Nor, Computed), _condition))
