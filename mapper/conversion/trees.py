"""Classes stored with their subclasses, and told apart by a key: see `discriminated`.

What has no such key is of the class at the top: it was stored before there were others.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from typing import Any

from cattrs import Converter

from mapper.conversion.classes import fields_of, is_class, origin
from mapper.conversion.instances import class_decoder, class_encoder
from mapper.conversion.parts import Part, Variants, described, part_of
from mapper.conversion.problems import Misfit, shown, unfit
from mapper.conversion.scalars import Decode, Encode
from mapper.errors import DefinitionError
from mongo_dsl.conformity import kind_of
from mongo_dsl.variants import discriminator_of, variants


def is_tree(annotation: Any) -> bool:
    """Tell whether instances of subclasses may stand where *annotation* says."""
    return discriminator_of(origin(annotation)) is not None and is_class(annotation)


def value_of(cls: Any) -> str:
    """Return what *cls* is called under the key that tells it from its relatives."""
    own: str | None = vars(cls).get("__discriminator_value__")
    return cls.__name__ if own is None else own


def top_of(cls: Any) -> Any:
    """Return the uppermost class of the tree that *cls* is in."""
    above = [one for one in cls.__mro__ if discriminator_of(one) is not None]
    return next(one for one in reversed(above) if one in variants(one))


def named(cls: Any) -> dict[str, Any]:
    """Return the classes whose instances may stand where *cls* is annotated, by name.

    Raises:
        DefinitionError: two have one name, or a field takes the place of the name.
    """
    found: dict[str, Any] = {}
    for one in variants(cls):
        if getattr(one, "__abstractmethods__", None):
            continue
        other = found.setdefault(value_of(one), one)
        if other is not one:
            raise twice(one.__name__, other)
        refuse_taken(one.__name__, discriminator_of(one), _stored_names(one))
    return found


def twice(name: str, other: Any) -> DefinitionError:
    """Say that the class *name* is called like *other*."""
    key, value = discriminator_of(other), value_of(other)
    msg = f"{other.__name__} and {name} both have {value!r} as their {key!r}"
    return DefinitionError(f"{msg}; give one another discriminator value")


def _stored_names(cls: Any) -> dict[str, str]:
    return {field.stored: field.name for field in fields_of(cls)}


def refuse_taken(name: str, key: str | None, fields: Mapping[str, str]) -> None:
    """Refuse a field of the class *name* that is stored under *key*.

    Raises:
        DefinitionError: one of *fields*, by stored name, is.
    """
    if key is not None and key in fields:
        msg = f"{name}.{fields[key]} is stored as {key!r}, where the name of the class"
        raise DefinitionError(f"{msg} is kept; give it another db_name")


def variant_of(cls: Any, stored: Mapping[str, Any]) -> Any:
    """Return the class that *stored*, read as *cls*, says it is of.

    Raises:
        Misfit: it names none that is known.
    """
    key: Any = discriminator_of(cls)
    value = stored.get(key)
    try:
        return _known(cls, value)
    except (KeyError, TypeError):  # the latter: lists have no hash
        return _of_none(cls, key, stored)


def _of_none(cls: Any, key: str, stored: Mapping[str, Any]) -> Any:
    """Return *cls* for what was stored before it had subclasses."""
    known = named(cls)
    if key in stored:
        text = f"names no class of {cls.__name__}, got {shown(stored[key])}"
        raise Misfit((key, f"{text}; known are: {', '.join(known)}"))
    if cls is top_of(cls) and cls in known.values():
        return cls
    raise Misfit((key, "is missing"))


@functools.lru_cache(maxsize=1024)
def _known(cls: Any, value: Any) -> Any:
    return named(cls)[value]  # a KeyError isn't kept: the class may come yet


def forget() -> None:
    """Look for classes anew: one was defined, maybe in the place of another."""
    _known.cache_clear()


def tree_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores an instance of a class or of its subclasses."""
    kind = origin(annotation)
    key: Any = discriminator_of(kind)
    hooks: dict[Any, tuple[str, Encode]] = {}

    def encode(value: Any) -> dict[str, Any]:
        found = hooks.get(type(value))
        if found is None:
            name = _name_of(kind, value)
            found = name, class_encoder(type(value), converter)
            hooks[type(value)] = found
        name, hook = found
        return {key: name, **hook(value)}

    return encode


def _name_of(kind: Any, value: Any) -> str:
    known = named(kind)
    for name, one in known.items():
        if type(value) is one:
            return name
    if not isinstance(value, kind):
        raise unfit(value, kind.__name__)
    listed = ", ".join(one.__name__ for one in known.values())
    msg = f"must be one of {listed}, got {kind_of(value)}, which attrs didn't define"
    raise Misfit(("", msg))


def tree_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads an instance of a class or of its subclasses."""
    kind = origin(annotation)
    hook_of = functools.cache(lambda one: class_decoder(one, converter))

    def decode(stored: Any, _: Any) -> Any:
        if not isinstance(stored, Mapping):
            raise unfit(stored, kind.__name__)
        return hook_of(variant_of(kind, stored))(stored, None)

    def part(own: Decode) -> Part:
        key: Any = discriminator_of(kind)
        found = functools.partial(variant_of, kind)
        return Variants(
            annotation, own, key, found, lambda one: part_of(one, hook_of(one))
        )

    return described(decode, part)


T = typing.TypeVar("T")


def discriminated(
    key: str | None = None, *, value: str | None = None
) -> Callable[[type[T]], type[T]]:
    """Store subclasses where the decorated class is annotated, their name under *key*.

    Subclasses inherit that. A class is called by its name, or by *value* if its own
    decorator gives one.

    >>> import attrs
    >>> from mapper.converter import decode, encode
    >>> @discriminated("kind")
    ... @attrs.define
    ... class Shape:
    ...     name: str
    >>> @attrs.define
    ... class Circle(Shape):
    ...     radius: float
    >>> encode([Circle("a", 2.5)], list[Shape])
    [{'kind': 'Circle', 'name': 'a', 'radius': 2.5}]
    >>> decode([{"kind": "Circle", "name": "a", "radius": 2.5}], list[Shape])
    [Circle(name='a', radius=2.5)]

    Raises:
        DefinitionError: *key* can't be stored, or the class has one already.
    """

    def decorate(cls: type[T]) -> type[T]:
        made: Any = cls
        _check_decorated(made, key)
        if key is not None:
            made.__discriminator__ = key
        if value is not None:
            made.__discriminator_value__ = value
        forget()
        return cls

    return decorate


def _check_decorated(cls: Any, key: str | None) -> None:
    inherited = discriminator_of(cls)
    if not is_class(cls):
        msg = f"discriminated got {cls.__name__}, which has no fields"
        raise DefinitionError(f"{msg}; decorate it by attrs.define first")
    if key is None and inherited is None:
        msg = f"discriminated got no key for {cls.__name__}, and no class above has one"
        raise DefinitionError(f'{msg}; write @discriminated("kind")')
    if key is not None and inherited is not None:
        msg = f"discriminated got the key {key!r} for {cls.__name__}, which is told"
        raise DefinitionError(f"{msg} from its relatives by {inherited!r}")
    if key is not None:
        check_key(f"discriminated got the key {key!r} for {cls.__name__}", key)


def check_key(subject: str, key: str) -> None:
    """Refuse a *key* that can't be stored; *subject* says whose it is.

    Raises:
        DefinitionError: it is empty, has a dot, begins with ``$`` or is ``_id``.
    """
    if not key or key[0] == "$" or "." in key or key == "_id":
        msg = (
            f"{subject}; it is not empty, not '_id', has no dot and doesn't begin with"
        )
        raise DefinitionError(f"{msg} '$'")
