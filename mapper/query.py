"""Query sets that execute: `Query` at once, `AsyncQuery` when awaited.

Each method hands the query to the mapper it is bound to; the two faces differ in
nothing but ``await``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mapper.binding import async_mapper, sync_mapper
from mapper.flows.changing import Written
from mapper.tracking import encoded
from mongo_dsl import Filter, QuerySet
from mongo_dsl.errors import OperandError
from mongo_dsl.keywords import keyword_filter


if TYPE_CHECKING:
    from typing_extensions import Self

    from mapper.aio import AsyncMapper
    from mapper.cursors import AsyncCursor, Cursor
    from mapper.sync import Mapper

M = TypeVar("M")
R = TypeVar("R")
Q = TypeVar("Q", bound="BoundQuerySet[Any]")


@attrs.frozen(repr=False, eq=False, init=False)
class BoundQuerySet(QuerySet[M]):
    """A query set of a document class, with what its execution needs.

    *mapper* is what it runs on, found when it executes if not given; *session* is the
    driver's session its commands carry; *whole* says whether it may update or delete a
    whole collection.
    """

    @property
    def mapper(self) -> Any:
        """The mapper that `using` gave."""
        return self.asked.get("mapper")

    @property
    def session(self) -> Any:
        """The session that `in_session` gave."""
        return self.asked.get("session")

    @property
    def whole(self) -> bool:
        """Whether `everything` was asked for."""
        return "whole" in self.asked

    def using(self, mapper: Any) -> Self:
        """Run on *mapper*, whatever the class is bound to."""
        return self._with("mapper", mapper)

    def in_session(self, session: Any) -> Self:
        """Send commands in the driver's *session*."""
        return self._with("session", session)

    def everything(self) -> Self:
        """Allow the next update or delete to touch the whole collection."""
        return self._with("whole", True)

    def _keywords(self, keywords: Mapping[str, Any]) -> Filter:
        options = self.model.__options__  # type: ignore[union-attr]
        return keyword_filter(
            self.model, keywords, operator_dicts=options.operator_dicts
        )

    def _as_stored(self, document: Any) -> Mapping[str, Any]:
        known = isinstance(document, self.model)  # type: ignore[arg-type]
        if known and getattr(document, "id", None) is not None:
            return encoded(document)
        return super()._as_stored(document)

    def _collection_name(self) -> str:
        name: str = self.model.__collection__  # type: ignore[union-attr]
        return name


@attrs.frozen(repr=False, eq=False, init=False)
class Query(BoundQuerySet[M]):
    """A query that executes at once; iterating streams.

    Each method sends one command unless it says otherwise; a find sends more while
    documents don't fit in the reply.
    """

    if TYPE_CHECKING:

        def select(self, row: type[R]) -> Query[R]:
            """Load rows of the attrs class *row*."""
            ...

    def _bound(self) -> Mapper:
        found: Mapper = self.mapper or sync_mapper(self.model)
        return found

    def __iter__(self) -> Iterator[M]:
        """Stream the documents."""
        return iter(self.stream())

    def stream(self, batch_size: int | None = None) -> Cursor[M]:
        """Open a cursor over the documents; *batch_size* is how many a reply brings."""
        return self._bound().stream(self, batch_size)

    def to_list(self) -> list[M]:
        """Return all documents."""
        return self._bound().to_list(self)

    def first(self) -> M | None:
        """Return the first document, or None."""
        return self._bound().first(self)

    def one(self) -> M:
        """Return the only document.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return self._bound().one(self)

    def one_or_none(self) -> M | None:
        """Return the only document, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return self._bound().one_or_none(self)

    def count(self) -> int:
        """Count the documents."""
        return self._bound().count(self)

    def estimated_count(self) -> int:
        """Return the size of the whole collection, by its metadata: fast, inexact."""
        return self._bound().estimated_count(self)

    def exists(self) -> bool:
        """Tell whether there is a document."""
        return self._bound().exists(self)

    def distinct(self, field: Any) -> list[Any]:
        """Return the values of *field*, each once."""
        return self._bound().distinct(self, field)

    def aggregate(self, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* on the documents; rows are dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*.
        """
        return self._bound().aggregate(self, pipeline, into=into)

    def update(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents, and set *values*.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return self._bound().update(self, changes, **values)

    def update_one(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, and set *values*."""
        return self._bound().update_one(self, changes, **values)

    def upsert(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return self._bound().upsert(self, changes, **values)

    def find_one_and_update(
        self,
        changes: Any = None,
        /,
        *,
        before: bool = False,
        upsert: bool = False,
        **values: Any,
    ) -> M | None:
        """Change the first document and return it, as it was *before* or is now."""
        return self._bound().find_one_and_update(
            self, changes, before=before, upsert=upsert, **values
        )

    def find_one_and_delete(self) -> M | None:
        """Delete the first document and return it."""
        return self._bound().find_one_and_delete(self)

    def delete(self) -> int:
        """Delete all documents and return how many.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return self._bound().delete_many(self)


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
        return await self._bound().to_list(self)

    async def first(self) -> M | None:
        """Return the first document, or None."""
        return await self._bound().first(self)

    async def one(self) -> M:
        """Return the only document.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return await self._bound().one(self)

    async def one_or_none(self) -> M | None:
        """Return the only document, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return await self._bound().one_or_none(self)

    async def count(self) -> int:
        """Count the documents."""
        return await self._bound().count(self)

    async def estimated_count(self) -> int:
        """Return the size of the whole collection, by its metadata: fast, inexact."""
        return await self._bound().estimated_count(self)

    async def exists(self) -> bool:
        """Tell whether there is a document."""
        return await self._bound().exists(self)

    async def distinct(self, field: Any) -> list[Any]:
        """Return the values of *field*, each once."""
        return await self._bound().distinct(self, field)

    async def aggregate(self, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* on the documents; rows are dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*.
        """
        return await self._bound().aggregate(self, pipeline, into=into)

    async def update(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents, and set *values*.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return await self._bound().update(self, changes, **values)

    async def update_one(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, and set *values*."""
        return await self._bound().update_one(self, changes, **values)

    async def upsert(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return await self._bound().upsert(self, changes, **values)

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
        return await self._bound().find_one_and_update(
            self, changes, before=before, upsert=upsert, **values
        )

    async def find_one_and_delete(self) -> M | None:
        """Delete the first document and return it."""
        return await self._bound().find_one_and_delete(self)

    async def delete(self) -> int:
        """Delete all documents and return how many.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
        """
        return await self._bound().delete_many(self)


def seed_query(
    query: Q,
    filters: tuple[Any, ...],
    keywords: Mapping[str, Any],
    sort_by: Any,
    limit: int | None,
    skip: int | None,
) -> Q:
    """Narrow, sort and cut *query* as the arguments of `Document.filter` say."""
    found = query.filter(*filters, **keywords)
    if sort_by is not None:
        found = (
            found.sort(*sort_by) if isinstance(sort_by, list) else found.sort(sort_by)
        )
    if skip is not None:
        found = found.skip(skip)
    return found if limit is None else found.limit(limit)
