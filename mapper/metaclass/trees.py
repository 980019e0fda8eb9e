"""Document classes that share a collection with the class they derive from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.conversion.trees import check_key, named, top_of, twice
from mapper.errors import DefinitionError
from mapper.metaclass.bases import is_concrete
from mapper.options import Options
from mongo_dsl.variants import discriminator_of


def within_tree(
    namespace: Mapping[str, Any], options: Options, bases: tuple[type, ...]
) -> Options:
    """Return the *options* of a class, as the classes above allow them.

    Raises:
        DefinitionError: the class wants a collection, key or value that it can't have.
    """
    key, name = options.discriminator, _short(namespace)
    if key is None:
        if options.discriminator_value is not None:
            msg = f"{name}.Meta has a discriminator_value, but no class a discriminator"
            raise DefinitionError(f'{msg}; write discriminator = "kind" in the highest')
        return options
    check_key(f"{name}.Meta.discriminator is {key!r}", key)
    parent = _parent(bases)
    if parent is None:
        return options
    _refuse_other(namespace, options, parent)
    if not options.abstract:
        _refuse_twin(namespace, options.discriminator_value or name, parent)
    return attrs.evolve(options, collection_name=parent.__collection__)


def _short(namespace: Mapping[str, Any]) -> str:
    """Return the name of the class without that of the function it is in."""
    name: str = namespace["__qualname__"]
    return name.rpartition(".")[2]


def _parent(bases: tuple[type, ...]) -> Any:
    """Return the nearest concrete document above that has a discriminator."""
    above = (one for base in bases for one in base.__mro__)
    return next(
        (one for one in above if is_concrete(one) and discriminator_of(one)), None
    )


def _refuse_other(namespace: Mapping[str, Any], options: Options, parent: Any) -> None:
    """Refuse a key and a collection that aren't those of *parent*."""
    own = {"discriminator": parent.__discriminator__}
    if "collection_name" in vars(namespace.get("Meta", object)):
        own["collection_name"] = parent.__collection__
    for name, value in own.items():
        given = getattr(options, name)
        if given != value:
            msg = f"{_short(namespace)}.Meta.{name} is {given!r}, but it is stored with"
            raise DefinitionError(f"{msg} {parent.__name__}, whose {name} is {value!r}")


def _refuse_twin(namespace: Mapping[str, Any], value: str, parent: Any) -> None:
    """Refuse a second class of one value; a class that is defined anew isn't one."""
    other = named(top_of(parent)).get(value)
    place = namespace["__module__"], namespace["__qualname__"]
    if other is not None and (other.__module__, other.__qualname__) != place:
        raise twice(_short(namespace), other)


def mark(cls: Any) -> None:
    """Let the concrete class *cls* be told from its relatives."""
    options = cls.__options__
    if options.discriminator is not None and not options.abstract:
        cls.__discriminator__ = options.discriminator
        cls.__discriminator_value__ = options.discriminator_value or cls.__name__
