"""Conditions as aggregation expressions: the second lowering of every predicate.

Where the two differ is MongoDB's meaning, not ours: an expression orders a missing field
before every value and compares an array as a whole, a filter does neither.
https://www.mongodb.com/docs/manual/reference/operator/query/expr/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.compile.expressions import EXPRESSIONS, compile_expression
from mongo_dsl.compile.filters import compile_filter
from mongo_dsl.compile.values import compile_value
from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Node, Op
from mongo_dsl.predicates import (
    And,
    Computed,
    Equals,
    Nor,
    Or,
    Predicate,
    Query,
    Top,
    Verbatim,
    Where,
)


def _equals(node: Equals) -> dict[str, Any]:
    return {"$eq": [compile_expression(node.path), compile_expression(node.value)]}


def _where(node: Where) -> Any:
    tests = _tests(compile_expression(node.path), node.ops)
    return tests[0] if len(tests) == 1 else {"$and": tests}


def _tests(field: Any, ops: tuple[Op, ...]) -> list[Any]:
    options = next((op.body for op in ops if op.name == "$options"), None)
    return [_test(field, op, options) for op in ops if op.name != "$options"]


def _test(field: Any, op: Op, options: Node | None) -> Any:
    if op.name in _COMPARISONS:
        return {op.name: [field, compile_expression(op.body)]}
    if op.name == "$regex":
        return _regex(field, op.body, options)
    if op.name in _REWRITTEN:
        return _REWRITTEN[op.name](field, op.body)
    raise _formless(op.name)


def _formless(name: str) -> CompileError:
    return CompileError(f"{name} has no form as an expression; use it in a filter")


def _regex(field: Any, pattern: Node, options: Node | None) -> dict[str, Any]:
    body = {"input": field, "regex": compile_value(pattern)}
    if options is not None:
        body["options"] = compile_value(options)
    return {"$regexMatch": body}


def _not(field: Any, body: Node) -> dict[str, Any]:
    if not isinstance(body, Where):
        raise _formless("$not")
    tests = _tests(field, body.ops)
    return {"$not": [tests[0] if len(tests) == 1 else {"$and": tests}]}


def _exists(field: Any, body: Node) -> dict[str, Any]:
    operator = "$ne" if compile_value(body) else "$eq"
    return {operator: [{"$type": field}, "missing"]}


def _mod(field: Any, body: Node) -> dict[str, Any]:
    divisor, remainder = compile_value(body)
    return {"$eq": [{"$mod": [field, divisor]}, remainder]}


def _size(field: Any, body: Node) -> dict[str, Any]:
    return {"$eq": [{"$size": field}, compile_expression(body)]}


def _all(field: Any, body: Node) -> dict[str, Any]:
    return {"$setIsSubset": [compile_expression(body), field]}


def _in(field: Any, body: Node) -> dict[str, Any]:
    return {"$in": [field, compile_expression(body)]}


def _nin(field: Any, body: Node) -> dict[str, Any]:
    return {"$not": [_in(field, body)]}


_COMPARISONS = frozenset({"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"})
_REWRITTEN: dict[str, Callable[[Any, Node], Any]] = {
    "$in": _in,
    "$nin": _nin,
    "$exists": _exists,
    "$mod": _mod,
    "$size": _size,
    "$all": _all,
    "$not": _not,
}


def _and(node: And) -> Any:
    terms = _each(node.terms)
    return terms[0] if len(terms) == 1 and not node.literal else {"$and": terms}


def _each(terms: tuple[Predicate, ...]) -> list[Any]:
    return [compile_expression(term) for term in terms]


def _or(node: Or) -> dict[str, Any]:
    return {"$or": _each(node.terms)}


def _nor(node: Nor) -> dict[str, Any]:
    return {"$not": [{"$or": _each(node.terms)}]}


def _top(node: Top) -> Any:
    raise _formless(node.op.name)


def _computed(node: Computed) -> Any:
    return compile_expression(node.expression)


def _verbatim(_: Verbatim) -> Any:
    raise _formless("a raw filter")


EXPRESSIONS.update(
    {
        Equals: _equals,
        Where: _where,
        And: _and,
        Or: _or,
        Nor: _nor,
        Top: _top,
        Computed: _computed,
        Verbatim: _verbatim,
        Query: lambda node: compile_filter(node.predicate),
    }
)
