"""Conditions as Python writes them: comparisons, methods of fields, ``&`` and ``|``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from mongo_dsl import evaluation, logic
from mongo_dsl.compile import compile_filter
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Map, Node, Op, Seq
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
    speaks_of_item,
)
from mongo_dsl.raw import raw
from mongo_dsl.signatures import snake_case
from mongo_dsl.source.calls import attempts
from mongo_dsl.source.fields import Scope, spellings
from mongo_dsl.source.layout import Prefix
from mongo_dsl.source.literals import data
from mongo_dsl.source.shapes import distances, point, shape
from mongo_dsl.source.table import WRITERS, expression
from mongo_dsl.source.written import (
    Attempt,
    Named,
    Written,
    call,
    first_that_fits,
    infix,
    listed,
    method,
)


MANY = 20  # terms that are joined by signs; more are given to a function


def predicate(node: Predicate, scope: Scope) -> Written:
    """Write the condition *node*.

    Raises:
        UnwritableError: a part of it has no function.
    """
    return first_that_fits(node, compile_filter, _ATTEMPTS[type(node)](node, scope))


def conjuncts(node: Predicate, scope: Scope) -> list[Written]:
    """Write the terms of a canonical "and", one by one."""
    if isinstance(node, And) and not node.literal:
        return [predicate(term, scope) for term in node.terms]
    return [predicate(node, scope)]


def _equals(node: Equals, scope: Scope) -> Iterator[Attempt]:
    value = data(node.value)
    for on in spellings(node.path, scope):
        yield _equality(on, value)


def _fits(node: Fits, scope: Scope) -> Iterator[Attempt]:
    pattern = data(node.pattern)
    for on in spellings(node.path, scope):
        yield _fitting(on, pattern)


def _fitting(on: Written, pattern: Written) -> Attempt:
    return lambda: method(on, "fits", [pattern])


def _equality(on: Written, value: Written) -> Attempt:
    return lambda: infix("==", on.value == value.value, on, value)


_SIGNS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "$gt": (">", operator.gt),
    "$gte": (">=", operator.ge),
    "$lt": ("<", operator.lt),
    "$lte": ("<=", operator.le),
    "$ne": ("!=", operator.ne),
}


def _where(node: Where, scope: Scope) -> Iterator[Attempt]:
    for on in spellings(node.path, scope):
        if len(node.ops) == 1:
            yield from _condition(on, node.ops[0], scope)
        else:
            yield from _conditions(on, node.ops, scope)


def _conditions(on: Written, ops: tuple[Op, ...], scope: Scope) -> Iterator[Attempt]:
    """Yield methods that write several operators at once."""
    names = [op.name for op in ops]
    bodies = [op.body for op in ops]
    if names == ["$gte", "$lte"]:
        yield lambda: method(on, "between", [data(body) for body in bodies])
    if names == ["$regex", "$options"]:
        args = [data(body) for body in bodies]
        yield lambda: method(on, "matches", args)
        yield lambda: method(on, "regex", args)
    if names[0] in ("$near", "$nearSphere"):
        yield _place(on, ops)
    singles = [Where(on.value._node, (op,)) for op in ops]  # noqa: SLF001
    yield lambda: joined("&", operator.and_, [predicate(one, scope) for one in singles])


def _condition(on: Written, op: Op, scope: Scope) -> Iterator[Attempt]:
    name, body = op.name, op.body
    if name in _SIGNS:
        sign, compare = _SIGNS[name]
        value = data(body)
        yield lambda: infix(sign, compare(on.value, value.value), on, value)
    if name == "$not":
        yield lambda: _negated(on, body, scope)
    elif name in ("$elemMatch", "$all"):
        yield from _items(on, op, scope)
    elif name in _GEO:
        yield _place(on, (op,))
    else:
        yield from _method(on, op)


_METHODS = {"$nin": "not_in", "$geoWithin": "within", "$geoIntersects": "intersects"}
_GEO = frozenset({"$geoWithin", "$geoIntersects", "$near", "$nearSphere"})


def _method(on: Written, op: Op) -> Iterator[Attempt]:
    """Yield calls of the operator's method, with one argument or several."""
    called = _METHODS.get(op.name, snake_case(op.name))
    names = [n for n in (called, f"{called}_") if hasattr(type(on.value), n)]
    for name in names:
        yield from _method_calls(on, name, op)
    if op.name == "$regex":
        yield lambda: method(on, "matches", [data(op.body)])


def _method_calls(on: Written, name: str, op: Op) -> Iterator[Attempt]:
    whole = data(op.body)
    if op.name == "$exists" and whole.value is True:
        yield lambda: method(on, name)
    yield lambda: method(on, name, [whole])
    if isinstance(op.body, Seq):
        items = [data(item) for item in op.body.items]
        yield lambda: method(on, name, items)


def _negated(on: Written, body: Node, scope: Scope) -> Written:
    path = on.value._node  # noqa: SLF001
    if isinstance(body, Where):
        inner: Predicate = attrs.evolve(body, path=path)
    else:
        inner = Fits(path, body)
    return call("not_", logic.not_, [predicate(inner, scope)])


def _items(on: Written, op: Op, scope: Scope) -> Iterator[Attempt]:
    if op.name == "$elemMatch" and isinstance(op.body, Predicate):
        test = item_test(op.body, scope)
        yield lambda: method(on, "elem_match", [test])
    elif op.name == "$all" and isinstance(op.body, Seq):
        required = [_required(item, scope) for item in op.body.items]
        yield lambda: method(on, "all_", [listed(required)])


def _required(item: Node, scope: Scope) -> Written:
    if isinstance(item, Op) and isinstance(item.body, Predicate):
        return item_test(item.body, scope)
    return data(item)


def item_test(test: Predicate, scope: Scope) -> Written:
    """Write a condition on an array's items; plain items are the argument of a lambda."""
    found = predicate(test, scope.within_items())
    if not speaks_of_item(test):
        return found
    return Written(Prefix("lambda item: ", found.code), lambda _: found.value)


def _place(on: Written, ops: tuple[Op, ...]) -> Attempt:
    """Write a shape and distances, which stand beside it if it is a legacy pair."""
    (name, body), *beside = [(op.name, op.body) for op in ops]
    called = _METHODS.get(name, snake_case(name))
    named = [
        (snake_case(key), data(value)) for key, value in (*distances(body), *beside)
    ]
    write = shape if name in _METHODS else point
    return lambda: method(on, called, [write(body)], named)


def _and(node: And, scope: Scope) -> Iterator[Attempt]:
    terms = [predicate(term, scope) for term in node.terms]
    if node.literal:
        yield lambda: call("and_", logic.and_, terms)
    elif not terms:
        yield lambda: Written("Filter()", Filter())
    elif len(terms) <= MANY:
        yield lambda: joined("&", operator.and_, terms)
    else:
        yield lambda: call("all_of", logic.all_of, terms)


def _or(node: Or, scope: Scope) -> Iterator[Attempt]:
    terms = [predicate(term, scope) for term in node.terms]
    if 1 < len(terms) <= MANY:
        yield lambda: joined("|", operator.or_, terms)
    yield lambda: call("or_", logic.or_, terms)


def joined(sign: str, join: Callable[[Any, Any], Any], terms: list[Written]) -> Written:
    """Write *terms* around *sign*, whose function is *join*."""
    first, *others = terms
    value = first.value
    for other in others:
        value = join(value, other.value)
    return infix(sign, value, *terms)


def _nor(node: Nor, scope: Scope) -> Iterator[Attempt]:
    terms = [predicate(term, scope) for term in node.terms]
    yield lambda: call("nor", logic.nor, terms)


def _top(node: Top, _: Scope) -> Iterator[Attempt]:
    name = snake_case(node.op.name)
    function = getattr(evaluation, name)
    body = node.op.body
    if name == "text" and isinstance(body, Map) and body.items:
        named = [(snake_case(key), data(value)) for key, value in body.items]
        return _text(named)
    return attempts(name, function, ([], [], data(body)))


def _text(named: list[Named]) -> Iterator[Attempt]:
    (first, value), *others = named
    if first == "search":
        yield lambda: call("text", evaluation.text, [value], others)
    yield lambda: call("text", evaluation.text, (), named)


def _computed(node: Computed, scope: Scope) -> Iterator[Attempt]:
    inner = node.expression
    if (
        isinstance(inner, Op)
        and isinstance(inner.body, Seq)
        and inner.name in _COMPARED
    ):
        sign, compare = _COMPARED[inner.name]
        sides = [expression(item, scope) for item in inner.body.items]
        if len(sides) == 2:  # noqa: PLR2004 - a comparison
            yield lambda: infix(sign, compare(*(side.value for side in sides)), *sides)
    yield lambda: call("expr", evaluation.expr, [expression(inner, scope)])


_COMPARED = {**_SIGNS, "$eq": ("==", operator.eq)}


def _verbatim(node: Verbatim, _: Scope) -> Iterator[Attempt]:
    def written() -> Written:
        made = call("raw", raw, [data(node.body)])
        whole = Written("Filter()", Filter())
        return infix("&", Filter() & made.value, whole, made)

    yield written


_ATTEMPTS: dict[type[Node], Callable[[Any, Scope], Iterator[Attempt]]] = {
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
WRITERS.update(dict.fromkeys(_ATTEMPTS, predicate))
