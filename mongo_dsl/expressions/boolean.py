"""Truth values; 0, null and missing values are false, all others are true.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#boolean-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, positional


__all__ = ["and_", "not_", "or_"]


def and_(*expression: Any) -> Expr:
    """Tell whether every expression is true."""
    return positional("$and", *expression)


def not_(expression: Any) -> Expr:
    """Tell whether *expression* is not true."""
    return positional("$not", expression)


def or_(*expression: Any) -> Expr:
    """Tell whether some expression is true."""
    return positional("$or", *expression)
