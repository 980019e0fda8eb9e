"""`CacheManager`: results of any function, kept until a collection is written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bson

from mapper.caching.entries import Source, kept_object
from mapper.caching.face import Cache, CacheStatistics
from mapper.caching.marks import Mark, mark_of
from mapper.codec import CODEC
from mapper.commands import CachedRead, Call, Flow


class CacheManager:
    """Keeps what functions that read documents return, for *ttl* seconds, *size* results.

    Results are copied, so that each caller has one of its own. Writes through mappers of
    the process to the collection of the class make them outdated.

    Raises:
        ArgumentError: *ttl* or *size* is no positive number.
        MissingExtraError: cachetools isn't installed.
    """

    def __init__(self, ttl: float = 300, size: int = 1024) -> None:
        self._cache = Cache(ttl, size)
        self._marks: dict[tuple[type, str], Mark] = {}

    def get_or_set(
        self,
        model: Any,
        method: str,
        function: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Return what *function* returned before for these arguments, else call it.

        It is known by *model*, the name *method* and the arguments, which BSON can
        express: 1, 1.0 and True are three. A query that it returns is executed. To be
        awaited for classes that are; sends what *function* sends, nothing on a hit.
        """
        mapper = model._mapper()  # noqa: SLF001 - of this package
        call = Call(_called, (function, args, kwargs))
        place = mapper._connection.place  # noqa: SLF001
        asked = bson.encode({"": [args, kwargs]}, codec_options=CODEC)
        mark = self._marks.setdefault((model, method), Mark())
        marks = (mark, mark_of(mapper.database.name, str(model.__collection__)))
        source = Source((place, model, method, asked), marks, kept_object)
        read = CachedRead(call, self._cache, source=source)
        return mapper._run(_result(read))  # noqa: SLF001 - of this package

    def invalidate(self, model: Any, pattern: str = "") -> None:
        """Forget the results for *model* whose method's name contains *pattern*."""
        for (cls, method), mark in list(self._marks.items()):
            if cls is model and pattern in method:
                mark.renew()

    def clear(self) -> None:
        """Forget all results."""
        self._cache.clear()

    @property
    def statistics(self) -> CacheStatistics:
        """What the cache has done, and how many results it has."""
        return self._cache.statistics


def _called(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call *function*; a query that it returns is executed."""
    found = function(*args, **kwargs)
    return found.to_list() if hasattr(found, "to_list") else found


def _result(read: CachedRead) -> Flow[Any]:
    """Read through the cache."""
    return (yield read)
