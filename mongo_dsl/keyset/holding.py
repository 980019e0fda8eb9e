"""What a field of a sort order may hold, as far as its document class says."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
from bson import Decimal128, Int64

from mongo_dsl.conformity import bare, members
from mongo_dsl.nodes import Path
from mongo_dsl.shape.classes import alternatives, of_class
from mongo_dsl.shape.kinds import UNKNOWN, Array, Kind, Shape, Typed
from mongo_dsl.shape.paths import reached
from mongo_dsl.structure import fields_of


@attrs.frozen
class Holding:
    """What a field may hold beside values that compare with each other.

    *lacking*: null, or nothing at all; *nan*: numbers that compare with none; *mixed*:
    values of several types, which ``$gt`` and ``$lt`` keep apart; *arrays*: arrays.
    """

    lacking: bool = True
    nan: bool = False
    mixed: bool = False
    arrays: bool = False


_ID = Holding(lacking=False)
_ANYTHING = Holding(nan=True, mixed=True)


@functools.lru_cache(maxsize=1024)
def holding(path: Path, model: Any) -> Holding:
    """Return what the field at *path* of *model* may hold.

    Without a class, values of one type are taken for granted.
    """
    if model is None:
        return _ID if path.name == "_id" else Holding()
    names = path.name.split(".")
    found = [k for k in alternatives(reached(of_class(model), names)) if not _null(k)]
    return Holding(
        lacking=path.name != "_id" and not _always_there(model, names),
        nan=any(map(_may_be_nan, found)),
        mixed=UNKNOWN in found or len({b for k in found for b in _brackets(k)}) > 1,
        arrays=any(isinstance(kind, Array) for kind in found),
    )


def _null(kind: Kind) -> bool:
    return isinstance(kind, Typed) and kind.annotation in (None, type(None))


def _may_be_nan(kind: Kind) -> bool:
    return isinstance(kind, Typed) and kind.annotation in _NAN


_NAN = (float, Decimal, Decimal128, Any)
_NUMBERS = (int, float, Decimal, Decimal128, Int64)
_DATES = (dt.datetime, dt.date)


def _brackets(kind: Kind) -> Iterator[Any]:
    """Yield the groups of types in *kind*; values of one group compare."""
    if not isinstance(kind, Typed):
        yield Shape
        return
    annotation = bare(kind.annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        for member in annotation:
            yield _bracket(type(member.value))
    else:
        yield _bracket(annotation)


def _bracket(annotation: Any) -> Any:
    return int if annotation in _NUMBERS else annotation


def _always_there(model: Any, names: list[str]) -> bool:
    """Tell whether every document has a value at the path *names*: all are required.

    A field with a default may be missing in documents that are older than it.
    """
    cls = model
    for name in names:
        required = _required(cls, name)
        if required is None:
            return False
        cls = required
    return True


def _required(cls: Any, stored: str) -> Any:
    """Return the annotation of a field that has no default and isn't None."""
    if not (isinstance(cls, type) and attrs.has(cls)):
        return None
    for attribute in attrs.fields(cls):
        known, annotation = fields_of(cls)[attribute.name]
        if known == stored and attribute.default is attrs.NOTHING:
            found = members(annotation)
            return found[0] if len(found) == 1 and found[0] is not Any else None
    return None
