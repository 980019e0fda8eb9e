"""Which arrays are sets, and what has no parts: annotations followed along the paths of stored documents."""

from __future__ import annotations

import functools
import typing
from collections import abc
from collections.abc import Mapping
from typing import Any

from mapper.conversion.arrays import is_row
from mapper.conversion.classes import fields_of, is_class
from mapper.conversion.geometry import is_shape
from mongo_dsl.conformity import bare, members
from mongo_dsl.storage import storage_of
from mongo_dsl.structure import element_of
from mongo_dsl.variants import discriminator_of, variants


_SETS = (set, frozenset, abc.Set, abc.MutableSet)


@functools.lru_cache(maxsize=4096)
def is_set(annotation: Any) -> bool:
    """Tell whether every array that *annotation* allows is a set."""
    origins = [typing.get_origin(m) or m for m in members(annotation)]
    arrays = [one for one in origins if _is_array(one)]
    return bool(arrays) and all(one in _SETS for one in arrays)


@functools.lru_cache(maxsize=4096)
def is_one_value(annotation: Any) -> bool:
    """Tell whether what is stored is never changed in part: rows and shapes."""
    return any(is_shape(one) or is_row(one) for one in map(bare, members(annotation)))


def _is_array(origin: Any) -> bool:
    if not isinstance(origin, type):
        return origin is Any
    is_iterable = issubclass(origin, typing.Iterable) or origin is object
    return is_iterable and not issubclass(origin, (str, bytes, Mapping))


def within(annotation: Any, name: str) -> Any:
    """Return the annotation of what is stored as *name* in a document annotated so."""
    found = [_entry(bare(member), name) for member in members(annotation)]
    known = [one for one in found if one is not None]
    return known[0] if len(known) == 1 else Any


def items_of(annotation: Any) -> Any:
    """Return the annotation of the items of an array annotated so."""
    arrays = [m for m in members(annotation) if _is_array(typing.get_origin(m) or m)]
    return element_of(arrays[0]) if len(arrays) == 1 else Any


def _entry(member: Any, name: str) -> Any:
    if is_class(member):
        return _field(member, name)
    origin = typing.get_origin(member)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return typing.get_args(member)[1]
    return None


def _field(cls: Any, name: str) -> Any:
    """Return the annotation of a field of *cls*, or of the subclasses stored with it."""
    classes = (cls,) if discriminator_of(cls) is None else variants(cls)
    found = [stored_fields(one)[name] for one in classes if name in stored_fields(one)]
    return found[0] if len({*found}) == 1 else None


@functools.lru_cache(maxsize=1024)
def stored_fields(cls: Any) -> dict[str, Any]:
    """Return the annotations of the fields of *cls* by their stored names.

    `Any` is that of fields in forms of their own: the annotation doesn't say how they are stored.
    """
    return {
        field.stored: field.annotation if storage_of(field.annotation) is None else Any
        for field in fields_of(cls)
    }
