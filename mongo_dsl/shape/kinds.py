"""What is known about a value before there is one: its type, its items or its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mongo_dsl.conformity import describe
from mongo_dsl.nodes import frozen


class Kind:
    """What a value may be; kinds are immutable and compare by what they say."""

    __slots__ = ()


@frozen(repr=False)
class Typed(Kind):
    """A value of the Python type *annotation*; nothing is known where that is `Any`."""

    annotation: Any

    def __str__(self) -> str:
        return describe(self.annotation)


@frozen(repr=False)
class Array(Kind):
    """An array of *item*."""

    item: Kind

    def __str__(self) -> str:
        return f"list[{self.item}]"


@attrs.frozen(repr=False, hash=False)
class Shape(Kind):
    """A document: its *fields*, by stored name.

    *rest* is what fields of other names hold; without it there are none. *came* is the
    stage that made the shape of another one, and that one.
    """

    fields: Mapping[str, Kind]
    rest: Kind | None = None
    came: tuple[str, Shape] | None = attrs.field(default=None, eq=False)

    @property
    def is_open(self) -> bool:
        """Whether there may be fields of other names.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().shape.is_open, Pipeline().count().shape.is_open
        (True, False)
        """
        return self.rest is not None

    def __str__(self) -> str:
        parts = [f"{name}: {kind}" for name, kind in self.fields.items()]
        if self.rest is not None:
            parts.append("..." if self.rest == UNKNOWN else f"...: {self.rest}")
        return f"{{{', '.join(parts)}}}"

    def __repr__(self) -> str:
        return f"<Shape {self}>"

    def having(self, name: str, kind: Kind) -> Shape:
        """Give the field *name* another kind; `NOTHING` takes it away.

        >>> Shape({"name": STR}).having("age", INT)
        <Shape {name: str, age: int}>
        """
        fields = {**self.fields, name: kind}
        if kind is NOTHING:
            del fields[name]
        return Shape(fields, self.rest)


@frozen(repr=False)
class Either(Kind):
    """A value of one of *kinds*, which have no likeness: a shape, an array, a type."""

    kinds: tuple[Kind, ...]

    def __str__(self) -> str:
        return " | ".join(map(str, self.kinds))


@frozen(repr=False)
class Nothing(Kind):
    """No value: what is read from a field that isn't there; there is one instance."""

    def __reduce__(self) -> str:
        return "NOTHING"

    def __str__(self) -> str:
        return "nothing"


def alike(ours: Mapping[str, Kind], theirs: Mapping[str, Kind]) -> bool:
    """Tell whether fields are the same to the letter, in the same order: messages list them.

    Most of them are the same objects.
    """
    if list(ours) != list(theirs):
        return False
    pairs = zip(ours.values(), theirs.values(), strict=True)
    return all(one is other or _alike(one, other) for one, other in pairs)


def _alike(one: Kind, other: Kind) -> bool:
    if isinstance(one, Typed) and isinstance(other, Typed):
        return one.annotation is other.annotation
    if isinstance(one, Array) and isinstance(other, Array):
        return _alike(one.item, other.item)
    if isinstance(one, Shape) and isinstance(other, Shape):
        same = one.rest is other.rest and one.came is other.came
        return same and alike(one.fields, other.fields)
    return one is other


NOTHING = Nothing()
UNKNOWN = Typed(Any)
NULL = Typed(type(None))
OPEN = Shape({}, UNKNOWN)
BOOL, INT, FLOAT, STR = Typed(bool), Typed(int), Typed(float), Typed(str)
