"""Creating indexes, and bringing those of a collection to what its class declares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.commands import Command, Flow
from mapper.errors import IndexConflictError, UnsupportedError
from mapper.flows.failures import Translated
from mapper.indexes import Index, IndexPlan
from mapper.indexes.comparison import planned
from mapper.indexes.declared import Wanted, declared_searches, wanted_indexes
from mapper.indexes.plans import IndexStep, with_searches


_NO_COLLECTION = 26
_CONFLICTS = frozenset({85, 86})  # of the options, of the name
_NO_SUCH_COMMAND = frozenset({59, 115, 31082, 40324})


def create_index(model: Any, index: Index, session: Any = None) -> Flow[str]:
    """Create *index* and return its name."""
    asked = index.specification(model)
    try:
        yield from _create(model, [asked], session)
    except Exception as error:
        yield from _explain(model, [asked], error)
        raise
    return str(asked["name"])


def create_indexes(model: Any, session: Any = None) -> Flow[list[str]]:
    """Create the indexes that *model* declares and return their names."""
    asked = [wanted.specification for wanted in wanted_indexes(model)]
    try:
        yield from _create(model, asked, session)
    except Exception as error:
        yield from _explain(model, asked, error)
        raise
    return [one["name"] for one in asked]


def _explain(model: Any, asked: list[dict[str, Any]], error: Exception) -> Flow[None]:
    """Say which index stands in the way, if *error* is that one does.

    Raises:
        IndexConflictError: it is.
    """
    if getattr(error, "code", None) not in _CONFLICTS:
        return
    try:
        rows = yield from _listed(model)
    except Exception:  # noqa: BLE001 - in a transaction, say; then the first error counts
        return
    wanted = [Wanted(one, is_named=True) for one in asked]
    try:
        planned(model.__collection__, wanted, rows).refuse_conflicts(())
    except IndexConflictError as conflict:
        raise conflict from error


def _create(model: Any, asked: list[dict[str, Any]], session: Any = None) -> Flow[None]:
    if asked:
        yield from _send(model, "createIndexes", session, indexes=asked)


def _send(model: Any, name: str, session: Any = None, **body: Any) -> Flow[Any]:
    document = {name: model.__collection__, **body}
    given = {} if session is None else {"session": session}
    with Translated(model.__collection__):
        return (yield Command("", "command", (document,), given))


def plan(model: Any, search: bool = True) -> Flow[IndexPlan]:
    """Compare what *model* declares with what the server lists."""
    rows = yield from _listed(model)
    found = planned(model.__collection__, wanted_indexes(model), rows)
    searches = declared_searches(model) if search else []
    if not searches:
        return found
    there = yield from _listed_searches(model)
    return with_searches(found, [one.specification(model) for one in searches], there)


def _listed(model: Any) -> Flow[list[Any]]:
    try:
        reply = yield Command("", "command", ({"listIndexes": model.__collection__},))
    except Exception as error:
        if getattr(error, "code", None) == _NO_COLLECTION:
            return []
        raise
    return list(reply["cursor"]["firstBatch"])  # 64 indexes at most: one batch


def _listed_searches(model: Any) -> Flow[list[Any]]:
    pipeline: list[dict[str, Any]] = [{"$listSearchIndexes": {}}]
    try:
        rows: list[Any] = yield Command(
            model.__collection__, "aggregate", (pipeline,), rows=True
        )
    except Exception as error:
        if getattr(error, "code", None) not in _NO_SUCH_COMMAND:
            raise
        msg = f"{model.__name__} declares indexes of Atlas Search, which this server doesn't"
        msg = f"{msg} have; connect to Atlas, or pass search=False to leave them out"
        raise UnsupportedError(msg) from error
    return rows


def apply(
    model: Any,
    drop: Iterable[str] = (),
    rebuild: Iterable[str] = (),
    search: bool = True,
) -> Flow[IndexPlan]:
    """Create what is missing; drop and rebuild what is named."""
    drop, rebuild = list(drop), list(rebuild)
    if not (drop or rebuild or model.__options__.indexes or wanted_indexes(model)):
        return IndexPlan(model.__collection__)
    found = yield from plan(model, search)
    found.refuse_unknown(drop, rebuild)
    found.refuse_conflicts(rebuild)
    for step in found.conflict:
        if step.in_place:
            yield from _send(model, "collMod", index=step.in_place)
    anew = [step for step in found.conflict if not step.in_place]
    yield from _drop(model, [*drop, *(name for step in anew for name in step.existing)])
    yield from _create_missing(model, [*found.create, *anew])
    return found


def _drop(model: Any, names: list[str]) -> Flow[None]:
    if names:
        yield from _send(model, "dropIndexes", index=list(dict.fromkeys(names)))


def _create_missing(model: Any, steps: list[IndexStep]) -> Flow[None]:
    yield from _create(model, [one.specification for one in steps if not one.search])
    searches = [step.specification for step in steps if step.search]
    if searches:
        yield from _send(model, "createSearchIndexes", indexes=searches)
