"""Statistics over several values of one document, or over the items of one array.

Their namesakes in `acc` and `win` work over many documents.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/#accumulators--in-other-stages-
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import Expr, named, positional
from mongo_dsl.expressions.order import in_call_order


__all__ = [
    "avg",
    "max_",
    "median",
    "min_",
    "percentile",
    "std_dev_pop",
    "std_dev_samp",
    "sum_",
]


def avg(*expression: Any) -> Expr:
    """Average numbers; others are left out."""
    return positional("$avg", *expression)


def max_(*expression: Any) -> Expr:
    """Take the greatest value, null and missing ones left out."""
    return positional("$max", *expression)


@in_call_order
def median(input_: Any, method: Any) -> Expr:
    """Take the median by *method*, which is ``"approximate"``. Needs MongoDB 7.0."""
    return named("$median", input=input_, method=method)


def min_(*expression: Any) -> Expr:
    """Take the smallest value, null and missing ones left out."""
    return positional("$min", *expression)


@in_call_order
def percentile(input_: Any, *, p: Any, method: Any) -> Expr:
    """Take the percentiles *p*, numbers from 0 to 1. Needs MongoDB 7.0.

    *method* is ``"approximate"``.
    """
    return named("$percentile", input=input_, p=p, method=method)


def std_dev_pop(*expression: Any) -> Expr:
    """Take the standard deviation of a whole population. Needs MongoDB 5.0."""
    return positional("$stdDevPop", *expression)


def std_dev_samp(*expression: Any) -> Expr:
    """Take the standard deviation of a sample. Needs MongoDB 5.0."""
    return positional("$stdDevSamp", *expression)


def sum_(*expression: Any) -> Expr:
    """Add numbers; others are left out."""
    return positional("$sum", *expression)
