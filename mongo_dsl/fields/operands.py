"""What the methods of a field take, for type checkers.

Parameters are `Any` to them: `param` says nothing of its type before it is bound.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union

from bson import Decimal128, Int64

from mongo_dsl.expressions.face import Expr
from mongo_dsl.filters import Filter
from mongo_dsl.raw import RawMQL


if TYPE_CHECKING:
    from typing_extensions import TypedDict

T = TypeVar("T")

# Written with `Union`: Python 3.10 can't put a type variable beside "|" at run time.
Operand = Union[T, Expr, RawMQL]  # noqa: UP007
"""A value of the field's type, or what the server computes: fields are expressions."""

Operands = Union[Iterable[Operand[T]], Expr, RawMQL]  # noqa: UP007
"""Several values, or an expression that gives an array."""

Amount = Union[float, decimal.Decimal, Decimal128, Int64]  # noqa: UP007
"""A number that the server can count with."""

ItemTest = Union[Filter, RawMQL, Callable[[T], Any]]  # noqa: UP007
"""A filter on an array's item, or a function that gets the item's face *T*."""


if TYPE_CHECKING:

    class Modifiers(TypedDict, Generic[T], total=False):
        """How `push` changes the array besides."""

        each: Iterable[T] | None
        slice_: Amount | None
        sort: Any
        position: Amount | None

    class Masks(TypedDict, total=False):
        """What `bit` combines a field with."""

        and_: int | None
        or_: int | None
        xor: int | None

    class Distances(TypedDict, total=False):
        """How far places may be."""

        max_distance: Any
        min_distance: Any
