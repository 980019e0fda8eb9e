"""Arithmetic; Python's ``+ - * / %`` and ``abs`` build the same.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#arithmetic-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import MISSING, Expr, positional, single


__all__ = [
    "abs_",
    "add",
    "ceil",
    "divide",
    "exp",
    "floor",
    "ln",
    "log",
    "log10",
    "mod",
    "multiply",
    "pow_",
    "round_",
    "sigmoid",
    "sqrt",
    "subtract",
    "trunc",
]


def abs_(value: Any) -> Expr:
    """Drop the sign of a number."""
    return single("$abs", value)


def add(*expression: Any) -> Expr:
    """Add numbers, or numbers of milliseconds to one date."""
    return positional("$add", *expression)


def ceil(expression: Any) -> Expr:
    """Round a number up to a whole one."""
    return single("$ceil", expression)


def divide(dividend: Any, divisor: Any) -> Expr:
    """Divide *dividend* by *divisor*."""
    return positional("$divide", dividend, divisor)


def exp(exponent: Any) -> Expr:
    """Raise Euler's number to *exponent*."""
    return single("$exp", exponent)


def floor(expression: Any) -> Expr:
    """Round a number down to a whole one."""
    return single("$floor", expression)


def ln(number: Any) -> Expr:
    """Take the natural logarithm of *number*."""
    return single("$ln", number)


def log(number: Any, base: Any) -> Expr:
    """Take the logarithm of *number* to *base*."""
    return positional("$log", number, base)


def log10(number: Any) -> Expr:
    """Take the logarithm of *number* to base 10."""
    return single("$log10", number)


def mod(dividend: Any, divisor: Any) -> Expr:
    """Take the remainder of *dividend* by *divisor*; it has the sign of *dividend*."""
    return positional("$mod", dividend, divisor)


def multiply(*expression: Any) -> Expr:
    """Multiply numbers."""
    return positional("$multiply", *expression)


def pow_(number: Any, exponent: Any) -> Expr:
    """Raise *number* to *exponent*."""
    return positional("$pow", number, exponent)


def round_(number: Any, place: Any = MISSING) -> Expr:
    """Round *number*, halves to even, to *place* decimals; negative ones round tens."""
    return positional("$round", number, place)


def sigmoid(expression: Any) -> Expr:
    """Map a number between 0 and 1 by the logistic function. Needs MongoDB 8.1."""
    return single("$sigmoid", expression)


def sqrt(number: Any) -> Expr:
    """Take the square root of *number*."""
    return single("$sqrt", number)


def subtract(expression1: Any, expression2: Any) -> Expr:
    """Subtract *expression2*; two dates give the milliseconds between them."""
    return positional("$subtract", expression1, expression2)


def trunc(number: Any, place: Any = MISSING) -> Expr:
    """Cut *number* off after *place* decimals; negative ones cut tens."""
    return positional("$trunc", number, place)
