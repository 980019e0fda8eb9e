"""Defaults of fields, computed as the ``__init__`` of their class would."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs

from mapper.conversion.classes import is_document


@attrs.frozen
class Default:
    """A default: *make* computes it for the instance being made, if it isn't a *value*."""

    value: Any = None
    make: Callable[[Any], Any] | None = None

    def __call__(self, made: Any) -> Any:
        """Return the default for *made*."""
        return self.value if self.make is None else self.make(made)


def default_of(kind: Any, name: str) -> Default:
    """Return the default of the field *name* of *kind*, which has one.

    Of documents it is converted; of other classes, ``__init__`` is called and does that.
    """
    if not attrs.has(kind):
        return _of_dataclass(kind, name)
    attribute: attrs.Attribute[Any] = getattr(attrs.fields(kind), name)
    default: Any = attribute.default
    if is_document(kind) and attribute.converter is not None:
        return Default(make=partial(_converted, attribute))
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return Default(make=partial(_produced, default))
    return Default(default)


def asks_instance(attribute: attrs.Attribute[Any]) -> bool:
    """Tell whether the default of *attribute* is computed of the other fields."""
    default: Any = attribute.default
    return isinstance(default, attrs.Factory) and default.takes_self  # type: ignore[arg-type]


def _of_dataclass(kind: Any, name: str) -> Default:
    found = next(one for one in dataclasses.fields(kind) if one.name == name)
    if found.default is not dataclasses.MISSING:
        return Default(found.default)
    factory: Any = found.default_factory
    return Default(make=lambda _: factory())


def _produced(factory: Any, made: Any) -> Any:
    return factory.factory(made) if factory.takes_self else factory.factory()


def _converted(attribute: attrs.Attribute[Any], made: Any) -> Any:
    value: Any = attribute.default
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        value = _produced(value, made)
    convert: Any = attribute.converter
    whole = isinstance(attribute.converter, attrs.Converter)
    return convert(value, made, attribute) if whole else convert(value)
