"""Which values a field can meet, beyond those that its annotation allows."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs
from bson import Decimal128, Int64, ObjectId

from mongo_dsl.conformity import bare, conforms, describe, kind_of, members
from mongo_dsl.errors import OperandError
from mongo_dsl.storages import holds_secrets


_NUMBERS = frozenset({int, float, Decimal128, Int64})

REFUSED = object()
"""What no value is."""


def admit(value: Any, annotation: Any) -> Any:
    """Return *value* as *annotation* would hold it, or `REFUSED`.

    A number compares with every number, a stored value of an enum with its members and
    24 hexadecimal digits with an `ObjectId`, what has a ``__geo_interface__`` with shapes:
    nothing else could be meant. A generic class says by ``__operand__(annotation, value)``
    what its values are compared as.
    """
    operand = getattr(typing.get_origin(bare(annotation)), "__operand__", None)
    if operand is not None:
        return _admit_as(operand(bare(annotation), value))
    if conforms(annotation)(value):
        return value
    kind = bare(annotation)
    return _admit_kind(value, kind) if isinstance(kind, type) else REFUSED


def _admit_kind(value: Any, kind: type) -> Any:
    if issubclass(kind, Enum):
        return _member(kind, value)
    if kind is ObjectId and isinstance(value, str) and ObjectId.is_valid(value):
        return ObjectId(value)
    return value if _is_alike(kind, value) else REFUSED


def _admit_as(operand: tuple[Any, Any] | None) -> Any:
    if operand is None:
        return REFUSED
    value, annotation = operand
    found = (admit(value, member) for member in members(annotation))
    return next((one for one in found if one is not REFUSED), REFUSED)


def _is_alike(kind: type, value: Any) -> bool:
    """Tell whether *value* is stored as values of *kind* are."""
    if hasattr(value, "__geo_interface__"):
        return hasattr(kind, "__geo_interface__")
    if kind in _NUMBERS:
        return type(value) in _NUMBERS
    return attrs.has(kind) and isinstance(value, Mapping)


def _member(kind: type[Enum], value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return REFUSED


def told(value: Any, annotation: Any) -> str:
    """Write *value* for a message, or its type alone where *annotation* hides it."""
    kind = kind_of(value)
    return kind if holds_secrets(annotation) else f"{value!r}, {kind}"


def unfit(
    subject: object, annotation: Any, value: Any, items: tuple[Any, ...] = ()
) -> OperandError:
    """Say that *subject*, of *annotation*, can't meet *value*, nor one of its *items*."""
    why = " and can't be compared with or set to"
    if items:
        listed = " | ".join(dict.fromkeys(map(describe, items)))
        why = f", whose items are {listed}; it can't hold"
    told_value = told(value, annotation)
    return OperandError(f"{subject} is {describe(annotation)}{why} {told_value}")
