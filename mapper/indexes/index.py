"""`Index`: what a class says of one of its indexes.

https://www.mongodb.com/docs/manual/indexes/
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs

from mapper.indexes.keys import Keys, read_keys, refuse_form, stored_name, stored_names
from mapper.indexes.rules import check_rules
from mongo_dsl import Filter


_BY_FIELD = ("weights", "wildcardProjection")


@attrs.frozen(init=False)
class Index:
    """An index over *keys*: names, ``"-name"``, or pairs of a name and a kind.

    A kind is 1, -1, ``"2dsphere"``, ``"2d"``, ``"text"`` or ``"hashed"``. The name ``$**`` stands for all fields, ``notes.$**`` for all below one.

    Args:
        keys: the fields, by their names in Python.
        name: how the server calls the index; made of the keys if not given.
        unique: whether no two documents may have the same values.
        sparse: whether documents without the fields are left out.
        expire_after: after how many seconds the date in the field has documents removed.
        partial: a filter; only documents that match are in the index.
        weights: how much each text field counts, from 1 to 99,999.
        default_language: the language of text fields.
        language_override: the field that names the language of a document.
        min: the least coordinate of a ``"2d"`` key; -180 if not given.
        max: what all coordinates of a ``"2d"`` key are below; 180 if not given.
        bits: the precision of a ``"2d"`` key, from 1 to 32; 26 if not given.
        wildcard_projection: which fields ``$**`` has (True) or leaves out (False).
        collation: the rules for comparing text, in the driver's words.
        hidden: whether the query planner must not see the index.
        storage_engine: options of the storage engine, by its name.

    Raises:
        DefinitionError: the server would refuse the index, or not use it.

    >>> Index("country", "-population", unique=True).keys
    (('country', 1), ('population', -1))
    """

    keys: Keys
    options: tuple[tuple[str, Any], ...]

    def __init__(
        self,
        *keys: Any,
        name: str | None = None,
        unique: bool = False,
        sparse: bool = False,
        expire_after: float | dt.timedelta | None = None,
        partial: Filter | None = None,
        weights: Mapping[str, int] | None = None,
        default_language: str | None = None,
        language_override: str | None = None,
        min: float | None = None,  # noqa: A002 - MongoDB's name
        max: float | None = None,  # noqa: A002 - MongoDB's name
        bits: int | None = None,
        wildcard_projection: Mapping[str, bool] | None = None,
        collation: Mapping[str, Any] | None = None,
        hidden: bool = False,
        storage_engine: Mapping[str, Any] | None = None,
    ) -> None:
        options = {
            "name": name,
            "unique": unique or None,
            "sparse": sparse or None,
            "expireAfterSeconds": _seconds(expire_after),
            "partialFilterExpression": partial,
            "weights": weights,
            "default_language": default_language,
            "language_override": language_override,
            "min": min,
            "max": max,
            "bits": bits,
            "wildcardProjection": wildcard_projection,
            "collation": collation,
            "hidden": hidden or None,
            "storageEngine": storage_engine,
        }
        given = {k: v for k, v in options.items() if v is not None}
        pairs = read_keys(keys)
        check_rules(pairs, given)
        frozen = tuple((name, _frozen(value)) for name, value in given.items())
        self.__attrs_init__(pairs, frozen)  # pyright: ignore[reportAttributeAccessIssue]

    def compile(self, model: type) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
        """Return the keys, as *model* stores them, and the driver's options.

        Raises:
            UnknownFieldError: a key is no field of *model*.
            DefinitionError: a field is stored in a form that the index can't serve.
        """
        for name, kind in self.keys:
            refuse_form(model, name, kind, unique=("unique", True) in self.options)
        keys = [(stored_name(model, name), kind) for name, kind in self.keys]
        return keys, {name: _option(model, name, v) for name, v in self.options}

    def specification(self, model: type) -> dict[str, Any]:
        """Return the document that ``createIndexes`` takes.

        >>> from mapper import SyncDocument
        >>> class City(SyncDocument):
        ...     country: str
        >>> Index("country", unique=True).specification(City)
        {'key': {'country': 1}, 'name': 'country_1', 'unique': True}

        Raises:
            UnknownFieldError: a key is no field of *model*.
        """
        keys, options = self.compile(model)
        name = "_".join(f"{key}_{kind}" for key, kind in keys)
        return {"key": dict(keys), "name": name, **options}


def _seconds(given: Any) -> Any:
    """Count the seconds of a duration; what isn't one is judged by the rules."""
    if isinstance(given, dt.timedelta):
        given = given.total_seconds()
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _frozen(value: Any) -> Any:
    """Make tuples of mappings: an index is a value."""
    if isinstance(value, Mapping):
        return tuple((name, _frozen(item)) for name, item in value.items())
    return value


def _thawed(value: Any) -> Any:
    if isinstance(value, tuple):
        return {name: _thawed(item) for name, item in value}
    return value


def _option(model: type, name: str, value: Any) -> Any:
    if isinstance(value, Filter):
        return value.compile()
    thawed = _thawed(value)
    return stored_names(model, thawed) if name in _BY_FIELD else thawed
