"""Indexes, as classes declare them.

https://www.mongodb.com/docs/manual/indexes/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import attrs

from mapper.conversion.trees import value_of
from mapper.discriminators import class_filter, relatives, relatives_above
from mapper.errors import DefinitionError
from mongo_dsl import Filter
from mongo_dsl.schema import find
from mongo_dsl.values import Face


_KINDS = (1, -1, "2d", "2dsphere", "hashed", "text")


@attrs.frozen(init=False)
class Index:
    """An index over *keys*: names, ``"-name"``, or pairs of a name and a kind.

    A kind is 1, -1, ``"2dsphere"``, ``"2d"``, ``"text"`` or ``"hashed"``.

    Args:
        keys: the fields, by their names in Python.
        name: how the server calls the index.
        unique: whether no two documents may have the same values.
        sparse: whether documents without the fields are left out.
        expire_after: after how many seconds the date in the field has documents removed.
        partial: a filter; only documents that match are in the index.
        weights: how much each text field counts.
        default_language: the language of text fields.
        collation: the rules for comparing text, in the driver's words.
        hidden: whether the query planner must not see the index.

    >>> Index("country", "-population", unique=True).keys
    (('country', 1), ('population', -1))
    """

    keys: tuple[tuple[str, Any], ...]
    options: tuple[tuple[str, Any], ...]

    def __init__(
        self,
        *keys: Any,
        name: str | None = None,
        unique: bool = False,
        sparse: bool = False,
        expire_after: float | None = None,
        partial: Filter | None = None,
        weights: Mapping[str, int] | None = None,
        default_language: str | None = None,
        collation: Mapping[str, Any] | None = None,
        hidden: bool = False,
    ) -> None:
        if not keys:
            msg = "Index got no keys; it takes at least one field"
            raise DefinitionError(msg)
        options = {
            "name": name,
            "unique": unique or None,
            "sparse": sparse or None,
            "expireAfterSeconds": expire_after,
            "partialFilterExpression": partial,
            "weights": None if weights is None else tuple(weights.items()),
            "default_language": default_language,
            "collation": None if collation is None else tuple(collation.items()),
            "hidden": hidden or None,
        }
        given = tuple((k, v) for k, v in options.items() if v is not None)
        self.__attrs_init__(tuple(map(_key, keys)), given)  # pyright: ignore[reportAttributeAccessIssue]

    def compile(self, model: type) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
        """Return the keys, as *model* stores them, and the driver's options.

        Raises:
            UnknownFieldError: a key is no field of *model*.
        """
        keys = [(_stored(model, name), kind) for name, kind in self.keys]
        return keys, {name: _option(model, name, v) for name, v in self.options}


def _option(model: type, name: str, value: Any) -> Any:
    if isinstance(value, Filter):
        return value.compile()
    if name == "weights":
        return {_stored(model, field): weight for field, weight in value}
    return dict(value) if isinstance(value, tuple) else value


def _stored(model: type, name: str) -> str:
    """Return the stored path; ``$**`` stands for all fields below."""
    head, wildcard, _ = name.partition("$**")
    if wildcard and not head:
        return name
    return find(model, head.rstrip(".")).stored + (f".{wildcard}" if wildcard else "")


def _key(key: Any) -> tuple[str, Any]:
    name, kind = key if isinstance(key, tuple) and len(key) == 2 else (key, 1)  # noqa: PLR2004 - a pair
    if isinstance(name, Face):
        name = repr(name).partition(".q.")[2]
    if isinstance(name, str) and name[:1] == "-":
        name, kind = name[1:], -1
    if not isinstance(name, str) or not name:
        msg = f"Index got the key {key!r}; it takes a field's name, or (name, kind)"
        raise DefinitionError(msg)
    if isinstance(kind, bool) or kind not in _KINDS:
        listed = ", ".join(map(repr, _KINDS))
        msg = f"Index got the kind {kind!r} for {name!r}; the kinds are: {listed}"
        raise DefinitionError(msg)
    return name, kind


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
        for a in attrs.fields(model)
        if a.metadata.get("index") or a.metadata.get("unique")
    ]
    return [*found, *model.__options__.indexes]


def _kind(metadata: Mapping[Any, Any]) -> Any:
    asked = metadata.get("index")
    return 1 if asked in (None, True, False) else asked
