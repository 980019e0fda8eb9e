"""Stages that look along an order: windows, missing values and gaps.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from mongo_dsl.accumulators import Accumulator
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.arguments import TimeUnit, order, time_unit
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.frames import Window, window_output
from mongo_dsl.nodes import Body, Node
from mongo_dsl.raw import RawMQL
from mongo_dsl.stages.arguments import (
    assigned,
    choice,
    constant,
    field_name,
    field_names,
    optional_expression,
    options,
)
from mongo_dsl.stages.face import stage
from mongo_dsl.values import node


@stage("$setWindowFields")
def set_window_fields(
    *,
    partition_by: Any = MISSING,
    sort_by: Any = None,
    output: Mapping[Any, Any] | None = None,
    **outputs: Any,
) -> Node:
    """Add fields computed from the documents around each. Needs MongoDB 5.0.

    *outputs*, or the mapping *output* of them, are functions of `win` and `acc`, bounded
    by their ``over(...)``. Documents are seen in the order *sort_by*, those with the same
    *partition_by* among themselves.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/setWindowFields/

    >>> from mongo_dsl import F, acc, stages, win
    >>> stages.set_window_fields(
    ...     partition_by=F.state,
    ...     sort_by="date",
    ...     total=acc.sum_(F.qty).over(documents=("unbounded", "current")),
    ... ).compile()["$setWindowFields"]["output"]
    {'total': {'$sum': '$qty', 'window': {'documents': ['unbounded', 'current']}}}
    """
    mappings = () if output is None else (output,)
    given = assigned("set_window_fields", mappings, outputs)
    return options(
        partition_by=optional_expression("set_window_fields", partition_by),
        sort_by=None if sort_by is None else order(sort_by),
        output=Body(tuple([(name, _window(name, value)) for name, value in given])),
    )


def _window(name: str, value: Any) -> Node:
    if not isinstance(value, (Window, Accumulator, RawMQL)):
        msg = f"set_window_fields got {name}={value!r}; it takes functions of windows"
        raise OperandError(f"{msg}: win.rank(), acc.sum_(...).over(...)")
    return window_output(name, node(value))


FillMethod = Literal["linear", "locf"]
"""How `fill` finds a missing value: on the line between neighbours, or the last one."""

_METHODS = typing.get_args(FillMethod)


@stage("$fill")
def fill(
    *,
    partition_by: Any = MISSING,
    partition_by_fields: Sequence[Any] | None = None,
    sort_by: Any = None,
    output: Mapping[Any, Any] | None = None,
    **outputs: Any,
) -> Node:
    """Fill null and missing values of fields. Needs MongoDB 5.3.

    *outputs*, or the mapping *output* of them, say how: ``"linear"``, ``"locf"``, or an
    expression that gives the value; ``{"value": …}`` gives a text. Documents are seen in
    the order *sort_by*, those with the same *partition_by* among themselves.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/fill/

    >>> from mongo_dsl import stages
    >>> stages.fill(sort_by="date", score="locf", bonus=0).compile()["$fill"]["output"]
    {'score': {'method': 'locf'}, 'bonus': {'value': 0}}
    """
    mappings = () if output is None else (output,)
    given = assigned("fill", mappings, outputs)
    return options(
        partition_by=optional_expression("fill", partition_by),
        partition_by_fields=field_names("fill", partition_by_fields),
        sort_by=None if sort_by is None else order(sort_by),
        output=Body(tuple([(name, _filling(name, how)) for name, how in given])),
    )


def _filling(name: str, how: Any) -> Node:
    if isinstance(how, Mapping) and len(how) == 1:
        if "value" in how:
            return options(value=node(how["value"]))
        how = how.get("method", how)
    if isinstance(how, str) and how in _METHODS:
        return options(method=how)
    if isinstance(how, (str, Mapping)):
        msg = f"fill got {name}={how!r}; it takes 'linear', 'locf', an expression, or"
        raise ArgumentError(f"{msg} {{'value': …}}")
    return options(value=node(how))


class DensifyRange(TypedDict, total=False):
    """Which values `densify` makes: every *step* (of *unit*) within *bounds*."""

    step: Any
    unit: TimeUnit
    bounds: Literal["full", "partition"] | Sequence[Any]


_Bounds = Literal["full", "partition"]


@stage("$densify")
def densify(
    field: Any,
    *,
    range_: DensifyRange | Mapping[str, Any],
    partition_by_fields: Sequence[Any] | None = None,
) -> Node:
    """Add documents where values of *field* are missing. Needs MongoDB 5.1.

    *range_* has a ``step``, for dates a ``unit``, and ``bounds``: ``"full"``,
    ``"partition"`` or the first value and the end. *partition_by_fields* are filled
    among themselves.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/densify/

    >>> from mongo_dsl import F, stages
    >>> hourly = {"step": 1, "unit": "hour", "bounds": "full"}
    >>> stages.densify(F.time, range_=hourly).compile()
    {'$densify': {'field': 'time', 'range': {'step': 1, 'unit': 'hour', 'bounds': 'full'}}}
    """
    return options(
        field=field_name("densify", field),
        partition_by_fields=field_names("densify", partition_by_fields),
        range_=_range(range_),
    )


def _range(given: Any) -> Any:
    if not isinstance(given, Mapping) or not (
        {"step", "bounds"} <= given.keys() <= {"step", "unit", "bounds"}
    ):
        msg = f"densify got range_={given!r}; it takes step, bounds, and unit for dates"
        raise ArgumentError(msg)
    time_unit("densify", given.get("unit"))
    bounds = given["bounds"]
    if not isinstance(bounds, (list, tuple)):
        choice("densify", "bounds", bounds, _Bounds)
    elif len(bounds) != 2:  # noqa: PLR2004 - a pair
        msg = f"densify got bounds={bounds!r}; they are the first value and the end"
        raise ArgumentError(msg)
    return constant(given)
