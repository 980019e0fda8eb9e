"""`SyncDocument`: documents without asyncio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from mapper.binding import sync_mapper
from mapper.document.root import Root, checked, first_of, index_of
from mapper.namespaces import Collection, Indexes
from mapper.query import Query, seed_query


if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from mapper.aggregations import Aggregation
    from mapper.bulk import BulkWritten
    from mapper.changestreams import ChangeStream
    from mapper.flows.watching import WatchOptions
    from mapper.sync import Mapper


class SyncDocument(Root):
    """A document of a collection, without asyncio; its annotations are its fields.

    >>> class User(SyncDocument):
    ...     name: str
    >>> User.filter(User.q.name == "Ann").compile().filter
    {'name': 'Ann'}
    """

    __slots__ = ()
    __root__ = True
    __collection_of__ = Collection
    __indexes_of__ = Indexes

    if TYPE_CHECKING:
        collection: ClassVar[Collection]
        indexes: ClassVar[Indexes]

    @classmethod
    def find(cls, *filters: Any, **keywords: Any) -> Query[Self]:
        """Return the query of the documents that match *filters* and *keywords*."""
        return Query(cls).filter(*filters, **keywords)

    @classmethod
    def filter(
        cls,
        *filters: Any,
        sort_by: Any = None,
        limit: int | None = None,
        skip: int | None = None,
        **keywords: Any,
    ) -> Query[Self]:
        """Return the query of the documents that match, sorted and cut as asked."""
        return seed_query(Query(cls), filters, keywords, sort_by, limit, skip)

    @classmethod
    def all(cls) -> Query[Self]:
        """Return the query of all documents."""
        return Query(cls)

    @classmethod
    def pipeline(cls) -> Aggregation[dict[str, Any]]:
        """Start a pipeline over all documents, which executes; `into` names its rows."""
        from mapper.aggregations import Aggregation

        return Aggregation(cls)

    @classmethod
    def watch(
        cls, *filters: Any, **options: Unpack[WatchOptions]
    ) -> ChangeStream[Self]:
        """Follow the changes of the documents that match, as events; see the `watch` of queries."""
        return cls.find(*filters).watch(**options)

    @classmethod
    def get(cls, id: Any = None, /, **keywords: Any) -> Self | None:  # noqa: A002
        """Return the document with this *id*, or the first that matches; else None.

        Sends one command.
        """
        query = Query(cls)
        return query._run(first_of(query, id, keywords))  # noqa: SLF001

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Make a document of *values* and insert it. Sends one command."""
        return cls._mapper().insert(cls(**values))

    @classmethod
    def insert_many(cls, documents: Iterable[Self]) -> list[Self]:
        """Insert new *documents*, in batches. Sends one command a batch, none without any.

        Raises:
            MapperError: one is of another class, or stored in another collection.
        """
        return cls._mapper().insert_many(checked(cls, documents))

    @classmethod
    def get_or_create(
        cls, defaults: Mapping[str, Any] | None = None, /, **keywords: Any
    ) -> tuple[Self, bool]:
        """Return the document with the values *keywords*, and whether it was made now.

        A new one has *defaults* besides. Sends one command, and one more to make it; see
        `Query.get_or_create`.
        """
        return Query(cls).get_or_create(defaults, **keywords)

    @classmethod
    def update_or_create(
        cls,
        values: Mapping[str, Any],
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> tuple[Self, bool]:
        """Set *values* in the document with *keywords*; return it, and whether it was made.

        Sends one command, or two where the id is given; see `Query.update_or_create`.
        """
        return Query(cls).update_or_create(values, on_insert=on_insert, **keywords)

    @classmethod
    def save_many(cls, documents: Iterable[Self]) -> list[Self]:
        """Save *documents* by one bulk write: new ones whole, stored ones' changes.

        Sends one command for the inserts and one for the changes, none where nothing has
        changed.

        Raises:
            BulkWriteError: some were refused, or are gone; it says which.
        """
        return cls._mapper().save_many(documents)

    @classmethod
    def bulk_write(cls, operations: Iterable[Any], ordered: bool = True) -> BulkWritten:
        """Do many writes, as few commands as they can be; see `Mapper.bulk_write`.

        Sends one for each run of inserts, of updates and of deletes.

        Raises:
            BulkWriteError: some were refused; it says which, and why.
        """
        return cls._mapper().bulk_write(operations, ordered)

    @classmethod
    def get_many(cls, ids: Iterable[Any], *, strict: bool = True) -> list[Self]:
        """Return the documents with these *ids*, in their order.

        Sends one command, or none for no ids.

        Raises:
            DocumentsMissingError: some are not there; without *strict* they are left out.
        """
        return Query(cls).get_many(ids, strict=strict)

    @classmethod
    def aggregate(cls, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* and return its rows, as dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*. Sends one command, and more while rows don't fit in its reply.
        """
        return Query(cls).aggregate(pipeline, into=into)

    @classmethod
    def create_index(cls, *keys: Any, index_type: Any = 1, **options: Any) -> str:
        """Create one index and return its name.

        Sends one command, and one more to tell what is in the way.

        Raises:
            IndexConflictError: there is another index of its keys or its name; declared
                ones are changed by ``indexes.apply(rebuild=…)``.
            DuplicateKeyError: it is unique, and two documents are alike.
        """
        return cls._mapper().create_index(cls, index_of(keys, index_type, options))

    @classmethod
    def create_indexes(cls) -> list[str]:
        """Create the indexes the class declares and return their names.

        Sends one command, or none where none are declared; one more to tell what is in
        the way.

        Raises:
            IndexConflictError: there is another index of the keys or the name of one.
            DuplicateKeyError: one is unique, and two documents are alike.
        """
        return cls._mapper().create_indexes(cls)

    def insert(self) -> Self:
        """Store the document as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
        """
        return self._mapper().insert(self)

    def save(self) -> Self:
        """Insert a new document; of a stored one, send what has changed.

        Sends one command, or none where nothing has changed; one more to find out why
        nothing was written.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
            ConflictError: others changed what the changes build upon; nothing is
                written.
        """
        return self._mapper().save(self)

    def replace(self) -> Self:
        """Store the document in the place of what is stored. Sends one command.

        What is stored beyond its fields is dropped, and so is what others have changed
        since; `save` keeps both.

        Raises:
            DocumentNotFoundError: the document is gone or was never stored.
            DuplicateKeyError: a unique value is there already.
            MapperError: the document was loaded in part.
        """
        return self._mapper().replace(self)

    def delete(self) -> bool:
        """Delete the document and tell whether it was there.

        Sends one command, and more where others refer to it: see `OnDelete`; one more to
        find out why it was not deleted.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return self._mapper().delete(self)

    def reload(self) -> Self:
        """Read the document again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return self._mapper().reload(self)

    def transition(
        self, target: Any, /, *, field: str | None = None, **values: Any
    ) -> Self:
        """Bring the document to the state *target*, and set *values*, in one command.

        The field is declared by `state_field`; *field* names it, where several are.
        Nothing else is saved.

        Raises:
            TransitionError: *target* doesn't follow the state that the document is in, or
                that someone else brought it into meanwhile (one command more).
            DocumentNotFoundError: the document is not stored.
        """
        return self._mapper().transition(self, target, field=field, **values)

    @classmethod
    def _mapper(cls) -> Mapper:
        return sync_mapper(cls)
