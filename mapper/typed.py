"""Documents again, for type checkers that are to know every field's type.

Fields are written ``age: Mapped[int]``. At run time that *is* ``int`` and the documents
are those of `mapper`; mypy and pyright, though, see a number's field in ``User.q.age``,
an `int` in ``user.age``, and refuse ``User.q.age > "x"``.

- A default is given by `field`: ``age: Mapped[int] = field(default=0)``.
- ``==`` is never refused, as Python lets everything be compared; ``eq`` is checked.
- Classes of embedded documents are made by `define`; their fields are behind one more
  ``q``: ``User.q.address.q.city``.
- References are given as references: ``Book(author=Ref(ann))``, ``Ref(Author, 7)``.
- `id` may be of any type, and is `Any` until the class says
  ``id: Mapped[ObjectId | None] = field(default=None)``.

>>> class User(SyncDocument):
...     name: Mapped[str]
...     age: Mapped[int] = field(default=0)
>>> User.filter(User.q.age.between(18, 30)).compile().filter
{'age': {'$gte': 18, '$lte': 30}}
"""

from __future__ import annotations

import datetime as dt
import decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload
from uuid import UUID

import attrs
from bson import Decimal128, Int64, ObjectId

from mapper import document
from mapper.encryption import encrypted_field
from mapper.fields import field
from mapper.json_text import json_field
from mapper.states import state_field


__all__ = ["Document", "Mapped", "SyncDocument", "define", "field"]

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    from mapper.references import Ref
    from mongo_dsl import Field, geo
    from mongo_dsl.fields.exact import (
        ArrayField,
        DictField,
        DocumentField,
        ExactField,
        NumberField,
        PairField,
        PlaceField,
        TextField,
    )
    from mongo_dsl.geo.shapes import Shape

    A = TypeVar("A", bound="_Anything")
    C = TypeVar("C")
    D = TypeVar("D")
    E = TypeVar("E")
    G = TypeVar("G", bound=Shape)
    M = TypeVar("M")
    R = TypeVar("R", bound=document.Root)
    N = TypeVar("N", bound=decimal.Decimal | Decimal128 | Int64)
    T = TypeVar("T")
    V = TypeVar("V", bound=dt.date | ObjectId | UUID | bytes | Enum)

    class _Anything:
        """A type that no field has."""

    class Mapped(Generic[T]):
        """A field of type *T*: its face at the class, its value at an instance."""

        # No type but Any meets the first. Concrete types stand for optional ones: mypy overlooks the bound of "V | None".
        @overload
        def __get__(self: Mapped[A], instance: None, owner: Any) -> ExactField[A]: ...
        @overload
        def __get__(
            self: Mapped[bool], instance: None, owner: Any
        ) -> ExactField[bool]: ...
        @overload
        def __get__(
            self: Mapped[bool | None], instance: None, owner: Any
        ) -> ExactField[bool | None]: ...
        @overload
        def __get__(
            self: Mapped[int], instance: None, owner: Any
        ) -> NumberField[int]: ...
        @overload
        def __get__(
            self: Mapped[int | None], instance: None, owner: Any
        ) -> NumberField[int | None]: ...
        @overload
        def __get__(
            self: Mapped[float], instance: None, owner: Any
        ) -> NumberField[float]: ...
        @overload
        def __get__(
            self: Mapped[float | None], instance: None, owner: Any
        ) -> NumberField[float | None]: ...
        @overload
        def __get__(
            self: Mapped[str], instance: None, owner: Any
        ) -> TextField[str]: ...
        @overload
        def __get__(
            self: Mapped[str | None], instance: None, owner: Any
        ) -> TextField[str | None]: ...
        @overload
        def __get__(self: Mapped[N], instance: None, owner: Any) -> NumberField[N]: ...
        @overload
        def __get__(self: Mapped[V], instance: None, owner: Any) -> ExactField[V]: ...
        @overload
        def __get__(self: Mapped[G], instance: None, owner: Any) -> PlaceField[G]: ...
        @overload
        def __get__(
            self: Mapped[decimal.Decimal | None], instance: None, owner: Any
        ) -> NumberField[decimal.Decimal | None]: ...
        @overload
        def __get__(
            self: Mapped[Decimal128 | None], instance: None, owner: Any
        ) -> NumberField[Decimal128 | None]: ...
        @overload
        def __get__(
            self: Mapped[Int64 | None], instance: None, owner: Any
        ) -> NumberField[Int64 | None]: ...
        @overload
        def __get__(
            self: Mapped[dt.datetime | None], instance: None, owner: Any
        ) -> ExactField[dt.datetime | None]: ...
        @overload
        def __get__(
            self: Mapped[dt.date | None], instance: None, owner: Any
        ) -> ExactField[dt.date | None]: ...
        @overload
        def __get__(
            self: Mapped[ObjectId | None], instance: None, owner: Any
        ) -> ExactField[ObjectId | None]: ...
        @overload
        def __get__(
            self: Mapped[UUID | None], instance: None, owner: Any
        ) -> ExactField[UUID | None]: ...
        @overload
        def __get__(
            self: Mapped[bytes | None], instance: None, owner: Any
        ) -> ExactField[bytes | None]: ...
        @overload
        def __get__(
            self: Mapped[geo.Point | None], instance: None, owner: Any
        ) -> PlaceField[geo.Point | None]: ...
        @overload
        def __get__(
            self: Mapped[geo.LineString | None], instance: None, owner: Any
        ) -> PlaceField[geo.LineString | None]: ...
        @overload
        def __get__(
            self: Mapped[geo.Polygon | None], instance: None, owner: Any
        ) -> PlaceField[geo.Polygon | None]: ...
        @overload
        def __get__(
            self: Mapped[dict[str, E]], instance: None, owner: Any
        ) -> DictField[dict[str, E]]: ...
        @overload
        def __get__(
            self: Mapped[dict[str, E] | None], instance: None, owner: Any
        ) -> DictField[dict[str, E] | None]: ...
        @overload
        def __get__(
            self: Mapped[list[Ref[R]]], instance: None, owner: Any
        ) -> ArrayField[Any, list[Ref[R]]]: ...
        @overload
        def __get__(
            self: Mapped[list[float]], instance: None, owner: Any
        ) -> PairField[float, list[float]]: ...
        @overload
        def __get__(
            self: Mapped[tuple[float, float]], instance: None, owner: Any
        ) -> PairField[float, tuple[float, float]]: ...
        @overload
        def __get__(
            self: Mapped[list[E]], instance: None, owner: Any
        ) -> ArrayField[E, list[E]]: ...
        @overload
        def __get__(
            self: Mapped[list[E] | None], instance: None, owner: Any
        ) -> ArrayField[E, list[E] | None]: ...
        @overload
        def __get__(
            self: Mapped[set[E]], instance: None, owner: Any
        ) -> ArrayField[E, set[E]]: ...
        @overload
        def __get__(
            self: Mapped[frozenset[E]], instance: None, owner: Any
        ) -> ArrayField[E, frozenset[E]]: ...
        @overload
        def __get__(
            self: Mapped[tuple[E, ...]], instance: None, owner: Any
        ) -> ArrayField[E, tuple[E, ...]]: ...
        # Ids are of any type, and documents stand for them.
        @overload
        def __get__(
            self: Mapped[Ref[R]], instance: None, owner: Any
        ) -> ExactField[Any]: ...
        @overload
        def __get__(
            self: Mapped[Ref[R] | None], instance: None, owner: Any
        ) -> ExactField[Any]: ...
        @overload
        def __get__(
            self: Mapped[D | None], instance: None, owner: Any
        ) -> DocumentField[D, D | None]: ...
        @overload
        def __get__(
            self: Mapped[D], instance: None, owner: Any
        ) -> DocumentField[D, D]: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> T: ...
        def __get__(self, instance: object | None, owner: Any) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...

    class _Loose:
        """The field `id`, of whatever type."""

        def __get__(self, instance: None, owner: Any) -> Field[Any]: ...

    class _Exact:
        """What `q` is to type checkers: the class itself, whose attributes are faces."""

        def __get__(self, instance: None, owner: type[M]) -> type[M]: ...

    @dataclass_transform(
        kw_only_default=True,
        field_specifiers=(field, json_field, encrypted_field, state_field),
    )
    class Document(document.Document):
        """A document of a collection, for asyncio; its fields are `Mapped`."""

        id: Mapped[Any] = field(default=None)
        q: ClassVar[_Exact]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]

    @dataclass_transform(
        kw_only_default=True,
        field_specifiers=(field, json_field, encrypted_field, state_field),
    )
    class SyncDocument(document.SyncDocument):
        """A document of a collection, without asyncio; its fields are `Mapped`."""

        id: Mapped[Any] = field(default=None)
        q: ClassVar[_Exact]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]

    @dataclass_transform(
        kw_only_default=True,
        field_specifiers=(field, json_field, encrypted_field, state_field),
    )
    def define(cls: type[C]) -> type[C]:
        """Make the class of an embedded document, whose fields are `Mapped`."""
        ...

else:
    from mapper.document import Document, SyncDocument

    define = attrs.define(kw_only=True)

    class Mapped:
        """A mark for type checkers: at run time ``Mapped[int]`` is ``int``."""

        def __class_getitem__(cls, annotation: Any) -> Any:
            """Return *annotation*: attrs and cattrs see plain types."""
            return annotation
