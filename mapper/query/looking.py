"""Queries that give pages, plans, values and documents by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from mapper import flows
from mapper.commands import Flow
from mapper.query.face import BoundQuerySet


if TYPE_CHECKING:
    from mapper.aggregations import Aggregation, AsyncAggregation
    from mapper.explanation import Explanation
    from mapper.pages import KeysetPage, Page

M = TypeVar("M")
T = TypeVar("T")


class Looking(BoundQuerySet[M]):
    """Pages, plans, values and documents by their ids, at once."""

    __slots__ = ()

    def _run(self, flow: Flow[T]) -> T:
        raise NotImplementedError

    def pipeline(self) -> Aggregation[dict[str, Any]]:
        """Start a pipeline with what the query asks for: filter, order, part and fields.

        The pipeline executes, where the query would.
        """
        from mapper.aggregations import Aggregation

        return flows.piping.piped(Aggregation(self.model), self)

    def last(self) -> M | None:
        """Return the last document by the sort order, by ``_id`` without one, or None."""
        return self._run(flows.reading.last(self))

    def get_many(self, ids: Iterable[Any], *, strict: bool = True) -> list[M]:
        """Return the documents with these *ids*, in their order.

        Sends one command, or none for no ids. Without *strict*, missing ones are left
        out.

        Raises:
            DocumentsMissingError: documents of some ids are not there.
        """
        return self._run(flows.picking.get_many(self, ids, strict=strict))

    def values(self, *fields: Any, flat: bool = False) -> list[Any]:
        """Return tuples of the values of *fields*, or of one field the *flat* values.

        Only they are loaded. A value that is missing reads as the field's default, else
        as None; of documents in an array it is a list.
        """
        return self._run(flows.picking.values(self, fields, flat=flat))

    @overload
    def paginate(self, *, page: int, size: int = 20) -> Page[M]: ...

    @overload
    def paginate(
        self, *, after: Any = None, before: Any = None, size: int = 20
    ) -> KeysetPage[M]: ...

    def paginate(
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
        return self._run(flows.paging.paginate(self, page, size, after, before))

    def explain(self, verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs the query; see `Explanation`.

        With the *verbosity* ``"executionStats"`` or ``"allPlansExecution"`` the query is
        executed, and what it took is counted.

        https://www.mongodb.com/docs/manual/reference/command/explain/

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        return self._run(flows.explaining.explain(self, None, verbosity))


class AsyncLooking(BoundQuerySet[M]):
    """Pages, plans, values and documents by their ids, when awaited."""

    __slots__ = ()

    async def _run(self, flow: Flow[T]) -> T:
        raise NotImplementedError

    def pipeline(self) -> AsyncAggregation[dict[str, Any]]:
        """Start a pipeline with what the query asks for: filter, order, part and fields.

        The pipeline executes, where the query would.
        """
        from mapper.aggregations import AsyncAggregation

        return flows.piping.piped(AsyncAggregation(self.model), self)

    async def last(self) -> M | None:
        """Return the last document by the sort order, by ``_id`` without one, or None."""
        return await self._run(flows.reading.last(self))

    async def get_many(self, ids: Iterable[Any], *, strict: bool = True) -> list[M]:
        """Return the documents with these *ids*, in their order.

        Sends one command, or none for no ids. Without *strict*, missing ones are left
        out.

        Raises:
            DocumentsMissingError: documents of some ids are not there.
        """
        return await self._run(flows.picking.get_many(self, ids, strict=strict))

    async def values(self, *fields: Any, flat: bool = False) -> list[Any]:
        """Return tuples of the values of *fields*, or of one field the *flat* values.

        Only they are loaded. A value that is missing reads as the field's default, else
        as None; of documents in an array it is a list.
        """
        return await self._run(flows.picking.values(self, fields, flat=flat))

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
        return await self._run(flows.paging.paginate(self, page, size, after, before))

    async def explain(self, verbosity: str = "queryPlanner") -> Explanation:
        """Ask the server how it runs the query; see `Explanation`.

        With the *verbosity* ``"executionStats"`` or ``"allPlansExecution"`` the query is
        executed, and what it took is counted.

        https://www.mongodb.com/docs/manual/reference/command/explain/

        Raises:
            ArgumentError: there is no such *verbosity*.
        """
        return await self._run(flows.explaining.explain(self, None, verbosity))
