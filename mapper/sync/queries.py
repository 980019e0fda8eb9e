"""Executing queries."""

from __future__ import annotations

from typing import Any, TypeVar

from mapper.cursors import Cursor, FinishingCursor
from mapper.flows import changing, including, loading, reading
from mapper.flows.changing import Written
from mapper.hydration import reader, row_reader
from mapper.query import Query
from mapper.sync.driven import Driven


M = TypeVar("M")


class Queries(Driven):
    """Methods that take queries."""

    def stream(self, query: Query[M], batch_size: int | None = None) -> Cursor[M]:
        """Open a cursor over the documents of *query*, to be iterated over once.

        What the query includes is loaded for *batch_size* documents at a time.
        """
        command = reading.find(query, batch_size)
        meant = self._meaning(command)
        if "include" not in query.asked and not loading.is_announced(query):
            return Cursor(lambda: self._open(command), reader(query), meant)
        return FinishingCursor(
            lambda: self._open(command),
            meant,
            lambda rows: self._run(reading.made(query, rows)),
            batch_size or including.STREAMED,
        )

    def stream_rows(
        self, query: Query[Any], pipeline: Any, batch_size: int | None = None
    ) -> Cursor[Any]:
        """Open a cursor over what *pipeline* makes of the documents of *query*."""
        command = reading.aggregation(query, pipeline, batch_size)
        return Cursor(
            lambda: self._open(command), row_reader(pipeline), self._meaning(command)
        )

    def to_list(self, query: Query[M]) -> list[M]:
        """Return all documents of *query*."""
        return self._run(reading.to_list(query))

    def first(self, query: Query[M]) -> M | None:
        """Return the first document of *query*, or None."""
        return self._run(reading.first(query))

    def one(self, query: Query[M]) -> M:
        """Return the only document of *query*.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return self._run(reading.one(query))

    def one_or_none(self, query: Query[M]) -> M | None:
        """Return the only document of *query*, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return self._run(reading.one_or_none(query))

    def count(self, query: Query[M]) -> int:
        """Count the documents of *query*."""
        return self._run(reading.count(query))

    def estimated_count(self, query: Query[M]) -> int:
        """Return the size of the collection, by its metadata."""
        return self._run(reading.estimated_count(query))

    def exists(self, query: Query[M]) -> bool:
        """Tell whether *query* has a document."""
        return self._run(reading.exists(query))

    def distinct(self, query: Query[M], field: Any) -> list[Any]:
        """Return the values of *field* in *query*, each once."""
        return self._run(reading.distinct(query, field))

    def aggregate(
        self, query: Query[M], pipeline: Any, *, into: Any = None
    ) -> list[Any]:
        """Run *pipeline* on the documents of *query*; rows are dictionaries or *into* a class."""
        return self._run(reading.aggregate(query, pipeline, into))

    def update(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents of *query*, and set *values*.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return self._run(changing.update_many(query, changes, values))

    def update_one(
        self, query: Query[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document of *query*, and set *values*."""
        return self._run(changing.update_one(query, changes, values))

    def upsert(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return self._run(changing.upsert(query, changes, values))

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
            changing.find_one_and_update(
                query, changes, values, before=before, upsert=upsert
            )
        )

    def find_one_and_delete(self, query: Query[M]) -> M | None:
        """Delete the first document of *query* and return it."""
        return self._run(changing.find_one_and_delete(query))

    def delete_many(self, query: Query[M]) -> int:
        """Delete all documents of *query* and return how many.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return self._run(changing.delete_many(query))
