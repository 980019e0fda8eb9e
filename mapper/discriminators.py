"""What a discriminator adds to queries, updates and indexes of document classes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from mapper.conversion import trees
from mapper.conversion.trees import named, top_of, value_of
from mapper.errors import DefinitionError
from mongo_dsl import F, Filter
from mongo_dsl.errors import ArgumentError
from mongo_dsl.fields.documents import known_fields
from mongo_dsl.variants import discriminator_of, variants


def class_filter(cls: Any) -> Filter | None:
    """Return the condition that documents are of *cls*; None if all of its collection are.

    Subclasses count; the class at the top has all, those without a class included.
    """
    return None if discriminator_of(cls) is None else _class_filter(cls)


def forget() -> None:
    """Look for subclasses anew: one was defined."""
    _class_filter.cache_clear()
    known_fields.cache_clear()
    trees.forget()


@functools.lru_cache(maxsize=1024)
def _class_filter(cls: Any) -> Filter | None:
    if cls is top_of(cls):
        return None
    names, key = list(named(cls)), str(discriminator_of(cls))
    field = F[key]
    return field == names[0] if len(names) == 1 else field.in_(names)


def with_class(cls: Any, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let a query set that asks for some fields of *cls* ask for the class, too.

    Raises:
        ArgumentError: it leaves out just that.
    """
    key = discriminator_of(cls)
    if key is None or "projection" not in asked or not asked.keys().isdisjoint(_AS_IS):
        return asked
    shown = dict(asked["projection"])
    if shown.get(key) == 0:
        msg = f"omit can't leave out {key!r}, which says of which class a document is"
        raise ArgumentError(f"{msg}; raw() loads plain dictionaries without it")
    if 0 in shown.values():
        return asked
    return {**asked, "projection": tuple({**shown, key: 1}.items())}


_AS_IS = ("raw", "row")


def stored_class(cls: Any) -> dict[str, str]:
    """Return what an upsert stores beside its changes, so that *cls* can read it.

    Raises:
        DefinitionError: *cls* has no documents of its own.
    """
    key = discriminator_of(cls)
    if key is None:
        return {}
    if cls.__options__.abstract or cls.__abstractmethods__:
        msg = f"{cls.__name__} has no documents of its own; upsert one of a subclass"
        raise DefinitionError(msg)
    return {key: value_of(cls)}


def relatives(cls: Any) -> list[Any]:
    """List the classes above and below *cls* that share its collection, and itself.

    A class stands behind those it derives from.
    """
    if discriminator_of(cls) is None:
        return [cls]
    return list(dict.fromkeys((*relatives_above(cls), *variants(cls))))


def relatives_above(cls: Any) -> list[Any]:
    """List the classes above *cls* that share its collection, the uppermost first."""
    above = (one for one in reversed(cls.__mro__[1:]) if "__attrs_attrs__" in vars(one))
    return [one for one in above if discriminator_of(one) is not None]
