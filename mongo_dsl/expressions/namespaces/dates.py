"""`dt`: functions of dates and timestamps as methods of them."""

from __future__ import annotations

from mongo_dsl.expressions import date, date_parts
from mongo_dsl.expressions.namespaces.face import Namespace, method


class DateNamespace(Namespace):
    """What `fn` has for dates.

    >>> from mongo_dsl import F
    >>> F.created_at.dt.trunc("month").compile()
    {'$dateTrunc': {'date': '$created_at', 'unit': 'month'}}
    """

    __slots__ = ()

    add = method(date.date_add)
    diff = method(date.date_diff)
    subtract = method(date.date_subtract)
    to_parts = method(date.date_to_parts)
    to_string = method(date.date_to_string)
    trunc = method(date.date_trunc)
    day_of_month = method(date_parts.day_of_month)
    day_of_week = method(date_parts.day_of_week)
    day_of_year = method(date_parts.day_of_year)
    hour = method(date_parts.hour)
    iso_day_of_week = method(date_parts.iso_day_of_week)
    iso_week = method(date_parts.iso_week)
    iso_week_year = method(date_parts.iso_week_year)
    millisecond = method(date_parts.millisecond)
    minute = method(date_parts.minute)
    month = method(date_parts.month)
    second = method(date_parts.second)
    ts_increment = method(date_parts.ts_increment)
    ts_second = method(date_parts.ts_second)
    week = method(date_parts.week)
    year = method(date_parts.year)
