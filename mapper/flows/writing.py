"""Inserting, saving and deleting documents."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from bson import ObjectId

from mapper.commands import Command, Flow
from mapper.converter import decode_document, encode_document
from mapper.errors import (
    BulkInsertError,
    DocumentNotFoundError,
    MapperError,
    ValidationError,
)
from mapper.flows.failures import duplicate_key, translated
from mapper.tracking import (
    DELETED,
    Stored,
    assign,
    changes,
    encoded,
    remember,
    state_of,
)
from mapper.validation import validate


D = TypeVar("D")

_BATCH = 10_000
"""Documents a command: the driver cuts batches by the server's sizes, this bounds memory."""


def insert(document: D, session: Any = None) -> Flow[D]:
    """Store *document* as a new one."""
    raw = _new(document)
    with translated(_collection(document)):
        yield _command(document, "insert_one", raw, session=session)
    _stored(document, raw)
    return document


def insert_many(
    documents: Iterable[D],
    ordered: bool = True,
    session: Any = None,
) -> Flow[list[D]]:
    """Store new *documents*, batch by batch; after an error say which are stored."""
    done: list[D] = []
    remaining = iter(documents)
    while batch := list(itertools.islice(remaining, _BATCH)):
        _check_batch(batch)
        raws = [_new(document) for document in batch]
        command = _command(
            batch[0], "insert_many", raws, ordered=ordered, session=session
        )
        try:
            yield command
        except Exception as error:
            left = 0 if not ordered else sum(1 for _ in remaining)
            raise _partly(batch, raws, done, error, left, ordered) from error
        for document, raw in zip(batch, raws, strict=True):
            _stored(document, raw)
        done += batch
    return done


def _check_batch(batch: list[Any]) -> None:
    if len({id(document) for document in batch}) < len(batch):
        msg = "insert_many got one document twice; it takes each once"
        raise MapperError(msg)
    for document in batch:
        if type(document) is not type(batch[0]):
            one, other = type(batch[0]).__name__, type(document).__name__
            msg = f"insert_many got a {one} and a {other}; it takes documents of one class"
            raise MapperError(msg)


def _partly(
    batch: list[Any],
    raws: list[dict[str, Any]],
    done: list[Any],
    error: Exception,
    left: int,
    ordered: bool,
) -> Exception:
    """Mark what the server took, and say what it refused."""
    details = getattr(error, "details", None)
    if not isinstance(details, Mapping) or "writeErrors" not in details:
        return error
    reasons = {e["index"]: _reason(batch[0], e) for e in details["writeErrors"]}
    tried = min(reasons, default=-1) + 1 if ordered else len(batch)
    inserted = [*done]
    for place, (document, raw) in enumerate(zip(batch[:tried], raws, strict=False)):
        if place not in reasons:
            _stored(document, raw)
            inserted.append(document)
    failed = [(batch[place], reason) for place, reason in reasons.items()]
    left += len(batch) - tried
    return BulkInsertError(_collection(batch[0]), inserted, failed, left)


def _reason(document: Any, error: Mapping[str, Any]) -> str:
    if "keyValue" in error:
        return str(duplicate_key(_collection(document), error))
    return str(error.get("errmsg", "the server gave no reason"))


def save(document: D, session: Any = None) -> Flow[D]:
    """Insert *document* if it is new, else send what has changed."""
    state = state_of(document)
    if state is None:
        return (yield from insert(document, session))
    if state is DELETED:
        raise _gone(document)
    if document.__options__.validate:  # type: ignore[attr-defined]
        validate(document)
    new = encoded(document)
    update = changes(type(document), state, new)
    if update:
        with translated(_collection(document)):
            reply = yield _command(
                document, "update_one", _identity(document), update, session=session
            )
        if reply.matched_count == 0:
            raise _gone(document)
    remember(document, attrs.evolve(state, document={**state.document, **new}))
    return document


def delete(document: Any, session: Any = None) -> Flow[bool]:
    """Delete *document* and tell whether it was there."""
    _must_be_stored(document, "deleted")
    reply = yield _command(document, "delete_one", _identity(document), session=session)
    remember(document, DELETED)
    return bool(reply.deleted_count)


def reload(document: D, session: Any = None) -> Flow[D]:
    """Read *document* again."""
    _must_be_stored(document, "reloaded")
    raw = yield _command(document, "find_one", _identity(document), session=session)
    if raw is None:
        raise _gone(document)
    fresh = decode_document(raw, type(document))
    for attribute in document.__attrs_attrs__:  # type: ignore[attr-defined]
        value = getattr(fresh, attribute.name)
        assign(document, attribute.name, value)
    _stored(document, raw)
    return document


def _must_be_stored(document: Any, verb: str) -> None:
    state = state_of(document)
    if state is DELETED:
        raise _gone(document)
    if state is None:
        msg = f"a {type(document).__name__} that was never stored can't be {verb}"
        raise DocumentNotFoundError(f"{msg}; save it first")


def _gone(document: Any) -> DocumentNotFoundError:
    name, collection = type(document).__name__, _collection(document)
    msg = f"{name} {document.id!r} is no longer in {collection}; insert it to store it anew"
    return DocumentNotFoundError(msg)


def _new(document: Any) -> dict[str, Any]:
    """Encode a new document, with an id if it has none."""
    if document.__options__.validate:
        validate(document)
    raw = encode_document(document)
    if raw.get("_id") is None:
        raw["_id"] = _made_id(document)
    return raw


def _made_id(document: Any) -> ObjectId:
    made = ObjectId()
    if type(document).__checks__["id"](document, made) is None:
        return made
    owner = type(document).__name__
    problem = f"{owner}.id is None, and only ObjectId ids are made by themselves"
    msg = f"{problem}; give it a value"
    raise ValidationError(msg, cls=type(document), problems=[("id", msg)])


def _stored(document: Any, raw: dict[str, Any]) -> None:
    if document.id is None:
        assign(document, "id", raw["_id"])
    remember(document, Stored(raw))


def _identity(document: Any) -> dict[str, Any]:
    return {"_id": state_of(document).document["_id"]}  # type: ignore[union-attr]


def _collection(document: Any) -> str:
    name: str = type(document).__collection__
    return name


def _command(document: Any, method: str, *args: Any, **options: Any) -> Command:
    given = {name: value for name, value in options.items() if value is not None}
    return Command(_collection(document), method, args, given)
