"""`SyncDocument`: documents without asyncio."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mapper.aggregations import Aggregation
from mapper.binding import sync_mapper
from mapper.document.root import Root, checked, first_of, index_of
from mapper.query import Query, seed_query
from mapper.sync import Mapper


if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from mapper.changestreams import ChangeStream
    from mapper.flows.watching import WatchOptions


class SyncDocument(Root):
    """A document of a collection, without asyncio; its annotations are its fields.

    >>> class User(SyncDocument):
    ...     name: str
    >>> User.filter(User.q.name == "Ann").compile().filter
    {'name': 'Ann'}
    """

    __slots__ = ()
    __root__ = True

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
        return first_of(Query(cls), id, keywords).first()

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Make a document of *values* and insert it. Sends one command."""
        return cls._mapper().insert(cls(**values))

    @classmethod
    def insert_many(cls, documents: Iterable[Self]) -> list[Self]:
        """Insert new *documents*, in batches. Sends one command a batch.

        Raises:
            MapperError: one is of another class, or stored in another collection.
        """
        return cls._mapper().insert_many(checked(cls, documents))

    @classmethod
    def aggregate(cls, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* and return its rows, as dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*. Sends one command, and more while rows don't fit in its reply.
        """
        return Query(cls).aggregate(pipeline, into=into)

    @classmethod
    def create_index(cls, *keys: Any, index_type: Any = 1, **options: Any) -> str:
        """Create one index and return its name. Sends one command."""
        return cls._mapper().create_index(cls, index_of(keys, index_type, options))

    @classmethod
    def create_indexes(cls) -> list[str]:
        """Create the indexes the class declares and return their names."""
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
        """Delete the document and tell whether it was there. Sends one command.

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
