"""Which forms the values within an annotation are stored in, however deep they lie."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterable
from typing import Any

import attrs

from mongo_dsl.conformity import bare
from mongo_dsl.storage import Storage, is_secret, storage_of
from mongo_dsl.structure import fields_of, hints_of, reachable


@functools.lru_cache(maxsize=4096)
def storages_in(annotation: Any) -> tuple[Storage, ...]:
    """List the marks in *annotation*, in those of its arguments and of its classes' fields.

    What stands under a mark is not looked at.
    """
    marks = map(storage_of, _within(annotation))
    return tuple(dict.fromkeys(mark for mark in marks if mark is not None))


def _within(annotation: Any) -> list[Any]:
    """List *annotation* and all that is in it, what stands under marks apart."""
    found: list[Any] = []
    left = [annotation]
    while left:
        one = bare(left.pop(0))
        if one in found:
            continue
        found.append(one)
        if storage_of(one) is None and not _is_compared_as_another(one):
            left += [*typing.get_args(one), *_of_fields(typing.get_origin(one) or one)]
    return found


def _is_compared_as_another(annotation: Any) -> bool:
    """Tell whether *annotation* holds something else than it names, as references do."""
    return hasattr(typing.get_origin(annotation), "__operand__")


def _of_fields(cls: Any) -> Iterable[Any]:
    if not isinstance(cls, type) or hasattr(cls, "__geo_interface__"):
        return []
    if attrs.has(cls):
        known = reachable(cls) if hasattr(cls, "__is_document__") else fields_of(cls)
        return [annotation for _, annotation in known.values()]
    if dataclasses.is_dataclass(cls) or typing.is_typeddict(cls):
        return list(hints_of(cls).values())
    return []


def holds_secrets(annotation: Any) -> bool:
    """Tell whether messages must not write values of *annotation*: a part may be secret."""
    return any(storage.secret for storage in storages_in(annotation))


@functools.lru_cache(maxsize=4096)
def shows_secrets(annotation: Any) -> bool:
    """Tell whether the `repr` of values of *annotation* would write a secret."""
    return is_secret(annotation) or any(map(_shows, _within(annotation)))


def _shows(annotation: Any) -> bool:
    """Tell whether the `repr` of a class shows a field that is secret."""
    cls = typing.get_origin(annotation) or annotation
    if not isinstance(cls, type) or not attrs.has(cls):
        return any(map(is_secret, _of_fields(cls)))
    known = fields_of(cls)
    return any(a.repr and is_secret(known[a.name][1]) for a in attrs.fields(cls))


def require_comparable(annotation: Any, subject: object) -> None:
    """Refuse to compare *subject* with values of *annotation* whose like is stored otherwise.

    Raises:
        OperandError: a part of such values has a form that isn't the same every time.
    """
    within = f"{subject}, in part," if storage_of(annotation) is None else subject
    for storage in storages_in(annotation):
        storage.require_comparable(within)
