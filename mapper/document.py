"""`Document` and `SyncDocument`: what document classes derive from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from bson import ObjectId

from mapper.aggregations import Aggregation, AsyncAggregation
from mapper.aio import AsyncMapper
from mapper.binding import async_mapper, sync_mapper
from mapper.converter import encode
from mapper.fields import field
from mapper.indexes import Index
from mapper.metaclass import DocumentMeta
from mapper.options import Options
from mapper.query import AsyncQuery, Query, seed_query
from mapper.sync import Mapper
from mapper.tracking import DELETED, Stored, state_of
from mongo_dsl import Fields


if TYPE_CHECKING:
    import attrs
    from typing_extensions import Self, dataclass_transform

    _Meta = (
        type  # checkers read the fields off dataclass_transform, not off a metaclass
    )
else:
    _Meta = DocumentMeta

    def dataclass_transform(**_: Any) -> Any:
        """Do nothing: type checkers alone care, and Python 3.10 has none."""
        return lambda cls: cls


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class Root(metaclass=_Meta):
    """What documents of both faces share."""

    __slots__ = ("_state",)
    __root__ = True
    __is_document__ = True

    if not TYPE_CHECKING:
        id: ObjectId | None = None

    if TYPE_CHECKING:
        id: Any = None  # a class may say that its ids are of another type
        q: ClassVar[Fields]
        __options__: ClassVar[Options]
        __collection__: ClassVar[str]
        __attrs_attrs__: ClassVar[tuple[attrs.Attribute[Any], ...]]
        _state: Stored

    __encode_value__ = staticmethod(encode)

    def __init__(self, **values: Any) -> None:
        """Set the fields; for classes whose own constructor ends in this one."""
        self.__attrs_init__(**values)  # type: ignore[attr-defined]

    @property
    def is_stored(self) -> bool:
        """Whether the document came from the database or was saved to it."""
        return state_of(self) not in (None, DELETED)

    def __repr__(self) -> str:
        shown = [
            a.name for a in self.__attrs_attrs__ if a.repr and hasattr(self, a.name)
        ]
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({values})"

    if not TYPE_CHECKING:  # checkers know the fields

        def __getattr__(self, name: str) -> Any:
            """Say of a field why it has no value."""
            if any(a.name == name for a in type(self).__attrs_attrs__):
                msg = (
                    f"{type(self).__name__}.{name} was not loaded; the query kept only"
                )
                msg = f"{msg} some fields, reload() reads all"
                raise AttributeError(msg)
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)

    def __getstate__(self) -> dict[str, Any]:
        names = [a.name for a in self.__attrs_attrs__] + ["_state"]
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(
                self, name, value
            )  # what was checked is not checked again


class Document(Root):
    """A document of a collection, for asyncio; its annotations are its fields.

    Defining, making and querying documents needs no database; executing does.

    >>> class User(Document):
    ...     name: str
    ...     age: int = 0
    >>> User(name="Ann")
    User(id=None, name='Ann', age=0)
    >>> User.filter(User.q.age >= 18).compile().filter
    {'age': {'$gte': 18}}
    """

    __slots__ = ()
    __root__ = True

    @classmethod
    def find(cls, *filters: Any, **keywords: Any) -> AsyncQuery[Self]:
        """Return the query of the documents that match *filters* and *keywords*."""
        return AsyncQuery(cls).filter(*filters, **keywords)

    @classmethod
    def filter(
        cls,
        *filters: Any,
        sort_by: Any = None,
        limit: int | None = None,
        skip: int | None = None,
        **keywords: Any,
    ) -> AsyncQuery[Self]:
        """Return the query of the documents that match, sorted and cut as asked.

        Awaiting the query gives the list of them.

        >>> class User(Document):
        ...     age: int
        >>> query = User.filter(age__gte=18, sort_by={"age": -1}, limit=5)
        >>> query.compile().as_dict()
        {'filter': {'age': {'$gte': 18}}, 'sort': {'age': -1}, 'limit': 5}
        """
        return seed_query(AsyncQuery(cls), filters, keywords, sort_by, limit, skip)

    @classmethod
    def all(cls) -> AsyncQuery[Self]:
        """Return the query of all documents."""
        return AsyncQuery(cls)

    @classmethod
    def pipeline(cls) -> AsyncAggregation[dict[str, Any]]:
        """Start a pipeline over all documents, which executes; `into` names its rows."""
        return AsyncAggregation(cls)

    @classmethod
    async def get(cls, id: Any = None, /, **keywords: Any) -> Self | None:  # noqa: A002
        """Return the document with this *id*, or the first that matches; else None.

        Sends one command.
        """
        return await _first(AsyncQuery(cls), id, keywords).first()

    @classmethod
    async def create(cls, **values: Any) -> Self:
        """Make a document of *values* and insert it. Sends one command."""
        return await cls._mapper().insert(cls(**values))

    @classmethod
    async def insert_many(cls, documents: Iterable[Self]) -> list[Self]:
        """Insert new *documents*, in batches. Sends one command a batch."""
        return await cls._mapper().insert_many(documents)

    @classmethod
    async def aggregate(cls, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* and return its rows, as dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*. Sends one command, and more while rows don't fit in its reply.
        """
        return await AsyncQuery(cls).aggregate(pipeline, into=into)

    @classmethod
    async def create_index(cls, *keys: Any, index_type: Any = 1, **options: Any) -> str:
        """Create one index and return its name. Sends one command."""
        return await cls._mapper().create_index(cls, _index(keys, index_type, options))

    @classmethod
    async def create_indexes(cls) -> list[str]:
        """Create the indexes the class declares and return their names."""
        return await cls._mapper().create_indexes(cls)

    async def insert(self) -> Self:
        """Store the document as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
        """
        return await self._mapper().insert(self)

    async def save(self) -> Self:
        """Insert a new document; of a stored one, send what has changed.

        Sends one command, or none where nothing has changed.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
        """
        return await self._mapper().save(self)

    async def delete(self) -> bool:
        """Delete the document and tell whether it was there. Sends one command.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return await self._mapper().delete(self)

    async def reload(self) -> Self:
        """Read the document again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return await self._mapper().reload(self)

    @classmethod
    def _mapper(cls) -> AsyncMapper:
        return async_mapper(cls)


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
    def get(cls, id: Any = None, /, **keywords: Any) -> Self | None:  # noqa: A002
        """Return the document with this *id*, or the first that matches; else None.

        Sends one command.
        """
        return _first(Query(cls), id, keywords).first()

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Make a document of *values* and insert it. Sends one command."""
        return cls._mapper().insert(cls(**values))

    @classmethod
    def insert_many(cls, documents: Iterable[Self]) -> list[Self]:
        """Insert new *documents*, in batches. Sends one command a batch."""
        return cls._mapper().insert_many(documents)

    @classmethod
    def aggregate(cls, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* and return its rows, as dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*. Sends one command, and more while rows don't fit in its reply.
        """
        return Query(cls).aggregate(pipeline, into=into)

    @classmethod
    def create_index(cls, *keys: Any, index_type: Any = 1, **options: Any) -> str:
        """Create one index and return its name. Sends one command."""
        return cls._mapper().create_index(cls, _index(keys, index_type, options))

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

        Sends one command, or none where nothing has changed.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
        """
        return self._mapper().save(self)

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

    @classmethod
    def _mapper(cls) -> Mapper:
        return sync_mapper(cls)


def _first(query: Any, id: Any, keywords: dict[str, Any]) -> Any:  # noqa: A002
    """Narrow *query* to an id, to keywords, or to both."""
    if id is None:
        return query.filter(**keywords)
    return query.filter(query.model.q.id == id, **keywords)


def _index(keys: tuple[Any, ...], kind: Any, options: dict[str, Any]) -> Index:
    pairs = (key if kind == 1 else (key, kind) for key in keys)
    return Index(*pairs, **options)
