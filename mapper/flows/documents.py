"""What all flows of single documents share: their commands, and what may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from bson.raw_bson import RawBSONDocument

from mapper.behaviour import behaviours_of
from mapper.commands import Command, Flow
from mapper.errors import (
    ConflictError,
    DocumentDeletedError,
    DocumentNotFoundError,
    StaleDocumentError,
)
from mapper.tracking import (
    DELETED,
    Journal,
    Stored,
    assign,
    encode_field,
    is_recording,
    state_of,
)
from mongo_dsl.structure import fields_of


_NOTHING: Mapping[str, Any] = {}
_UNCHANGED = nullcontext()


def command(document: Any, method: str, *args: Any, **options: Any) -> Command:
    """Return a command on the collection of *document*."""
    given = {name: value for name, value in options.items() if value is not None}
    return Command(collection(document), method, args, given)


def collection(document: Any) -> str:
    """Return the name of the collection that *document* belongs to."""
    name: str = type(document).__collection__
    return name


def identity(document: Any) -> dict[str, Any]:
    """Return the filter that finds *document* where it is stored."""
    return {"_id": state_of(document).document["_id"]}  # type: ignore[union-attr]


def stored(document: Any, raw: dict[str, Any]) -> None:
    """Let *document* know that *raw* is stored."""
    if document.id is None:
        assign(document, "id", raw["_id"])
    assign(document, "_state", Stored(raw))


def all_stored(
    documents: Iterable[Any], ids: Iterable[Any], raws: Iterable[RawBSONDocument]
) -> None:
    """Let each of *documents* know that what stands at its place in *raws* is stored.

    At its place in *ids* is its id.
    """
    give = assign if is_recording() else object.__setattr__
    for document, known, raw in zip(documents, ids, raws, strict=True):
        if document.id is None:
            give(document, "id", known)
        give(document, "_state", raw.raw)


def must_be_stored(document: Any, verb: str) -> None:
    """Refuse a document that is not in the database.

    Raises:
        DocumentNotFoundError: it was never stored, or it was deleted.
    """
    state = state_of(document)
    if state is DELETED:
        raise gone(document)
    if state is None:
        msg = f"a {type(document).__name__} that was never stored can't be {verb}"
        raise DocumentNotFoundError(f"{msg}; save it first")


def gone(document: Any) -> DocumentNotFoundError:
    """Return the error that says that *document* was deleted."""
    name = type(document).__name__
    msg = f"{name} {document.id!r} is no longer in {collection(document)}"
    return DocumentNotFoundError(f"{msg}; insert it to store it anew")


def condition(document: Any) -> dict[str, Any]:
    """Return what must hold of *document* where it is stored, to be overwritten."""
    found: dict[str, Any] = {}
    for behaviour in behaviours_of(type(document)):
        found.update(behaviour.condition(document))
    return found


def living(document: Any) -> dict[str, Any]:
    """Return what must hold of *document* where it is stored, not to be deleted."""
    found: dict[str, Any] = {}
    for behaviour in behaviours_of(type(document)):
        found.update(behaviour.living(document))
    return found


def missed(
    document: Any,
    guarded: bool,
    session: Any = None,
    fields: Sequence[str] = (),
    alive: Mapping[str, Any] = _NOTHING,
) -> Flow[Exception]:
    """Say why a write found nothing, which was *guarded* by a condition or was not.

    The changes of *fields* needed conditions, too, and the document was to be *alive*.
    Sends one command if there were any.
    """
    if not (guarded or fields or alive):
        return gone(document)
    shown = {"_id": 1, **dict.fromkeys(alive, 1)}
    row = yield command(
        document, "find_one", identity(document), shown, session=session
    )
    if row is None:
        return gone(document)
    from mongo_dsl.matching import matches

    if not matches(alive, row):
        return DocumentDeletedError(document)
    return StaleDocumentError(document) if guarded else ConflictError(document, fields)


def encoded_values(cls: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* of fields as they are stored."""
    return {
        fields_of(cls)[name][0]: encode_field(cls, name, value)
        for name, value in values.items()
    }


def assigned(document: Any, values: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Give the fields of *document* their *values*, and take them back after an error."""
    return _assigned(document, values) if values else _UNCHANGED


@contextmanager
def _assigned(document: Any, values: Mapping[str, Any]) -> Iterator[None]:
    undo = given(document, values)
    try:
        yield
    except BaseException:
        undo.restore()
        raise


def given(document: Any, values: Mapping[str, Any]) -> Journal:
    """Give the fields of *document* their *values*; return what takes them back."""
    undo = Journal()
    for name, value in values.items():
        undo.record(document, name)
        assign(document, name, value)
    return undo
