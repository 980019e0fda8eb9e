"""The logical query operators, canonical (`all_of`) and literal (`and_`).

https://www.mongodb.com/docs/manual/reference/operator/query-logical/
"""

from __future__ import annotations

import functools
from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter, condition, flat_filter
from mongo_dsl.junctions import either, negated, negation, terms_of
from mongo_dsl.nodes import Op, Path
from mongo_dsl.predicates import And, Equals, Fits, Nor, Or, Predicate, Where


def all_of(*filters: Any) -> Filter:
    """Match what every one of *filters* matches; without any, every document.

    >>> from mongo_dsl import F
    >>> all_of(F.age >= 18, F.age < 65).compile()
    {'age': {'$gte': 18, '$lt': 65}}
    """
    if all(type(f) is Filter and f._flat is not None for f in filters):  # noqa: SLF001
        parts = [part for f in filters for part in f._flat]  # noqa: SLF001
        return flat_filter(tuple(parts))  # no tree grows before it is asked for
    terms = [t for f in filters for t in terms_of(condition(f, "all_of"))]
    return Filter(terms[0] if len(terms) == 1 else And(tuple(terms)))


def any_of(*filters: Any) -> Filter:
    """Match what at least one of *filters* matches.

    >>> from mongo_dsl import F
    >>> any_of(F.city == "Paris", F.age < 18).compile()
    {'$or': [{'city': 'Paris'}, {'age': {'$lt': 18}}]}
    """
    _some("any_of", filters)
    return Filter(functools.reduce(either, [condition(f, "any_of") for f in filters]))


def none_of(*filters: Any) -> Filter:
    """Match what none of *filters* matches.

    >>> from mongo_dsl import F
    >>> none_of(F.city == "Paris", F.age < 18).compile()
    {'$nor': [{'city': 'Paris'}, {'age': {'$lt': 18}}]}
    """
    return Filter(Nor(_conditions("none_of", filters)))


def and_(*filters: Any) -> Filter:
    """Write ``$and`` literally, where `all_of` would merge.

    >>> from mongo_dsl import F
    >>> and_(F.age >= 18, F.age < 65).compile()
    {'$and': [{'age': {'$gte': 18}}, {'age': {'$lt': 65}}]}
    """
    return Filter(And(_conditions("and_", filters), literal=True))


def or_(*filters: Any) -> Filter:
    """Write ``$or`` literally, nested as it is called.

    >>> from mongo_dsl import F
    >>> or_(F.age >= 18).compile()
    {'$or': [{'age': {'$gte': 18}}]}
    """
    return Filter(Or(_conditions("or_", filters)))


def nor(*filters: Any) -> Filter:
    """Write ``$nor`` literally: none of *filters* may match.

    >>> from mongo_dsl import F
    >>> nor(F.age >= 18).compile()
    {'$nor': [{'age': {'$gte': 18}}]}
    """
    return Filter(Nor(_conditions("nor", filters)))


def not_(filter_: Any) -> Filter:
    """Write ``$not`` literally around conditions on one field.

    >>> from mongo_dsl import F
    >>> not_((F.age > 5) & (F.age < 9)).compile()
    {'age': {'$not': {'$gt': 5, '$lt': 9}}}
    """
    found = condition(filter_, "not_")
    if isinstance(found, Fits):
        return Filter(negation(found))
    test = _on_one_field(found)
    if test is None:
        msg = f"not_ got {filter_!r}; it takes conditions on one field, ~ takes all others"
        raise OperandError(msg)
    return Filter(negated(test))


def _on_one_field(found: Predicate) -> Where | None:
    """Return *found* as one operator document; None where it has no such form."""
    tests = [_operators(term) for term in terms_of(found)]
    ops = tuple(op for test in tests if test is not None for op in test.ops)
    paths = {None if test is None else test.path for test in tests}
    if None in paths or len(paths) != 1 or len({op.name for op in ops}) < len(ops):
        return None
    return Where(paths.pop() or Path(""), ops)


def _operators(term: Predicate) -> Where | None:
    if isinstance(term, Equals):
        return Where(term.path, (Op("$eq", term.value),))
    return term if isinstance(term, Where) else None


def _conditions(name: str, filters: tuple[Any, ...]) -> tuple[Predicate, ...]:
    _some(name, filters)
    return tuple(condition(filter_, name) for filter_ in filters)


def _some(name: str, filters: tuple[Any, ...]) -> None:
    if not filters:
        msg = f"{name} got no filters; it takes at least one"
        raise ArgumentError(msg)
