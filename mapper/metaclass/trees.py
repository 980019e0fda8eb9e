"""Document classes that share a collection with the class they derive from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.conversion.trees import check_key, named, top_of, twice
from mapper.discriminators import forget
from mapper.errors import DefinitionError
from mapper.metaclass.bases import is_concrete
from mapper.options import Options
from mongo_dsl.variants import discriminator_of


def within_tree(
    name: str, namespace: Mapping[str, Any], options: Options, bases: tuple[type, ...]
) -> Options:
    """Return the *options* of the class *name*, as the classes above allow them.

    Raises:
        DefinitionError: the class wants a collection, key or value that it can't have.
    """
    key = options.discriminator
    if key is None:
        if options.discriminator_value is not None:
            msg = f"{name}.Meta has a discriminator_value, but no class a discriminator"
            raise DefinitionError(f'{msg}; write discriminator = "kind" in the highest')
        return options
    check_key(f"{name}.Meta.discriminator is {key!r}", key)
    parent = _parent(bases)
    if parent is None:
        return options
    _refuse_other(name, namespace, options, parent)
    if not options.abstract:
        place = namespace["__module__"], namespace.get("__qualname__", name)
        _refuse_twin(name, options.discriminator_value or name, place, parent)
    return attrs.evolve(options, collection_name=parent.__collection__)


def _parent(bases: tuple[type, ...]) -> Any:
    """Return the nearest concrete document above that has a discriminator."""
    above = (one for base in bases for one in base.__mro__)
    return next(
        (one for one in above if is_concrete(one) and discriminator_of(one)), None
    )


def _refuse_other(
    name: str, namespace: Mapping[str, Any], options: Options, parent: Any
) -> None:
    """Refuse a key and a collection that aren't those of *parent*."""
    own = {"discriminator": parent.__discriminator__}
    if "collection_name" in vars(namespace.get("Meta", object)):
        own["collection_name"] = parent.__collection__
    for option, value in own.items():
        given = getattr(options, option)
        if given != value:
            msg = f"{name}.Meta.{option} is {given!r}, but it is stored with"
            raise DefinitionError(
                f"{msg} {parent.__name__}, whose {option} is {value!r}"
            )


def _refuse_twin(name: str, value: str, place: tuple[str, str], parent: Any) -> None:
    """Refuse a second class of one value; a class that is defined anew isn't one."""
    other = named(top_of(parent)).get(value)
    if other is not None and (other.__module__, other.__qualname__) != place:
        raise twice(name, other)


def mark(cls: Any) -> None:
    """Let the concrete class *cls* be told from its relatives."""
    options = cls.__options__
    if options.discriminator is not None and not options.abstract:
        cls.__discriminator__ = options.discriminator
        cls.__discriminator_value__ = options.discriminator_value or cls.__name__
        forget()
