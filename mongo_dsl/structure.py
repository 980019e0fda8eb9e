"""What a class of documents, or an annotation within it, is made of."""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from typing import Any

import attrs
from bson import DBRef

from mongo_dsl.conformity import bare, members
from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.storage import marked
from mongo_dsl.variants import discriminator_of, variants


def element_of(annotation: Any) -> Any:
    """Return what an array annotated so holds; other annotations come back as they are."""
    annotation = bare(annotation)
    origin = typing.get_origin(annotation)
    if not isinstance(origin, type) or issubclass(origin, (Mapping, type)):
        return Any if annotation in (list, tuple, set, frozenset) else annotation
    arguments = tuple(a for a in typing.get_args(annotation) if a is not Ellipsis)
    if not arguments or not issubclass(origin, typing.Iterable):
        return annotation
    return typing.Union[arguments]  # noqa: UP007 - built at run time


@functools.lru_cache(maxsize=1024)
def computed_in(cls: Any) -> dict[str, Any]:
    """Return what instances of *cls* compute when they are stored, by name.

    It is an attribute whose class has a true ``__is_computed__``; it says what the database
    calls it (``stored``) and what it is (``annotation``).
    """
    found: dict[str, Any] = {}
    for base in reversed(getattr(cls, "__mro__", ())):
        for name, value in vars(base).items():
            found.pop(name, None)
            if getattr(type(value), "__is_computed__", False):
                found[name] = value
    return found


def may_grow(annotation: Any) -> bool:
    """Tell whether there may be more fields within *annotation* later: of new subclasses."""
    kinds = map(element_of, members(annotation))
    return any(discriminator_of(kind) is not None for kind in kinds)


def nested_in(annotation: Any, name: str) -> tuple[str, Any] | None:
    """Return the stored name and the annotation of *name* within *annotation*."""
    for member in members(annotation):
        if member is Any or member is object or member is dict or member is Mapping:
            return name, Any
        if member is DBRef and name in ("$ref", "$id", "$db"):
            return name, Any
        if isinstance(member, type) and attrs.has(member):
            found = reachable(member).get(name)
            if found is not None:
                return found
        origin = typing.get_origin(member)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return name, typing.get_args(member)[1]
    return None


def hints_of(cls: Any) -> dict[str, Any]:
    """Return the annotations of *cls*, resolved; it may name itself and what is above it.

    Raises:
        NameError: an annotation names something else that isn't in its module.
    """
    try:
        return typing.get_type_hints(cls, include_extras=True)
    except NameError:  # a class in a function is in no module
        named = {base.__name__: base for base in reversed(cls.__mro__)}
        return typing.get_type_hints(cls, localns=named, include_extras=True)


@functools.lru_cache(maxsize=1024)
def fields_of(cls: Any) -> dict[str, tuple[str, Any]]:
    """Return the stored name and the annotation of every field of the attrs class *cls*.

    What is computed comes last.

    Raises:
        UnknownFieldError: an annotation names something that doesn't exist.
    """
    try:
        hints = hints_of(cls)
    except NameError as error:
        msg = f"{cls.__name__} has an annotation that can't be resolved: {error}"
        raise UnknownFieldError(
            f"{msg}; define what it names at module level"
        ) from error
    found = {
        attribute.name: (
            attribute.metadata.get("db_name", attribute.name),
            marked(
                placed(
                    hints.get(attribute.name, attribute.type or Any),
                    cls,
                    attribute.name,
                ),
                attribute.metadata,
            ),
        )
        for attribute in attrs.fields(cls)
    }
    for name, computed in computed_in(cls).items():
        found[name] = (computed.stored, computed.annotation)
    return found


def reachable(cls: Any) -> dict[str, tuple[str, Any]]:
    """Return the fields that queries of *cls* may speak of.

    Where a key tells its subclasses apart, those are theirs, too, and the key; a name
    that two of them store differently is left out.
    """
    key = discriminator_of(cls)
    if key is None:
        return fields_of(cls)
    found: dict[str, tuple[str, Any]] = {}
    for name, places in _by_name(variants(cls) or (cls,)).items():
        stored = places[0][0]
        if all(place == stored for place, _ in places):
            annotations = tuple(dict.fromkeys(one for _, one in places))
            union: Any = typing.Union[annotations]  # noqa: UP007 - built at run time
            found[name] = stored, union
    return {**found, key: (key, str)}


def _by_name(classes: tuple[Any, ...]) -> dict[str, list[tuple[str, Any]]]:
    found: dict[str, list[tuple[str, Any]]] = {}
    for cls in classes:
        for name, field in fields_of(cls).items():
            found.setdefault(name, []).append(field)
    return found


def placed(annotation: Any, owner: Any, name: str) -> Any:
    """Let generic classes in *annotation* know that they stand in the field *name* of *owner*.

    They are those that define ``__in_field__(annotation, owner, name)``.
    """
    if not _asks_for_place(annotation):
        return annotation
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if hasattr(origin, "__in_field__"):
        return origin.__in_field__(annotation, owner, name)
    found = tuple(placed(one, owner, name) for one in arguments)
    if len(members(annotation)) > 1:
        return typing.Union[found]  # noqa: UP007 - built at run time
    if origin is typing.Annotated:
        found = (found[0], *arguments[1:])
    return annotation if origin is None else origin[found]


def _asks_for_place(annotation: Any) -> bool:
    found = bare(annotation)
    known = hasattr(typing.get_origin(found), "__in_field__")
    return known or any(map(_asks_for_place, typing.get_args(found)))
