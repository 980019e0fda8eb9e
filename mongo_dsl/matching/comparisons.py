"""``$eq`` and its kin; only values of one BSON type have an order.

https://www.mongodb.com/docs/manual/reference/operator/query-comparison/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from bson import MaxKey, MinKey, Regex

from mongo_dsl.matching import patterns
from mongo_dsl.matching.ordering import NUMBER, compare, equal, is_nan, rank
from mongo_dsl.matching.paths import MISSING
from mongo_dsl.matching.verdicts import Condition, Not, Some, refuse


def equals(operand: Any) -> Condition:
    """Hold of values that equal *operand*; None is also what is missing."""
    if operand is None:
        return Some(lambda value: value is None or value is MISSING)
    return Some(lambda value: equal(value, operand))


def _differs(operand: Any) -> Condition:
    if isinstance(operand, (re.Pattern, Regex)):
        raise refuse("$ne", operand, "MongoDB takes no regular expression there")
    return Not(equals(operand))


_ACCEPTED: dict[str, frozenset[int]] = {
    "$gt": frozenset({1}),
    "$gte": frozenset({0, 1}),
    "$lt": frozenset({-1}),
    "$lte": frozenset({-1, 0}),
}


def _ordered(name: str, operand: Any) -> Condition:
    if isinstance(operand, (re.Pattern, Regex)):
        raise refuse(name, operand, "MongoDB takes no regular expression there")
    return Some(partial(_is_ordered, _ACCEPTED[name], operand))


def _is_ordered(accepted: frozenset[int], operand: Any, value: Any) -> bool:
    if rank(value) != rank(operand):
        return _is_beside(accepted, operand, value)
    if rank(operand) == NUMBER and (is_nan(value) or is_nan(operand)):
        return 0 in accepted and is_nan(value) and is_nan(operand)
    return compare(value, operand) in accepted


def _is_beside(accepted: frozenset[int], operand: Any, value: Any) -> bool:
    """Compare values of two types: only null and the ends of all values can be."""
    if operand is None and value is MISSING:
        return 0 in accepted
    if isinstance(operand, (MinKey, MaxKey)):
        return compare(value, operand) in accepted
    return False


def _among(name: str, operand: Any) -> Condition:
    if not isinstance(operand, list):
        raise refuse(name, operand, "it takes a list of values")
    conditions = [_choice(name, item) for item in operand]
    return Some(lambda value: any(one.of_value(value) for one in conditions))


def _choice(name: str, item: Any) -> Condition:
    if isinstance(item, dict) and next(iter(item), "")[:1] == "$":
        raise refuse(name, item, "its values can't be operators")
    if isinstance(item, (re.Pattern, Regex)):
        return patterns.of_value(item)
    return equals(item)


OPERATORS: dict[str, Callable[[Any], Condition]] = {
    "$eq": equals,
    "$ne": _differs,
    "$in": partial(_among, "$in"),
    "$nin": lambda operand: Not(_among("$nin", operand)),
    **{name: partial(_ordered, name) for name in _ACCEPTED},
}
