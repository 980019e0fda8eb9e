"""`Cache`: what was read, kept for a while and until it is outdated."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from mapper.caching.entries import Entry, Source, current
from mapper.caching.flights import Flight, Waiting
from mapper.caching.listening import AsyncListener, Listener, listener
from mapper.caching.marks import Mark
from mapper.errors import MissingExtraError
from mongo_dsl.errors import ArgumentError


TTL = 60.0
SIZE = 1024


@attrs.frozen
class CacheStatistics:
    """What a cache has done since it was made.

    Args:
        hits: reads that were answered by what was kept.
        misses: reads that weren't.
        loads: reads that were sent; misses that asked for the same at once sent one.
        bypasses: reads that went past the cache, which couldn't be trusted then.
        invalidations: results that were found to be outdated by writes.
        evictions: results that gave way to others.
        size: how many results are kept and current now.
    """

    hits: int = 0
    misses: int = 0
    loads: int = 0
    bypasses: int = 0
    invalidations: int = 0
    evictions: int = 0
    size: int = 0


class Cache:
    """Keeps what was read for *ttl* seconds, at most *size* results: used least goes first.

    A result is what one command brought, as BSON, so that every hit makes new objects. A
    write through any mapper of the process to a collection makes what was read of it
    outdated; `listen` hears of the writes of others. *reads* are the names of collections
    whose writes matter, too. One cache may serve several classes, threads and event loops.

    >>> Cache(ttl=60, size=1000)
    Cache(ttl=60, size=1000)

    Raises:
        ArgumentError: *ttl* or *size* is no positive number.
        MissingExtraError: cachetools isn't installed.
    """

    def __init__(
        self,
        ttl: float = TTL,
        size: int = SIZE,
        *,
        reads: Iterable[str] = (),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ttl = checked_ttl(ttl, "a Cache")
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            msg = f"the size of a Cache is {size!r}; it takes a whole number from 1"
            raise ArgumentError(msg)
        self.size = size
        self.reads = frozenset(reads)
        self._timer = timer
        self._kept = _store(size, timer)
        self._flights: dict[Any, Flight] = {}
        self._counts: dict[str, int] = {}
        self._mark = Mark()
        self._listeners: list[Any] = []
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Cache(ttl={self.ttl!r}, size={self.size!r})"

    @property
    def statistics(self) -> CacheStatistics:
        """What the cache has done, and how many results it has."""
        with self._lock:
            for key, entry in list(self._kept.items()):
                if not self._valid(entry):
                    self._drop(key)
            return CacheStatistics(**self._counts, size=len(self._kept))

    def clear(self) -> None:
        """Forget all results, those that are under way, too. Nothing is sent."""
        with self._lock:
            self._mark.renew()
            self._kept.clear()

    def listen(self, mapper: Any) -> Listener | AsyncListener:
        """Hear of all writes to the database of *mapper*, by a change stream.

        To be entered by ``with``, or ``async with`` for an `AsyncMapper`; a thread or task
        listens until the end. Whenever the stream is lost, the cache is cleared, and reads
        go past it until there is another.

        Sends one command to open the stream, and one for each batch of changes or half
        a second. https://www.mongodb.com/docs/manual/changeStreams/
        """
        return listener(self, mapper)

    def attend(self, heard: Any) -> None:
        """Let reads go past the cache while the listener *heard* isn't alive."""
        with self._lock:
            self._listeners.append(heard)

    def ignore(self, heard: Any) -> None:
        """Forget the listener *heard*."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one is not heard]

    def usable(self, source: Source) -> bool:
        """Tell whether the cache can be trusted to know what *source* has."""
        return all(one.alive for one in self._listeners) and source.steady()

    def find(self, source: Source, ttl: float | None) -> Entry | None:
        """Return what is known of *source*, no older than *ttl* seconds."""
        with self._lock:
            found: Entry | None = self._kept.get(source.key)
            if found is not None and not self._valid(found):
                self._drop(source.key)
                found = None
            if found is not None and ttl is not None:
                found = found if self._timer() - found.since < ttl else None
            self.count("misses" if found is None else "hits")
            return found

    def join(self, source: Source, waiting: Waiting) -> tuple[Flight, bool]:
        """Return the load of *source* that is under way, else a new one and True."""
        key = (source.key, waiting.scope)
        with self._lock:
            found = self._flights.get(key)
            if found is not None and current(found.stamps):
                return found, False
            stamps = (*source.stamps(), (self._mark, self._mark.stamp))
            made = Flight(self._timer(), stamps, waiting.event())
            self._flights[key] = made
            self.count("loads")
            return made, True

    def keep(self, source: Source, flight: Flight, value: Any, ttl: float) -> None:
        """Keep the *value* that *flight* has brought, unless something was written since."""
        flight.entry = entry = Entry(
            source.keep(value), flight.since, ttl, flight.stamps
        )
        with self._lock:
            if not current(entry.stamps):
                return
            self._kept.expire()
            before = len(self._kept) + (source.key not in self._kept)
            self._kept[source.key] = entry
            self.count("evictions", before - len(self._kept))

    def land(self, source: Source, waiting: Waiting, flight: Flight) -> None:
        """Tell those who wait for *flight* that it has landed."""
        key = (source.key, waiting.scope)
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.landed.set()

    def count(self, name: str, number: int = 1) -> None:
        """Count something that happened."""
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + number

    def _valid(self, entry: Entry) -> bool:
        return current(entry.stamps)

    def _drop(self, key: Any) -> None:
        del self._kept[key]
        self.count("invalidations")


def checked_ttl(ttl: Any, owner: str) -> float:
    """Return *ttl* if it is one.

    Raises:
        ArgumentError: it is no positive number.
    """
    if isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or not ttl > 0:
        msg = f"the ttl of {owner} is {ttl!r}; it takes a positive number of seconds"
        raise ArgumentError(msg)
    return ttl


def _store(size: int, timer: Callable[[], float]) -> Any:
    """Return the mapping that forgets what is old, and what was used least recently."""
    try:
        from cachetools import TLRUCache
    except ImportError as error:
        raise MissingExtraError("a Cache", "cache") from error
    return TLRUCache(size, _expiry, timer)


def _expiry(_: Any, entry: Any, __: float) -> float:
    """Return when *entry* is too old."""
    expiry: float = entry.since + entry.ttl
    return expiry


_making = threading.Lock()


def cache_of(cls: Any) -> Cache:
    """Return the cache of the document class *cls*: the one in ``Meta.cache``.

    A class without one has a cache of its own for the queries that ask for it.
    """
    given: Cache | None = cls.__options__.cache
    if given is not None:
        return given
    with _making:
        found: Cache | None = cls.__dict__.get("__cache__")
        if found is None:
            found = Cache()
            type.__setattr__(cls, "__cache__", found)
    return found
