"""Executing queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from mapper import flows
from mapper.aio.driven import Driven
from mapper.cursors import AsyncCursor, AsyncFinishingCursor
from mapper.hydration import reader, row_reader
from mapper.query import AsyncQuery


if TYPE_CHECKING:
    from mapper.explanation import Explanation
    from mapper.flows.changing import Written
    from mapper.pages import KeysetPage, Page


M = TypeVar("M")


class Queries(Driven):
    """Methods that take queries; each sends one command unless it says otherwise.

    A find sends more while documents don't fit in the reply.
    """

    def stream(
        self, query: AsyncQuery[M], batch_size: int | None = None
    ) -> AsyncCursor[M]:
        """Open a cursor over the documents of *query*, to be iterated over once.

        What the query includes is loaded for *batch_size* documents at a time. Sends one
        command, and one more for each further reply.
        """
        command = flows.finding.find(query, batch_size, rows=True)
        meant = self._meaning(command)
        if "include" not in query.asked and not flows.loading.is_announced(query):
            return AsyncCursor(lambda: self._open(command), reader(query), meant)
        return AsyncFinishingCursor(
            lambda: self._open(command),
            reader(query),
            meant,
            lambda rows: self._run(flows.reading.made(query, rows)),
            batch_size or flows.including.STREAMED,
        )

    def stream_rows(
        self, query: AsyncQuery[Any], pipeline: Any, batch_size: int | None = None
    ) -> AsyncCursor[Any]:
        """Open a cursor over what *pipeline* makes of the documents of *query*.

        Sends one command, and one more for each further reply.
        """
        command = flows.reading.aggregation(query, pipeline, batch_size, rows=True)
        return AsyncCursor(
            lambda: self._open(command), row_reader(pipeline), self._meaning(command)
        )

    async def to_list(self, query: AsyncQuery[M]) -> list[M]:
        """Return all documents of *query*."""
        return await self._run(flows.reading.to_list(query))

    async def first(self, query: AsyncQuery[M]) -> M | None:
        """Return the first document of *query*, or None."""
        return await self._run(flows.reading.first(query))

    async def one(self, query: AsyncQuery[M]) -> M:
        """Return the only document of *query*.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return await self._run(flows.reading.one(query))

    async def one_or_none(self, query: AsyncQuery[M]) -> M | None:
        """Return the only document of *query*, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return await self._run(flows.reading.one_or_none(query))

    async def count(self, query: AsyncQuery[M]) -> int:
        """Count the documents of *query*."""
        return await self._run(flows.reading.count(query))

    async def estimated_count(self, query: AsyncQuery[M]) -> int:
        """Return the size of the collection, by its metadata."""
        return await self._run(flows.reading.estimated_count(query))

    async def exists(self, query: AsyncQuery[M]) -> bool:
        """Tell whether *query* has a document."""
        return await self._run(flows.reading.exists(query))

    async def distinct(self, query: AsyncQuery[M], field: Any) -> list[Any]:
        """Return the values of *field* in *query*, each once."""
        return await self._run(flows.reading.distinct(query, field))

    async def aggregate(
        self, query: AsyncQuery[M], pipeline: Any, *, into: Any = None
    ) -> list[Any]:
        """Run *pipeline* on the documents of *query*; rows are dictionaries or *into* a class."""
        return await self._run(flows.reading.aggregate(query, pipeline, into))

    @overload
    async def paginate(
        self, query: AsyncQuery[M], *, page: int, size: int = 20
    ) -> Page[M]: ...

    @overload
    async def paginate(
        self,
        query: AsyncQuery[M],
        *,
        after: Any = None,
        before: Any = None,
        size: int = 20,
    ) -> KeysetPage[M]: ...

    async def paginate(
        self,
        query: AsyncQuery[M],
        *,
        page: int | None = None,
        size: int = 20,
        after: Any = None,
        before: Any = None,
    ) -> Page[M] | KeysetPage[M]:
        """Return the page of *query* with this number, or *after* or *before* a place.

        Sends one command, and a count unless a page with a number tells the total by
        itself. See `Query.paginate`.

        Raises:
            CursorError: a cursor was altered, or belongs to another query.
            ArgumentError: *page* or *size* is below 1, or *query* skips or limits.
        """
        return await self._run(flows.paging.paginate(query, page, size, after, before))

    async def explain(
        self, query: AsyncQuery[M], verbosity: str = "queryPlanner"
    ) -> Explanation:
        """Ask the server how it runs *query*. Sends one command. See `Query.explain`.

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        return await self._run(flows.explaining.explain(query, None, verbosity))

    async def update(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in all documents of *query*, and set *values*.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return await self._run(flows.changing.update_many(query, changes, values))

    async def update_one(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document of *query*, and set *values*."""
        return await self._run(flows.changing.update_one(query, changes, values))

    async def upsert(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return await self._run(flows.changing.upsert(query, changes, values))

    async def find_one_and_update(
        self,
        query: AsyncQuery[M],
        changes: Any = None,
        /,
        *,
        before: bool = False,
        upsert: bool = False,
        **values: Any,
    ) -> M | None:
        """Change the first document of *query* and return it, as it was *before* or is now."""
        return await self._run(
            flows.changing.find_one_and_update(
                query, changes, values, before=before, upsert=upsert
            )
        )

    async def find_one_and_delete(self, query: AsyncQuery[M]) -> M | None:
        """Delete the first document of *query* and return it.

        Sends one command, and more where others refer to it: see `OnDelete`.
        """
        return await self._run(flows.deleting.find_one_and_delete(query))

    async def delete_many(self, query: AsyncQuery[M]) -> int:
        """Delete all documents of *query* and return how many.

        Sends one command, and more where others refer to them: see `OnDelete`.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return await self._run(flows.deleting.delete_many(query))
