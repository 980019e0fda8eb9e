"""Which collections a command reads and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mapper.commands import Command


Names = frozenset[tuple[str, "str | None"]]
"""Pairs of a database and a collection; None for all of the database."""

_READING = frozenset(
    [
        "find",
        "find_one",
        "count_documents",
        "estimated_document_count",
        "distinct",
        "aggregate",
        "watch",
        "list_indexes",
        "list_search_indexes",
        "index_information",
        "options",
        "create_index",
        "create_indexes",
        "create_search_index",
        "create_search_indexes",
        "update_search_index",
        "drop_index",
        "drop_indexes",
        "drop_search_index",
        "find_raw_batches",
        "aggregate_raw_batches",
    ]
)
_OF_DATABASES = frozenset(
    [
        "aggregate",
        "watch",
        "list_collections",
        "list_collection_names",
        "create_collection",
    ]
)
_READING_COMMANDS = frozenset(
    [
        "ping",
        "hello",
        "find",
        "count",
        "distinct",
        "explain",
        "collStats",
        "dbStats",
        "listCollections",
        "listIndexes",
        "create",
        "createIndexes",
        "dropIndexes",
        "createSearchIndexes",
        "updateSearchIndex",
        "dropSearchIndex",
        "buildInfo",
        "serverStatus",
        "validate",
        "getParameter",
    ]
)


def writes(command: Command, database: str) -> Names:
    """Return what *command* writes to; everything unknown is a write."""
    name, method = str(command.collection), command.method
    if method == "aggregate":
        return frozenset(_targets(_stages(command), database))
    if method in (_READING if name else _OF_DATABASES):
        return frozenset()
    if name:
        found: list[tuple[str, str | None]] = [(database, name)]
        if method == "rename":
            found.append((database, str(command.args[0])))
        return frozenset(found)
    return _of_database(command, database)


def _of_database(command: Command, database: str) -> Names:
    """Return what a *command* of the whole database writes to."""
    body: Any = command.args[0] if command.args else None
    if isinstance(body, Mapping):
        name, body = next(iter(body.items()))
    else:
        name = body
        body = command.args[1] if len(command.args) > 1 else None
    if command.method == "command" and name in _READING_COMMANDS:
        return frozenset()
    known = name if command.method == "drop_collection" else body
    return frozenset({(database, known if isinstance(known, str) else None)})


def reads(command: Command, database: str) -> frozenset[tuple[str, str]]:
    """Return the collections that *command* reads: its own, and those it joins."""
    own = (database, str(command.collection))
    if command.method != "aggregate":
        return frozenset({own})
    return frozenset({own, *joined(_stages(command), database)})


def _stages(command: Command) -> Sequence[Any]:
    found: Any = command.args[0] if command.args else command.kwargs.get("pipeline", ())
    return found if isinstance(found, (list, tuple)) else [found]


def _targets(stages: Sequence[Any], database: str) -> Iterator[tuple[str, str]]:
    """Yield the collection that the last of *stages* writes to."""
    last: Mapping[str, Any] = stages[-1] if stages else {}
    for name, body in last.items():
        if name == "$out":
            yield _pair(body, database)
        elif name == "$merge":
            into = body if isinstance(body, str) else body["into"]
            yield _pair(into, database)


def joined(stages: Any, database: str) -> Iterator[tuple[str, str]]:
    """Yield the collections that *stages* join."""
    for stage in stages:
        for name, body in stage.items():
            yield from _joined(name, body, database)


def _joined(name: str, body: Any, database: str) -> Iterator[tuple[str, str]]:
    if name == "$facet":
        for stages in body.values():
            yield from joined(stages, database)
    if name not in _JOINS:
        return
    given = body if isinstance(body, Mapping) else {_JOINS[name]: body}
    if _JOINS[name] in given:
        yield _pair(given[_JOINS[name]], database)
    yield from joined(given.get("pipeline", ()), database)


_JOINS = {"$lookup": "from", "$graphLookup": "from", "$unionWith": "coll"}


def _pair(named: Any, database: str) -> tuple[str, str]:
    """Return database and collection of what a stage names."""
    if isinstance(named, str):
        return database, named
    return named.get("db", database), named["coll"]
