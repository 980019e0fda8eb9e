"""Executing queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from mapper import flows
from mapper.cursors import Cursor, FinishingCursor
from mapper.hydration import reader, row_reader
from mapper.query import Query
from mapper.sync.driven import Driven


if TYPE_CHECKING:
    from mapper.explanation import Explanation
    from mapper.flows.changing import Written
    from mapper.pages import KeysetPage, Page


M = TypeVar("M")


class Queries(Driven):
    """Methods that take queries; each sends one command unless it says otherwise.

    A find sends more while documents don't fit in the reply.
    """

    def stream(self, query: Query[M], batch_size: int | None = None) -> Cursor[M]:
        """Open a cursor over the documents of *query*, to be iterated over once.

        What the query includes is loaded for *batch_size* documents at a time. Sends one
        command, and one more for each further reply.
        """
        command = flows.finding.find(query, batch_size, rows=True)
        meant = self._meaning(command)
        if "include" not in query.asked and not flows.loading.is_announced(query):
            return Cursor(lambda: self._open(command), reader(query), meant)
        return FinishingCursor(
            lambda: self._open(command),
            reader(query),
            meant,
            lambda rows: self._run(flows.reading.made(query, rows)),
            batch_size or flows.including.STREAMED,
        )

    def stream_rows(
        self, query: Query[Any], pipeline: Any, batch_size: int | None = None
    ) -> Cursor[Any]:
        """Open a cursor over what *pipeline* makes of the documents of *query*.

        Sends one command, and one more for each further reply.
        """
        command = flows.reading.aggregation(query, pipeline, batch_size, rows=True)
        return Cursor(
            lambda: self._open(command), row_reader(pipeline), self._meaning(command)
        )

    def to_list(self, query: Query[M]) -> list[M]:
        """Return all documents of *query*."""
        return self._run(flows.reading.to_list(query))

    def first(self, query: Query[M]) -> M | None:
        """Return the first document of *query*, or None."""
        return self._run(flows.reading.first(query))

    def one(self, query: Query[M]) -> M:
        """Return the only document of *query*.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return self._run(flows.reading.one(query))

    def one_or_none(self, query: Query[M]) -> M | None:
        """Return the only document of *query*, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return self._run(flows.reading.one_or_none(query))

    def count(self, query: Query[M]) -> int:
        """Count the documents of *query*."""
        return self._run(flows.reading.count(query))

    def estimated_count(self, query: Query[M]) -> int:
        """Return the size of the collection, by its metadata."""
        return self._run(flows.reading.estimated_count(query))

    def exists(self, query: Query[M]) -> bool:
        """Tell whether *query* has a document."""
        return self._run(flows.reading.exists(query))

    def distinct(self, query: Query[M], field: Any) -> list[Any]:
        """Return the values of *field* in *query*, each once."""
        return self._run(flows.reading.distinct(query, field))

    def aggregate(
        self, query: Query[M], pipeline: Any, *, into: Any = None
    ) -> list[Any]:
        """Run *pipeline* on the documents of *query*; rows are dictionaries or *into* a class."""
        return self._run(flows.reading.aggregate(query, pipeline, into))

    @overload
    def paginate(self, query: Query[M], *, page: int, size: int = 20) -> Page[M]: ...

    @overload
    def paginate(
        self,
        query: Query[M],
        *,
        after: Any = None,
        before: Any = None,
        size: int = 20,
    ) -> KeysetPage[M]: ...

    def paginate(
        self,
        query: Query[M],
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
        return self._run(flows.paging.paginate(query, page, size, after, before))

    def explain(self, query: Query[M], verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs *query*. Sends one command. See `Query.explain`.

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        return self._run(flows.explaining.explain(query, None, verbosity))

    def update(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents of *query*, and set *values*.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return self._run(flows.changing.update_many(query, changes, values))

    def update_one(
        self, query: Query[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document of *query*, and set *values*."""
        return self._run(flows.changing.update_one(query, changes, values))

    def upsert(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return self._run(flows.changing.upsert(query, changes, values))

    def find_one_and_update(
        self,
        query: Query[M],
        changes: Any = None,
        /,
        *,
        before: bool = False,
        upsert: bool = False,
        **values: Any,
    ) -> M | None:
        """Change the first document of *query* and return it, as it was *before* or is now."""
        return self._run(
            flows.changing.find_one_and_update(
                query, changes, values, before=before, upsert=upsert
            )
        )

    def find_one_and_delete(self, query: Query[M]) -> M | None:
        """Delete the first document of *query* and return it.

        Sends one command, and more where others refer to it: see `OnDelete`.
        """
        return self._run(flows.deleting.find_one_and_delete(query))

    def delete_many(self, query: Query[M]) -> int:
        """Delete all documents of *query* and return how many.

        Sends one command, and more where others refer to them: see `OnDelete`.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return self._run(flows.deleting.delete_many(query))
