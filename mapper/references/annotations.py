"""References in annotations: found, and told where they stand."""

from __future__ import annotations

import functools
import typing
from typing import Any

import attrs

from mapper.references.ref import Ref
from mapper.references.targets import target_of
from mongo_dsl.conformity import bare, members


def is_ref(annotation: Any) -> bool:
    """Tell whether *annotation* is a `Ref`."""
    return typing.get_origin(annotation) is Ref or annotation is Ref


@functools.lru_cache(maxsize=4096)
def placed(annotation: Any, owner: Any, field: str) -> Any:
    """Let the references in *annotation* know that they stand in *field* of *owner*."""
    if is_ref(annotation):
        target = target_of(typing.get_args(annotation))
        return Ref[attrs.evolve(target, owner=owner, field=field)]  # type: ignore[misc]
    if not holds_refs(annotation):
        return annotation
    found = tuple(
        one if one is Ellipsis else placed(one, owner, field)
        for one in typing.get_args(annotation)
    )
    return _with_arguments(annotation, found)


def _with_arguments(annotation: Any, arguments: tuple[Any, ...]) -> Any:
    if len(members(annotation)) > 1:
        return typing.Union[arguments]  # noqa: UP007 - built at run time
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return typing.Annotated[(arguments[0], *annotation.__metadata__)]
    return origin[arguments]


@functools.lru_cache(maxsize=4096)
def holds_refs(annotation: Any) -> bool:
    """Tell whether *annotation* names a `Ref`, itself or in its arguments."""
    found = bare(annotation)
    arguments = typing.get_args(found)
    return is_ref(found) or any(map(holds_refs, arguments))
