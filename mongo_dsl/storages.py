"""Which forms the values within an annotation are stored in, however deep they lie."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterable
from typing import Any

import attrs

from mongo_dsl.conformity import bare
from mongo_dsl.storage import Storage, storage_of
from mongo_dsl.structure import fields_of, hints_of, reachable


@functools.lru_cache(maxsize=4096)
def storages_in(annotation: Any) -> tuple[Storage, ...]:
    """List the marks in *annotation*, in those of its arguments and of its classes' fields.

    What stands under a mark is not looked at.
    """
    found: list[Storage] = []
    seen: list[Any] = []
    left = [annotation]
    while left:
        one = bare(left.pop(0))
        mark = storage_of(one)
        if mark is not None:
            found.append(mark)
        elif one not in seen:
            seen.append(one)
            left += [*typing.get_args(one), *_of_fields(typing.get_origin(one) or one)]
    return tuple(dict.fromkeys(found))


def _of_fields(cls: Any) -> Iterable[Any]:
    if not isinstance(cls, type):
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


def require_comparable(annotation: Any, subject: object) -> None:
    """Refuse to compare *subject* with values of *annotation* whose like is stored otherwise.

    Raises:
        OperandError: a part of such values has a form that isn't the same every time.
    """
    within = f"{subject}, in part," if storage_of(annotation) is None else subject
    for storage in storages_in(annotation):
        storage.require_comparable(within)
