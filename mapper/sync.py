"""`Mapper`: documents over PyMongo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import binding
from mapper.commands import Command, run
from mapper.connection import Collections
from mapper.cursors import Cursor
from mapper.flows import changing, indexing, reading, writing
from mapper.flows.changing import Written
from mapper.hydration import reader, row_reader
from mapper.indexes import Index
from mapper.query import Query


if TYPE_CHECKING:
    from typing_extensions import Self

D = TypeVar("D")
M = TypeVar("M")


class Mapper:
    """Documents in *database*, a `Database` of PyMongo.

    As a context manager it closes its client at the end.
    """

    def __init__(self, database: Any) -> None:
        self.database = database
        self._collections = Collections(database)

    def __repr__(self) -> str:
        return f"Mapper({self.database.name!r})"

    @contextmanager
    def ambient(self) -> Iterator[Self]:
        """Let documents run on this mapper inside a ``with``, whatever they are bound to."""
        token = binding.ambient_sync.set(self)
        try:
            yield self
        finally:
            binding.ambient_sync.reset(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, command: Command) -> Any:
        """Execute *command* with the driver."""
        target = self._collections[command.collection]
        reply = getattr(target, command.method)(*command.args, **command.kwargs)
        return reply.to_list() if command.rows else reply

    def find(self, model: type[M], *filters: Any, **keywords: Any) -> Query[M]:
        """Return the query of the documents of *model* that match, to run here."""
        return Query(model).using(self).filter(*filters, **keywords)

    def get(self, model: type[M], id: Any) -> M | None:  # noqa: A002
        """Return the document of *model* with this *id*, or None. Sends one command."""
        return self.find(model, id=id).first()

    def stream(self, query: Query[M], batch_size: int | None = None) -> Cursor[M]:
        """Open a cursor over the documents of *query*, to be iterated over once."""
        command = reading.find(query, batch_size)
        return Cursor(lambda: self._open(command), reader(query))

    def stream_rows(
        self, query: Query[Any], pipeline: Any, batch_size: int | None = None
    ) -> Cursor[Any]:
        """Open a cursor over what *pipeline* makes of the documents of *query*."""
        command = reading.aggregation(query, pipeline, batch_size)
        return Cursor(lambda: self._open(command), row_reader(pipeline))

    def _open(self, command: Command) -> Any:
        target = self._collections[command.collection]
        return getattr(target, command.method)(*command.args, **command.kwargs)

    def insert(self, document: D, session: Any = None) -> D:
        """Store *document* as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
            ValidationError: its values break the rules of their fields.
        """
        return run(writing.insert(document, session), self._call)

    def insert_many(
        self, documents: Iterable[D], ordered: bool = True, session: Any = None
    ) -> list[D]:
        """Store new *documents*, one command a batch.

        The server stops at the first it refuses if *ordered*, else it takes all it can.

        Raises:
            BulkInsertError: some were refused; it says which are stored.
        """
        return run(writing.insert_many(documents, ordered, session), self._call)

    def save(self, document: D, session: Any = None) -> D:
        """Insert a new *document*; of a stored one, send what has changed.

        Sends one command, or none where nothing has changed.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
        """
        return run(writing.save(document, session), self._call)

    def delete(self, document: Any, session: Any = None) -> bool:
        """Delete *document* and tell whether it was there. Sends one command.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return run(writing.delete(document, session), self._call)

    def reload(self, document: D, session: Any = None) -> D:
        """Read *document* again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return run(writing.reload(document, session), self._call)

    def to_list(self, query: Query[M]) -> list[M]:
        """Return all documents of *query*."""
        return run(reading.to_list(query), self._call)

    def first(self, query: Query[M]) -> M | None:
        """Return the first document of *query*, or None."""
        return run(reading.first(query), self._call)

    def one(self, query: Query[M]) -> M:
        """Return the only document of *query*.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return run(reading.one(query), self._call)

    def one_or_none(self, query: Query[M]) -> M | None:
        """Return the only document of *query*, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return run(reading.one_or_none(query), self._call)

    def count(self, query: Query[M]) -> int:
        """Count the documents of *query*."""
        return run(reading.count(query), self._call)

    def estimated_count(self, query: Query[M]) -> int:
        """Return the size of the collection, by its metadata."""
        return run(reading.estimated_count(query), self._call)

    def exists(self, query: Query[M]) -> bool:
        """Tell whether *query* has a document."""
        return run(reading.exists(query), self._call)

    def distinct(self, query: Query[M], field: Any) -> list[Any]:
        """Return the values of *field* in *query*, each once."""
        return run(reading.distinct(query, field), self._call)

    def aggregate(
        self, query: Query[M], pipeline: Any, *, into: Any = None
    ) -> list[Any]:
        """Run *pipeline* on the documents of *query*; rows are dictionaries or *into* a class."""
        return run(reading.aggregate(query, pipeline, into), self._call)

    def update(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in all documents of *query*, and set *values*.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return run(changing.update_many(query, changes, values), self._call)

    def update_one(
        self, query: Query[M], changes: Any = None, /, **values: Any
    ) -> Written:
        """Make *changes* in one document of *query*, and set *values*."""
        return run(changing.update_one(query, changes, values), self._call)

    def upsert(self, query: Query[M], changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*."""
        return run(changing.upsert(query, changes, values), self._call)

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
        return run(
            changing.find_one_and_update(
                query, changes, values, before=before, upsert=upsert
            ),
            self._call,
        )

    def find_one_and_delete(self, query: Query[M]) -> M | None:
        """Delete the first document of *query* and return it."""
        return run(changing.find_one_and_delete(query), self._call)

    def delete_many(self, query: Query[M]) -> int:
        """Delete all documents of *query* and return how many.

        Raises:
            UnfilteredWriteError: *query* has no filter; see `Query.everything`.
        """
        return run(changing.delete_many(query), self._call)

    def create_index(self, model: Any, index: Index, session: Any = None) -> str:
        """Create *index* for *model* and return its name. Sends one command."""
        return run(indexing.create_index(model, index, session), self._call)

    def create_indexes(self, model: Any, session: Any = None) -> list[str]:
        """Create the indexes *model* declares, a command each; return their names."""
        return run(indexing.create_indexes(model, session), self._call)

    def ping(self) -> None:
        """Ask the server for a sign of life."""
        self._call(Command("", "command", ("ping",)))

    def close(self) -> None:
        """Close the client and forget what was registered with it."""
        binding.forget(self)
        self.database.client.close()
