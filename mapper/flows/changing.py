"""Updating and deleting by query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from mapper.commands import Command, Flow
from mapper.discriminators import stored_class
from mapper.errors import UnfilteredWriteError
from mapper.flows.failures import translated
from mapper.flows.reading import arguments, collection, options, refuse_parts
from mapper.hydration import reader
from mongo_dsl import Update
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
    update, arrays = _compiled(query, changes, values)
    if more.get("upsert"):
        update = _naming(query.model, update)
    given = arguments(query)
    kept = {k: v for k, v in options(given).items() if k != "maxTimeMS"}
    if arrays:
        kept["array_filters"] = arrays
    with translated(collection(query)):
        reply = yield Command(
            collection(query), method, (given["filter"], update), {**kept, **more}
        )
    return Written(reply.matched_count, reply.modified_count, reply.upserted_id)


def delete_many(query: Any) -> Flow[int]:
    """Delete all documents of *query* and return how many."""
    refuse_parts(query, "delete")
    _refuse_everything(query, "delete")
    given = arguments(query)
    kept = {k: v for k, v in options(given).items() if k != "maxTimeMS"}
    reply = yield Command(collection(query), "delete_many", (given["filter"],), kept)
    deleted: int = reply.deleted_count
    return deleted


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
    update, arrays = _compiled(query, changes, values)
    if upsert:
        update = _naming(query.model, update)
    given = {**_first(query), "upsert": upsert, "return_document": not before}
    if arrays:
        given["array_filters"] = arrays
    filter_ = given.pop("filter")
    with translated(collection(query)):
        row = yield Command(
            collection(query), "find_one_and_update", (filter_, update), given
        )
    return None if row is None else reader(query)(row)


def find_one_and_delete(query: Any) -> Flow[Any]:
    """Delete the first document of *query* and return it."""
    refuse_parts(query, "find_one_and_delete", sort=True)
    given = _first(query)
    filter_ = given.pop("filter")
    row = yield Command(collection(query), "find_one_and_delete", (filter_,), given)
    return None if row is None else reader(query)(row)


def _first(query: Any) -> dict[str, Any]:
    given = arguments(query)
    if "max_time_ms" in given:
        given["maxTimeMS"] = given.pop("max_time_ms")
    return given


def _compiled(
    query: Any,
    changes: Any,
    values: Mapping[str, Any],
) -> tuple[Any, list[dict[str, Any]]]:
    """Compile *changes*, an update or a list of them, and the *values* to set."""
    assigned = [query.model.q[name].set(value) for name, value in values.items()]
    if is_pipeline(changes):
        changes = [changes]
    if isinstance(changes, (list, tuple)):
        return _pipeline([*changes, *assigned]), []
    update = Update(*([] if changes is None else [changes]), *assigned)
    if not update.compile():
        msg = "an update got no changes; it takes changes such as User.q.age.inc(1)"
        raise ArgumentError(msg)
    return update.compile(), update.array_filters


def _naming(model: Any, update: Any) -> Any:
    """Let *update*, if it inserts, store the name of the class *model*, too."""
    given = stored_class(model)
    if isinstance(update, list):
        return [*update, *(_unless_there(*one) for one in given.items())]
    new = {
        k: v for k, v in given.items() if not any(k in part for part in update.values())
    }
    if not new:
        return update
    return {**update, "$setOnInsert": {**update.get("$setOnInsert", {}), **new}}


def _unless_there(key: str, value: str) -> dict[str, Any]:
    return {"$set": {key: {"$ifNull": [f"${key}", {"$literal": value}]}}}


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
