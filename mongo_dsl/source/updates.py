"""Updates as methods of fields, joined by ``&``."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import attrs

from mongo_dsl.nodes import Body, Map, Node, Path, Seq
from mongo_dsl.predicates import And, Equals, Fits, Nor, Or, Predicate, Where
from mongo_dsl.raw import raw
from mongo_dsl.signatures import snake_case
from mongo_dsl.source.fields import Scope, field, step, with_places
from mongo_dsl.source.filters import MANY, item_test, joined
from mongo_dsl.source.literals import data
from mongo_dsl.source.table import expression
from mongo_dsl.source.written import (
    Attempt,
    UnwritableError,
    Written,
    call,
    first_that_fits,
    inside,
    method,
    quoted,
)
from mongo_dsl.updates import Change, Changes, Update, compile_changes


def update(node: Changes, scope: Scope) -> Written:
    """Write the changes of *node*.

    Raises:
        UnwritableError: there is no method for one of them.
    """
    if node.raw is not None:
        made = call("raw", raw, [data(node.raw.body)])
        return call("Update", Update, [made])
    terms = [_change(change, node.arrays, scope) for change in node.changes]
    if not 0 < len(terms) <= MANY:
        return call("Update", Update, terms)
    return joined("&", operator.and_, terms) if len(terms) > 1 else terms[0]


Arrays = tuple[tuple[str, Predicate], ...]


def _change(change: Change, arrays: Arrays, scope: Scope) -> Written:
    used = tuple((n, test) for n, test in arrays if f"$[{n}]" in change.path.name)
    one = Changes((change,), used)
    path = with_places(change.path) if scope.foreign else change.path
    places = (_address(path, used, s) for s in (scope, Scope(items=True)))
    ways = (way for on in places for way in _ways(on, change, scope))
    with inside(change):
        return first_that_fits(one, compile_changes, ways)


def _address(path: Path, arrays: Arrays, scope: Scope) -> Written:
    """Write the field, and which items of its arrays are meant."""
    segments = path.name.split(".")
    marks = [n for n, segment in enumerate(segments) if segment[:1] == "$"]
    if not marks:
        return field(attrs.evolve(path, root=None) if scope.items else path, scope)
    name = ".".join(segments[: marks[0]])
    root = None if scope.items else path.root
    positions = tuple(n for n in path.positions if n < marks[0])
    found = field(Path(name, positions=positions, root=root), scope)
    for segment in segments[marks[0] :]:
        found = _below(found, segment, dict(arrays), scope)
    return found


def _below(
    on: Written, segment: str, arrays: dict[str, Predicate], scope: Scope
) -> Any:
    if segment == "$":
        return method(on, "matched")
    if segment == "$[]":
        return method(on, "every")
    if segment[:2] == "$[":
        name = segment[2:-1]
        called = Written(quoted(name), name)
        if name not in arrays:
            return method(on, "filtered", [called])
        test = item_test(_from_item(name, arrays[name]), scope)
        return method(on, "where", [test, called])
    return step(on, segment)


def _from_item(name: str, test: Predicate) -> Predicate:
    """Take the array filter's name off the paths: conditions speak of the item again."""
    if isinstance(test, (Equals, Fits, Where)):
        rest = test.path.name[len(name) + 1 :]
        return attrs.evolve(test, path=attrs.evolve(test.path, name=rest))
    if isinstance(test, (And, Or, Nor)):
        terms = tuple(_from_item(name, term) for term in test.terms)
        return attrs.evolve(test, terms=terms)
    raise UnwritableError(test)


_METHODS = {"$min": "min_", "$max": "max_"}


def _ways(on: Written, change: Change, scope: Scope) -> Iterator[Attempt]:
    name = _METHODS.get(change.operator, snake_case(change.operator))
    if change.operator in ("$push", "$addToSet"):
        yield from _gathering(on, name, change.value, scope)
    elif change.operator == "$pull":
        yield from _pulling(on, change.value, scope)
    elif change.operator == "$bit" and isinstance(change.value, (Map, Body)):
        masks = [(_keyword(key), data(value)) for key, value in change.value.items]
        yield lambda: method(on, name, (), masks)
    elif change.operator == "$currentDate":
        yield from _dating(on, change.value)
    else:
        value = expression(change.value, scope)
        yield lambda: method(on, name)
        yield lambda: method(on, name, [value])


def _keyword(key: str) -> str:
    return {"and": "and_", "or": "or_"}.get(key, key)


def _dating(on: Written, value: Node) -> Iterator[Attempt]:
    yield lambda: method(on, "current_date")
    if isinstance(value, (Map, Body)) and value.items[:1]:
        kind = data(value.items[0][1])
        yield lambda: method(on, "current_date", [kind])
    yield lambda: method(on, "current_date", [data(value)])


def _pulling(on: Written, removed: Node, scope: Scope) -> Iterator[Attempt]:
    if not isinstance(removed, Predicate):
        yield lambda: method(on, "pull", [expression(removed, scope)])
        removed = Fits(Path(""), removed)
    elif isinstance(removed, Equals) and not removed.path.name:
        value = removed.value
        yield lambda: method(on, "pull", [data(value)])
    test = item_test(removed, scope)
    yield lambda: method(on, "pull", [test])


_MODIFIERS = {"$slice": "slice_", "$each": "each"}


def _gathering(on: Written, name: str, value: Node, scope: Scope) -> Iterator[Attempt]:
    yield lambda: method(on, name, [expression(value, scope)])
    if not isinstance(value, (Body, Map)):
        return
    items = [(key, expression(item, scope)) for key, item in value.items]
    named = [(_MODIFIERS.get(key, key.lstrip("$")), item) for key, item in items]
    each = next((item for key, item in value.items if key == "$each"), None)
    if isinstance(each, Seq):
        args = [expression(item, scope) for item in each.items]
        others = [(key, item) for key, item in named if key != "each"]
        yield lambda: method(on, name, args, others)
    yield lambda: method(on, name, (), named)
