"""Many writes in one command a collection."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from mapper.bulk import BulkWritten, OnDocument, OnQuery, Save
from mapper.commands import Command, Flow
from mapper.errors import BulkWriteError
from mapper.events import Touched, announce
from mapper.flows.failures import duplicate_key
from mapper.flows.guarding import refuse_elsewhere
from mapper.flows.misses import kept, missed
from mapper.flows.planning import Planned, plan
from mapper.tracking import Journal
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
    operations: Iterable[Any],
    ordered: bool = True,
    session: Any = None,
    mapper: Any = None,
) -> Flow[BulkWritten]:
    """Do *operations* on *mapper*, those of one collection by one bulk write."""
    checked = _checked(operations)
    for _, one in checked:
        if isinstance(one, OnQuery):
            refuse_elsewhere(one.query, mapper, session)
    batches = [*_batches(checked, ordered)]
    outcome, plans = _Outcome(), []
    try:
        for batch in batches:
            yield from announce("before_bulk_write", *_told(batch, None))
            plans.append((yield from plan(batch)))
        for batch, planned in zip(batches, plans, strict=True):
            yield from _write(batch, planned, ordered, session, outcome)
    finally:
        for one in itertools.chain(*plans):
            one.undo.restore()  # of what the server took there is nothing to undo
    if outcome.failed:
        raise _failure(outcome)
    return outcome.written


def _failure(outcome: _Outcome) -> BulkWriteError:
    failed = sorted(outcome.failed, key=lambda pair: pair[0].place)
    told = [(one.operation, reason) for one, reason in failed]
    return BulkWriteError(told, [one.operation for one in outcome.done], outcome.left)


def _told(batch: Operations, result: BulkWritten | None) -> tuple[Any, Touched]:
    """Return the class that a bulk write is announced for, and what is said of it."""
    cls = batch[0][1].model
    return cls, Touched(cls, {}, tuple(one for _, one in batch), result)


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
        if not isinstance(one, OnQuery) and not _of_document(one):
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


def _of_document(operation: Any) -> bool:
    return isinstance(operation, OnDocument) and hasattr(
        operation.model, "__is_document__"
    )


def _batches(operations: Operations, ordered: bool) -> Iterator[Operations]:
    """Part *operations* by collection; if *ordered*, into runs that keep their order.

    Documents and queries are apart, for the server counts what all updates matched, and
    each document must be.
    """
    batches: list[tuple[Any, list[tuple[int, Any]]]] = []
    for place, one in operations:
        name = one.model.__collection__, isinstance(one, OnQuery)
        known = batches[-1:] if ordered else batches
        batch = next((batch for found, batch in known if found == name), None)
        if batch is None:
            batch = []
            batches.append((name, batch))
        batch.append((place, one))
    return (batch for _, batch in batches)


def _write(
    batch: Operations,
    planned: list[Planned],
    ordered: bool,
    session: Any,
    outcome: _Outcome,
) -> Flow[None]:
    """Write what was *planned*, and add to *outcome* what became of it."""
    if ordered and outcome.failed:
        outcome.left += [one.operation for one in planned]
        return
    sent = [one for one in planned if one.request is not None]
    given = {"ordered": ordered, **({} if session is None else {"session": session})}
    reply: Mapping[str, Any] = {}
    if sent:
        name, requests = batch[0][1].model.__collection__, [o.request for o in sent]
        reply = yield from _reply(Command(name, "bulk_write", (requests,), given))
    part = yield from _settle(planned, sent, reply, ordered, session)
    outcome.done += part.done
    outcome.failed += part.failed
    outcome.left += part.left
    outcome.written += part.written
    yield from announce("after_bulk_write", *_told(batch, part.written))


def _reply(command: Command) -> Flow[Mapping[str, Any]]:
    """Send *command*; what the server says of single operations is no error yet."""
    try:
        result = yield command
    except Exception as error:
        details = getattr(error, "details", None)
        if isinstance(details, Mapping) and details.get("writeErrors"):
            return details
        raise
    found: Mapping[str, Any] = result.bulk_api_result
    return found


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
    failed += yield from missed(there, reply, session)
    failed += yield from kept(there, reply, session)
    refused = [one for one, _ in failed]
    done = [one for one in there if one not in refused]
    left = [one for one in planned if one.place > last]
    for one in done:  # all know it before the first hook, which may fail
        one.taken()
        one.undo = Journal()
    yield from _announced(done)
    return _Outcome(_written(reply, sent), done, failed, [o.operation for o in left])


def _announced(done: list[Planned]) -> Flow[None]:
    for one in done:
        for event in reversed(one.events):
            document = one.operation.document
            yield from announce(f"after_{event}", type(document), document)


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
