"""The faces of fields whose type is known, for type checkers.

At run time every field is a `Field`, which has the methods of all; here each type of value
has only its own. Nothing makes instances of these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mongo_dsl.fields.arrays import ArrayMethods
from mongo_dsl.fields.changes import Changeable
from mongo_dsl.fields.comparison import Comparable
from mongo_dsl.fields.numbers import NumberMethods
from mongo_dsl.fields.places import GeoMethods
from mongo_dsl.fields.text import TextMethods


if TYPE_CHECKING:
    from mongo_dsl.fields.face import Field
    from mongo_dsl.fields.operands import ItemTest
    from mongo_dsl.filters import Filter

A = TypeVar("A")
D = TypeVar("D")
E = TypeVar("E")
T = TypeVar("T")


class ExactField(Comparable[T], Changeable[T]):
    """A field of type *T*: dates, ids, booleans, bytes, whatever has no methods more."""

    __slots__ = ()


class TextField(ExactField[T], TextMethods):
    """A field of text: *T* is `str`, or `str` and None."""

    __slots__ = ()


class NumberField(ExactField[T], NumberMethods):
    """A field of numbers."""

    __slots__ = ()


class PlaceField(ExactField[T], GeoMethods):
    """A field of places and other shapes."""

    __slots__ = ()


class DictField(ExactField[T], GeoMethods):
    """A field of dictionaries, whose keys are reached by item; GeoJSON is one."""

    __slots__ = ()
    if TYPE_CHECKING:

        def __getitem__(self, key: str | int) -> Field[Any]: ...


class DocumentField(ExactField[T], Generic[D, T]):
    """A field of embedded documents of the class *D*; *T* is *D*, or *D* and None."""

    __slots__ = ()
    if TYPE_CHECKING:

        @property
        def q(self) -> type[D]:
            """The nested fields: ``User.q.address.q.city``."""
            ...

        def __getitem__(self, key: str | int) -> Field[Any]: ...


class ArrayField(Comparable[A | E], Changeable[A], ArrayMethods[E], Generic[E, A]):
    """A field of arrays *A* with items *E*, compared with whole arrays and with items."""

    __slots__ = ()
    if TYPE_CHECKING:

        @property
        def q(self) -> type[E]:
            """The fields of the items: ``Order.q.lines.q.sku``."""
            ...

        def __getitem__(self, key: str | int) -> Field[Any]: ...

        def contains(self, part: E, *, case: bool = True) -> Filter:
            """Match arrays that hold *part*."""
            ...

        def where(
            self,
            predicate: ItemTest[Field[E]],
            name: str | None = None,
        ) -> Field[E]:
            """Address the items that match *predicate*, for an update."""
            ...

        def filtered(self, name: str) -> Field[E]:
            """Address the items that match the array filter *name*, for an update."""
            ...

        def every(self) -> Field[E]:
            """Address all items, for an update."""
            ...

        def matched(self) -> Field[E]:
            """Address the first item that the query matched, for an update."""
            ...


class PairField(ArrayField[E, A], GeoMethods):
    """A field of pairs of coordinates, which are places as well as arrays."""

    __slots__ = ()
