"""Conditions as aggregation expressions: the second lowering of every predicate.

Where the two differ is MongoDB's meaning, not ours: an expression orders values of all
types, a missing field before every value, and compares an array as a whole; a filter does
neither. https://www.mongodb.com/docs/manual/reference/operator/query/expr/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from mongo_dsl.compile import bits as _bits  # noqa: F401 - fills the table
from mongo_dsl.compile.conditions import (
    CONDITIONS,
    compared,
    formless,
    items_of,
    matched,
    some_item,
    where,
)
from mongo_dsl.compile.expressions import EXPRESSIONS, compile_expression, read_path
from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Node, Op, Path, Seq
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
from mongo_dsl.values import is_pattern


_DOCUMENT = "$"
_ITEM = "$$item"


def lowered(node: Predicate, root: str = _DOCUMENT) -> Any:
    """Compile *node* as an expression on *root*: the document, or an array's item.

    Raises:
        ParameterError: a parameter is unbound.
        CompileError: *node* can only be a filter.
    """
    return _LOWERINGS[type(node)](node, root)


def _read(path: Path, root: str) -> Any:
    if root is _DOCUMENT:
        return compile_expression(path)
    return read_path(path, f"{root}.") if path.name else root


def _equals(node: Equals, root: str) -> dict[str, Any]:
    return compared("$eq", _read(node.path, root), node.value)


def _fits(node: Fits, root: str) -> dict[str, Any]:
    return matched(_read(node.path, root), node.pattern, None)


def _where(node: Where, root: str) -> Any:
    return _joined(_tests(_read(node.path, root), node.ops))


def _joined(tests: list[Any]) -> Any:
    return tests[0] if len(tests) == 1 else {"$and": tests}


def _tests(field: Any, ops: tuple[Op, ...]) -> list[Any]:
    options = next((op.body for op in ops if op.name == "$options"), None)
    if options is not None and all(op.name != "$regex" for op in ops):
        raise CompileError(
            "$options stands without $regex; write field.regex(...), too"
        )
    return [_test(field, op, options) for op in ops if op.name != "$options"]


def _test(field: Any, op: Op, options: Node | None) -> Any:
    if op.name in _COMPARISONS:
        return compared(op.name, field, op.body)
    if op.name == "$regex":
        return matched(field, op.body, options)
    if op.name in CONDITIONS:
        return CONDITIONS[op.name](field, op.body)
    raise formless(op.name)


_COMPARISONS = frozenset({"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"})


def _not(field: Any, body: Node) -> dict[str, Any]:
    if is_pattern(body):
        return {"$not": [matched(field, body, None)]}
    if not isinstance(body, Where):
        raise formless("$not")
    return {"$not": [_joined(_tests(field, body.ops))]}


def _elem_match(field: Any, body: Node) -> dict[str, Any]:
    if not isinstance(body, Predicate):
        raise formless("a raw $elemMatch")
    test = lowered(body, _ITEM)
    if not speaks_of_item(body):
        test = where({"$eq": [{"$type": _ITEM}, "object"]}, test)
    return some_item(items_of(field), test)


def _all(field: Any, body: Node) -> Any:
    """Tell whether *field* holds all of a list; what is no array holds itself."""
    if not isinstance(body, Seq):
        raise formless("a raw $all")
    plain = [item for item in body.items if not _is_test(item)]
    tests = [_held(field, item) for item in body.items if _is_test(item)]
    if plain:
        values = compile_expression(Seq(tuple(plain)))
        nested = any(isinstance(item, Seq) for item in plain)
        tests.insert(0, {"$setIsSubset": [values, _held_by(field, nested=nested)]})
    return _joined(tests) if tests else False


def _is_test(item: Node) -> bool:
    return isinstance(item, Op) or is_pattern(item)


def _held(field: Any, item: Node) -> dict[str, Any]:
    if isinstance(item, Op):
        return _elem_match(field, item.body)
    return some_item(_held_by(field), matched(_ITEM, item, None))


def _held_by(field: Any, *, nested: bool = False) -> dict[str, Any]:
    """Return the items of *field*; an array that is asked for may be *field* itself."""
    items = {"$concatArrays": [field, [field]]} if nested else field
    return {"$cond": [{"$isArray": [field]}, items, [field]]}


CONDITIONS.update({"$not": _not, "$elemMatch": _elem_match, "$all": _all})


# -- Junctions -----------------------------------------------------------------------


def _and(node: And, root: str) -> Any:
    if node.literal:
        return {"$and": _each(node.terms, root)}
    terms = _gathered(node.terms)
    return _joined([test for term in terms for test in _conjuncts(term, root)])


def _gathered(terms: tuple[Predicate, ...]) -> Iterable[Predicate]:
    """Put ``$options`` beside the ``$regex`` of their field, as merging filters does."""
    lone = {t.path: t.ops for t in terms if isinstance(t, Where) and _is_options(t)}
    for term in terms:
        if (
            lone
            and isinstance(term, Where)
            and any(o.name == "$regex" for o in term.ops)
        ):
            yield attrs.evolve(term, ops=(*term.ops, *lone.pop(term.path, ())))
        elif not (isinstance(term, Where) and _is_options(term)):
            yield term
    yield from (Where(path, ops) for path, ops in lone.items())


def _is_options(test: Where) -> bool:
    return [op.name for op in test.ops] == ["$options"]


def _conjuncts(term: Predicate, root: str) -> Iterable[Any]:
    """Return what *term* adds to an "and": several conditions on a field, no comment."""
    if isinstance(term, Where):
        return _tests(_read(term.path, root), term.ops)
    if isinstance(term, Top) and term.op.name == "$comment":
        return ()
    return (lowered(term, root),)


def _each(terms: tuple[Predicate, ...], root: str) -> list[Any]:
    return [lowered(term, root) for term in terms]


def _or(node: Or, root: str) -> dict[str, Any]:
    return {"$or": _each(node.terms, root)}


def _nor(node: Nor, root: str) -> dict[str, Any]:
    return {"$not": [{"$or": _each(node.terms, root)}]}


def _top(node: Top, _: str) -> Any:
    if node.op.name == "$comment":
        return True
    if node.op.name == "$sampleRate":
        return {"$lt": [{"$rand": {}}, compile_expression(node.op.body)]}
    raise formless(node.op.name)


def _computed(node: Computed, root: str) -> Any:
    if root is not _DOCUMENT:
        raise formless("a computed condition on an array's items")
    return compile_expression(node.expression)


def _verbatim(_: Verbatim, __: str) -> Any:
    raise formless("a raw filter")


_LOWERINGS: dict[type[Predicate], Callable[[Any, str], Any]] = {
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
EXPRESSIONS.update(dict.fromkeys(_LOWERINGS, lowered))
