"""Which collections this process has written to since a cache read them.

Each collection that a cache has read has a *mark* for the whole process, by the names of
its database and itself, whatever client is used: a write through one client makes what
others have cached outdated, too.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterable
from typing import Any

from mapper.caching.touched import Names, writes
from mapper.commands import Command


DOUBT = 10.0
"""Seconds for which a collection isn't cached after a write of unknown fate."""


class Mark:
    """What is known of the writes to one collection; each gives it another *stamp*."""

    __slots__ = ("_lock", "_open", "_until", "stamp")

    def __init__(self) -> None:
        self.stamp = object()
        self._open: tuple[weakref.ref[Any], ...] = ()
        self._until = 0.0
        self._lock = threading.Lock()

    def renew(self) -> None:
        """Make everything outdated that was read before."""
        self.stamp = object()

    def hold(self, session: Any) -> None:
        """Keep caches out until the transaction of *session*, which has written, is over."""
        with self._lock:
            if not any(held() is session for held in self._open):
                self._open = (*self._open, weakref.ref(session))

    def doubt(self) -> None:
        """Keep caches out for a while: the server may do what it was asked later."""
        self._until = time.monotonic() + DOUBT

    def steady(self) -> bool:
        """Tell whether what is read now may be cached, and what is cached may be read."""
        if self._open:
            self._settle()
        return not self._open and time.monotonic() >= self._until

    def _settle(self) -> None:
        """Forget transactions that are over; what was read before them is outdated."""
        with self._lock:
            still = tuple(held for held in self._open if _goes_on(held()))
            if len(still) < len(self._open):
                self.renew()  # before the mark looks steady to others
                self._open = still


def _goes_on(session: Any) -> bool:
    return session is not None and bool(session.in_transaction)


_marks: dict[tuple[str, str], Mark] = {}


def mark_of(database: str, collection: str) -> Mark:
    """Return the mark of a collection that is read through a cache."""
    return _marks.setdefault((database, collection), Mark())


def marked(database: str, collection: str | None) -> list[Mark]:
    """Return the mark of the *collection*, if it has one; of all of them for None."""
    if collection is None:
        return [mark for (name, _), mark in list(_marks.items()) if name == database]
    found = _marks.get((database, collection))
    return [] if found is None else [found]


def written(names: Iterable[tuple[str, str | None]], session: Any = None) -> None:
    """Make outdated what was read of the collections *names*: they were written to.

    In a transaction of *session* that holds once more when that is over.
    """
    for name, collection in names:
        if _goes_on(session) and collection is not None:
            mark_of(name, collection).hold(session)
        for mark in marked(name, collection):
            mark.renew()


class Writing:
    """A block that sends *command* in *session*, and makes outdated what it writes to.

    It does so before and after the write, so that what is read meanwhile isn't kept. It
    asks for no names as long as nothing is cached: a block is around every write.
    """

    __slots__ = ("_command", "_database", "_session")

    def __init__(self, command: Command, database: str, session: Any) -> None:
        self._command = command
        self._database = database
        self._session = session

    def __enter__(self) -> None:
        if _marks or self._session is not None:
            self._written()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is not None and _unanswered(error):
            _doubt(writes(self._command, self._database))
        if _marks or self._session is not None:
            self._written()

    def _written(self) -> None:
        written(writes(self._command, self._database), self._session)


def _unanswered(error: BaseException) -> bool:
    """Tell whether nobody knows if the server does what it was asked, now or later."""
    if not isinstance(error, Exception):
        return True
    of_driver = hasattr(error, "has_error_label")
    return of_driver and getattr(error, "code", None) is None


def _doubt(names: Names) -> None:
    for name, collection in names:
        found = (
            marked(name, None) if collection is None else [mark_of(name, collection)]
        )
        for mark in found:
            mark.doubt()
