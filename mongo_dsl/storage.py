"""`Storage`: the mark of values that aren't stored as their type says.

It stands in an annotation, ``Annotated[str, storage]``, or in the metadata of a field. An
annotation with a mark is opaque: nobody looks through it but who asks for the mark.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import attrs

from mongo_dsl.errors import OperandError


_ALWAYS = frozenset({"eq", "ne", "in_", "not_in", "nin", "exists", "is_null", "type_"})
_CHANGES = frozenset({"set", "set_on_insert", "unset", "rename"})
_ORDER = frozenset(
    {"order", "lt", "lte", "gt", "gte", "between", "asc", "desc", "min_", "max_"}
)
_OPERATORS = frozenset({"$eq", "$ne", "$in", "$nin", "$exists", "$type", "$not"})
_ORDERED = frozenset({"$lt", "$lte", "$gt", "$gte"})


class Storage:
    """How values are stored, and what queries can do with them in that form.

    *described* says it in messages, *compares* whether equal values are stored alike,
    *ordered* whether they keep their order, *secret* whether messages must hide them,
    *stored* the types that the driver reads, none if it may be any.
    """

    described: str = "stored in a form of its own"
    compares: bool = True
    ordered: bool = False
    secret: bool = False
    stored: tuple[type, ...] = ()

    @property
    def advice(self) -> str:
        """What to do instead of what isn't possible."""
        if not self.compares:
            return "it takes exists, is_null and comparisons with None"
        return "it takes ==, !=, in_, not_in, exists and is_null"

    def require(self, subject: object, name: str) -> None:
        """Refuse the method or operator *name* of *subject*, unless it makes sense.

        Raises:
            OperandError: it makes none in this form.
        """
        if not self.allows(name):
            msg = f"{subject} is {self.described} and has no {name}"
            raise OperandError(f"{msg}; {self.advice}")

    def require_comparable(self, subject: object) -> None:
        """Refuse to compare *subject* where equal values aren't stored alike.

        Raises:
            OperandError: they aren't.
        """
        if not self.compares:
            msg = f"{subject} is {self.described} and can't be compared with a value"
            raise OperandError(f"{msg}; {self.advice}")

    def refuse_computed(self, subject: object, value: object) -> NoReturn:
        """Refuse *value*, which comes into being on the server.

        Raises:
            OperandError: always.
        """
        msg = f"{subject} is {self.described} and got {value!r}, which the server"
        raise OperandError(f"{msg} computes; it takes plain values")

    def allows(self, name: str) -> bool:
        """Tell whether fields stored so have the method or operator *name*."""
        if name in _ORDER or name in _ORDERED:
            return self.ordered
        return name in _ALWAYS or name in _CHANGES or name in _OPERATORS


@attrs.frozen
class Converted(Storage):
    """Stored and read by functions of the user's own; None leaves it to the type."""

    encode: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None
    ordered: bool = False
    described = "stored by an encode of its own"

    @property
    def advice(self) -> str:
        """What to do instead of what isn't possible."""
        more = "; pass ordered=True to field() if what it stores keeps the order"
        return f"{super().advice}{'' if self.ordered else more}"


def storage_of(annotation: Any) -> Storage | None:
    """Return the mark of *annotation*, if it has one."""
    if typing.get_origin(annotation) is not typing.Annotated:
        return None
    marks = (mark for mark in annotation.__metadata__ if isinstance(mark, Storage))
    return next(marks, None)


def is_secret(annotation: Any) -> bool:
    """Tell whether messages must hide values of *annotation*, or parts of them."""
    storage = storage_of(annotation)
    if storage is not None and storage.secret:
        return True
    return any(map(is_secret, typing.get_args(annotation)))


def marked(annotation: Any, metadata: Mapping[Any, Any]) -> Any:
    """Return *annotation* with the mark that the *metadata* of its field has."""
    storage = metadata.get("storage")
    if storage is None and ("encode" in metadata or "decode" in metadata):
        storage = Converted(
            metadata.get("encode"),
            metadata.get("decode"),
            bool(metadata.get("ordered")),
        )
    return annotation if storage is None else typing.Annotated[annotation, storage]
