"""Documents again, for type checkers that are to know every field's type.

Fields are written ``age: Mapped[int]``. At run time that *is* ``int`` and the documents
are those of `mapper`; mypy and pyright, though, see a number's field in ``User.q.age``,
an `int` in ``user.age``, and refuse ``User.q.age > "x"``.

- A default is given by `field`: ``age: Mapped[int] = field(default=0)``.
- ``==`` is never refused, as Python lets everything be compared; ``eq`` is checked.
- Classes of embedded documents are made by `define`; their fields are behind one more
  ``q``: ``User.q.address.q.city``.
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
from bson import Decimal128, ObjectId

from mapper import document
from mapper.fields import field


__all__ = ["Document", "Mapped", "SyncDocument", "define", "field"]

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    from mongo_dsl import Field
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

    B = TypeVar("B", bound=bool | None)
    C = TypeVar("C")
    D = TypeVar("D")
    E = TypeVar("E")
    G = TypeVar("G", bound=Shape | None)
    K = TypeVar("K", bound=dict[str, Any] | None)
    M = TypeVar("M")
    N = TypeVar("N", bound=float | decimal.Decimal | Decimal128 | None)
    P = TypeVar("P", bound=list[float] | tuple[float, float] | None)
    S = TypeVar("S", bound=str | None)
    T = TypeVar("T")
    V = TypeVar("V", bound=dt.date | ObjectId | UUID | bytes | Enum | None)

    class Mapped(Generic[T]):
        """A field of type *T*: its face at the class, its value at an instance."""

        @overload
        def __get__(self: Mapped[B], instance: None, owner: Any) -> ExactField[B]: ...
        @overload
        def __get__(self: Mapped[S], instance: None, owner: Any) -> TextField[S]: ...
        @overload
        def __get__(self: Mapped[N], instance: None, owner: Any) -> NumberField[N]: ...
        @overload
        def __get__(self: Mapped[V], instance: None, owner: Any) -> ExactField[V]: ...
        @overload
        def __get__(self: Mapped[G], instance: None, owner: Any) -> PlaceField[G]: ...
        @overload
        def __get__(self: Mapped[K], instance: None, owner: Any) -> DictField[K]: ...
        @overload
        def __get__(
            self: Mapped[P], instance: None, owner: Any
        ) -> PairField[float, P]: ...
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

    @dataclass_transform(kw_only_default=True, field_specifiers=(field,))
    class Document(document.Document):
        """A document of a collection, for asyncio; its fields are `Mapped`."""

        id: Mapped[Any] = field(default=None)
        q: ClassVar[_Exact]  # type: ignore[assignment]  # pyright: ignore

    @dataclass_transform(kw_only_default=True, field_specifiers=(field,))
    class SyncDocument(document.SyncDocument):
        """A document of a collection, without asyncio; its fields are `Mapped`."""

        id: Mapped[Any] = field(default=None)
        q: ClassVar[_Exact]  # type: ignore[assignment]  # pyright: ignore

    @dataclass_transform(kw_only_default=True, field_specifiers=(field,))
    def define(cls: type[C]) -> type[C]:
        """Make the class of an embedded document, whose fields are `Mapped`."""
        ...

else:
    from mapper.document import Document, SyncDocument

    define = attrs.define(kw_only=True)

    class Mapped:
        """A mark for type checkers: at run time ``Mapped[int]`` is ``int``."""

        def __class_getitem__(cls, annotation):
            """Return *annotation*: attrs and cattrs see plain types."""
            return annotation
