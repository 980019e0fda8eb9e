"""Whether the documents that a pipeline gives fit a class of rows."""

from __future__ import annotations

import datetime as dt
import typing
import uuid
from collections.abc import Iterable
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
    _check(cls, shape, cls.__name__, "")


def _check(cls: Any, kind: Kind, owner: str, above: str) -> None:
    own = {a.name: a for a in attrs.fields(cls)}
    for name, (stored, annotation) in fields_of(cls).items():
        found = child(kind, stored)
        place = f"{above}{stored}"
        if found is NOTHING:
            if own[name].default is attrs.NOTHING:
                raise _missing(f"{owner}.{name}", place, stored, kind)
        elif "decode" not in own[name].metadata:
            _check_type(annotation, found, f"{owner}.{name}", place)


def _missing(field: str, place: str, stored: str, kind: Kind) -> UnknownFieldError:
    known = names(kind)
    listed = ", ".join(known) or "no fields"
    msg = f"into got {field}, which the pipeline doesn't give under {place!r}"
    return UnknownFieldError(f"{msg}{suggestion(stored, known)}; there are: {listed}")


def _check_type(annotation: Any, kind: Kind, field: str, place: str) -> None:
    wanted, given = _families(_of_annotation(annotation)), _families(alternatives(kind))
    if wanted and given and wanted.isdisjoint(given):
        msg = f"into got {field}, which is {describe(annotation)}; the pipeline gives"
        raise OperandError(f"{msg} {kind} under {place!r}")
    if len(wanted - {"null"}) == 1 and wanted - {"null"} == given - {"null"}:
        for member in members(annotation):
            _check_parts(member, kind, field, place)


def _check_parts(member: Any, kind: Kind, field: str, place: str) -> None:
    """Check the items of an array, and the fields of a document of one class."""
    element = element_of(member)
    if element is not member:
        _check_type(element, items(kind), field, place)
    elif isinstance(member, type) and attrs.has(member) and not _has_form(member):
        _check(member, kind, member.__name__, f"{place}.")


def _of_annotation(annotation: Any) -> tuple[Kind, ...]:
    return alternatives(Typed(annotation))


def _families(kinds: Iterable[Kind]) -> frozenset[str]:
    """Return the families of BSON types of *kinds*; none where one is not known."""
    found = [family for kind in kinds for family in _family(kind)]
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
