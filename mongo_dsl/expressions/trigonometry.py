"""Trigonometry; angles are radians.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#trigonometry-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, positional, single


__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "degrees_to_radians",
    "radians_to_degrees",
    "sin",
    "sinh",
    "tan",
    "tanh",
]


def acos(expression: Any) -> Expr:
    """Take the inverse cosine, in radians."""
    return single("$acos", expression)


def acosh(expression: Any) -> Expr:
    """Take the inverse hyperbolic cosine."""
    return single("$acosh", expression)


def asin(expression: Any) -> Expr:
    """Take the inverse sine, in radians."""
    return single("$asin", expression)


def asinh(expression: Any) -> Expr:
    """Take the inverse hyperbolic sine."""
    return single("$asinh", expression)


def atan(expression: Any) -> Expr:
    """Take the inverse tangent, in radians."""
    return single("$atan", expression)


def atan2(y: Any, x: Any) -> Expr:
    """Take the inverse tangent of *y* / *x*, in radians and in the right quadrant."""
    return positional("$atan2", y, x)


def atanh(expression: Any) -> Expr:
    """Take the inverse hyperbolic tangent."""
    return single("$atanh", expression)


def cos(expression: Any) -> Expr:
    """Take the cosine of an angle in radians."""
    return single("$cos", expression)


def cosh(expression: Any) -> Expr:
    """Take the hyperbolic cosine."""
    return single("$cosh", expression)


def degrees_to_radians(expression: Any) -> Expr:
    """Turn degrees into radians."""
    return single("$degreesToRadians", expression)


def radians_to_degrees(expression: Any) -> Expr:
    """Turn radians into degrees."""
    return single("$radiansToDegrees", expression)


def sin(expression: Any) -> Expr:
    """Take the sine of an angle in radians."""
    return single("$sin", expression)


def sinh(expression: Any) -> Expr:
    """Take the hyperbolic sine."""
    return single("$sinh", expression)


def tan(expression: Any) -> Expr:
    """Take the tangent of an angle in radians."""
    return single("$tan", expression)


def tanh(expression: Any) -> Expr:
    """Take the hyperbolic tangent."""
    return single("$tanh", expression)
