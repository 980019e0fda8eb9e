"""How the collection that a class declares differs from the one on the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bson

from mapper.collections.plans import CollectionPlan, CollectionStep
from mapper.collections.validators import validator_of
from mapper.indexes.canonical import collation


Options = Mapping[str, Any]


def declared_options(model: Any) -> dict[str, dict[str, Any]]:
    """Return what *model* declares, by the names of ``Meta``, as ``create`` is told.

    Raises:
        DefinitionError: the time field of a time series can't hold a moment.
        UnknownFieldError: a field of a time series doesn't exist.
    """
    options = model.__options__
    found: dict[str, dict[str, Any]] = {}
    for name in ("timeseries", "capped", "clustered", "view"):
        kind = getattr(options, name)
        if kind:
            found[name] = kind.compile(model)
    if options.collation is not None:
        found["collation"] = {"collation": dict(options.collation)}
    if options.validator:
        found["validator"] = {
            "validator": {"$jsonSchema": validator_of(model)},
            "validationLevel": options.validator.level,
            "validationAction": options.validator.action,
        }
    return found


def planned(model: Any, row: Mapping[str, Any] | None) -> CollectionPlan:
    """Compare what *model* declares with *row*, how the server lists the collection."""
    declared = declared_options(model)
    name = model.__collection__
    if row is None:
        together: dict[str, Any] = {}
        for options in declared.values():
            together |= options
        return CollectionPlan(name, create=together)
    placed: dict[str, list[CollectionStep]] = {
        "change": [],
        "conflict": [],
        "unchanged": [],
    }
    for option, asked in declared.items():
        where, step = _step(option, asked, row.get("options", {}))
        placed[where].append(step)
    found = (tuple(placed[where]) for where in ("change", "conflict", "unchanged"))
    return CollectionPlan(name, None, *found)


def _step(option: str, asked: Options, there: Options) -> tuple[str, CollectionStep]:
    here, found = _canonical(asked, asked), _canonical(there, asked)
    differing = {name for name in here if here[name] != found[name]}
    if not differing:
        return "unchanged", CollectionStep(option, "is as declared")
    reason = ", ".join(_told(n, found[n], here[n]) for n in here if n in differing)
    change = _CHANGES[option](asked, found, differing)
    if change:
        how = f"apply(change=[{option!r}]) changes it"
        return "change", CollectionStep(option, f"{reason}; {how}", change)
    how = "servers can't change it, make another collection"
    return "conflict", CollectionStep(option, f"{reason}; {how}")


def _told(name: str, there: Any, here: Any) -> str:
    if isinstance(here, bytes):
        return (
            f"{name} is not there" if there is None else f"{name} is another one there"
        )
    return f"{name} is {there!r} there, {here!r} here"


def _canonical(options: Options, asked: Options) -> dict[str, Any]:
    """Return of *options* what is *asked*, in one form for what is there and here."""
    names = dict.fromkeys((*asked, *_by_absence(asked)))
    return {name: _FORMS[name](options.get(name), asked.get(name)) for name in names}


def _by_absence(asked: Options) -> list[str]:
    """Name the options that say something where they are left out."""
    expiring = {"timeseries", "clusteredIndex"} & set(asked)
    return ["max"] if "capped" in asked else ["expireAfterSeconds"] if expiring else []


def _timeseries(value: Any, asked: Any) -> Any:
    """Keep of a time series what was asked: the server adds the spans of its buckets."""
    if value is None:
        return None
    span = "bucketMaxSpanSeconds" if "bucketMaxSpanSeconds" in asked else "granularity"
    found = {name: value.get(name) for name in ("timeField", "metaField", span)}
    return {**found, span: found[span] or "seconds"}


_STEP = 256  # sizes of capped collections are rounded up to this


def _size(value: Any, _: Any) -> Any:
    return None if value is None else -(-int(value) // _STEP) * _STEP


_UNLIMITED = 2**31 - 1  # what collMod makes of no limit


def _document(value: Any, _: Any) -> bytes | None:
    return bson.encode(value) if value else None


def _pipeline(value: Any, _: Any) -> bytes | None:
    return None if value is None else bson.encode({"pipeline": value})


_FORMS: dict[str, Callable[[Any, Any], Any]] = {
    "timeseries": _timeseries,
    "expireAfterSeconds": lambda value, _: None if value is None else int(value),
    "capped": lambda value, _: bool(value),
    "size": _size,
    "max": lambda value, _: None if value == _UNLIMITED else value,
    "clusteredIndex": lambda value, _: bool(value),
    "viewOn": lambda value, _: value,
    "pipeline": _pipeline,
    "collation": lambda value, _: collation(value),
    "validator": _document,
    "validationLevel": lambda value, _: value or "strict",
    "validationAction": lambda value, _: value or "error",
}


def _expiry(asked: Options) -> dict[str, Any]:
    return {"expireAfterSeconds": asked.get("expireAfterSeconds", "off")}


def _change_capped(asked: Options, _: Options, differing: set[str]) -> dict[str, Any]:
    if "capped" in differing:
        return {}
    new = {"cappedSize": asked["size"], "cappedMax": asked.get("max", 0)}
    names = {"cappedSize": "size", "cappedMax": "max"}
    return {name: value for name, value in new.items() if names[name] in differing}


def _change_clustered(
    asked: Options, _: Options, differing: set[str]
) -> dict[str, Any]:
    return _expiry(asked) if differing == {"expireAfterSeconds"} else {}


_NEXT = {"seconds": "minutes", "minutes": "hours"}


def _change_series(
    asked: Options, there: Options, differing: set[str]
) -> dict[str, Any]:
    """Change when measurements expire, and the granularity to the next coarser one."""
    found = _expiry(asked) if "expireAfterSeconds" in differing else {}
    if "timeseries" not in differing:
        return found
    old, new = (
        there["timeseries"] or {},
        _timeseries(asked["timeseries"], asked["timeseries"]),
    )
    coarser = _NEXT.get(str(old.get("granularity")))
    if new != {**old, "granularity": coarser}:
        return {}
    return {**found, "timeseries": {"granularity": coarser}}


def _change_view(asked: Options, there: Options, _: set[str]) -> dict[str, Any]:
    return dict(asked) if there["viewOn"] is not None else {}


_CHANGES: dict[str, Callable[[Options, Options, set[str]], dict[str, Any]]] = {
    "timeseries": _change_series,
    "capped": _change_capped,
    "clustered": _change_clustered,
    "view": _change_view,
    "collation": lambda *_: {},
    "validator": lambda asked, *_: dict(asked),
}
