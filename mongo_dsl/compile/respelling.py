"""Conditions that MongoDB would misread, spelled in another way that means the same.

In a list it takes a document whose first key begins with ``$`` for an operator, and
``$ne`` takes no regular expression; ``$eq`` takes both as data.
https://www.mongodb.com/docs/manual/reference/operator/query/in/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Map, Node, Op, Seq
from mongo_dsl.predicates import And, Equals, Nor, Or, Predicate, Where
from mongo_dsl.values import is_pattern


DELICATE = frozenset({"$in", "$nin", "$all", "$ne", "$not"})
"""The operators that may have to be spelled in another way."""


def respelled(node: Where) -> Predicate | None:
    """Return another spelling of *node*; None where MongoDB reads it as it is meant.

    Raises:
        CompileError: there is none for a condition on an array's item.
    """
    terms = [_respelled(node, op) for op in node.ops]
    if all(isinstance(term, Op) for term in terms):
        return None
    found = [Where(node.path, (t,)) if isinstance(t, Op) else t for t in terms]
    return found[0] if len(found) == 1 else And(tuple(found))


def _respelled(node: Where, op: Op) -> Op | Predicate:
    if op.name == "$ne" and is_pattern(op.body):
        return _other_than(node, op.body)
    if op.name == "$not" and isinstance(op.body, Where) and node.path.name:
        return _negated(node, op, op.body)
    if op.name not in _LISTS or not isinstance(op.body, Seq):
        return op
    plain = [item for item in op.body.items if not _is_misread(item)]
    misread = [item for item in op.body.items if _is_misread(item)]
    kept = _kept(op.name, plain)
    if not misread and len(kept) < 2:  # noqa: PLR2004 - nothing to tell apart
        return op
    each, join = _LISTS[op.name]
    terms = [Where(node.path, (part,)) for part in kept]
    return _joined(node, op, [*terms, *(each(node, item) for item in misread)], join)


def _negated(node: Where, op: Op, body: Where) -> Op | Predicate:
    other = respelled(Where(node.path, body.ops))
    return Nor((other,)) if isinstance(other, (And, Or)) else op


def _kept(name: str, plain: list[Node]) -> list[Op]:
    """Write *plain* as lists; ``$all`` doesn't mix values with ``$elemMatch``."""
    tests = [item for item in plain if isinstance(item, Op)]
    values = [item for item in plain if not isinstance(item, Op)]
    return [Op(name, Seq(tuple(items))) for items in (values, tests) if items]


def _joined(
    node: Where,
    op: Op,
    terms: Sequence[Predicate],
    join: Callable[[tuple[Predicate, ...]], Predicate],
) -> Predicate:
    if len(terms) == 1:
        return terms[0]
    names = {t.ops[0].name if isinstance(t, Where) else "$eq" for t in terms}
    if not node.path.name and (join is Or or len(names) < len(terms)):
        msg = (
            f"{op.name} got documents that MongoDB would take for operators, beside other"
            " values; that has no form for an array's item, but for its fields and beside '|'"
        )
        raise CompileError(msg)
    return join(tuple(terms))


def _is_misread(item: Node) -> bool:
    return isinstance(item, Map) and any(name[:1] == "$" for name, _ in item.items[:1])


def _equal_to(node: Where, item: Node) -> Predicate:
    return Equals(node.path, item)


def _other_than(node: Where, item: Node) -> Predicate:
    if not is_pattern(item):
        return Where(node.path, (Op("$ne", item),))
    equal = Where(attrs.evolve(node.path, name=""), (Op("$eq", item),))
    return Where(node.path, (Op("$not", equal),))


_LISTS: dict[str, tuple[Callable[[Where, Node], Predicate], Any]] = {
    "$in": (_equal_to, Or),
    "$nin": (_other_than, And),
    "$all": (_equal_to, And),
}
