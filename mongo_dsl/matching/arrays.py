"""Conditions on arrays as such.

https://www.mongodb.com/docs/manual/reference/operator/query-array/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.matching.verdicts import All, Condition, Some, refuse
from mongo_dsl.values import whole


def size(operand: Any) -> Condition:
    """Hold of arrays of *operand* items."""
    length = whole(operand)
    if length is None or length < 0:
        raise refuse("$size", operand, "it takes an integer from 0")
    return Some(lambda value: isinstance(value, list) and len(value) == length, False)


def some_item(test: Callable[[Any], bool]) -> Condition:
    """Hold of arrays with an item of which *test* holds."""
    return Some(lambda value: isinstance(value, list) and any(map(test, value)), False)


def some_document(test: Callable[[Any], bool]) -> Condition:
    """Hold of arrays with a document in them, or an array, of which *test* holds."""
    return some_item(lambda item: isinstance(item, (dict, list)) and test(item))


def every(conditions: list[Condition]) -> Condition:
    """Hold where each of *conditions* does; where there are none, of nothing."""
    return All(conditions) if conditions else Some(lambda _: False)
