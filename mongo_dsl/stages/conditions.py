"""Lookups by document class: conditions between two classes become a join."""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import condition
from mongo_dsl.junctions import terms_of
from mongo_dsl.nodes import Node, Op, Path, Seq, Stages, parts
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
from mongo_dsl.stages.correlation import Outer, lifted


def sides(on: Any, foreign: Any, local: Any) -> tuple[Predicate, type]:
    """Return the condition *on*, and the class that *foreign* is joined to.

    Raises:
        OperandError: *foreign* is no document class.
        ArgumentError: *on* speaks of other fields than those of the two classes.
    """
    if not isinstance(foreign, type):
        msg = f"lookup got on=..., and {foreign!r} for the collection"
        raise OperandError(f"{msg}; conditions take a document class there")
    found = condition(on, "lookup with on")
    roots = dict.fromkeys(_owner(path) for path in _fields(found))
    others = [root for root in roots if root is not foreign]
    if not others:
        raise ArgumentError(_one_sided(foreign, local))
    inner = others[0] if local is None else local
    strangers = [root for root in others if root is not inner]
    if strangers or foreign not in roots:
        cls = strangers[0] if strangers else inner
        msg = f"lookup got a condition on {cls.__name__}; it joins {foreign.__name__}"
        rule = f"to {inner.__name__} and takes conditions on both"
        raise ArgumentError(f"{msg} {rule}")
    return found, inner


def _owner(path: Path) -> type:
    if path.root is None:
        msg = f"lookup got a condition on F[{path.name!r}], which belongs to no class"
        raise ArgumentError(f"{msg}; write fields by their classes: User.q.name")
    return path.root


def _one_sided(foreign: type, local: type | None) -> str:
    name = foreign.__name__
    if foreign is local:
        msg = f"lookup joins {name} with itself, whose sides on=... can't tell apart"
        return f"{msg}; write pipeline=lambda outer: Pipeline({name}).match(...)"
    msg = f"lookup got conditions on {name} alone"
    return f"{msg}; on=... compares its fields with those of another class"


def _fields(predicate: Any) -> list[Path]:
    """List the fields that *predicate* speaks of; those of items go with their array."""
    if isinstance(predicate, (And, Or, Nor)):
        return [path for term in predicate.terms for path in _fields(term)]
    if isinstance(predicate, (Equals, Fits, Where)):
        return [predicate.path]
    return list(parts(predicate, Path))


def equal_fields(predicate: Predicate, foreign: type) -> tuple[str, str] | None:
    """Return the local and the foreign field, if *predicate* is one equality of two."""
    operands = _operands(predicate)
    if operands is None or any(path.positions for path in operands):
        return None
    local, other = operands if operands[1].root is foreign else operands[::-1]
    return None if local.root is foreign else (local.name, other.name)


def _operands(predicate: Predicate) -> tuple[Path, Path] | None:
    if not isinstance(predicate, Computed) or not isinstance(predicate.expression, Op):
        return None
    body = predicate.expression.body
    if predicate.expression.name != "$eq" or not isinstance(body, Seq):
        return None
    left, right = body.items
    both = isinstance(left, Path) and isinstance(right, Path)
    return (left, right) if both else None  # type: ignore[return-value]


def matching(
    predicate: Predicate, inner: type, given: Any
) -> tuple[Stages, dict[str, Any]]:
    """Return the ``$match`` that *predicate* becomes, and the variables it reads.

    Conditions on the joined class alone stay a plain filter.
    """
    terms = terms_of(predicate)
    plain = [term for term in terms if all(p.root is not inner for p in _fields(term))]
    mixed = [term for term in terms if term not in plain]
    outer = Outer(inner)
    tests = [_expression(lifted(term, outer, inner)) for term in mixed]
    test = tests[0] if len(tests) == 1 else Op("$and", Seq(tuple(tests)))
    filter_ = And((*plain, Computed(test)))
    found, variables = outer.named(Stages((Op("$match", Query(filter_)),)), given)
    return found, {**given, **variables}


def _expression(term: Node) -> Node:
    return term.expression if isinstance(term, Computed) else term
