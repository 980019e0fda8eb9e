"""How a read goes through a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from mapper import caching
from mapper.caching.touched import joined
from mapper.commands import CachedRead, Call, Command, Flow


if TYPE_CHECKING:
    from mapper.caching.entries import Source
    from mapper.caching.face import Cache
    from mapper.caching.flights import Flight, Waiting


@attrs.frozen
class Caching:
    """That a query wants to be cached, for *ttl* seconds or as long as its cache says."""

    ttl: float | None = None


def cached(query: Any, command: Command) -> Command | CachedRead:
    """Return the step that does *command*, a read of *query*, by a cache if one is asked."""
    asked = query.asked.get("cached")
    options = query.model.__options__
    if asked is False or (asked is None and options.cache is None):
        return command
    cache = caching.cache_of(query.model)
    ttl = None if asked is None else asked.ttl
    return CachedRead(command, cache, ttl, others=_others(options) | cache.reads)


def _others(options: Any) -> frozenset[str]:
    """Return the collections that a view shows."""
    view = options.view
    if view is None:
        return frozenset()
    names = joined(view.compile(None)["pipeline"], "")
    below = getattr(view.source, "__options__", None)
    further = frozenset() if below is None else _others(below)
    return frozenset({view.origin, *(name for _, name in names)}) | further


def through(read: CachedRead, connection: Any, waiting: Waiting) -> Flow[Any]:
    """Return what *read* reads: what its cache has, else what is loaded now."""
    cache: Cache = read.cache
    source: Source | None = connection.source(read)
    if source is None or not cache.usable(source):
        cache.count("bypasses")
        return (yield read.load)
    entry = cache.find(source, read.ttl)
    while entry is None:
        flight, leads = cache.join(source, waiting)
        if leads:
            return (yield from _led(read, source, flight, waiting))
        yield Call(flight.landed.wait)
        if flight.failed:
            return (yield read.load)
        entry = flight.entry
    return entry.value()


def _led(
    read: CachedRead, source: Source, flight: Flight, waiting: Waiting
) -> Flow[Any]:
    """Load what *read* reads, for all who wait for *flight*."""
    cache: Cache = read.cache
    ttl = cache.ttl if read.ttl is None else read.ttl
    try:
        value = yield read.load
        cache.keep(source, flight, value, ttl)
    except Exception:
        flight.failed = True
        raise
    finally:  # after an interruption, too, one of those who wait begins anew
        cache.land(source, waiting, flight)
    return value
