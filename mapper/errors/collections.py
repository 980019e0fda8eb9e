"""Indexes, collections and streams that aren't as they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapper.errors.root import MapperError


class IndexConflictError(MapperError, ValueError):
    """Indexes are there otherwise than declared, and nothing was done about any.

    *plan* is how all of them differ, *names* are those to rebuild.
    """

    def __init__(self, plan: Any, told: str, names: Sequence[str]) -> None:
        super().__init__(f"{plan.collection} has indexes in conflict: {told}")
        self.plan = plan
        self.told = told
        self.names = tuple(names)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.plan, self.told, self.names)


class UnknownIndexError(MapperError, LookupError):
    """An index was named that isn't there, or that may not be touched."""


class CollectionConflictError(MapperError, ValueError):
    """A collection is there otherwise than declared, and nothing was done about it.

    *plan* says how it differs.
    """

    def __init__(self, plan: Any, told: str) -> None:
        super().__init__(f"{plan.collection} is there otherwise than declared: {told}")
        self.plan = plan
        self.told = told

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.plan, self.told)


class UnknownOptionError(MapperError, LookupError):
    """An option of a collection was named that doesn't differ, or can't be changed."""


class UnsupportedError(MapperError, RuntimeError):
    """This server or this collection can't do what was asked."""


class ResumeTokenLostError(MapperError, LookupError):
    """A change stream can't go on after *token*: what followed isn't kept any more.

    *name* is the name it was saved under, None if it wasn't; *reason* is the server's.
    """

    def __init__(
        self, collection: str, token: Any, name: str | None, reason: str
    ) -> None:
        saved = "" if name is None else f" saved as {name!r}"
        forget = (
            "watch without start_after"
            if name is None
            else "save None in its place in the store"
        )
        super().__init__(
            f"the changes of {collection} can't be followed from the token{saved}, which"
            f" the server's oplog doesn't reach; read the collection anew, then {forget};"
            f" a larger oplog reaches further back ({reason})"
        )
        self.collection = collection
        self.token = token
        self.name = name
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.token, self.name, self.reason)
