"""Pipelines that execute: `Aggregation` at once, `AsyncAggregation` when awaited.

They are pipelines of a document class that know where its documents are; the two faces
differ in nothing but ``await``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import attrs

from mapper import flows
from mapper.query import AsyncQuery, Query
from mongo_dsl import Pipeline
from mongo_dsl.errors import OperandError


if TYPE_CHECKING:
    from typing_extensions import Self

    from mapper.cursors import AsyncCursor, Cursor
    from mapper.explanation import Explanation

R = TypeVar("R")
S = TypeVar("S")


@attrs.frozen(repr=False, init=False, getstate_setstate=False)
class BoundPipeline(Pipeline, Generic[R]):
    """A pipeline over the documents of a class, found by *query*."""

    query: Any = None
    _queries: ClassVar[Any]

    def __init__(self, model: Any, *pieces: Any) -> None:
        super().__init__(model, *pieces)
        object.__setattr__(self, "query", self._queries(model))

    def using(self, mapper: Any) -> Self:
        """Run on *mapper*, or the database of this name, whatever the class is bound to."""
        return self._evolved(query=self.query.using(mapper))

    def in_session(self, session: Any) -> Self:
        """Send the command in the driver's *session*."""
        return self._evolved(query=self.query.in_session(session))

    def cached(self, ttl: float | None = None) -> Self:
        """Read through the cache of the class, what is at most *ttl* seconds old."""
        return self._evolved(query=self.query.cached(ttl))

    def uncached(self) -> Self:
        """Ask the server, though the class has a cache."""
        return self._evolved(query=self.query.uncached())

    def read_concern(self, level: Any) -> Self:
        """Read what is as sure as *level*, PyMongo's or a name: ``"majority"``."""
        return self._evolved(query=self.query.read_concern(level))

    def write_concern(self, concern: Any) -> Self:
        """Write, by `out` or `merge`, until it is as sure as *concern*."""
        return self._evolved(query=self.query.write_concern(concern))

    def read_preference(self, mode: Any) -> Self:
        """Read from the members that *mode* says, PyMongo's or a name: ``"secondary"``."""
        return self._evolved(query=self.query.read_preference(mode))


class Aggregation(BoundPipeline[R]):
    """A pipeline that executes at once; iterating streams.

    Rows are dictionaries, or of the class that `into` names. Each method sends one
    command, and more while rows don't fit in the reply.
    """

    __slots__ = ()
    _queries = Query

    if TYPE_CHECKING:

        def into(self, row: type[S]) -> Aggregation[S]:
            """Make rows of the attrs class *row*, and check that they can be made."""
            ...

    def __iter__(self) -> Iterator[R]:
        """Stream the rows."""
        return iter(self.stream())

    def stream(self, batch_size: int | None = None) -> Cursor[R]:
        """Open a cursor over the rows; *batch_size* is how many a reply brings.

        Sends one command when it is read from, and one more for each further reply.
        """
        mapper = self.query._bound()  # noqa: SLF001 - of this package
        found: Cursor[R] = mapper.stream_rows(self.query, self, batch_size)
        return found

    def to_list(self) -> list[R]:
        """Return all rows."""
        found: list[R] = self.query.aggregate(self)
        return found

    def first(self) -> R | None:
        """Return the first row, or None."""
        rows = self.limit(1).to_list()
        return rows[0] if rows else None

    def explain(self, verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs the pipeline; see `Query.explain`.

        https://www.mongodb.com/docs/manual/reference/command/explain/

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        flow = flows.explaining.explain(self.query, self, verbosity)
        return self.query._run(flow)  # noqa: SLF001


class AsyncAggregation(BoundPipeline[R]):
    """A pipeline that executes when awaited; ``async for`` streams.

    Rows are dictionaries, or of the class that `into` names. Each method sends one
    command, and more while rows don't fit in the reply.
    """

    __slots__ = ()
    _queries = AsyncQuery

    if TYPE_CHECKING:

        def into(self, row: type[S]) -> AsyncAggregation[S]:
            """Make rows of the attrs class *row*, and check that they can be made."""
            ...

    def __await__(self) -> Generator[Any, None, list[R]]:
        """Return all rows."""
        return self.to_list().__await__()

    def __aiter__(self) -> AsyncIterator[R]:
        """Stream the rows."""
        return aiter(self.stream())

    def __iter__(self) -> Any:
        """Refuse: this pipeline streams with ``async for``."""
        msg = "an async pipeline can't be iterated over; use 'async for', or await it"
        raise OperandError(msg)

    def stream(self, batch_size: int | None = None) -> AsyncCursor[R]:
        """Open a cursor over the rows; *batch_size* is how many a reply brings.

        Sends one command when it is read from, and one more for each further reply.
        """
        mapper = self.query._bound()  # noqa: SLF001 - of this package
        found: AsyncCursor[R] = mapper.stream_rows(self.query, self, batch_size)
        return found

    async def to_list(self) -> list[R]:
        """Return all rows."""
        found: list[R] = await self.query.aggregate(self)
        return found

    async def first(self) -> R | None:
        """Return the first row, or None."""
        rows = await self.limit(1).to_list()
        return rows[0] if rows else None

    async def explain(self, verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs the pipeline; see `Query.explain`.

        https://www.mongodb.com/docs/manual/reference/command/explain/

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        flow = flows.explaining.explain(self.query, self, verbosity)
        return await self.query._run(flow)  # noqa: SLF001
