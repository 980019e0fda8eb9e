"""What annotations say about stored values."""

from __future__ import annotations

import datetime as dt
import functools
import re
import typing
import uuid
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import attrs
from bson import (
    Binary,
    Code,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)

from mongo_dsl.conformity import members
from mongo_dsl.shape.kinds import (
    NOTHING,
    NULL,
    OPEN,
    UNKNOWN,
    Array,
    Either,
    Kind,
    Shape,
    Typed,
)
from mongo_dsl.storage import storage_of
from mongo_dsl.structure import element_of, fields_of
from mongo_dsl.variants import discriminator_of, variants


SCALARS = frozenset(
    {
        *(int, float, Decimal, Decimal128, Int64, bool, str, bytes, Binary, uuid.UUID),
        *(dt.datetime, dt.date, dt.time, dt.timedelta, ObjectId, re.Pattern, Regex),
        *(Timestamp, Code, MinKey, MaxKey, None, type(None)),
    }
)
"""The types whose values have no fields."""


def is_scalar(member: Any) -> bool:
    """Tell whether the values of *member*, one alternative of a union, have no fields."""
    if typing.get_origin(member) is Literal:
        return True
    if isinstance(member, type) and issubclass(member, Enum):
        return all(type(choice.value) in SCALARS for choice in member)
    return member in SCALARS or typing.get_origin(member) is re.Pattern


def alternatives(kind: Kind) -> tuple[Kind, ...]:
    """Take *kind* apart into shapes, arrays, types of scalars, `UNKNOWN`, `NOTHING`."""
    if isinstance(kind, Either):
        return kind.kinds
    return _alternatives(kind.annotation) if isinstance(kind, Typed) else (kind,)


def _alternatives(annotation: Any) -> tuple[Kind, ...]:
    if type(annotation) is type and annotation in SCALARS:
        return (Typed(annotation),)  # most fields are of such a type
    if any(discriminator_of(member) for member in members(annotation)):
        _found_volatile()
        return _read(annotation)  # not kept: a subclass may be defined any time
    return _kept(annotation)


@functools.lru_cache(maxsize=1024)
def _kept(annotation: Any) -> tuple[Kind, ...]:
    return _read(annotation)


_volatile = 0


def _found_volatile() -> None:
    global _volatile  # noqa: PLW0603 - a counter
    _volatile += 1


def volatile() -> int:
    """Count how often something was read that changes when a subclass is defined."""
    return _volatile


def _read(annotation: Any) -> tuple[Kind, ...]:
    found = [one for member in members(annotation) for one in _stored_as(member)]
    classes = sum(isinstance(member, type) and attrs.has(member) for member in found)
    return tuple(_alternative(member, classes > 1) for member in found)


def _stored_as(member: Any) -> tuple[Any, ...]:
    """Return what *member* is stored as, where its class says that it is something else."""
    said = getattr(typing.get_origin(member), "__stored_as__", None)
    return (member,) if said is None else members(said(member))


def _alternative(member: Any, told_apart: bool) -> Kind:
    if is_scalar(member):
        return Typed(member)
    if hasattr(member, "to_geojson"):
        return OPEN
    if isinstance(member, type) and attrs.has(member):
        fields = _fields(member)
        return Shape({**fields, "_type": Typed(str)} if told_apart else fields)
    origin = typing.get_origin(member) or member
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(member, origin)
    element = element_of(member)
    return UNKNOWN if element is member else Array(Typed(element))


def _mapping(member: Any, origin: type) -> Kind:
    """Return a shape whose keys are data; typed dicts aren't looked into."""
    arguments = typing.get_args(member)
    told = len(arguments) == 2 and not typing.is_typeddict(origin)  # noqa: PLR2004 - key, value
    return Shape({}, Typed(arguments[1])) if told else OPEN


def _fields(cls: Any) -> dict[str, Kind]:
    """Return the kinds of the fields of *cls*, and of the subclasses stored with it."""
    key = discriminator_of(cls)
    if key is None:
        return _own_fields(cls)
    _found_volatile()
    shapes = [Shape(_own_fields(one)) for one in variants(cls) or (cls,)]
    return {**functools.reduce(_merged, shapes).fields, key: Typed(str)}


@functools.lru_cache(maxsize=1024)
def _own_fields(cls: Any) -> dict[str, Kind]:
    """Return the kinds of the fields of *cls* by stored name.

    What is stored in a form of its own may be anything.
    """
    return {
        stored: Typed(annotation) if storage_of(annotation) is None else UNKNOWN
        for stored, annotation in fields_of(cls).values()
    }


def of_class(cls: Any) -> Shape:
    """Return the shape of the documents that the attrs class *cls* describes.

    >>> import attrs
    >>> @attrs.define
    ... class City:
    ...     name: str
    ...     people: int = 0
    >>> of_class(City)
    <Shape {_id: Any, name: str, people: int}>
    """
    fields = _fields(cls)
    return Shape(fields if "_id" in fields else {"_id": UNKNOWN, **fields})


def joined(kinds: typing.Iterable[Kind]) -> Kind:
    """Return what a value is that is of one of *kinds*; one that may lack may be null."""
    found = list(kinds)
    if len(found) == 1:
        return found[0]
    there = _distinct(kind for kind in found if kind is not NOTHING)
    if not there:
        return NOTHING
    if len(there) < len(found) and NOTHING in found:
        there = _distinct((*there, NULL))
    if len(there) == 1:
        return there[0]
    if all(isinstance(kind, Typed) for kind in there):
        return _union(there)
    return _mixed([one for kind in there for one in alternatives(kind)])


def _distinct(kinds: typing.Iterable[Kind]) -> list[Kind]:
    found: list[Kind] = []
    for kind in kinds:
        if kind not in found:
            found.append(kind)
    return found


def _union(kinds: list[Any]) -> Typed:
    if UNKNOWN in kinds:
        return UNKNOWN
    return Typed(typing.Union[tuple(kind.annotation for kind in kinds)])  # noqa: UP007


def _mixed(kinds: list[Kind]) -> Kind:
    """Join kinds that were taken apart: at most one shape and one array is left."""
    if UNKNOWN in kinds:
        return UNKNOWN
    shapes = [kind for kind in kinds if isinstance(kind, Shape)]
    items = [kind.item for kind in kinds if isinstance(kind, Array)]
    found: list[Kind] = [functools.reduce(_merged, shapes)] if shapes else []
    found += [Array(joined(items))] if items else []
    found += _distinct(kind for kind in kinds if isinstance(kind, Typed))
    return found[0] if len(found) == 1 else Either(tuple(found))


def _merged(one: Shape, other: Shape) -> Shape:
    """Return the shape of documents that are like *one* or like *other*."""
    rest = joined(shape.rest for shape in (one, other) if shape.rest is not None)
    return Shape(
        {
            name: joined(kind for s in (one, other) for kind in _of_field(s, name))
            for name in {**one.fields, **other.fields}
        },
        None if rest is NOTHING else rest,
    )


def _of_field(shape: Shape, name: str) -> tuple[Kind, ...]:
    if name in shape.fields:
        return (shape.fields[name],)
    return (NOTHING,) if shape.rest is None else (shape.rest, NULL)


def documents(kind: Kind) -> Shape:
    """Return the shape of the documents among what *kind* may be."""
    if isinstance(kind, Shape):
        return kind
    found = alternatives(kind)
    shapes = [one if isinstance(one, Shape) else Shape({}) for one in found]
    return OPEN if UNKNOWN in found else functools.reduce(_merged, shapes)
