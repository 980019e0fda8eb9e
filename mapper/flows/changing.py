"""Updating and deleting by query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.behaviour import behaviours_of
from mapper.commands import Command, Flow
from mapper.errors import DuplicateKeyError
from mapper.events import Touched, announce
from mapper.flows.additions import with_additions
from mapper.flows.asking import arguments, collection, options, refuse_parts
from mapper.flows.documents import encoded_values
from mapper.flows.failures import Translated
from mapper.flows.guarding import refuse_everything, within_limit
from mapper.flows.immutability import refuse_immutable
from mapper.flows.loading import loaded
from mapper.flows.reading import made
from mapper.flows.upserting import refuse_made_id
from mongo_dsl import Update
from mongo_dsl.errors import ArgumentError
from mongo_dsl.rewriting import compile_pipeline, is_pipeline


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
    checked(query, "update")
    allowed = yield from within_limit(query, "update")
    return (yield from _update("update_many", allowed, changes, values))


def update_one(query: Any, changes: Any, values: Mapping[str, Any]) -> Flow[Written]:
    """Change one document of *query*."""
    checked(query, "update_one", many=False)
    return (yield from _update("update_one", query, changes, values))


def upsert(
    query: Any,
    changes: Any,
    values: Mapping[str, Any],
    on_insert: Mapping[str, Any] | None = None,
) -> Flow[Written]:
    """Change one document of *query*, or insert one made of the filter and the changes."""
    checked(query, "upsert", many=False)
    update, arrays = compiled(query, changes, values, upsert=True, on_insert=on_insert)
    more = {"upsert": True}
    return (yield from _send_update("update_one", query, update, arrays, more))


def checked(query: Any, name: str, *, many: bool = True) -> Any:
    """Return *query*, which the write *name* is to touch.

    Raises:
        ArgumentError: it was cut, or sorted.
        UnfilteredWriteError: it would touch *many* documents and has no filter.
    """
    refuse_parts(query, name)
    if many:
        refuse_everything(query, name)
    return query


def _update(
    method: str, query: Any, changes: Any, values: Mapping[str, Any]
) -> Flow[Written]:
    update, arrays = compiled(query, changes, values)
    return (yield from _send_update(method, query, update, arrays, {}))


def _send_update(
    method: str, query: Any, update: Any, arrays: list[Any], more: Mapping[str, Any]
) -> Flow[Written]:
    given = sendable(query)
    filter_ = given.pop("filter")
    if arrays:
        given["array_filters"] = arrays
    touched = Touched(query.model, filter_, update)
    yield from announce("before_query_update", query.model, touched)
    command = Command(collection(query), method, (filter_, update), {**given, **more})
    reply = yield from sent(command, query.model)
    written = Written(reply.matched_count, reply.modified_count, reply.upserted_id)
    told = attrs.evolve(touched, result=written)
    yield from announce("after_query_update", query.model, told)
    return written


def sent(command: Command, cls: Any) -> Flow[Any]:
    """Send *command*; an upsert once more, where another one was faster.

    Of two upserts at the same time, each of which finds no document, a unique index
    refuses one; then there is a document, and it finds it.
    """
    try:
        with Translated(command.collection, cls, command.args[1]):
            return (yield command)
    except DuplicateKeyError:
        if not command.kwargs.get("upsert"):
            raise
    with Translated(command.collection, cls, command.args[1]):
        return (yield command)


def sendable(query: Any) -> dict[str, Any]:
    """Return the filter of *query* and the options that writes take."""
    given = arguments(query)
    kept = {k: v for k, v in options(given).items() if k != "maxTimeMS"}
    return {"filter": given["filter"], **kept}


def remove(query: Any, *, hard: bool = False) -> Flow[int]:
    """Delete all documents of *query*, whoever refers to them."""
    given = sendable(query)
    touched = Touched(query.model, given.pop("filter"))
    mark = marking(query.model, hard=hard)
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


def marking(cls: Any, *, hard: bool = False) -> dict[str, Any] | None:
    """Return the update that stands for deleting documents of *cls*, if one does.

    None does if it is *hard*; the behaviours may still refuse it.
    """
    marks = [one.deleting(cls) for one in behaviours_of(cls)]
    values = [mark for mark in marks if mark is not None]
    if hard or not values:
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
    on_insert: Mapping[str, Any] | None = None,
) -> Flow[Any]:
    """Change the first document of *query* and return it, as it is or was."""
    refuse_parts(query, "find_one_and_update", sort=True)
    update, arrays = compiled(
        query, changes, values, upsert=upsert, on_insert=on_insert
    )
    given = {**_first(query), "upsert": upsert, "return_document": not before}
    if arrays:
        given["array_filters"] = arrays
    row = yield from _find_and_update(query, update, given)
    if row is None:
        return None
    (document,) = yield from made(query, [row])
    return document


def _find_and_update(query: Any, update: Any, given: dict[str, Any]) -> Flow[Any]:
    touched = Touched(query.model, given.pop("filter"), update)
    yield from announce("before_query_update", query.model, touched)
    arguments_ = (touched.filter, update)
    command = Command(collection(query), "find_one_and_update", arguments_, given)
    row = yield from sent(command, query.model)
    told = attrs.evolve(touched, result=row)
    yield from announce("after_query_update", query.model, told)
    return row


def remove_first(query: Any, hard: bool) -> Flow[Any]:
    """Delete the first document of *query*, whoever refers to it, and return it."""
    given = _first(query)
    touched = Touched(query.model, given["filter"])
    mark = marking(query.model, hard=hard)
    yield from announce("before_query_delete", query.model, touched)
    if mark is None:
        filter_ = given.pop("filter")
        name = collection(query)
        row = yield Command(name, "find_one_and_delete", (filter_,), given)
    else:
        row = yield from _find_and_update(query, mark, given)
    told = attrs.evolve(touched, result=row)
    yield from announce("after_query_delete", query.model, told)
    if row is None:
        return None
    (document,) = yield from loaded(query, [row])
    return document


def _first(query: Any) -> dict[str, Any]:
    given = arguments(query)
    if "max_time_ms" in given:
        given["maxTimeMS"] = given.pop("max_time_ms")
    return given


def compiled(
    query: Any,
    changes: Any,
    values: Mapping[str, Any],
    *,
    upsert: bool = False,
    on_insert: Mapping[str, Any] | None = None,
) -> tuple[Any, list[dict[str, Any]]]:
    """Compile *changes*, an update or a list of them, and the *values* to set.

    What the behaviours of the class change besides is in it. The second value are the
    array filters.
    """
    cls = query.model
    assigned = [cls.q[name].set(value) for name, value in values.items()]
    inserted = [cls.q[n].set_on_insert(v) for n, v in (on_insert or {}).items()]
    if is_pipeline(changes):
        changes = [changes]
    if isinstance(changes, (list, tuple)):
        if inserted:
            msg = "an update got on_insert and a list, which runs as a pipeline; pipelines"
            raise ArgumentError(f"{msg} set nothing on insert alone")
        found = _pipeline([*changes, *assigned])
        return _complete(query, found, upsert=upsert), []
    given = [] if changes is None else [changes]
    update = Update(*given, *assigned, *inserted)
    if not update.compile():
        msg = "an update got no changes; it takes changes such as User.q.age.inc(1)"
        raise ArgumentError(msg)
    return _complete(query, update.compile(), upsert=upsert), update.array_filters


def _complete(query: Any, update: Any, *, upsert: bool) -> Any:
    """Check the compiled *update* of *query*, and add what behaviours change besides."""
    refuse_immutable(query.model, update)
    if upsert:
        refuse_made_id(query, update)
    return with_additions(update, query.model, upsert=upsert)


def _pipeline(parts: list[Any]) -> list[dict[str, Any]]:
    if not parts:
        msg = "an update got an empty list; it takes set and unset, in order"
        raise ArgumentError(msg)
    return compile_pipeline(parts)
