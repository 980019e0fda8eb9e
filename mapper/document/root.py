"""`Root`: what documents of both faces share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bson import ObjectId

from mapper import flows, indexes, tracking
from mapper.commands import Flow
from mapper.conversion.data import as_stored
from mapper.converter import encode
from mapper.document.listening import Listening
from mapper.document.plain import Plain
from mapper.errors import MapperError
from mapper.metaclass import DocumentMeta
from mapper.options import Options
from mapper.tracking import is_stored, kept
from mongo_dsl import Fields
from mongo_dsl.conformity import kind_of
from mongo_dsl.storages import shows_secrets
from mongo_dsl.structure import computed_in, fields_of


if TYPE_CHECKING:
    import attrs
    from typing_extensions import dataclass_transform

    from mapper.encryption import encrypted_field
    from mapper.fields import field
    from mapper.indexes import Index
    from mapper.json_text import json_field
    from mapper.states import state_field
    from mapper.tracking import Stored

    _Meta = (
        type  # checkers read the fields off dataclass_transform, not off a metaclass
    )
else:
    _Meta = DocumentMeta
    field = json_field = encrypted_field = state_field = None  # checkers ask for them

    def dataclass_transform(**_: Any) -> Any:
        """Do nothing: type checkers alone care, and Python 3.10 has none."""
        return lambda cls: cls


D = TypeVar("D")


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(field, json_field, encrypted_field, state_field),
)
class Root(Listening, Plain, metaclass=_Meta):
    """What documents of both faces share."""

    __slots__ = ("__weakref__", "_related", "_state")
    __root__ = True
    __is_document__ = True
    __own_init__ = False

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

    @classmethod
    def __fetch__(cls, ref: Any) -> Any:
        """Load the document that *ref* leads to."""
        return cls._mapper()._run(flows.including.fetch(ref))  # type: ignore[attr-defined]  # noqa: SLF001

    @property
    def is_stored(self) -> bool:
        """Whether the document came from the database or was saved to it."""
        return is_stored(self)

    @property
    def unknown_fields(self) -> Mapping[str, Any]:
        """What is stored beside the fields of the class, as copies, to be read alone.

        It stays in the database if the class preserves it, and is empty if not.
        """
        return MappingProxyType(as_stored(kept(self)))

    @property
    def is_dirty(self) -> bool:
        """Whether the document differs from what was read or saved last.

        A new document does, and so does a deleted one. Nothing is sent.
        """
        return bool(self.changed_fields)

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """The names of the fields that aren't stored as they are. Nothing is sent."""
        return tracking.changed_fields(self)

    def changes(self) -> Any:
        """Return the update, in MQL, that `save` would send; empty where nothing changed.

        Of a new document it sets all fields, which `save` inserts. An update that no
        operators can express is a list, a pipeline. Nothing is sent.

        >>> from mapper import Document
        >>> class User(Document):
        ...     name: str
        >>> User(name="Ann").changes()
        {'$set': {'_id': None, 'name': 'Ann'}}

        Raises:
            ValidationError: a value can't be stored, or its field is immutable.
            MapperError: a field has changed that was loaded in part.
        """
        return tracking.update_of(self)

    def __repr__(self) -> str:
        fields = fields_of(type(self))
        shown = [
            a.name
            for a in self.__attrs_attrs__
            if a.repr and hasattr(self, a.name) and not shows_secrets(fields[a.name][1])
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
            if name in computed_in(type(self)):  # its function lacked an attribute
                return computed_in(type(self))[name].function(self)
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)

    def __getstate__(self) -> dict[str, Any]:
        names = [a.name for a in self.__attrs_attrs__] + ["_related", "_state"]
        own = getattr(self, "__dict__", {})  # of classes that define __init__
        held = {name: getattr(self, name) for name in names if hasattr(self, name)}
        return {**own, **held}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(
                self, name, value
            )  # what was checked is not checked again


def checked(cls: Any, documents: Iterable[D]) -> Iterator[D]:
    """Yield *documents*, which *cls* is asked to insert.

    Raises:
        MapperError: one isn't stored where documents of *cls* are.
    """
    for one in documents:
        if getattr(
            type(one), "__collection__", None
        ) != cls.__collection__ or not isinstance(one, cls):
            name = cls.__name__
            msg = f"{name}.insert_many got {kind_of(one)}; it takes documents of {name}"
            raise MapperError(msg)
        yield one


def first_of(query: Any, id: Any, keywords: dict[str, Any]) -> Flow[Any]:  # noqa: A002
    """Start to read the first document of *query* with an id, with keywords, or with both."""
    if id is None:
        return flows.reading.first(query.filter(**keywords))
    if not keywords:
        return flows.picking.get(query.model, id, type(query))
    return flows.reading.first(query.filter(query.model.q.id == id, **keywords))


def index_of(keys: tuple[Any, ...], kind: Any, options: dict[str, Any]) -> Index:
    """Return the index over *keys*, each of *kind*."""
    pairs = (key if kind == 1 else (key, kind) for key in keys)
    return indexes.Index(*pairs, **options)
