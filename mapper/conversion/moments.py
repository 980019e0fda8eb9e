"""Dates, times of day and durations; moments are aware and in UTC once they were read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bson.tz_util import utc as driver_utc

from mapper.conversion.numbers import decode_int
from mapper.conversion.problems import Misfit, refused, unfit
from mongo_dsl.values import midnight, utc


_MILLISECOND = dt.timedelta(milliseconds=1)
_MIDNIGHT = dt.time()


def encode_datetime(value: Any) -> dt.datetime:
    """Store a moment in milliseconds; naive values are UTC."""
    if isinstance(value, dt.datetime):
        try:
            return utc(value)
        except OverflowError as error:
            raise refused(error, value) from error
    raise unfit(value, "datetime")


def decode_datetime(stored: Any, _: Any) -> dt.datetime:
    """Read a moment, aware and in UTC, whatever the driver is set to."""
    if not isinstance(stored, dt.datetime):
        raise unfit(stored, "datetime")
    if stored.tzinfo is None or stored.tzinfo is driver_utc:
        return stored.replace(tzinfo=dt.timezone.utc)
    return stored.astimezone(dt.timezone.utc)


def encode_date(value: Any) -> dt.datetime:
    """Store a day as its midnight in UTC."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return midnight(value)
    raise unfit(value, "date")


def decode_date(stored: Any, annotation: Any) -> dt.date:
    """Read a day; another moment than midnight is no day."""
    if isinstance(stored, dt.datetime):
        moment = decode_datetime(stored, annotation)
        if moment.time() == _MIDNIGHT:
            return moment.date()
    raise unfit(stored, "date (midnight in UTC)")


def encode_time(value: Any) -> str:
    """Store a time of day as ISO 8601."""
    if isinstance(value, dt.time):
        return value.isoformat()
    raise unfit(value, "time")


def decode_time(stored: Any, _: Any) -> dt.time:
    """Read a time of day."""
    if type(stored) is str:
        try:
            return dt.time.fromisoformat(stored)
        except ValueError:
            pass
    raise unfit(stored, "time (an ISO 8601 string)")


def encode_timedelta(value: Any) -> int:
    """Store a duration in milliseconds; finer digits are cut off."""
    if isinstance(value, dt.timedelta):
        return value // _MILLISECOND
    raise unfit(value, "timedelta")


def decode_timedelta(stored: Any, annotation: Any) -> dt.timedelta:
    """Read a duration."""
    try:
        return dt.timedelta(milliseconds=decode_int(stored, annotation))
    except (Misfit, OverflowError):
        raise unfit(stored, "timedelta (in milliseconds)") from None
