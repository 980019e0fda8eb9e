"""`AsyncMapper`: documents over PyMongo's async driver or Motor."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import binding
from mapper.commands import Command, run_async
from mapper.connection import Collections
from mapper.cursors import AsyncCursor
from mapper.flows import changing, indexing, reading, writing
from mapper.flows.changing import Written
from mapper.hydration import reader, row_reader
from mapper.indexes import Index
from mapper.query import AsyncQuery


if TYPE_CHECKING:
    from typing_extensions import Self

D = TypeVar("D")
M = TypeVar("M")


class AsyncMapper:
    """Documents in *database*, PyMongo's `AsyncDatabase` or Motor's.

    As a context manager it closes its client at the end.
    """

    def __init__(self, database: Any) -> None:
        self.database = database
        self._collections = Collections(database)

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

    async def _call(self, command: Command) -> Any:
        """Execute *command* with the driver."""
        target = self._collections[command.collection]
        reply = getattr(target, command.method)(*command.args, **command.kwargs)
        if inspect.isawaitable(reply):
            reply = await reply
        return await reply.to_list(None) if command.rows else reply

    def find(self, model: type[M], *filters: Any, **keywords: Any) -> AsyncQuery[M]:
        """Return the query of the documents of *model* that match, to run here."""
        return AsyncQuery(model).using(self).filter(*filters, **keywords)

    async def get(self, model: type[M], id: Any) -> M | None:  # noqa: A002
        """Return the document of *model* with this *id*, or None. Sends one command."""
        return await self.find(model, id=id).first()

    def stream(
        self, query: AsyncQuery[M], batch_size: int | None = None
    ) -> AsyncCursor[M]:
        """Open a cursor over the documents of *query*, to be iterated over once."""
        command = reading.find(query, batch_size)
        return AsyncCursor(lambda: self._open(command), reader(query))

    def stream_rows(
        self, query: AsyncQuery[Any], pipeline: Any, batch_size: int | None = None
    ) -> AsyncCursor[Any]:
        """Open a cursor over what *pipeline* makes of the documents of *query*."""
        command = reading.aggregation(query, pipeline, batch_size)
        return AsyncCursor(lambda: self._open(command), row_reader(pipeline))

    def _open(self, command: Command) -> Any:
        target = self._collections[command.collection]
        return getattr(target, command.method)(*command.args, **command.kwargs)

    async def insert(self, document: D, session: Any = None) -> D:
        """Store *document* as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
            ValidationError: its values break the rules of their fields.
        """
        return await run_async(writing.insert(document, session), self._call)

    async def insert_many(
        self, documents: Iterable[D], ordered: bool = True, session: Any = None
    ) -> list[D]:
        """Store new *documents*, one command a batch.

        The server stops at the first it refuses if *ordered*, else it takes all it can.

        Raises:
            BulkInsertError: some were refused; it says which are stored.
        """
        return await run_async(
            writing.insert_many(documents, ordered, session), self._call
        )

    async def save(self, document: D, session: Any = None) -> D:
        """Insert a new *document*; of a stored one, send what has changed.

        Sends one command, or none where nothing has changed.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
        """
        return await run_async(writing.save(document, session), self._call)

    async def delete(self, document: Any, session: Any = None) -> bool:
        """Delete *document* and tell whether it was there. Sends one command.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return await run_async(writing.delete(document, session), self._call)

    async def reload(self, document: D, session: Any = None) -> D:
        """Read *document* again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return await run_async(writing.reload(document, session), self._call)

    async def to_list(self, query: AsyncQuery[M]) -> list[M]:
        """Return all documents of *query*."""
        return await run_async(reading.to_list(query), self._call)

    async def first(self, query: AsyncQuery[M]) -> M | None:
        """Return the first document of *query*, or None."""
        return await run_async(reading.first(query), self._call)

    async def one(self, query: AsyncQuery[M]) -> M:
        """Return the only document of *query*.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return await run_async(reading.one(query), self._call)

    async def one_or_none(self, query: AsyncQuery[M]) -> M | None:
        """Return the only document of *query*, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return await run_async(reading.one_or_none(query), self._call)

    async def count(self, query: AsyncQuery[M]) -> int:
        """Count the documents of *query*."""
        return await run_async(reading.count(query), self._call)

    async def estimated_count(self, query: AsyncQuery[M]) -> int:
        """Return the size of the collection, by its metadata."""
        return await run_async(reading.estimated_count(query), self._call)

    async def exists(self, query: AsyncQuery[M]) -> bool:
        """Tell whether *query* has a document."""
        return await run_async(reading.exists(query), self._call)

    async def distinct(self, query: AsyncQuery[M], field: Any) -> list[Any]:
        """Return the values of *field* in *query*, each once."""
        return await run_async(reading.distinct(query, field), self._call)

    async def aggregate(
        self, query: AsyncQuery[M], pipeline: Any, *, into: Any = None
    ) -> list[Any]:
        """Run *pipeline* on the documents of *query*; rows are dictionaries or *into* a class."""
        return await run_async(reading.aggregate(query, pipeline, into), self._call)

    async def update(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in all documents of *query*, and set *values*.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return await run_async(changing.update_many(query, changes, values), self._call)

    async def update_one(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document of *query*, and set *values*."""
        return await run_async(changing.update_one(query, changes, values), self._call)

    async def upsert(
        self, query: AsyncQuery[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return await run_async(changing.upsert(query, changes, values), self._call)

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
        return await run_async(
            changing.find_one_and_update(
                query, changes, values, before=before, upsert=upsert
            ),
            self._call,
        )

    async def find_one_and_delete(self, query: AsyncQuery[M]) -> M | None:
        """Delete the first document of *query* and return it."""
        return await run_async(changing.find_one_and_delete(query), self._call)

    async def delete_many(self, query: AsyncQuery[M]) -> int:
        """Delete all documents of *query* and return how many.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return await run_async(changing.delete_many(query), self._call)

    async def create_index(self, model: Any, index: Index, session: Any = None) -> str:
        """Create *index* for *model* and return its name. Sends one command."""
        return await run_async(indexing.create_index(model, index, session), self._call)

    async def create_indexes(self, model: Any, session: Any = None) -> list[str]:
        """Create the indexes *model* declares, a command each; return their names."""
        return await run_async(indexing.create_indexes(model, session), self._call)

    async def ping(self) -> None:
        """Ask the server for a sign of life."""
        await self._call(Command("", "command", ("ping",)))

    async def close(self) -> None:
        """Close the client and forget what was registered with it."""
        binding.forget(self)
        closing = self.database.client.close()
        if inspect.isawaitable(closing):
            await closing
