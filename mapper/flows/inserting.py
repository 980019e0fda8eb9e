"""Storing new documents."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs
import bson
from bson import ObjectId
from bson.raw_bson import RawBSONDocument

from mapper.behaviour import behaviours_of
from mapper.codec import CODEC, RAW
from mapper.commands import Command, Flow
from mapper.conversion.trees import top_of
from mapper.errors import BulkInsertError, MapperError, ValidationError
from mapper.events import announce, announce_each, is_silent
from mapper.flows.documents import (
    all_stored,
    assigned,
    collection,
    command,
    given,
    stored,
)
from mapper.flows.failures import duplicate_key, raise_meant, unwritable
from mapper.forming import Form, form_of
from mongo_dsl.conformity import conforms
from mongo_dsl.structure import fields_of
from mongo_dsl.variants import discriminator_of


D = TypeVar("D")

_BATCH = 10_000
"""Documents a command: the driver cuts batches by the server's sizes, this bounds memory."""

_EVENTS = {
    "before": ("before_save", "before_insert"),
    "after": ("after_insert", "after_save"),
}
_NOTHING: Mapping[str, Any] = {}


def insert(document: D, session: Any = None) -> Flow[D]:
    """Store *document* as a new one."""
    cls = type(document)
    if not is_silent(_EVENTS["before"]):
        yield from announce_each(_EVENTS["before"], cls, document)
    if behaviours_of(cls):
        (values,) = yield from values_of([document])
        with assigned(document, values):
            raw = yield from _send_one(document, session)
    else:
        raw = yield from _send_one(document, session)
    stored(document, raw)
    if not is_silent(_EVENTS["after"]):
        yield from announce_each(_EVENTS["after"], cls, document)
    return document


def _send_one(document: Any, session: Any) -> Flow[dict[str, Any]]:
    """Store a new *document* and return what is stored."""
    cls: Any = type(document)
    raw = new(document)
    name: str = cls.__options__.collection_name
    options = {} if session is None else {"session": session}
    try:
        yield Command(name, "insert_one", (raw,), options)
    except Exception as error:
        raise_meant(error, name, cls, raw)
        raise
    return raw


def insert_many(
    documents: Iterable[D],
    ordered: bool = True,
    session: Any = None,
) -> Flow[list[D]]:
    """Store new *documents*, batch by batch; after an error say which are stored."""
    done: list[D] = []
    failed: list[tuple[Any, str]] = []
    remaining = iter(documents)
    while batch := list(itertools.islice(remaining, _BATCH)):
        _check_batch(batch)
        yield from announced("before", batch)
        failure = yield from _insert_batch(batch, ordered, session)
        inserted = batch if failure is None else failure.inserted
        done += inserted
        yield from announced("after", inserted)
        if failure is not None:
            failed += failure.failed
            if ordered:
                left = failure.left + sum(1 for _ in remaining)
                raise BulkInsertError(failure.collection, done, failed, left)
    if failed:
        raise BulkInsertError(collection(failed[0][0]), done, failed, 0)
    return done


def _insert_batch(
    batch: list[Any], ordered: bool, session: Any
) -> Flow[BulkInsertError | None]:
    """Store *batch*; return what was refused, if something was."""
    values = yield from values_of(batch)
    pairs = [pair for pair in zip(batch, values, strict=True) if pair[1]]
    if not pairs:
        return (yield from _send_batch(batch, ordered, session))
    undo = [(document, given(document, one)) for document, one in pairs]
    taken: set[int] = set()
    try:
        failure = yield from _send_batch(batch, ordered, session)
        taken = {id(one) for one in (batch if failure is None else failure.inserted)}
    finally:
        for document, one in undo:
            if id(document) not in taken:
                one.restore()
    return failure


def _send_batch(
    batch: list[Any], ordered: bool, session: Any
) -> Flow[BulkInsertError | None]:
    ids, raws = _all_encoded(batch)
    try:
        yield command(batch[0], "insert_many", raws, ordered=ordered, session=session)
    except Exception as error:
        failure = _partly(batch, ids, raws, error, ordered)
        if failure is None:
            raise
        return failure
    all_stored(batch, ids, raws)
    return None


def values_of(documents: Sequence[Any]) -> Flow[list[Mapping[str, Any]]]:
    """Ask the behaviours of their classes for values of new *documents*."""
    found: list[Mapping[str, Any]] = [_NOTHING] * len(documents)
    for cls, places in _by_class(documents).items():
        for behaviour in behaviours_of(cls):
            given = yield from behaviour.inserting([documents[i] for i in places])
            for place, values in zip(places, given, strict=True):
                found[place] = {**found[place], **values}
    return found


def announced(when: str, documents: Sequence[Any]) -> Flow[None]:
    """Announce what happens to new *documents*: a save contains an insert."""
    events = [event for event in _EVENTS[when] if not is_silent((event,))]
    if not events:
        return
    for cls, places in _by_class(documents).items():
        for event in events:
            yield from announce(event, cls, *(documents[place] for place in places))


def _check_batch(batch: list[Any]) -> None:
    if len({id(document) for document in batch}) < len(batch):
        msg = "insert_many got one document twice; it takes each once"
        raise MapperError(msg)
    for document in batch:
        if _family(document) is not _family(batch[0]):
            one, other = type(batch[0]).__name__, type(document).__name__
            msg = f"insert_many got a {one} and a {other}; it takes documents of one class"
            raise MapperError(msg)


def _family(document: Any) -> Any:
    """Return the class of *document*; those that share its collection count as one."""
    kind = type(document)
    return kind if discriminator_of(kind) is None else top_of(kind)


def _by_class(documents: Sequence[Any]) -> dict[type, list[int]]:
    """Return the places of *documents* by class."""
    found: dict[type, list[int]] = {}
    for place, document in enumerate(documents):
        found.setdefault(type(document), []).append(place)
    return found


def _partly(
    batch: list[Any],
    ids: list[Any],
    raws: list[RawBSONDocument],
    error: Exception,
    ordered: bool,
) -> BulkInsertError | None:
    """Mark what the server took, and say what it refused."""
    details = getattr(error, "details", None)
    if not isinstance(details, Mapping) or "writeErrors" not in details:
        return None
    reasons = {e["index"]: _reason(batch[0], e) for e in details["writeErrors"]}
    tried = min(reasons, default=-1) + 1 if ordered else len(batch)
    taken = [place for place in range(min(tried, len(batch))) if place not in reasons]
    inserted = [batch[place] for place in taken]
    all_stored(
        inserted, [ids[place] for place in taken], [raws[place] for place in taken]
    )
    failed = [(batch[place], reason) for place, reason in reasons.items()]
    return BulkInsertError(collection(batch[0]), inserted, failed, len(batch) - tried)


def _reason(document: Any, error: Mapping[str, Any]) -> str:
    if "keyValue" in error:
        return str(duplicate_key(collection(document), error))
    return str(error.get("errmsg", "the server gave no reason"))


def _all_encoded(documents: Iterable[Any]) -> tuple[list[Any], list[RawBSONDocument]]:
    """Encode new *documents* as BSON, each while it is in the processor's cache.

    The driver sends that as it is, and the documents remember it. Return their ids, too.
    """
    ids, raws = [], []
    forms: dict[Any, Form] = {}
    for document in documents:
        form = forms.get(type(document))
        if form is None:
            form = forms[type(document)] = form_of(type(document))
        raw = _with_id(document, form(document))
        ids.append(raw["_id"])
        raws.append(_encoded(document, raw))
    return ids, raws


def _encoded(document: Any, raw: dict[str, Any]) -> RawBSONDocument:
    try:
        return RawBSONDocument(bson.encode(raw, codec_options=CODEC), RAW)
    except UnicodeEncodeError as error:
        raise unwritable(type(document), raw) or error from error


def new(document: Any) -> dict[str, Any]:
    """Encode a new document, with an id if it has none."""
    return _with_id(document, form_of(type(document))(document))


def _with_id(document: Any, raw: dict[str, Any]) -> dict[str, Any]:
    if raw["_id"] is None:
        raw["_id"] = _made_id(document)
    return raw


@functools.lru_cache(maxsize=1024)
def _takes_object_ids(cls: Any) -> bool:
    """Tell whether any object id may be an id of *cls*: its type says so, and no rule more."""
    is_free = attrs.fields(cls).id.metadata.get("validators") is None
    return is_free and conforms(fields_of(cls)["id"][1])(ObjectId())


def _made_id(document: Any) -> ObjectId:
    cls: Any = type(document)
    made = ObjectId()
    if _takes_object_ids(cls) or cls.__checks__["id"](document, made) is None:
        return made
    owner = cls.__name__
    problem = f"{owner}.id is None, and only ObjectId ids are made by themselves"
    msg = f"{problem}; give it a value"
    raise ValidationError(msg, cls=cls, problems=[("id", msg)])
