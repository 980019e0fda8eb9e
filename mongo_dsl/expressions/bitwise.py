"""Bits of whole numbers.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#bitwise-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, positional, single


__all__ = ["bit_and", "bit_not", "bit_or", "bit_xor"]


def bit_and(*expression: Any) -> Expr:
    """Keep the bits that all numbers have. Needs MongoDB 6.3."""
    return positional("$bitAnd", *expression)


def bit_not(expression: Any) -> Expr:
    """Flip all bits of a number. Needs MongoDB 6.3."""
    return single("$bitNot", expression)


def bit_or(*expression: Any) -> Expr:
    """Gather the bits that some number has. Needs MongoDB 6.3."""
    return positional("$bitOr", *expression)


def bit_xor(*expression: Any) -> Expr:
    """Gather the bits that an odd number of numbers have. Needs MongoDB 6.3."""
    return positional("$bitXor", *expression)
