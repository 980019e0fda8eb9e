"""Whether the documents that a pipeline gives fit a class of rows."""

from __future__ import annotations

import datetime as dt
import typing
import uuid
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import attrs
from bson import Binary, Decimal128, Int64, ObjectId

from mongo_dsl.conformity import describe, members
from mongo_dsl.errors import OperandError, UnknownFieldError
from mongo_dsl.names import suggestion
from mongo_dsl.shape.classes import alternatives
from mongo_dsl.shape.kinds import NOTHING, UNKNOWN, Array, Kind, Shape, Typed
from mongo_dsl.shape.paths import child, items, names
from mongo_dsl.structure import element_of, fields_of


def check_row(cls: Any, shape: Shape) -> None:
    """Check that documents of *shape* can be read as the attrs class *cls*.

    Raises:
        OperandError: *cls* is no attrs class, or a field has another type there.
        UnknownFieldError: a field without default is certainly not there.
    """
    if not isinstance(cls, type) or not attrs.has(cls):
        msg = f"into got {cls!r}; it takes an attrs class"
        raise OperandError(msg)
    _Check(cls.__name__).fields(cls, shape)


@attrs.frozen
class _Check:
    """A walk along the fields of a class: who *owner* is, and what is *above*."""

    owner: str
    above: str = ""
    seen: tuple[tuple[Any, Kind], ...] = ()  # a class may hold itself

    def fields(self, cls: Any, kind: Kind) -> None:
        own = {a.name: a for a in attrs.fields(cls)}
        for name, (stored, annotation) in fields_of(cls).items():
            found = child(kind, stored)
            if found is NOTHING:
                if own[name].default is attrs.NOTHING:
                    raise self._missing(name, stored, kind)
            elif "decode" not in own[name].metadata:
                self._field(annotation, found, name, f"{self.above}{stored}")

    def _missing(self, name: str, stored: str, kind: Kind) -> UnknownFieldError:
        there = names(kind)
        listed = ", ".join(there) or "no fields"
        msg = f"into got {self.owner}.{name}, which the pipeline doesn't give under"
        msg = f"{msg} {self.above + stored!r}{suggestion(stored, there)}"
        return UnknownFieldError(f"{msg}; there are: {listed}")

    def _field(self, annotation: Any, kind: Kind, name: str, place: str) -> None:
        wanted, given = _families(Typed(annotation)), _families(kind)
        if wanted and given and wanted.isdisjoint(given):
            msg = f"into got {self.owner}.{name}, which is {describe(annotation)}; the"
            raise OperandError(f"{msg} pipeline gives {kind} under {place!r}")
        there = [m for m in members(annotation) if m not in (None, type(None))]
        if len(there) == 1 and wanted - {"null"} == given - {"null"}:
            self._parts(there[0], kind, name, place)

    def _parts(self, member: Any, kind: Kind, name: str, place: str) -> None:
        """Check the items of an array, or the fields of a document."""
        element = element_of(member)
        if element is not member:
            self._field(element, items(kind), name, place)
        elif _has_fields(member) and (member, kind) not in self.seen:
            seen = (*self.seen, (member, kind))
            _Check(member.__name__, f"{place}.", seen).fields(member, kind)


def _has_fields(member: Any) -> bool:
    shape = hasattr(member, "to_geojson")
    return isinstance(member, type) and attrs.has(member) and not shape


def _families(kind: Kind) -> frozenset[str]:
    """Return the families of BSON types of *kind*; none where it isn't known."""
    found = [family for one in alternatives(kind) for family in _family(one)]
    return frozenset() if "" in found else frozenset(found)


def _family(kind: Kind) -> list[str]:
    if isinstance(kind, Shape):
        return ["document"]
    if isinstance(kind, Array):
        return ["array"]
    if not isinstance(kind, Typed) or kind == UNKNOWN:
        return [""]
    return list(_of_type(kind.annotation))


def _of_type(annotation: Any) -> set[str]:
    if typing.get_origin(annotation) is Literal:
        return {_FAMILIES.get(type(v), "") for v in typing.get_args(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {_FAMILIES.get(type(choice.value), "") for choice in annotation}
    return {_FAMILIES.get(annotation, "")}


_FAMILIES: dict[Any, str] = {
    **dict.fromkeys((int, float, Decimal, Decimal128, Int64, dt.timedelta), "number"),
    **dict.fromkeys((str, dt.time), "text"),
    **dict.fromkeys((dt.datetime, dt.date), "date"),
    **dict.fromkeys((bytes, Binary, uuid.UUID), "binary"),
    **dict.fromkeys((type(None), None), "null"),
    bool: "bool",
    ObjectId: "id",
}
