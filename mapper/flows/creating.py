"""Documents that are there, or are made: once, whoever else makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.commands import Command, Flow
from mapper.errors import DocumentNotFoundError
from mapper.events import Touched, announce
from mapper.flows import asking, changing, finding, inserting
from mapper.flows.additions import with_additions
from mapper.flows.documents import encoded_values, stored
from mapper.flows.immutability import refuse_immutable
from mapper.flows.loading import loaded_one
from mapper.tracking import assign
from mongo_dsl import F
from mongo_dsl.errors import ArgumentError


MQL = dict[str, Any]
Values = Mapping[str, Any]


def get_or_create(
    query: Any, defaults: Values, keywords: Values
) -> Flow[tuple[Any, bool]]:
    """Return the document of *query* with *keywords*; make it if there is none."""
    cls = query.model
    document = _candidate("get_or_create", cls, {**keywords, **defaults})
    narrowed = _narrowed(query, keywords)
    found = yield from finding.rows(narrowed.uncached().limit(1))
    if found:
        return (yield from loaded_one(cls, found[0])), False
    raw = yield from _ready(document)
    given = {"return_document": False}
    before = yield from _upsert(narrowed, {"$setOnInsert": raw}, given)
    if before is not None:
        return (yield from loaded_one(cls, before)), False
    return (yield from _made(document, raw))


def update_or_create(
    query: Any, values: Values, on_insert: Values, keywords: Values
) -> Flow[tuple[Any, bool]]:
    """Set *values* in the document of *query* with *keywords*; make it if there is none."""
    cls = query.model
    if not values:
        msg = "update_or_create got no values to set; get_or_create needs none"
        raise ArgumentError(msg)
    document = _candidate("update_or_create", cls, {**keywords, **on_insert, **values})
    fresh = document.id is None  # then an id that is ours says who made the document
    raw = yield from _ready(document)
    update = _update(cls, raw, values)
    narrowed = _narrowed(query, keywords)
    touched = Touched(cls, narrowed.compile().filter, update)
    yield from announce("before_query_update", cls, touched)
    row = yield from _upsert(narrowed, update, {"return_document": fresh})
    yield from announce("after_query_update", cls, attrs.evolve(touched, result=row))
    if row is None or (fresh and row["_id"] == raw["_id"]):
        return (yield from _made(document, raw))
    found = row if fresh else (yield from _again(query, row["_id"]))
    return (yield from loaded_one(cls, found)), False


def _candidate(name: str, cls: Any, values: Values) -> Any:
    """Make the document that is inserted if there is none."""
    lookups = [word for word in values if "__" in word.strip("_")]
    if lookups:
        msg = f"{name} got {lookups[0]!r}; it takes fields with the values that a document"
        raise ArgumentError(f"{msg} is made of, filter(...) narrows by look-ups")
    return cls(**values)


def _ready(document: Any) -> Flow[MQL]:
    """Return what would be stored of a new *document*."""
    yield from inserting.announced("before", [document])
    (given,) = yield from inserting.values_of([document])
    for name, value in given.items():
        assign(document, name, value)
    return inserting.new(document)


def _made(document: Any, raw: MQL) -> Flow[tuple[Any, bool]]:
    stored(document, raw)
    yield from inserting.announced("after", [document])
    return document, True


def _update(cls: Any, raw: MQL, values: Values) -> MQL:
    """Return the update that sets *values*, and on insert all else of *raw*."""
    set_ = encoded_values(cls, values)
    refuse_immutable(cls, {"$set": set_})
    added = with_additions({"$set": set_}, cls)
    paths = {path for operands in added.values() for path in operands}
    rest = {name: value for name, value in raw.items() if name not in paths}
    return {**added, "$setOnInsert": rest}


def _narrowed(query: Any, keywords: Values) -> Any:
    return changing.checked(query.filter(**keywords), "upsert", many=False)


def _upsert(query: Any, update: MQL, more: MQL) -> Flow[MQL | None]:
    given = {**changing.sendable(query), "upsert": True, **more}
    filter_ = given.pop("filter")
    name = asking.collection(query)
    command = Command(name, "find_one_and_update", (filter_, update), given)
    row: MQL | None = yield from changing.sent(command, query.model)
    return row


def _again(query: Any, id_: Any) -> Flow[MQL]:
    found = yield from finding.rows(query.uncached().filter(F["_id"] == id_))
    if not found:
        name = query.model.__name__
        msg = f"{name} {id_!r} was updated, and was gone when it was read"
        raise DocumentNotFoundError(f"{msg}; call update_or_create again")
    row: MQL = found[0]
    return row
