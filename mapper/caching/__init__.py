"""Caching: what was read is kept, and known to be outdated when its collections are written to.

`Cache` (`face`) keeps `entries`. A read goes through it by `reading`; who asks for the same
meanwhile waits for the one that is under way (`flights`). `marks` tell what was written,
`touched` what a command reads and writes, `places` who sees the same data; `listening`
hears of the writes of others. `Cached` (`documents`) and `CacheManager` are for applications.
"""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.caching.documents import Cached
    from mapper.caching.entries import Source
    from mapper.caching.face import Cache, CacheStatistics, cache_of, checked_ttl
    from mapper.caching.flights import IN_THREADS, in_tasks
    from mapper.caching.listening import AsyncListener, Listener
    from mapper.caching.manager import CacheManager
    from mapper.caching.marks import Writing
    from mapper.caching.places import place_of
    from mapper.caching.reading import Caching, cached, through
    from mapper.caching.touched import reads, writes

__all__ = [
    "IN_THREADS",
    "AsyncListener",
    "Cache",
    "CacheManager",
    "CacheStatistics",
    "Cached",
    "Caching",
    "Listener",
    "Source",
    "Writing",
    "cache_of",
    "cached",
    "checked_ttl",
    "in_tasks",
    "place_of",
    "reads",
    "through",
    "writes",
]

_NAMES = {
    "mapper.caching.documents": ("Cached",),
    "mapper.caching.entries": ("Source",),
    "mapper.caching.face": ("Cache", "CacheStatistics", "cache_of", "checked_ttl"),
    "mapper.caching.flights": ("IN_THREADS", "in_tasks"),
    "mapper.caching.listening": ("AsyncListener", "Listener"),
    "mapper.caching.manager": ("CacheManager",),
    "mapper.caching.marks": ("Writing",),
    "mapper.caching.places": ("place_of",),
    "mapper.caching.reading": ("Caching", "cached", "through"),
    "mapper.caching.touched": ("reads", "writes"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
