"""Many writes in one command a collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from mapper.bulk import BulkWritten, OnDocument, OnQuery, Save
from mapper.commands import Command, Flow
from mapper.errors import BulkWriteError
from mapper.events import Touched, announce
from mapper.flows.documents import gone
from mapper.flows.failures import duplicate_key
from mapper.flows.planning import Planned, plan
from mongo_dsl.errors import ArgumentError, OperandError


Operations = Sequence[tuple[int, Any]]


@attrs.define
class _Outcome:
    """What became of the operations so far."""

    written: BulkWritten = attrs.field(factory=BulkWritten)
    done: list[Planned] = attrs.field(factory=list)
    failed: list[tuple[Planned, str]] = attrs.field(factory=list)
    left: list[Any] = attrs.field(factory=list)


def bulk_write(
    operations: Iterable[Any], ordered: bool = True, session: Any = None
) -> Flow[BulkWritten]:
    """Do *operations*, those of one collection by one bulk write."""
    batches = [*_batches(_checked(operations), ordered)]
    outcome = _Outcome()
    for number, batch in enumerate(batches):
        yield from _write(batch, ordered, session, outcome)
        if outcome.failed and ordered:
            outcome.left += [one for later in batches[number + 1 :] for _, one in later]
            break
    if outcome.failed:
        outcome.failed.sort(key=lambda pair: pair[0].place)
        failed = [(one.operation, reason) for one, reason in outcome.failed]
        done = [one.operation for one in outcome.done]
        raise BulkWriteError(failed, done, outcome.left)
    return outcome.written


def save_many(documents: Iterable[Any], session: Any = None) -> Flow[list[Any]]:
    """Save *documents*, those of one collection by one bulk write; return them."""
    found = list(documents)
    yield from bulk_write(map(Save, found), ordered=False, session=session)
    return found


def _checked(operations: Iterable[Any]) -> list[tuple[int, Any]]:
    """Number *operations*; documents among them are to be saved."""
    found = [
        Save(one) if hasattr(type(one), "__is_document__") else one
        for one in operations
    ]
    seen: set[int] = set()
    for one in found:
        if not isinstance(one, (OnDocument, OnQuery)):
            msg = (
                f"bulk_write got {one!r}; it takes documents, Insert, Save, Replace and"
            )
            msg = f"{msg} Delete of them, query.updating(...) and query.deleting()"
            raise OperandError(msg)
        if isinstance(one, OnDocument):
            if id(one.document) in seen:
                msg = (
                    f"bulk_write got one {one.model.__name__} twice; it takes each once"
                )
                raise ArgumentError(msg)
            seen.add(id(one.document))
    return list(enumerate(found))


def _batches(operations: Operations, ordered: bool) -> Iterator[Operations]:
    """Part *operations* by collection; if *ordered*, into runs that keep their order."""
    batches: list[tuple[str, list[tuple[int, Any]]]] = []
    for place, one in operations:
        name = one.model.__collection__
        known = batches[-1:] if ordered else batches
        batch = next((batch for found, batch in known if found == name), None)
        if batch is None:
            batch = []
            batches.append((name, batch))
        batch.append((place, one))
    return (batch for _, batch in batches)


def _write(
    batch: Operations, ordered: bool, session: Any, outcome: _Outcome
) -> Flow[None]:
    """Write *batch*, and add to *outcome* what became of it."""
    cls = batch[0][1].model
    touched = Touched(cls, {}, tuple(one for _, one in batch))
    yield from announce("before_bulk_write", cls, touched)
    planned = yield from plan(batch)
    sent = [one for one in planned if one.request is not None]
    given = {"ordered": ordered, **({} if session is None else {"session": session})}
    reply: Mapping[str, Any] = {}
    if sent:
        requests = [one.request for one in sent]
        command = Command(cls.__collection__, "bulk_write", (requests,), given)
        reply = yield from _reply(command, planned)
    part = yield from _settle(planned, sent, reply, ordered, session)
    outcome.done += part.done
    outcome.failed += part.failed
    outcome.left += part.left
    outcome.written += part.written
    told = attrs.evolve(touched, result=part.written)
    yield from announce("after_bulk_write", cls, told)


def _reply(command: Command, planned: list[Planned]) -> Flow[Mapping[str, Any]]:
    """Send *command*; what the server says of single operations is no error yet."""
    try:
        result = yield command
    except Exception as error:
        details = getattr(error, "details", None)
        if isinstance(details, Mapping) and details.get("writeErrors"):
            return details
        _undo(planned)
        raise
    found: Mapping[str, Any] = result.bulk_api_result
    return found


def _undo(planned: Iterable[Planned]) -> None:
    for one in planned:
        one.undo.restore()


def _settle(
    planned: list[Planned],
    sent: list[Planned],
    reply: Mapping[str, Any],
    ordered: bool,
    session: Any,
) -> Flow[_Outcome]:
    """Find out what became of each operation, and tell the documents."""
    reasons = {error["index"]: error for error in reply.get("writeErrors", ())}
    tried = min(reasons) + 1 if reasons and ordered else len(sent)
    last = (
        sent[tried - 1].place
        if reasons and ordered
        else len(planned) + planned[-1].place
    )
    failed = [(sent[n], _reason(sent[n], error)) for n, error in reasons.items()]
    refused = [one for one, _ in failed]
    there = [one for one in planned if one.place <= last and one not in refused]
    failed += yield from _missed(there, reply, session)
    refused = [one for one, _ in failed]
    done = [one for one in there if one not in refused]
    left = [one for one in planned if one.place > last]
    _undo([*refused, *left])
    for one in done:
        one.taken()
        for event in reversed(one.events):
            document = one.operation.document
            yield from announce(f"after_{event}", type(document), document)
    return _Outcome(_written(reply, sent), done, failed, [o.operation for o in left])


def _reason(one: Planned, error: Mapping[str, Any]) -> str:
    if "keyValue" in error:
        return str(duplicate_key(one.operation.model.__collection__, error))
    return str(error.get("errmsg", "the server gave no reason"))


def _written(reply: Mapping[str, Any], sent: list[Planned]) -> BulkWritten:
    upserted = {
        sent[one["index"]].place: one["_id"] for one in reply.get("upserted", ())
    }
    return BulkWritten(
        reply.get("nInserted", 0),
        reply.get("nMatched", 0),
        reply.get("nModified", 0),
        reply.get("nRemoved", 0),
        upserted,
    )


def _missed(
    planned: list[Planned], reply: Mapping[str, Any], session: Any
) -> Flow[list[tuple[Planned, str]]]:
    """Find the documents that must have been there and weren't, and say why.

    The server counts what matched in all; where that isn't enough, or queries match
    more, the documents are read.
    """
    found = [one for one in planned if one.found is not None]
    queries = any(isinstance(one.operation, OnQuery) for one in planned)
    if not found or (not queries and reply.get("nMatched", 0) >= len(found)):
        return []
    ids = {"_id": {"$in": [one.found["_id"] for one in found]}}  # type: ignore[index]
    given = {} if session is None else {"session": session}
    name = found[0].operation.model.__collection__
    rows = yield Command(name, "find", (ids,), given, rows=True)
    stored = [(row["_id"], row) for row in rows]
    reasons = []
    for one in found:
        row = next((row for id_, row in stored if id_ == one.found["_id"]), None)  # type: ignore[index]
        if row is None:
            reasons.append((one, str(gone(one.operation.document))))
        elif one.error is not None and _differs(one, row):
            reasons.append((one, str(one.error())))
    return reasons


def _differs(one: Planned, row: Mapping[str, Any]) -> bool:
    """Tell whether *row* isn't what was to be stored: someone else was faster."""
    new: Mapping[str, Any] = one.new or {}
    plain = [name for name in one.kept if name in new]
    return any(row.get(name) != new[name] for name in plain or new)
