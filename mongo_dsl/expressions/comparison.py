"""Comparisons of two values, across all types of BSON.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#comparison-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, positional


__all__ = ["cmp", "eq", "gt", "gte", "lt", "lte", "ne"]


def cmp(expression1: Any, expression2: Any) -> Expr:
    """Compare two values: -1, 0 or 1 for less, equal or greater."""
    return positional("$cmp", expression1, expression2)


def eq(expression1: Any, expression2: Any) -> Expr:
    """Tell whether two values are equal."""
    return positional("$eq", expression1, expression2)


def gt(expression1: Any, expression2: Any) -> Expr:
    """Tell whether *expression1* is greater than *expression2*."""
    return positional("$gt", expression1, expression2)


def gte(expression1: Any, expression2: Any) -> Expr:
    """Tell whether *expression1* is at least *expression2*."""
    return positional("$gte", expression1, expression2)


def lt(expression1: Any, expression2: Any) -> Expr:
    """Tell whether *expression1* is less than *expression2*."""
    return positional("$lt", expression1, expression2)


def lte(expression1: Any, expression2: Any) -> Expr:
    """Tell whether *expression1* is at most *expression2*."""
    return positional("$lte", expression1, expression2)


def ne(expression1: Any, expression2: Any) -> Expr:
    """Tell whether two values differ."""
    return positional("$ne", expression1, expression2)
