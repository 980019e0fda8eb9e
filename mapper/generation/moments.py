"""Moments in generated code: differences between those of one zone call nothing.

`datetime.replace` takes ten times as long as adding a difference, and comparing moments of
two zones asks these, four times, by functions of Python.
"""

from __future__ import annotations

import datetime as dt

from bson.tz_util import utc as driver_utc

from mapper.generation.source import Source


_NAIVE = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - what naive moments are counted from
_UTC = _NAIVE.replace(tzinfo=dt.timezone.utc)
_DRIVER = _NAIVE.replace(tzinfo=driver_utc)


def in_utc(source: Source, name: str, *, naive: bool) -> tuple[str, str]:
    """Return the test that a moment is as the driver gives it, and what makes it aware."""
    test = f"type({name}) is {source.named('datetime', dt.datetime)}"
    epoch = source.named("EPOCH", _NAIVE) if naive else _driver_epoch(source)
    if not naive:
        test = f"{test} and {_is_driver(source, name)}"
    return test, f"{source.named('UTC_EPOCH', _UTC)} + ({name} - {epoch})"


def alike(source: Source, value: str, stored: str) -> str:
    """Return the test that the moment *value* is *stored*, and loses nothing by that."""
    utc = source.named("UTC", dt.timezone.utc)
    whole = f"{value}.tzinfo is {utc} and not {value}.microsecond % 1000"
    epoch = source.named("UTC_EPOCH", _UTC)
    since = f"{stored} - {_driver_epoch(source)} == {value} - {epoch}"
    equal = f"{since} if {_is_driver(source, stored)} else {stored} == {value}"
    kind = source.named("datetime", dt.datetime)
    return f"type({value}) is type({stored}) is {kind} and {whole} and ({equal})"


def _driver_epoch(source: Source) -> str:
    return source.named("DRIVER_EPOCH", _DRIVER)


def _is_driver(source: Source, name: str) -> str:
    return f"{name}.tzinfo is {source.named('DRIVER_UTC', driver_utc)}"
