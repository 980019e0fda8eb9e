"""How generated code makes instances of a class: field by field, or by calling it."""

from __future__ import annotations

import functools
import inspect
import typing
from typing import Any

import attrs

from mapper.conversion.classes import fields_of, is_document, origin
from mapper.conversion.defaults import asks_instance


class Stores:
    """Instances are made empty, and their fields are assigned one by one.

    *maker* is the class that they are made of. Where it isn't their own, it is one of
    their `shadow_of`, and they get their own class last.
    """

    def __init__(self, maker: Any) -> None:
        self.maker = maker


class Calls:
    """Instances are made by calling the class, which has validators, say."""


def making(annotation: Any) -> Stores | Calls | None:
    """Return how instances are made; None where that is for a hook to do."""
    kind = origin(annotation)
    if is_document(kind):
        return None if kind.__own_init__ else Stores(_maker(kind))
    if typing.is_typeddict(kind):
        return None
    if _is_plain(kind):
        return Stores(kind)
    fields = [field for field in fields_of(annotation) if not field.computed]
    if all(field.argument is not None for field in fields) and not _asks_self(kind):
        return Calls()
    return None


def _is_plain(kind: Any) -> bool:
    """Tell whether ``__init__`` of *kind* does nothing but assign its arguments."""
    return (
        attrs.has(kind)
        and _is_generated(kind.__init__)
        and not issubclass(kind, BaseException)
        and kind.__new__ is object.__new__
        and kind.__setattr__ is object.__setattr__
        and not any(hasattr(kind, name) for name in _HOOKS)
        and all(map(_is_plainly_assigned, attrs.fields(kind)))
    )


_HOOKS = ("__attrs_post_init__", "__attrs_pre_init__", "_attrs_cached_hash")


def _is_plainly_assigned(attribute: attrs.Attribute[Any]) -> bool:
    taken = attribute.init and not attribute.converter and not attribute.validator
    return taken and not asks_instance(attribute)


def _is_generated(function: Any) -> bool:
    """Tell whether attrs wrote *function*."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and code.co_filename.startswith("<attrs generated")


def _asks_self(kind: Any) -> bool:
    return attrs.has(kind) and any(map(asks_instance, attrs.fields(kind)))


def _maker(kind: Any) -> Any:
    """Return what documents of *kind* are made of."""
    attributes = attrs.fields(kind)
    if any(asks_instance(one) or one.converter for one in attributes):
        return kind  # defaults may ask the document, which must be one
    return shadow_of(kind) or kind


@functools.cache
def shadow_of(kind: Any) -> Any:
    """Return a class with the places of *kind* and assignments that check nothing, or None.

    Documents check what is assigned to them, and Python asks for that check at each
    field, though what is read was checked before. An instance of the shadow takes a field
    in a fifth of the time, and then becomes a document by ``__class__``, which Python
    allows where both classes have the same places.
    """
    above = kind.__base__
    if not inspect.isbuiltin(above.__init_subclass__) or hasattr(kind, "__del__"):
        return None  # they would take the shadow for a subclass, and for an instance
    namespace = {
        "__slots__": vars(kind).get("__slots__", ()),
        "__setattr__": object.__setattr__,
        "__module__": kind.__module__,
        "__qualname__": f"{kind.__qualname__}Shadow",
    }
    try:
        shadow: Any = type.__new__(
            type(kind), f"{kind.__name__}Shadow", (above,), namespace
        )
        object.__new__(shadow).__class__ = kind
    except TypeError:
        return None
    return shadow
