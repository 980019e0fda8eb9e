"""Arrays as sets: order and repetition don't count.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#set-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.arguments import at_least
from mongo_dsl.expressions.face import Expr, positional


__all__ = [
    "all_elements_true",
    "any_element_true",
    "set_difference",
    "set_equals",
    "set_intersection",
    "set_is_subset",
    "set_union",
]


def all_elements_true(expression: Any) -> Expr:
    """Tell whether no item of a set is false, 0, null or missing."""
    return positional("$allElementsTrue", expression)


def any_element_true(expression: Any) -> Expr:
    """Tell whether some item of a set is true."""
    return positional("$anyElementTrue", expression)


def set_difference(expression1: Any, expression2: Any) -> Expr:
    """List the items of *expression1* that *expression2* lacks."""
    return positional("$setDifference", expression1, expression2)


def set_equals(*expression: Any) -> Expr:
    """Tell whether sets have the same items.

    Raises:
        ArgumentError: there are fewer than two sets.
    """
    return positional("$setEquals", *at_least("set_equals", 2, expression))


def set_intersection(*expression: Any) -> Expr:
    """List the items that all sets have."""
    return positional("$setIntersection", *expression)


def set_is_subset(expression1: Any, expression2: Any) -> Expr:
    """Tell whether all items of *expression1* are in *expression2*."""
    return positional("$setIsSubset", expression1, expression2)


def set_union(*expression: Any) -> Expr:
    """List the items that some set has."""
    return positional("$setUnion", *expression)
