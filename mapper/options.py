"""What ``class Meta`` says, read once when the class is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from mapper import caching, indexes
from mapper.collections.declared import kinds_of, refuse_together
from mapper.collector import Policy, checked
from mapper.concerns import Concerns, collection_name, concerns
from mapper.errors import DefinitionError
from mongo_dsl.errors import ArgumentError, DslError
from mongo_dsl.names import suggestion
from mongo_dsl.queryset.places import as_secrets


if TYPE_CHECKING:
    from mapper.caching import Cache
    from mapper.collections.kinds import (
        Capped,
        Clustered,
        TimeSeries,
        Validator,
        View,
    )
    from mapper.indexes import Index, Search


@attrs.frozen
class Options:
    """How documents of a class are stored and checked.

    Args:
        collection_name: the collection; the class name in snake_case if not given.
        abstract: whether the class only lends its fields and methods.
        database: the name under which a connection was registered.
        validate: whether values are checked on construction and assignment.
        operator_dicts: whether keyword filters take MQL's operator documents.
        cursor_secret: what signs the cursors of keyset pages; see `QuerySet.signed`.
        indexes: the indexes, beside those of the fields; those of Atlas Search, too.
        timeseries: that the collection is a time series.
        capped: that the collection has a greatest size.
        clustered: that documents are stored in the order of their ids; True or a `Clustered`.
        view: that the collection is a view, which can't be written.
        collation: the rules for comparing text, in the driver's words.
        validator: that the server checks documents by the schema of the class; True or a `Validator`.
        discriminator: the key under which documents keep the name of their class, so
            that subclasses share the collection.
        discriminator_value: what the class is called there; its name if not given.
        unknown: what becomes of stored fields that the class doesn't describe: they are
            kept (``"preserve"``), dropped when a document is replaced (``"ignore"``), or
            make loading an error (``"refuse"``).
        read_concern: how sure reads must be, PyMongo's or by name.
        write_concern: how sure writes must be, PyMongo's, a name, number or mapping.
        read_preference: which members of a replica set reads ask, PyMongo's or by name.
        cache: the `Cache` that the reads of the class go through, None for none.
        collector: what Python's garbage collector does while many documents are made:
            ``"promote"``, ``"pause"`` or ``"leave"``; see `mapper.collector`.
    """

    collection_name: str
    abstract: bool = False
    database: str = "default"
    validate: bool = True
    operator_dicts: bool = True
    cursor_secret: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    indexes: tuple[Index | Search, ...] = ()
    timeseries: TimeSeries | None = None
    capped: Capped | None = None
    clustered: Clustered | None = None
    view: View | None = None
    collation: Mapping[str, Any] | None = None
    validator: Validator | None = None
    discriminator: str | None = None
    discriminator_value: str | None = None
    unknown: str = "preserve"
    read_concern: Any = None
    write_concern: Any = None
    read_preference: Any = None
    cache: Cache | None = None
    collector: Policy | None = None

    def __attrs_post_init__(self) -> None:
        said = Concerns(**{name: getattr(self, name) for name in _CONCERNS})
        name = collection_name(str(self.collection_name), said)
        object.__setattr__(self, "collection_name", name)


_OWN = ("collection_name", "abstract", "discriminator_value")
_CONCERNS = ("read_concern", "write_concern", "read_preference")
UNKNOWN = ("preserve", "ignore", "refuse")
_TYPES: dict[str, type] = {
    "collection_name": str,
    "abstract": bool,
    "database": str,
    "validate": bool,
    "operator_dicts": bool,
    "discriminator": str,
    "discriminator_value": str,
}


def read_options(name: str, meta: type | None, inherited: Iterable[Options]) -> Options:
    """Read *meta*, the ``class Meta`` of the class *name*.

    What it doesn't say comes from the *inherited* options, nearest first; the
    collection's name and abstractness are each class's own.

    Raises:
        DefinitionError: an option is unknown or of the wrong type, or two can't be together.
    """
    given: dict[str, Any] = {"collection_name": _snake_case(name)}
    for options in reversed(list(inherited)):
        shared = attrs.asdict(options, recurse=False)
        given.update({k: v for k, v in shared.items() if k not in _OWN})
    if meta is not None:
        given.update(_checked(name, meta))
    refuse_together(name, given)
    return Options(**given)


def _checked(name: str, meta: type) -> dict[str, Any]:
    known = [attribute.name for attribute in attrs.fields(Options)]
    given = {k: v for k, v in vars(meta).items() if k[:2] != "__"}
    for option, value in given.items():
        if option not in known:
            hint = suggestion(option, known)
            msg = f"{name}.Meta has no option {option!r}{hint}; the options are: "
            raise DefinitionError(msg + ", ".join(known))
        if option in _TYPES and not isinstance(value, _TYPES[option]):
            msg = (
                f"{name}.Meta.{option} is {value!r}; it takes {_TYPES[option].__name__}"
            )
            raise DefinitionError(msg)
    if "cursor_secret" in given:
        given["cursor_secret"] = _secrets(name, given["cursor_secret"])
    if given.get("unknown", "preserve") not in UNKNOWN:
        listed = ", ".join(map(repr, UNKNOWN))
        msg = f"{name}.Meta.unknown is {given['unknown']!r}; it is one of {listed}"
        raise DefinitionError(msg)
    cache = given.get("cache")
    if cache is not None and not isinstance(cache, caching.Cache):
        msg = f"{name}.Meta.cache is {cache!r}; it takes a Cache(...) or None"
        raise DefinitionError(msg)
    _collector(name, given)
    if "indexes" in given:
        given["indexes"] = _indexes(name, given["indexes"])
    return {**given, **_concerns(name, given), **kinds_of(name, given)}


def _concerns(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return concerns(**{c: given[c] for c in _CONCERNS if c in given}).said()
    except ArgumentError as error:
        msg = f"{name}.Meta.{error}"
        raise DefinitionError(msg) from error


def _collector(name: str, given: Mapping[str, Any]) -> None:
    try:
        checked(f"{name}.Meta.collector", given.get("collector"))
    except ArgumentError as error:
        raise DefinitionError(str(error)) from None


def _secrets(name: str, secrets: Any) -> tuple[bytes, ...]:
    found = tuple(secrets) if isinstance(secrets, (list, tuple)) else (secrets,)
    try:
        return as_secrets(f"{name}.Meta.cursor_secret", found)
    except DslError as error:
        raise DefinitionError(str(error)) from None


def _indexes(name: str, given: Any) -> tuple[Index | Search, ...]:
    found = tuple(given) if isinstance(given, (list, tuple)) else (given,)
    for one in found:
        if not isinstance(one, (indexes.Index, indexes.Search)):
            msg = f"{name}.Meta.indexes has {one!r}; it takes a list of Index(...)"
            raise DefinitionError(msg)
    return found


def _snake_case(name: str) -> str:
    """Return ``UserProfile`` as ``user_profile``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
