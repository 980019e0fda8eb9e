"""Parts of dates and timestamps.

*timezone* is an Olson name such as ``"Europe/Paris"`` or an offset such as ``"+02"``; it
is UTC by default. A *date* may be a date, a timestamp or an ObjectId.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/#date-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import MISSING, Expr, named, single
from mongo_dsl.expressions.order import in_call_order


__all__ = [
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "hour",
    "iso_day_of_week",
    "iso_week",
    "iso_week_year",
    "millisecond",
    "minute",
    "month",
    "second",
    "ts_increment",
    "ts_second",
    "week",
    "year",
]


@in_call_order
def day_of_month(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the day of the month, 1 to 31."""
    return named("$dayOfMonth", date=date, timezone=timezone)


@in_call_order
def day_of_week(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the day of the week, 1 (Sunday) to 7 (Saturday)."""
    return named("$dayOfWeek", date=date, timezone=timezone)


@in_call_order
def day_of_year(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the day of the year, 1 to 366."""
    return named("$dayOfYear", date=date, timezone=timezone)


@in_call_order
def hour(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the hour, 0 to 23."""
    return named("$hour", date=date, timezone=timezone)


@in_call_order
def iso_day_of_week(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the day of the week by ISO 8601, 1 (Monday) to 7 (Sunday)."""
    return named("$isoDayOfWeek", date=date, timezone=timezone)


@in_call_order
def iso_week(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the number of the week by ISO 8601, 1 to 53."""
    return named("$isoWeek", date=date, timezone=timezone)


@in_call_order
def iso_week_year(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the year that the week belongs to by ISO 8601."""
    return named("$isoWeekYear", date=date, timezone=timezone)


@in_call_order
def millisecond(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the milliseconds, 0 to 999."""
    return named("$millisecond", date=date, timezone=timezone)


@in_call_order
def minute(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the minute, 0 to 59."""
    return named("$minute", date=date, timezone=timezone)


@in_call_order
def month(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the month, 1 to 12."""
    return named("$month", date=date, timezone=timezone)


@in_call_order
def second(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the second, 0 to 60 with leap seconds."""
    return named("$second", date=date, timezone=timezone)


def ts_increment(expression: Any) -> Expr:
    """Take the counter of a timestamp. Needs MongoDB 5.1."""
    return single("$tsIncrement", expression)


def ts_second(expression: Any) -> Expr:
    """Take the seconds of a timestamp. Needs MongoDB 5.1."""
    return single("$tsSecond", expression)


@in_call_order
def week(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the number of the week, 0 to 53; weeks begin on Sunday."""
    return named("$week", date=date, timezone=timezone)


@in_call_order
def year(date: Any, timezone: Any = MISSING) -> Expr:
    """Take the year."""
    return named("$year", date=date, timezone=timezone)
