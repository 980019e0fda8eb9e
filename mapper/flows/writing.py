"""Saving and deleting documents, and reading them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from mapper.behaviour import behaviours_of
from mapper.commands import Command, Flow
from mapper.converter import decode_document
from mapper.errors import (
    DocumentDeletedError,
    DocumentNotFoundError,
    StaleDocumentError,
)
from mapper.events import announce, announce_each, is_silent
from mapper.flows import deleting
from mapper.flows.documents import (
    assigned,
    collection,
    command,
    condition,
    encoded_values,
    gone,
    identity,
    living,
    missed,
    must_be_stored,
    stored,
)
from mapper.flows.failures import Translated, raise_meant
from mapper.flows.inserting import insert
from mapper.tracking import (
    DELETED,
    Delta,
    Stored,
    Whole,
    assign,
    changed_fields,
    difference,
    named_states,
    names_by_stored,
    remember,
    replacement,
    state_of,
)
from mapper.validation import validate


D = TypeVar("D")
MQL = dict[str, Any]

_NOTHING: Mapping[str, Any] = {}
_BEFORE = ("before_save", "before_update")
_AFTER = ("after_update", "after_save")


def save(document: D, session: Any = None) -> Flow[D]:
    """Insert *document* if it is new, else send what has changed."""
    state = state_of(document)
    if state is None:
        return (yield from insert(document, session))
    if state is DELETED:
        raise gone(document)
    cls: Any = type(document)
    if not is_silent(_BEFORE):
        yield from announce_each(_BEFORE, cls, document)
    if cls.__options__.validate:
        validate(document)
    found = difference(document)
    if found is not None and behaviours_of(cls):
        yield from _update(document, found, _additions(document, found), session)
    elif found is not None:
        yield from _send(document, found, _NOTHING, _NOTHING, session)
    if not is_silent(_AFTER):
        yield from announce_each(_AFTER, cls, document)
    return document


def _additions(document: Any, found: Delta | Whole) -> MQL:
    """Ask the behaviours what becomes of a document in which a change was *found*."""
    cls: Any = type(document)
    named = names_by_stored(cls)
    return updating(document, {named.get(name, name) for name in found.names})


def updating(document: Any, changed: Collection[str]) -> MQL:
    """Ask the behaviours what becomes of a document that is written."""
    found: MQL = {}
    for behaviour in behaviours_of(type(document)):
        found.update(behaviour.updating(document, changed))
    return found


def rewrite(
    document: D,
    values: Mapping[str, Any],
    session: Any = None,
    *,
    expected: Mapping[str, Any] = _NOTHING,
    alive: bool = True,
) -> Flow[D]:
    """Give fields of a stored *document* their *values*, here and where it is stored.

    Nothing else is sent, whatever else has changed. Where what is stored isn't as
    *expected*, or not *alive* as it must be, nothing is written.
    """
    must_be_stored(document, "changed")
    state: Any = state_of(document)
    yield from announce("before_update", type(document), document)
    given = {**updating(document, values), **values}
    nothing = Delta((), state.document)
    yield from _update(document, nothing, given, session, expected, alive=alive)
    yield from announce("after_update", type(document), document)
    return document


def _update(
    document: Any,
    found: Delta | Whole,
    values: Mapping[str, Any],
    session: Any,
    expected: Mapping[str, Any] = _NOTHING,
    *,
    alive: bool = True,
) -> Flow[None]:
    """Send what was *found* to have changed, and give the fields in *values* theirs."""
    guard, there = expected, _NOTHING
    if behaviours_of(type(document)):
        guard = {**condition(document), **expected}
        there = living(document) if alive else _NOTHING
    if not values:
        yield from _send(document, found, guard, there, session)
        return
    with assigned(document, values):
        found = found.setting(encoded_values(type(document), values))
        yield from _send(document, found, guard, there, session)


def _send(
    document: Any,
    found: Delta | Whole,
    guard: Mapping[str, Any],
    there: Mapping[str, Any],
    session: Any,
) -> Flow[None]:
    """Send what was *found* to have changed, where *guard* and *there* hold."""
    cls: Any = type(document)
    state: Any = state_of(document)
    name: str = cls.__options__.collection_name
    filter_ = {"_id": state.document["_id"], **there, **guard, **found.filter}
    options = {**found.options}
    if session is not None:
        options["session"] = session
    try:
        reply = yield Command(name, "update_one", (filter_, found.update), options)
    except Exception as error:
        raise_meant(error, name, cls, found.stored)
        raise
    if reply.matched_count == 0:
        fields = found.names if found.filter else ()
        raise (yield from missed(document, bool(guard), session, fields, there))
    assign(document, "_state", Stored(found.stored, state.partial, state.cut))


def replace(document: D, session: Any = None) -> Flow[D]:
    """Store *document* in the place of what is stored, whatever that is."""
    must_be_stored(document, "replaced")
    cls = type(document)
    yield from announce_each(_BEFORE, cls, document)
    if document.__options__.validate:  # type: ignore[attr-defined]
        validate(document)
    guard, there = {**condition(document), **states(document)}, living(document)
    names, filter_ = changed_fields(document), {**identity(document), **there, **guard}
    with assigned(document, updating(document, names)):
        raw = replacement(document)
        with Translated(collection(document), cls, raw):
            reply = yield command(
                document, "replace_one", filter_, raw, session=session
            )
        if reply.matched_count == 0:
            raise (yield from missed(document, bool(guard), session, (), there))
    stored(document, raw)
    yield from announce_each(_AFTER, cls, document)
    return document


def states(document: Any) -> MQL:
    """Return the states that must still be stored: a replacement is no transition."""
    cls: Any = type(document)
    known: MQL = state_of(document).document  # type: ignore[union-attr]
    return {name: known.get(name) for name in named_states(cls)}


def delete(document: Any, session: Any = None, *, hard: bool = False) -> Flow[bool]:
    """Delete *document*, for good if *hard*, and tell whether it was there."""
    must_be_stored(document, "deleted")
    return (
        yield from deleting.ruled(
            type(document),
            session,
            lambda: _delete(document, session, hard=hard, rules=False),
            lambda: _delete(document, session, hard=hard, rules=True),
        )
    )


def _delete(document: Any, session: Any, *, hard: bool, rules: bool) -> Flow[bool]:
    cls = type(document)
    yield from announce("before_delete", cls, document)
    mark = marking(document, hard=hard)
    if rules:
        query, ids = cls.find(), [identity(document)["_id"]]
        like = query if session is None else query.in_session(session)
        yield from deleting.delete_related(like, ids, hard=hard, soft=mark is not None)
    if mark is None:
        done = yield from _remove(document, session)
    else:
        done = yield from _mark(document, mark, session)
    yield from announce("after_delete", cls, document)
    return done


def marking(document: Any, *, hard: bool = False) -> MQL | None:
    """Ask the behaviours for the values that stand for a delete; none do if it is *hard*."""
    cls = type(document)
    marks = [one.deleting(cls, document) for one in behaviours_of(cls)]
    found = [mark for mark in marks if mark is not None]
    if hard or not found:
        return None
    return {k: v for mark in found for k, v in mark.items()}


def _remove(document: Any, session: Any) -> Flow[bool]:
    guard = condition(document)
    filter_ = {**identity(document), **guard}
    reply = yield command(document, "delete_one", filter_, session=session)
    if reply.deleted_count == 0:
        error = yield from missed(document, bool(guard), session)
        if isinstance(error, StaleDocumentError):
            raise error
    remember(document, DELETED)
    return bool(reply.deleted_count)


def _mark(document: Any, mark: MQL, session: Any) -> Flow[bool]:
    state: Any = state_of(document)
    values = {**updating(document, mark), **mark}
    try:
        yield from _update(document, Delta((), state.document), values, session)
    except DocumentDeletedError:  # it has a mark already
        return False
    except DocumentNotFoundError:  # it is gone already
        remember(document, DELETED)
        return False
    return True


def reload(document: D, session: Any = None) -> Flow[D]:
    """Read *document* again."""
    must_be_stored(document, "reloaded")
    raw = yield command(document, "find_one", identity(document), session=session)
    if raw is None:
        raise gone(document)
    yield from announce("before_load", type(document), raw)
    fresh = decode_document(raw, type(document))
    for attribute in document.__attrs_attrs__:  # type: ignore[attr-defined]
        value = getattr(fresh, attribute.name)
        assign(document, attribute.name, value)
    stored(document, raw)
    assign(document, "_related", None)
    yield from announce("after_load", type(document), document)
    return document
