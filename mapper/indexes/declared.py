"""The indexes of a class, by its fields and its ``Meta``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from mapper.conversion.trees import value_of
from mapper.discriminators import class_filter, relatives, relatives_above
from mapper.errors import DefinitionError
from mapper.indexes.index import Index
from mapper.indexes.keys import refuse_form
from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.names import suggestion
from mongo_dsl.structure import computed_in
from mongo_dsl.variants import discriminator_of


if TYPE_CHECKING:
    from mapper.indexes.search import Search


_IDENTITY = (
    "unique",
    "sparse",
    "partialFilterExpression",
    "collation",
    "wildcardProjection",
)
"""What makes two indexes over the same keys two, beside the keys."""


def declared_indexes(model: Any) -> list[Index]:
    """List the indexes that *model* declares, by its fields and its Meta.

    Those of the classes that share its collection, as it is told by a discriminator, are
    among them; what is unique in a subclass is so among its documents alone.
    """
    found: dict[Index, None] = {}
    for cls in relatives(model):
        above = [one for base in relatives_above(cls) for one in _own(base)]
        own = (index for index in _own(cls) if index not in above)
        found.update(dict.fromkeys(_among(cls, index) for index in own))
    return list(found)


def _among(cls: Any, index: Index) -> Index:
    """Let *index*, if it is unique, hold documents of *cls* and its subclasses alone."""
    options, scope = dict(index.options), class_filter(cls)
    if scope is None or "unique" not in options or "partialFilterExpression" in options:
        return index
    keys, _ = index.compile(cls)
    parts = [*(f"{name}_{kind}" for name, kind in keys), value_of(cls)]
    options = {"name": "_".join(parts), **options, "partialFilterExpression": scope}
    made: Any = object.__new__(Index)
    made.__attrs_init__(index.keys, tuple(options.items()))
    return cast("Index", made)


def _own(model: Any) -> list[Index]:
    found = [
        Index((a.name, _kind(a.metadata)), unique=a.metadata.get("unique", False))
        for a in (*attrs.fields(model), *computed_in(model).values())
        if a.metadata.get("index") or a.metadata.get("unique")
    ]
    return [*found, *(i for i in model.__options__.indexes if isinstance(i, Index))]


@attrs.frozen
class Wanted:
    """The *specification* of a declared index, and whether its class named it."""

    specification: dict[str, Any]
    is_named: bool

    @property
    def name(self) -> str:
        """The name that the class gave the index, or that is made of its keys."""
        return str(self.specification["name"])


def wanted_indexes(model: Any) -> list[Wanted]:
    """Return what `declared_indexes` are to the server.

    Raises:
        UnknownFieldError: an index is over a field that doesn't exist.
        DefinitionError: two indexes would have one name.
    """
    found = [
        Wanted(index.specification(model), any(k == "name" for k, _ in index.options))
        for index in declared_indexes(model)
    ]
    _refuse_same_names(model.__name__, (wanted.name for wanted in found))
    return found


def declared_searches(model: Any) -> list[Search]:
    """List the indexes of Atlas Search that *model* declares."""
    return [one for one in model.__options__.indexes if not isinstance(one, Index)]


def _kind(metadata: Mapping[Any, Any]) -> Any:
    asked = metadata.get("index")
    return 1 if asked in (None, True, False) else asked


def check_declared(model: Any) -> None:
    """Refuse indexes of *model* that can't be, or can't be together.

    Raises:
        UnknownFieldError: an index is over a field that doesn't exist.
        DefinitionError: two indexes have one name, or differ too little.
    """
    indexes = _own(model)
    for index in indexes if discriminator_of(model) is None else ():
        for name, _ in index.keys:
            _known(model, name)
    for attribute in attrs.fields(model):
        if attribute.metadata.get("unique") and "storage" in attribute.metadata:
            refuse_form(model, attribute.name, 1, unique=True)
    _refuse_twins(model, indexes)
    _refuse_same_names(model.__name__, (_name_of(model, one) for one in indexes))
    searches = declared_searches(model)
    _refuse_same_names(model.__name__, (one.name for one in searches))


def _known(model: Any, path: str) -> None:
    """Look at the first name only: what is below needs annotations, which may be late."""
    name = path.partition(".")[0]
    stored = _stored_names(model)
    if name == "$**" or name in stored or name in stored.values():
        return
    hint, listed = suggestion(name, stored), ", ".join(stored)
    msg = f"{model.__name__} has no field {name!r}{hint}; its fields are: {listed}"
    raise UnknownFieldError(msg)


def _stored_names(model: Any) -> dict[str, str]:
    found = {a.name: a.metadata.get("db_name", a.name) for a in attrs.fields(model)}
    return {**found, **{k: one.stored for k, one in computed_in(model).items()}}


def _refuse_twins(model: Any, indexes: list[Index]) -> None:
    seen: dict[Any, Index] = {}
    for index in indexes:
        options = dict(index.options)
        text = any(kind == "text" for _, kind in index.keys)
        kept = tuple(repr(options.get(name)) for name in _IDENTITY)
        twin = seen.setdefault("text" if text else (index.keys, kept), index)
        if twin is index:
            continue
        if text:
            msg = (
                f"{model.__name__} has two text indexes; a collection has one, over all"
            )
            raise DefinitionError(f"{msg} text fields")
        msg = f"{model.__name__} has two indexes over {_shown(index)} that the server can't"
        raise DefinitionError(f"{msg} tell apart; declare one of them")


def _shown(index: Index) -> str:
    return ", ".join(f"{name}: {kind}" for name, kind in index.keys)


def _name_of(model: Any, index: Index) -> str:
    stored = _stored_names(model)
    made = (f"{_stored(stored, name)}_{kind}" for name, kind in index.keys)
    return dict(index.options).get("name") or "_".join(made)


def _stored(stored: Mapping[str, str], path: str) -> str:
    first, dot, rest = path.partition(".")
    return f"{stored.get(first, first)}{dot}{rest}"


def _refuse_same_names(owner: str, names: Iterable[str]) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            msg = f"{owner} has two indexes named {name!r}; give one another name"
            raise DefinitionError(msg)
        seen.add(name)
