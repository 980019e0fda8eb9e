"""Functions over windows, for ``$setWindowFields``; most accumulators are among them.

Their ``over(...)`` bounds the window; without it, a function sees its whole partition.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/
"""

from __future__ import annotations

import typing
from typing import Any, Literal

from mongo_dsl.accumulators import (
    add_to_set,
    avg,
    bottom,
    bottom_n,
    concat_arrays,
    count,
    first,
    first_n,
    last,
    last_n,
    max_,
    max_n,
    median,
    min_,
    min_n,
    percentile,
    push,
    set_union,
    std_dev_pop,
    std_dev_samp,
    sum_,
    top,
    top_n,
)
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.arguments import positive, time_unit
from mongo_dsl.expressions.face import MISSING, document, sequence
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.frames import Window
from mongo_dsl.nodes import Op, Param
from mongo_dsl.params import later
from mongo_dsl.values import node


__all__ = [
    "Window",
    "add_to_set",
    "avg",
    "bottom",
    "bottom_n",
    "concat_arrays",
    "count",
    "covariance_pop",
    "covariance_samp",
    "dense_rank",
    "derivative",
    "document_number",
    "exp_moving_avg",
    "first",
    "first_n",
    "integral",
    "last",
    "last_n",
    "linear_fill",
    "locf",
    "max_",
    "max_n",
    "median",
    "min_",
    "min_max_scaler",
    "min_n",
    "percentile",
    "push",
    "rank",
    "set_union",
    "shift",
    "std_dev_pop",
    "std_dev_samp",
    "sum_",
    "top",
    "top_n",
]

RateUnit = Literal["week", "day", "hour", "minute", "second", "millisecond"]
"""What a change over time is counted by: units that always last as long."""

_RATE_UNITS: tuple[str, ...] = typing.get_args(RateUnit)


def _named(name: str, /, **values: Any) -> Window:
    return Window(Op(name, document(values)))


def covariance_pop(expression1: Any, expression2: Any) -> Window:
    """Take the covariance of a whole population. Needs MongoDB 5.0."""
    return Window(Op("$covariancePop", sequence(expression1, expression2)))


def covariance_samp(expression1: Any, expression2: Any) -> Window:
    """Take the covariance that a sample lets expect. Needs MongoDB 5.0."""
    return Window(Op("$covarianceSamp", sequence(expression1, expression2)))


def dense_rank() -> Window:
    """Number the values of the sort field, equal ones alike. Needs MongoDB 5.0."""
    return _named("$denseRank")


@in_call_order
def derivative(input_: Any, unit: RateUnit | Any = MISSING) -> Window:
    """Take the average change of *input_* over the window. Needs MongoDB 5.0.

    Where the sort field is a date, it is the change per *unit*, a week at most. The
    window needs bounds: `over`.
    """
    checked = time_unit("derivative", unit, _RATE_UNITS)
    return _named("$derivative", input=input_, unit=checked)


def document_number() -> Window:
    """Number the documents, 1 for the first. Needs MongoDB 5.0."""
    return _named("$documentNumber")


@in_call_order
def exp_moving_avg(input_: Any, *, n: Any = MISSING, alpha: Any = MISSING) -> Window:
    """Average numbers, recent ones weighing more. Needs MongoDB 5.0.

    Either the last *n* documents weigh 86 %, or the current one weighs *alpha*, a number
    between 0 and 1.

    Raises:
        ArgumentError: both are given, or neither, or one is impossible.
    """
    if (n is MISSING) is (alpha is MISSING):
        msg = f"exp_moving_avg got n={n!r} and alpha={alpha!r}; it takes exactly one of them"
        raise ArgumentError(msg)
    count_ = positive("exp_moving_avg", "n", n)
    return _named("$expMovingAvg", input=input_, N=count_, alpha=_weight(alpha))


def _weight(alpha: Any) -> Any:
    if isinstance(alpha, Param):
        return later(alpha, _weight)
    if isinstance(alpha, (int, float)) and not 0 < alpha < 1:
        msg = f"exp_moving_avg got alpha={alpha!r}; it takes a number between 0 and 1"
        raise ArgumentError(msg)
    return alpha


@in_call_order
def integral(input_: Any, unit: RateUnit | Any = MISSING) -> Window:
    """Take the area under *input_* over the window. Needs MongoDB 5.0.

    Where the sort field is a date, it is counted in *unit*, a week at most.
    """
    checked = time_unit("integral", unit, _RATE_UNITS)
    return _named("$integral", input=input_, unit=checked)


def linear_fill(expression: Any) -> Window:
    """Fill null and missing values along a line between neighbours. Needs MongoDB 5.3."""
    return Window(Op("$linearFill", node(expression)))


def locf(expression: Any) -> Window:
    """Fill null and missing values with the last one before. Needs MongoDB 5.2."""
    return Window(Op("$locf", node(expression)))


@in_call_order
def min_max_scaler(input_: Any, *, min_: Any = MISSING, max_: Any = MISSING) -> Window:
    """Scale numbers to lie from *min_* to *max_*, or 0 to 1. Needs MongoDB 8.2."""
    return _named("$minMaxScaler", input=input_, min=min_, max=max_)


def rank() -> Window:
    """Number the documents by the sort field, with gaps after ties. Needs MongoDB 5.0."""
    return _named("$rank")


@in_call_order
def shift(output: Any, *, by: Any, default: Any = MISSING) -> Window:
    """Take *output* of the document *by* places further on. Needs MongoDB 5.0.

    A negative *by* looks back; *default* is a constant, for where there is no document.

    Raises:
        OperandError: *by* is no whole number.
    """
    return _named("$shift", output=output, by=_places(by), default=default)


def _places(by: Any) -> Any:
    if isinstance(by, Param):
        return later(by, _places)
    if not isinstance(by, int) or isinstance(by, bool):
        msg = f"shift got by={by!r}; it takes a whole number of places"
        raise OperandError(msg)
    return by
