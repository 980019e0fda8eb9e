"""Updating and deleting by query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.behaviour import behaviours_of
from mapper.commands import Command, Flow
from mapper.errors import UnfilteredWriteError
from mapper.events import Touched, announce
from mapper.flows import deleting, including
from mapper.flows.additions import with_additions
from mapper.flows.batches import batches
from mapper.flows.documents import encoded_values
from mapper.flows.failures import translated
from mapper.flows.immutability import refuse_immutable
from mapper.flows.reading import arguments, collection, options, refuse_parts
from mapper.hydration import reader
from mongo_dsl import F, Update
from mongo_dsl.errors import ArgumentError
from mongo_dsl.updates import compile_pipeline, is_pipeline


@attrs.frozen
class Written:
    """What an update did.

    Args:
        matched: how many documents the query matched.
        modified: how many of them changed.
        upserted_id: the id of the document that an upsert inserted, or None.
    """

    matched: int
    modified: int
    upserted_id: Any = None


def update_many(query: Any, changes: Any, values: Mapping[str, Any]) -> Flow[Written]:
    """Change all documents of *query*."""
    refuse_parts(query, "update")
    _refuse_everything(query, "update")
    return (yield from _update("update_many", query, changes, values))


def update_one(query: Any, changes: Any, values: Mapping[str, Any]) -> Flow[Written]:
    """Change one document of *query*."""
    refuse_parts(query, "update_one")
    return (yield from _update("update_one", query, changes, values))


def upsert(query: Any, changes: Any, values: Mapping[str, Any]) -> Flow[Written]:
    """Change one document of *query*, or insert one made of the filter and the changes."""
    refuse_parts(query, "upsert")
    return (yield from _update("update_one", query, changes, values, upsert=True))


def _update(
    method: str,
    query: Any,
    changes: Any,
    values: Mapping[str, Any],
    **more: Any,
) -> Flow[Written]:
    update, arrays = compiled(query, changes, values, **more)
    written = yield from _send_update(method, query, update, arrays, more)
    return written


def _send_update(
    method: str, query: Any, update: Any, arrays: list[Any], more: Mapping[str, Any]
) -> Flow[Written]:
    given = _sendable(query)
    filter_ = given.pop("filter")
    if arrays:
        given["array_filters"] = arrays
    touched = Touched(query.model, filter_, update)
    yield from announce("before_query_update", query.model, touched)
    with translated(collection(query), query.model, update):
        reply = yield Command(
            collection(query), method, (filter_, update), {**given, **more}
        )
    written = Written(reply.matched_count, reply.modified_count, reply.upserted_id)
    told = attrs.evolve(touched, result=written)
    yield from announce("after_query_update", query.model, told)
    return written


def _sendable(query: Any) -> dict[str, Any]:
    """Return the filter of *query* and the options that writes take."""
    given = arguments(query)
    kept = {k: v for k, v in options(given).items() if k != "maxTimeMS"}
    return {"filter": given["filter"], **kept}


def delete_many(query: Any, *, hard: bool = False) -> Flow[int]:
    """Delete all documents of *query*, for good if *hard*, and return how many."""
    refuse_parts(query, "delete")
    _refuse_everything(query, "delete")
    return (
        yield from deleting.ruled(
            query.model,
            query.session,
            lambda: remove(query, hard=hard),
            lambda: _remove_by_rules(query, hard),
        )
    )


def _remove_by_rules(query: Any, hard: bool) -> Flow[int]:
    ids = yield from deleting.ids_of(query)
    soft = not hard and is_marked(query.model)
    yield from deleting.delete_related(query, ids, hard=hard, soft=soft)
    done = 0
    for part in batches(ids):
        done += yield from remove(query.filter(F["_id"].in_(part)), hard=hard)
    return done


def is_marked(cls: Any) -> bool:
    """Tell whether documents of *cls* are marked instead of deleted."""
    return any(one.deleting(cls) is not None for one in behaviours_of(cls))


def remove(query: Any, *, hard: bool = False) -> Flow[int]:
    """Delete all documents of *query*, whoever refers to them."""
    given = _sendable(query)
    touched = Touched(query.model, given.pop("filter"))
    mark = None if hard else _marking(query.model)
    yield from announce("before_query_delete", query.model, touched)
    if mark is None:
        found = collection(query)
        reply = yield Command(found, "delete_many", (touched.filter,), given)
        deleted: int = reply.deleted_count
    else:
        written = yield from _send_update("update_many", query, mark, [], {})
        deleted = written.modified
    told = attrs.evolve(touched, result=deleted)
    yield from announce("after_query_delete", query.model, told)
    return deleted


def _marking(cls: Any) -> dict[str, Any] | None:
    """Return the update that stands for deleting documents of *cls*, if one does."""
    marks = [one.deleting(cls) for one in behaviours_of(cls)]
    values = [mark for mark in marks if mark is not None]
    if not values:
        return None
    found = {k: v for mark in values for k, v in encoded_values(cls, mark).items()}
    return with_additions({"$set": found}, cls)


def find_one_and_update(
    query: Any,
    changes: Any,
    values: Mapping[str, Any],
    *,
    before: bool = False,
    upsert: bool = False,
) -> Flow[Any]:
    """Change the first document of *query* and return it, as it is or was."""
    refuse_parts(query, "find_one_and_update", sort=True)
    update, arrays = compiled(query, changes, values, upsert=upsert)
    given = {**_first(query), "upsert": upsert, "return_document": not before}
    if arrays:
        given["array_filters"] = arrays
    row = yield from _find_and_update(query, update, given)
    if row is None:
        return None
    (document,) = yield from including.included(query, [reader(query)(row)])
    return document


def _find_and_update(query: Any, update: Any, given: dict[str, Any]) -> Flow[Any]:
    touched = Touched(query.model, given.pop("filter"), update)
    yield from announce("before_query_update", query.model, touched)
    with translated(collection(query), query.model, update):
        row = yield Command(
            collection(query), "find_one_and_update", (touched.filter, update), given
        )
    told = attrs.evolve(touched, result=row)
    yield from announce("after_query_update", query.model, told)
    return row


def find_one_and_delete(query: Any, *, hard: bool = False) -> Flow[Any]:
    """Delete the first document of *query*, for good if *hard*, and return it."""
    refuse_parts(query, "find_one_and_delete", sort=True)
    return (
        yield from deleting.ruled(
            query.model,
            query.session,
            lambda: _remove_first(query, hard),
            lambda: _remove_first_by_rules(query, hard),
        )
    )


def _remove_first_by_rules(query: Any, hard: bool) -> Flow[Any]:
    ids = yield from deleting.ids_of(query.limit(1))
    if ids:
        soft = not hard and is_marked(query.model)
        yield from deleting.delete_related(query, ids, hard=hard, soft=soft)
    return (yield from _remove_first(query.filter(F["_id"].in_(ids)), hard))


def _remove_first(query: Any, hard: bool) -> Flow[Any]:
    given = _first(query)
    touched = Touched(query.model, given["filter"])
    mark = None if hard else _marking(query.model)
    yield from announce("before_query_delete", query.model, touched)
    if mark is None:
        filter_ = given.pop("filter")
        name = collection(query)
        row = yield Command(name, "find_one_and_delete", (filter_,), given)
    else:
        row = yield from _find_and_update(query, mark, given)
    told = attrs.evolve(touched, result=row)
    yield from announce("after_query_delete", query.model, told)
    return None if row is None else reader(query)(row)


def _first(query: Any) -> dict[str, Any]:
    given = arguments(query)
    if "max_time_ms" in given:
        given["maxTimeMS"] = given.pop("max_time_ms")
    return given


def compiled(
    query: Any, changes: Any, values: Mapping[str, Any], *, upsert: bool = False
) -> tuple[Any, list[dict[str, Any]]]:
    """Compile *changes*, an update or a list of them, and the *values* to set.

    What the behaviours of the class change besides is in it. The second value are the
    array filters.
    """
    cls = query.model
    assigned = [cls.q[name].set(value) for name, value in values.items()]
    if is_pipeline(changes):
        changes = [changes]
    if isinstance(changes, (list, tuple)):
        found = _pipeline([*changes, *assigned])
        refuse_immutable(cls, found)
        return with_additions(found, cls, upsert=upsert), []
    update = Update(*([] if changes is None else [changes]), *assigned)
    if not update.compile():
        msg = "an update got no changes; it takes changes such as User.q.age.inc(1)"
        raise ArgumentError(msg)
    refuse_immutable(cls, update.compile())
    return with_additions(update.compile(), cls, upsert=upsert), update.array_filters


def _pipeline(parts: list[Any]) -> list[dict[str, Any]]:
    if not parts:
        msg = "an update got an empty list; it takes set and unset, in order"
        raise ArgumentError(msg)
    return compile_pipeline(parts)


def _matches_everything(filter_: Mapping[str, Any]) -> bool:
    """Tell whether *filter_* asks for nothing: empty, or a choice with an empty branch."""
    return all(
        (name == "$or" and any(map(_matches_everything, terms)))
        or (name == "$and" and all(map(_matches_everything, terms)))
        for name, terms in filter_.items()
    )


def _refuse_everything(query: Any, name: str) -> None:
    if query.whole or not _matches_everything(query.filters.compile()):
        return
    owner = query.model.__name__
    msg = (
        f"{name} of {owner} has no filter and would touch every document; narrow it by"
    )
    raise UnfilteredWriteError(
        f"{msg} filter(...), or ask for it: .everything().{name}(...)"
    )
