"""Dates: made, changed, compared, read and written; `date_parts` takes them apart.

*timezone* is an Olson name such as ``"Europe/Paris"`` or an offset such as ``"+02"``; it
is UTC by default. A *date* may be a date, a timestamp or an ObjectId.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/#date-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.arguments import TimeUnit, time_unit
from mongo_dsl.expressions.face import MISSING, Expr, named
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.values import Face


__all__ = [
    "TimeUnit",
    "date_add",
    "date_diff",
    "date_from_parts",
    "date_from_string",
    "date_subtract",
    "date_to_parts",
    "date_to_string",
    "date_trunc",
]


@in_call_order
def date_add(
    start_date: Any,
    *,
    unit: TimeUnit | Face,
    amount: Any,
    timezone: Any = MISSING,
) -> Expr:
    """Add *amount* units of time to a date. Needs MongoDB 5.0."""
    return named(
        "$dateAdd",
        startDate=start_date,
        unit=time_unit("date_add", unit),
        amount=amount,
        timezone=timezone,
    )


@in_call_order
def date_diff(
    start_date: Any,
    end_date: Any,
    *,
    unit: TimeUnit | Face,
    timezone: Any = MISSING,
    start_of_week: Any = MISSING,
) -> Expr:
    """Count the borders of *unit* between two dates. Needs MongoDB 5.0.

    *start_of_week* is a day's name, by default Sunday.
    """
    return named(
        "$dateDiff",
        startDate=start_date,
        endDate=end_date,
        unit=time_unit("date_diff", unit),
        timezone=timezone,
        startOfWeek=start_of_week,
    )


@in_call_order
def date_from_parts(
    *,
    year: Any = MISSING,
    iso_week_year: Any = MISSING,
    month: Any = MISSING,
    iso_week: Any = MISSING,
    day: Any = MISSING,
    iso_day_of_week: Any = MISSING,
    hour: Any = MISSING,
    minute: Any = MISSING,
    second: Any = MISSING,
    millisecond: Any = MISSING,
    timezone: Any = MISSING,
) -> Expr:
    """Make a date of its parts, with either *year* or *iso_week_year*.

    Raises:
        ArgumentError: neither *year* nor *iso_week_year* is given, or both are.
    """
    if (year is MISSING) is (iso_week_year is MISSING):
        msg = (
            "date_from_parts got both a year and an iso_week_year, or neither of them"
            "; it takes one"
        )
        raise ArgumentError(msg)
    return named(
        "$dateFromParts",
        year=year,
        isoWeekYear=iso_week_year,
        month=month,
        isoWeek=iso_week,
        day=day,
        isoDayOfWeek=iso_day_of_week,
        hour=hour,
        minute=minute,
        second=second,
        millisecond=millisecond,
        timezone=timezone,
    )


@in_call_order
def date_from_string(
    date_string: Any,
    format_: Any = MISSING,
    *,
    timezone: Any = MISSING,
    on_error: Any = MISSING,
    on_null: Any = MISSING,
) -> Expr:
    """Read a date from text in *format_*, such as ``"%Y-%m-%d"``.

    *on_error* is the value where that fails, *on_null* where the text is null or missing.
    """
    return named(
        "$dateFromString",
        dateString=date_string,
        format=format_,
        timezone=timezone,
        onError=on_error,
        onNull=on_null,
    )


@in_call_order
def date_subtract(
    start_date: Any,
    *,
    unit: TimeUnit | Face,
    amount: Any,
    timezone: Any = MISSING,
) -> Expr:
    """Take *amount* units of time off a date. Needs MongoDB 5.0."""
    return named(
        "$dateSubtract",
        startDate=start_date,
        unit=time_unit("date_subtract", unit),
        amount=amount,
        timezone=timezone,
    )


@in_call_order
def date_to_parts(
    date: Any, *, timezone: Any = MISSING, iso8601: Any = MISSING
) -> Expr:
    """Turn a date into a document of its parts, by ISO weeks with *iso8601*."""
    return named("$dateToParts", date=date, timezone=timezone, iso8601=iso8601)


@in_call_order
def date_to_string(
    date: Any,
    format_: Any = MISSING,
    *,
    timezone: Any = MISSING,
    on_null: Any = MISSING,
) -> Expr:
    """Write a date as text in *format_*, such as ``"%Y-%m-%d"``.

    *on_null* is the value where the date is null or missing.
    """
    return named(
        "$dateToString",
        date=date,
        format=format_,
        timezone=timezone,
        onNull=on_null,
    )


@in_call_order
def date_trunc(
    date: Any,
    unit: TimeUnit | Face,
    *,
    bin_size: Any = MISSING,
    timezone: Any = MISSING,
    start_of_week: Any = MISSING,
) -> Expr:
    """Round a date down to *unit*, or to *bin_size* of them. Needs MongoDB 5.1.

    *start_of_week* is a day's name, by default Sunday.
    """
    return named(
        "$dateTrunc",
        date=date,
        unit=time_unit("date_trunc", unit),
        binSize=bin_size,
        timezone=timezone,
        startOfWeek=start_of_week,
    )
