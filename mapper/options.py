"""What ``class Meta`` says, read once when the class is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from mapper.collections.kinds import Capped, Clustered, TimeSeries, Validator, View
from mapper.errors import DefinitionError
from mapper.indexes import Index
from mapper.indexes.rules import check_collation
from mapper.indexes.search import Search
from mongo_dsl.names import suggestion


@attrs.frozen
class Options:
    """How documents of a class are stored and checked.

    Args:
        collection_name: the collection; the class name in snake_case if not given.
        abstract: whether the class only lends its fields and methods.
        database: the name under which a connection was registered.
        validate: whether values are checked on construction and assignment.
        operator_dicts: whether keyword filters take MQL's operator documents.
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
    """

    collection_name: str
    abstract: bool = False
    database: str = "default"
    validate: bool = True
    operator_dicts: bool = True
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


_OWN = ("collection_name", "abstract", "discriminator_value")
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
        DefinitionError: an option is unknown or of the wrong type.
    """
    given: dict[str, Any] = {"collection_name": _snake_case(name)}
    for options in reversed(list(inherited)):
        shared = attrs.asdict(options, recurse=False)
        given.update({k: v for k, v in shared.items() if k not in _OWN})
    if meta is not None:
        given.update(_checked(name, meta))
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
    if given.get("unknown", "preserve") not in UNKNOWN:
        listed = ", ".join(map(repr, UNKNOWN))
        msg = f"{name}.Meta.unknown is {given['unknown']!r}; it is one of {listed}"
        raise DefinitionError(msg)
    if "indexes" in given:
        given["indexes"] = _indexes(name, given["indexes"])
    return {**given, **_collection(name, given)}


_KINDS: dict[str, type] = {
    "timeseries": TimeSeries,
    "capped": Capped,
    "clustered": Clustered,
    "view": View,
    "validator": Validator,
}


def _collection(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what *given* says of the collection, and write out what is only switched on."""
    found = {key: given[key] for key in _KINDS if given.get(key) not in (None, False)}
    for key in ("clustered", "validator"):
        if found.get(key) is True:
            found[key] = _KINDS[key]()
    for key, value in found.items():
        if not isinstance(value, _KINDS[key]):
            msg = (
                f"{name}.Meta.{key} is {value!r}; it takes {_KINDS[key].__name__}(...)"
            )
            raise DefinitionError(msg)
    several = [key for key in found if key != "validator"]
    if len(several) > 1 or ("view" in found and len({*found, *_unviewable(given)}) > 1):
        listed = " and ".join(dict.fromkeys((*found, *_unviewable(given))))
        msg = f"{name}.Meta has {listed}; a collection can't be all of that"
        raise DefinitionError(msg)
    if given.get("collation") is not None:
        check_collation(f"{name}.Meta", given["collation"])
    return {key: found.get(key) for key in _KINDS if key in given}


def _unviewable(given: Mapping[str, Any]) -> list[str]:
    """Name what views can't have."""
    return ["indexes"] if "view" in given and given.get("indexes") else []


def _indexes(name: str, indexes: Any) -> tuple[Index | Search, ...]:
    found = tuple(indexes) if isinstance(indexes, (list, tuple)) else (indexes,)
    for index in found:
        if not isinstance(index, (Index, Search)):
            msg = f"{name}.Meta.indexes has {index!r}; it takes a list of Index(...)"
            raise DefinitionError(msg)
    return found


def _snake_case(name: str) -> str:
    """Return ``UserProfile`` as ``user_profile``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
