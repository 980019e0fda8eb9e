"""Which field of a class a stored path means."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.converter import decode
from mapper.tracking import decode_field
from mongo_dsl.conformity import members
from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.schema import FieldSpec, field_spec
from mongo_dsl.structure import element_of, fields_of


def named(cls: Any, path: str) -> str:
    """Return the stored *path* in Python's names; as it is where *cls* doesn't know it."""
    found = _spec(cls, path)
    return path if found is None else found.name


def valued(cls: Any, path: str, value: Any) -> tuple[str, Any]:
    """Return the stored *path* in Python's names, and *value* decoded as what is there."""
    found = _spec(cls, path)
    if found is None:
        return path, value
    if "." in path:
        return found.name, decode(value, found.annotation)
    return found.name, decode_field(cls, found.name, value)


def _spec(cls: Any, path: str) -> FieldSpec | None:
    first, *rest = path.split(".")
    try:
        spec = field_spec(cls, _python_name(cls, first))
        for part in rest:
            spec = _within(spec, part)
    except UnknownFieldError:
        return None
    return spec


def _within(spec: FieldSpec, part: str) -> FieldSpec:
    if part.isdigit() and spec.is_array():
        return spec.at(int(part))
    for member in map(element_of, members(spec.annotation)):
        if isinstance(member, type) and attrs.has(member):
            part = _python_name(member, part)
    return spec.sub(part)


def _python_name(cls: Any, stored: str) -> str:
    """Return the name of what *cls* stores as *stored*; a name of Python alone is none.

    Raises:
        UnknownFieldError: there is no such field.
    """
    for name, (known, _) in fields_of(cls).items():
        if known == stored:
            return name
    msg = f"{cls.__name__} stores no field {stored!r}"
    raise UnknownFieldError(msg)
