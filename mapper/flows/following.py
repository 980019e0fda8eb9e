"""Following a change stream: opening it, again where it broke, and remembering the place.

A token is saved when the next event is asked for, which says that the last one was
handled; so an event may come twice after a crash, and none is lost.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import attrs

from mapper.commands import Call, Flow, Pause
from mapper.errors import ResumeTokenLostError
from mapper.flows import asking
from mapper.flows.watching import operations, watch
from mapper.streams.stores import Token


RETRIES = 8
_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0
_IDLE = 60.0
"""Seconds after which the place of a stream without events is saved: its token ages, too."""

_TRANSIENT = frozenset(
    {
        *(6, 7, 43, 63, 89, 91, 133, 150, 189, 234, 262, 9001),
        *(10107, 11600, 11602, 13388, 13435, 13436),
    }
)
"""Codes of errors that pass: hosts that can't be reached, elections, lost cursors.

https://github.com/mongodb/specifications/blob/master/source/change-streams/change-streams.md
"""
_LOST = frozenset({260, 280, 286})
"""InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost."""


@attrs.define(eq=False, kw_only=True)
class Following:
    """A change stream and how far it was followed.

    *query* and *given* are what was asked for, *read* makes events. *rows* is the driver's
    stream, *place* where it goes on, *handed* the token of the event that the caller has
    and may not have handled.
    """

    query: Any
    given: Mapping[str, Any]
    read: Callable[[Any], Any]
    store: Any
    rows: Any = None
    place: Token | None = None
    handed: Token | None = None
    saved_at: float = 0.0
    broken: bool = False  # an attempt didn't come back: the driver's stream is in doubt
    ended: bool = False

    @property
    def name(self) -> str | None:
        """The name the place is saved under, None if it isn't saved."""
        found: str | None = self.given.get("resume")
        return found


def following(stream: Following) -> Flow[Any]:
    """Return the next event, however long it takes; None at the end."""
    while not stream.ended:
        event = yield from try_next(stream)
        if event is not None:
            return event
    return None


def try_next(stream: Following) -> Flow[Any]:
    """Return the next event; None if none comes in time, or at the end."""
    yield from done(stream)
    raw = yield from _persistent(stream, _polled)
    if raw is None:
        yield from _save_now_and_then(stream)
        return None
    stream.handed = raw["_id"]
    if raw["operationType"] in operations(stream.given):
        return stream.read(raw)
    yield from done(stream)  # nobody asked for the news that the collection is gone
    return None


def done(stream: Following) -> Flow[None]:
    """Save the place after the event that was handed out last."""
    if stream.handed is not None:
        if stream.name is not None:
            yield from _persistent(stream, _saved)
        stream.handed = None


def opened(stream: Following) -> Flow[None]:
    """Open the stream, unless it is open."""
    yield from _persistent(stream, _opened)


def closed(stream: Following) -> Flow[None]:
    """Close the stream; an event that wasn't followed by another comes again."""
    stream.ended = True
    yield from _dropped(stream)


def _persistent(
    stream: Following, attempt: Callable[[Following], Flow[Any]]
) -> Flow[Any]:
    """Make *attempt*, again after errors that pass."""
    retries = stream.given.get("retries", RETRIES)
    number = 0
    while True:
        try:
            return (yield from attempt(stream))
        except Exception as error:
            _refuse_lost(stream, error)
            if stream.ended or number == retries or not _passes(error):
                raise
        yield Pause(_delay(number))
        number += 1


def _delay(number: int) -> float:
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2**number)
    return random.uniform(longest / 2, longest)  # noqa: S311 - workers shall not come at once


def _polled(stream: Following) -> Flow[Any]:
    """Ask for an event once; None if there is none."""
    if stream.ended:
        return None
    if stream.broken:
        yield from _dropped(stream)
    yield from _opened(stream)
    stream.broken = True
    raw = yield Call(stream.rows.try_next)
    stream.broken = False
    stream.place = stream.rows.resume_token or stream.place
    stream.ended = raw is None and not stream.rows.alive
    return raw


def _opened(stream: Following) -> Flow[None]:
    if stream.rows is not None or stream.ended:
        return
    if stream.place is None and stream.name is not None:
        stream.place = yield Call(stream.store.load, (stream.name,))
    new = stream.place is None
    rows = yield watch(stream.query, stream.given, stream.place)
    # Motor opens here; PyMongo has done so.
    yield Call(getattr(rows, "__aenter__", None) or rows.__enter__)
    stream.rows, stream.broken = rows, False
    stream.place = rows.resume_token or stream.place
    if new and stream.name is not None and stream.place is not None:
        # A crash before the first event must not lose it.
        yield from _save(stream, stream.place)


def _dropped(stream: Following) -> Flow[None]:
    rows, stream.rows = stream.rows, None
    if rows is not None:
        with suppress(Exception):  # the connection may be what is broken
            yield Call(rows.close)


def _saved(stream: Following) -> Flow[None]:
    yield from _save(stream, stream.handed)


def _save(stream: Following, token: Token | None) -> Flow[None]:
    yield Call(stream.store.save, (stream.name, token))
    stream.saved_at = time.monotonic()


def _save_now_and_then(stream: Following) -> Flow[None]:
    late = time.monotonic() - stream.saved_at > _IDLE
    if late and stream.name is not None and not stream.ended:
        yield from _save(stream, stream.place)


def _passes(error: Exception) -> bool:
    """Tell whether *error* of the driver may not come again; it is told by its names."""
    labelled = getattr(error, "has_error_label", None)
    if labelled is None:
        return False
    if labelled("ResumableChangeStreamError") or _code(error) in _TRANSIENT:
        return True
    return any(cls.__name__ == "ConnectionFailure" for cls in type(error).__mro__)


def _refuse_lost(stream: Following, error: Exception) -> None:
    if _code(error) in _LOST:
        collection = asking.collection(stream.query)
        token = stream.place or stream.given.get("start_after")
        reason = (getattr(error, "details", None) or {}).get("errmsg", str(error))
        raise ResumeTokenLostError(collection, token, stream.name, reason) from error


def _code(error: Exception) -> Any:
    return getattr(error, "code", None)
