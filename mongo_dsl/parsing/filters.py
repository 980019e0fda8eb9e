"""Filters: conditions on fields, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mongo_dsl.nodes import Node, Op, Path, Raw, Seq
from mongo_dsl.parsing.data import data, operator_of
from mongo_dsl.parsing.expressions import expression
from mongo_dsl.parsing.places import Place
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
from mongo_dsl.values import is_pattern


def predicate(mql: Any, at: Place) -> Predicate:
    """Read a filter.

    Raises:
        TranslationError: it isn't one.
    """
    document = at.document(mql, "a filter")
    terms = [term for k, v in document.items() for term in _term(k, v, at.below(k))]
    return terms[0] if len(terms) == 1 else at.marked(And(tuple(terms)))


def _term(key: str, mql: Any, at: Place) -> Iterator[Predicate]:
    if key in _JUNCTIONS:
        items = at.array(mql, key)
        terms = tuple(predicate(item, at.below(n)) for n, item in enumerate(items))
        yield at.marked(_JUNCTIONS[key](terms))
    elif key == "$expr":
        yield at.marked(Computed(expression(mql, at)))
    elif key in _TOP:
        yield at.marked(Top(Op(key, data(mql, at))))
    elif key[:1] == "$":
        raise at.wrong(f"{key} is no query operator of the whole document")
    else:
        yield from conditions(Path(key), mql, at)


_JUNCTIONS: dict[str, Callable[[tuple[Predicate, ...]], Predicate]] = {
    "$and": lambda terms: And(terms, literal=True),
    "$or": Or,
    "$nor": Nor,
}
_TOP = frozenset({"$text", "$jsonSchema", "$comment", "$sampleRate", "$where"})


def conditions(path: Path, mql: Any, at: Place) -> Iterator[Predicate]:
    """Read the conditions on one field."""
    if operator_of(mql) is None:
        value = data(mql, at)
        if is_pattern(value):
            yield at.marked(Fits(path, value))
        else:
            yield at.marked(Equals(path, value if path.name else Raw(value)))
        return
    items = list(_operators(mql, at))
    for ops in _grouped(items):
        yield at.marked(Where(path, tuple(ops)))


def _operators(mql: Mapping[str, Any], at: Place) -> Iterator[Op]:
    for name, body in mql.items():
        place = at.below(name)
        if name[:1] != "$":
            raise place.wrong(f"{name!r} stands beside operators; it is none")
        place.known(name, "query", "query operator")
        yield at.marked(Op(name, _operand(name, body, place)))


def _grouped(items: list[Op]) -> Iterator[list[Op]]:
    """Yield operators one by one; those that only qualify another go with it."""
    group: list[Op] = []
    for op in items:
        if group and op.name not in _QUALIFIERS.get(group[0].name, ()):
            yield group
            group = []
        group.append(op)
    if group:
        yield group


_DISTANCES = frozenset({"$maxDistance", "$minDistance"})
_QUALIFIERS = {
    "$regex": frozenset({"$options"}),
    "$near": _DISTANCES,
    "$nearSphere": _DISTANCES,
}


def _operand(name: str, mql: Any, at: Place) -> Node:
    if name == "$elemMatch":
        return item_test(mql, at)
    if name == "$not" and operator_of(mql) is not None:
        return Where(Path(""), tuple(_operators(mql, at)))
    if name == "$all" and isinstance(mql, (list, tuple)):
        return Seq(tuple(_required(item, at.below(n)) for n, item in enumerate(mql)))
    return data(mql, at)


def _required(mql: Any, at: Place) -> Node:
    if operator_of(mql) == "$elemMatch":
        return Op("$elemMatch", item_test(mql["$elemMatch"], at))
    return data(mql, at)


def item_test(mql: Any, at: Place) -> Predicate:
    """Read a condition on items: on their fields, or on themselves."""
    name = operator_of(mql)
    if name is None or name in _JUNCTIONS or name == "$expr":
        return predicate(mql, at)
    found = tuple(conditions(Path(""), mql, at))
    return found[0] if len(found) == 1 else And(found)
