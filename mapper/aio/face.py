"""`AsyncMapper`: documents over PyMongo's async driver or Motor."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import binding, flows
from mapper.aio.documents import Documents
from mapper.aio.managing import Managing
from mapper.aio.queries import Queries
from mapper.aio.transactions import Transactions
from mapper.query import AsyncQuery


if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from mapper.changestreams import AsyncChangeStream
    from mapper.flows.watching import WatchOptions

M = TypeVar("M")


class AsyncMapper(Documents, Queries, Managing, Transactions):
    """Documents in *database*, PyMongo's `AsyncDatabase` or Motor's.

    As a context manager it closes its client at the end.
    """

    def __repr__(self) -> str:
        return f"AsyncMapper({self.database.name!r})"

    @contextmanager
    def ambient(self) -> Iterator[Self]:
        """Let documents run on this mapper inside a ``with``, whatever they are bound to."""
        token = binding.ambient_async.set(self)
        try:
            yield self
        finally:
            binding.ambient_async.reset(token)

    def __await__(self) -> Generator[Any, None, Self]:
        """Ask the server for a sign of life, and return the mapper."""
        yield from self.ping().__await__()
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def find(self, model: type[M], *filters: Any, **keywords: Any) -> AsyncQuery[M]:
        """Return the query of the documents of *model* that match, to run here."""
        return AsyncQuery(model).using(self).filter(*filters, **keywords)

    async def get(self, model: type[M], id: Any) -> M | None:  # noqa: A002
        """Return the document of *model* with this *id*, or None. Sends one command."""
        return await self._run(flows.picking.get(model, id, AsyncQuery))

    def watch(
        self, model: type[M], *filters: Any, **options: Unpack[WatchOptions]
    ) -> AsyncChangeStream[M]:
        """Follow the changes of the documents of *model* that match; see the `watch` of queries."""
        return self.find(model, *filters).watch(**options)

    async def close(self) -> None:
        """Close the client and forget what was registered with it."""
        binding.forget(self)
        closing = self.database.client.close()
        if inspect.isawaitable(closing):
            await closing
