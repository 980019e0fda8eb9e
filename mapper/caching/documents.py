"""`Cached`: documents with methods that read through their cache."""

from __future__ import annotations

from typing import Any

from mapper.caching.face import Cache, cache_of


class _OfClass:
    """The cache of the class that is asked."""

    def __get__(self, _: Any, cls: Any) -> Cache:
        return cache_of(cls)


class Cached:
    """Lends document classes a `cache`, `get_cached` and `filter_cached`.

    ``class Meta: cache = Cache(ttl=60, size=1000)`` says which, and lets all other reads
    of the class go through it, too.

    >>> from mapper import Document
    >>> class User(Document, Cached):
    ...     name: str
    >>> User.cache
    Cache(ttl=60.0, size=1024)
    """

    __slots__ = ()

    cache = _OfClass()

    @classmethod
    def get_cached(cls: Any, id: Any = None, /, **keywords: Any) -> Any:  # noqa: A002
        """Return the document with this *id*, or the first that matches; else None.

        It comes from the cache, where it was kept by a query of the same kind. Sends one
        command, or none on a hit. To be awaited where `get` is.
        """
        found = cls.filter_cached(**keywords)
        if id is not None:
            found = found.filter(cls.q.id == id)
        return found.first()

    @classmethod
    def filter_cached(cls: Any, *filters: Any, **keywords: Any) -> Any:
        """Return the query of `filter`, which reads through the cache."""
        return cls.filter(*filters, **keywords).cached()
