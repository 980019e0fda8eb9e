"""`AsyncQuery`: a query that executes when awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

import attrs

from mapper.binding import async_mapper
from mapper.commands import Flow
from mapper.explanation import Explanation
from mapper.flows import (
    changing,
    creating,
    explaining,
    guarding,
    paging,
    picking,
    reading,
)
from mapper.flows.changing import Written
from mapper.pages import KeysetPage, Page
from mapper.preview import Preview
from mapper.query.face import BoundQuerySet
from mongo_dsl.errors import OperandError


if TYPE_CHECKING:
    from mapper.aio import AsyncMapper
    from mapper.cursors import AsyncCursor

M = TypeVar("M")
R = TypeVar("R")
T = TypeVar("T")


@attrs.frozen(repr=False, eq=False, init=False)
class AsyncQuery(BoundQuerySet[M]):
    """A query that executes when awaited; ``async for`` streams.

    Each method sends one command unless it says otherwise; a find sends more while
    documents don't fit in the reply.
    """

    if TYPE_CHECKING:

        def select(self, row: type[R]) -> AsyncQuery[R]:
            """Load rows of the attrs class *row*."""
            ...

    def _bound(self) -> AsyncMapper:
        found: AsyncMapper = self.mapper or async_mapper(self.model)
        return found

    async def _run(self, flow: Flow[T]) -> T:
        return await self._bound()._run(flow)  # noqa: SLF001 - of this package

    def __await__(self) -> Generator[Any, None, list[M]]:
        """Return all documents."""
        return self.to_list().__await__()

    def __aiter__(self) -> AsyncIterator[M]:
        """Stream the documents."""
        return aiter(self.stream())

    def __iter__(self) -> Any:
        """Refuse: this query streams with ``async for``."""
        msg = "an async query can't be iterated over; use 'async for', or await it"
        raise OperandError(msg)

    def stream(self, batch_size: int | None = None) -> AsyncCursor[M]:
        """Open a cursor over the documents; *batch_size* is how many a reply brings."""
        return self._bound().stream(self, batch_size)

    async def to_list(self) -> list[M]:
        """Return all documents."""
        return await self._run(reading.to_list(self))

    async def first(self) -> M | None:
        """Return the first document, or None."""
        return await self._run(reading.first(self))

    async def last(self) -> M | None:
        """Return the last document by the sort order, by ``_id`` without one, or None."""
        return await self._run(reading.last(self))

    async def one(self) -> M:
        """Return the only document.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return await self._run(reading.one(self))

    async def one_or_none(self) -> M | None:
        """Return the only document, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return await self._run(reading.one_or_none(self))

    async def get_many(self, ids: Iterable[Any], *, strict: bool = True) -> list[M]:
        """Return the documents with these *ids*, in their order.

        Sends one command, or none for no ids. Without *strict*, missing ones are left
        out.

        Raises:
            DocumentsMissingError: documents of some ids are not there.
        """
        return await self._run(picking.get_many(self, ids, strict=strict))

    async def values(self, *fields: Any, flat: bool = False) -> list[Any]:
        """Return tuples of the values of *fields*, or of one field the *flat* values.

        Only they are loaded. A value that is missing reads as the field's default, else
        as None; of documents in an array it is a list.
        """
        return await self._run(picking.values(self, fields, flat=flat))

    @overload
    async def paginate(self, *, page: int, size: int = 20) -> Page[M]: ...

    @overload
    async def paginate(
        self, *, after: Any = None, before: Any = None, size: int = 20
    ) -> KeysetPage[M]: ...

    async def paginate(
        self,
        *,
        page: int | None = None,
        size: int = 20,
        after: Any = None,
        before: Any = None,
    ) -> Page[M] | KeysetPage[M]:
        """Return the page of this number, from 1, or the one *after* or *before* a place.

        A place is a cursor that a page gave, or a document; without any, the first page
        comes. Documents are sorted by ``_id`` at last. A page with a number sends one
        command, and a count unless the page tells the total by itself; one after or
        before a place sends one command.

        Raises:
            CursorError: a cursor was altered, or belongs to another query.
            ArgumentError: *page* or *size* is below 1, or the query skips or limits.
        """
        return await self._run(paging.paginate(self, page, size, after, before))

    async def explain(self, verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs the query; see `Explanation`.

        With the *verbosity* ``"executionStats"`` or ``"allPlansExecution"`` the query is
        executed, and what it took is counted.

        https://www.mongodb.com/docs/manual/reference/command/explain/

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        return await self._run(explaining.explain(self, None, verbosity))

    async def count(self) -> int:
        """Count the documents."""
        return await self._run(reading.count(self))

    async def estimated_count(self) -> int:
        """Return the size of the whole collection, by its metadata: fast, inexact."""
        return await self._run(reading.estimated_count(self))

    async def exists(self) -> bool:
        """Tell whether there is a document."""
        return await self._run(reading.exists(self))

    async def distinct(self, field: Any) -> list[Any]:
        """Return the values of *field*, each once."""
        return await self._run(reading.distinct(self, field))

    async def aggregate(self, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* on the documents; rows are dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*.
        """
        return await self._run(reading.aggregate(self, pipeline, into))

    async def update(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents, and set *values*.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return await self._run(changing.update_many(self, changes, values))

    async def update_one(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, and set *values*."""
        return await self._run(changing.update_one(self, changes, values))

    async def upsert(
        self,
        changes: Any = None,
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*.

        *on_insert* are values that only a new document gets. Where a unique index lets
        there be one document, upserts at the same time make one: the server refuses the
        others, which are sent once more. Without such an index they may make several.

        https://www.mongodb.com/docs/manual/reference/method/db.collection.updateOne/#upsert-with-unique-index
        """
        return await self._run(changing.upsert(self, changes, values, on_insert))

    async def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, /, **keywords: Any
    ) -> tuple[M, bool]:
        """Return the document with the values *keywords*, and whether it was made now.

        A new one is made of *keywords* and *defaults*, whole, by the one command that
        also looks for it; see `upsert` for what happens at the same time. What listens
        to ``before_insert`` is called with the document that may be made.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        return await self._run(creating.get_or_create(self, defaults or {}, keywords))

    async def update_or_create(
        self,
        values: Mapping[str, Any],
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> tuple[M, bool]:
        """Set *values* in the document with *keywords*; return it, and whether it was made.

        A new one is made of *keywords*, *values* and *on_insert*, whole, by the one
        command that also looks for it; see `upsert`. Where the id is among them, a
        second command reads a document that was updated.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        found = creating.update_or_create(self, values, on_insert or {}, keywords)
        return await self._run(found)

    async def preview(
        self, changes: Any = None, /, *, sample: int = 5, **values: Any
    ) -> Preview[M]:
        """Say what an `update` with *changes*, or without them a `delete`, would touch.

        Counts the documents and reads some, as many as *sample*. Sends two commands and
        writes nothing.
        """
        update = None
        if changes is not None or values:
            update, _ = changing.compiled(self, changes, values)
        return await self._run(guarding.preview(self, update, sample))

    async def find_one_and_update(
        self,
        changes: Any = None,
        /,
        *,
        before: bool = False,
        upsert: bool = False,
        **values: Any,
    ) -> M | None:
        """Change the first document and return it, as it was *before* or is now."""
        return await self._run(
            changing.find_one_and_update(
                self, changes, values, before=before, upsert=upsert
            )
        )

    async def find_one_and_delete(self) -> M | None:
        """Delete the first document and return it."""
        return await self._run(changing.find_one_and_delete(self))

    async def delete(self) -> int:
        """Delete all documents and return how many.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return await self._run(changing.delete_many(self))
