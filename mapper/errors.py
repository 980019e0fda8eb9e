"""What can go wrong between documents and the database, each error a builtin's at once.

::

    MapperError
    ├── DefinitionError            (TypeError)     a document class that can't be made
    ├── MisfitError                (ValueError)    values that don't fit, by path
    │   ├── ValidationError                        … in Python: the rules of their fields
    │   └── DecodeError                            … as stored: the class they are read as
    ├── DocumentNotFoundError      (LookupError)   no document where one must be
    │   └── DocumentsMissingError                  … some of those asked for by their ids
    ├── StaleDocumentError         (RuntimeError)  a document that was changed meanwhile
    │   └── ConflictError                          … in what the changes to save build upon
    ├── TransitionError            (ValueError)    a state that doesn't follow another
    ├── MultipleDocumentsError     (LookupError)   more than one where one must be
    ├── DuplicateKeyError          (ValueError)    a unique value that is there already
    ├── BulkInsertError            (ValueError)    some of many documents refused
    ├── BulkWriteError             (ValueError)    some of many operations refused
    ├── UnfilteredWriteError       (ValueError)    an update or delete of everything, unasked
    ├── DeleteDeniedError          (ValueError)    a delete of what others refer to
    ├── NotSavedError              (ValueError)    a reference to what has no id yet
    ├── NotLoadedError             (RuntimeError)  a related document that wasn't loaded
    ├── DanglingRefError           (LookupError)   a reference to a document that isn't there
    ├── NPlusOneError              (RuntimeError)  a loop that reads document by document
    ├── TooManyAffectedError       (ValueError)    an update or delete of more than was allowed
    ├── IndexConflictError         (ValueError)    an index that is there otherwise than declared
    ├── UnknownIndexError          (LookupError)   an index named that can't be meant
    ├── CollectionConflictError    (ValueError)    a collection that is there otherwise than declared
    ├── UnknownOptionError         (LookupError)   an option of a collection that doesn't differ
    ├── UnsupportedError           (RuntimeError)  what this server or collection can't do
    ├── ResumeTokenLostError       (LookupError)   a place in a change stream that is gone
    ├── NotBoundError              (RuntimeError)  no database to run on
    ├── SessionError               (RuntimeError)  a session used where it can't be
    ├── TransactionError           (RuntimeError)  a transaction that can't be begun or committed
    │   ├── TransactionAbortedError                … nothing of it was written
    │   └── UnknownCommitError                     … nobody knows whether it was written
    ├── HookError                  (TypeError)     a hook that can't be called
    ├── ConfigurationError         (ValueError)    a connection that can't be made as described
    ├── EncryptionError            (RuntimeError)  keys that can't be had
    ├── MissingExtraError          (ImportError)   a library that isn't installed
    └── EmbeddedMongoError         (RuntimeError)  a mongod that can't be found or started
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class MapperError(Exception):
    """A document class or document can't be used as it was asked."""


class DefinitionError(MapperError, TypeError):
    """A document class can't be made as it was written."""


class MisfitError(MapperError, ValueError):
    """Values don't fit the fields they stand in.

    *cls* is the class they were meant for, *document_id* the ``_id`` of the document where
    it is known, *problems* are pairs of a dotted path and what is wrong there.
    """

    def __init__(
        self,
        message: str,
        *,
        cls: Any = None,
        document_id: Any = None,
        problems: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.cls = cls
        self.document_id = document_id
        self.problems = tuple(problems)


class ValidationError(MisfitError):
    """Values break the rules of their fields."""


class DecodeError(MisfitError):
    """A stored document doesn't fit the class it is read as."""


class DocumentNotFoundError(MapperError, LookupError):
    """No document is where one must be."""


class DocumentsMissingError(DocumentNotFoundError):
    """No documents of *model* have the ids in *missing*; *found* has the others."""

    def __init__(
        self, model: Any, missing: Sequence[Any], found: Sequence[Any] = ()
    ) -> None:
        shown = ", ".join(map(repr, missing[:5])) + (", …" if len(missing) > 5 else "")  # noqa: PLR2004 - enough to find them
        msg = f"no {model.__name__} has the ids {shown} ({len(missing)} of"
        msg = f"{msg} {len(missing) + len(found)}); strict=False leaves them out"
        super().__init__(msg)
        self.model = model
        self.missing = list(missing)
        self.found = list(found)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.missing, self.found)


class StaleDocumentError(MapperError, RuntimeError):
    """Someone else has changed *document* since it was loaded; nothing was written."""

    def __init__(self, document: Any) -> None:
        name = type(document).__name__
        msg = f"{name} {document.id!r} was changed by someone else since it was loaded"
        super().__init__(f"{msg}; reload it and try again")
        self.document = document

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document,)


class ConflictError(StaleDocumentError):
    """Someone else has changed what the changes of *document* build upon.

    *fields* are the stored names of the fields that were to be saved. Nothing was
    written.
    """

    def __init__(self, document: Any, fields: Iterable[str]) -> None:
        super().__init__(document)
        self.fields = tuple(fields)
        name, listed = type(document).__name__, ", ".join(self.fields)
        msg = f"{name} {document.id!r} was changed by someone else since it was loaded"
        msg = f"{msg}, and the changes of {listed} don't fit any more"
        self.args = (f"{msg}; reload it and make them again",)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document, self.fields)


class TransitionError(MapperError, ValueError):
    """The state *target* doesn't follow *current*, which *document* is in.

    *field* is the field that holds the state, *allowed* are the states that may follow.
    """

    def __init__(
        self,
        document: Any,
        field: str,
        current: Any,
        target: Any,
        allowed: Sequence[Any],
    ) -> None:
        listed = ", ".join(map(repr, allowed)) or "none"
        name = f"{type(document).__name__} {document.id!r}"
        msg = f"{name} can't go from {current!r} to {target!r}"
        super().__init__(f"{msg}; what may follow is: {listed}")
        self.document = document
        self.field = field
        self.current = current
        self.target = target
        self.allowed = list(allowed)

    def __reduce__(self) -> tuple[Any, ...]:
        given = (self.document, self.field, self.current, self.target, self.allowed)
        return type(self), given


class MultipleDocumentsError(MapperError, LookupError):
    """More than one document is where exactly one must be."""


class DuplicateKeyError(MapperError, ValueError):
    """A unique value is stored already: *key_value*, in the index on *key_pattern*."""

    def __init__(
        self,
        collection: str,
        key_pattern: Mapping[str, Any],
        key_value: Mapping[str, Any],
    ) -> None:
        shown = ", ".join(f"{name} {value!r}" for name, value in key_value.items())
        where = f"with {shown}" if shown else "with a value that must be unique"
        super().__init__(f"{collection} has a document {where} already")
        self.collection = collection
        self.key_pattern = dict(key_pattern)
        self.key_value = dict(key_value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.key_pattern, self.key_value)


class BulkInsertError(MapperError, ValueError):
    """Some documents of an `insert_many` are not stored; those of *inserted* are.

    *failed* has the others that the server refused, each with the reason.
    """

    def __init__(
        self,
        collection: str,
        inserted: Sequence[Any],
        failed: Sequence[tuple[Any, str]],
        left: int,
    ) -> None:
        reason = failed[0][1] if failed else "no reason given"
        super().__init__(
            f"{collection} took {len(inserted)} documents and refused {len(failed)},"
            f" {left} were not tried; the first was refused because {reason}"
        )
        self.collection = collection
        self.inserted = list(inserted)
        self.failed = list(failed)
        self.left = left

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.inserted, self.failed, self.left)


class BulkWriteError(MapperError, ValueError):
    """Some operations of a `bulk_write` were refused.

    *failed* has pairs of an operation and the reason, *done* the operations that the
    server took, *left* those that were not tried.
    """

    def __init__(
        self,
        failed: Sequence[tuple[Any, str]],
        done: Sequence[Any],
        left: Sequence[Any],
    ) -> None:
        operation, reason = failed[0]
        super().__init__(
            f"{len(failed)} of {len(failed) + len(done) + len(left)} operations were"
            f" refused, {len(done)} are done, {len(left)} were not tried; the first,"
            f" {operation}, was refused because {reason}"
        )
        self.failed = list(failed)
        self.done = list(done)
        self.left = list(left)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failed, self.done, self.left)


class UnfilteredWriteError(MapperError, ValueError):
    """An update or delete would touch the whole collection without being asked to."""


class DeleteDeniedError(MapperError, ValueError):
    """Documents of *model* weren't deleted, as others refer to them.

    *referrers* are the classes of these, the names of the fields that refer, and ids of
    some of the documents.
    """

    def __init__(
        self, model: Any, referrers: Sequence[tuple[Any, str, Sequence[Any]]]
    ) -> None:
        told = "; ".join(
            f"{cls.__name__}.{name} refers to it in {', '.join(map(repr, ids))}"
            for cls, name, ids in referrers
        )
        super().__init__(
            f"{model.__name__} can't be deleted: {told}; delete or change these first"
        )
        self.model = model
        self.referrers = [(cls, name, list(ids)) for cls, name, ids in referrers]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.referrers)


class NotSavedError(MapperError, ValueError):
    """A reference leads to a document of *model* that was never saved."""

    def __init__(self, model: Any) -> None:
        name = model.__name__
        super().__init__(
            f"an unsaved {name} can't be referred to, as it has no id; save it first"
        )
        self.model = model

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model,)


class NotLoadedError(MapperError, RuntimeError):
    """What is *subject* was not loaded; *place* in the query would have."""

    def __init__(self, subject: str, place: str) -> None:
        super().__init__(f"{subject} was not loaded; add {place} to the query")
        self.subject = subject
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.subject, self.place)


class DanglingRefError(MapperError, LookupError):
    """No document of *model* has the id *document_id* that a reference leads to."""

    def __init__(self, model: Any, document_id: Any) -> None:
        super().__init__(
            f"no {model.__name__} has the id {document_id!r} that is referred to; it was"
            " deleted, or a filter hides it"
        )
        self.model = model
        self.document_id = document_id

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.document_id)


class NPlusOneError(MapperError, RuntimeError):
    """The *line* of *file* reads document by document; *advice* says how to do without."""

    def __init__(self, message: str, file: str, line: int, advice: str) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.advice = advice

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.file, self.line, self.advice)


class NPlusOneWarning(UserWarning):
    """A loop reads document by document, where one command would do for all."""


class TooManyAffectedError(MapperError, ValueError):
    """An update or delete would touch *count* documents, more than *allowed*; none was."""

    def __init__(self, name: str, allowed: int, count: int) -> None:
        super().__init__(
            f"{name} would touch {count} documents, and max_affected allows {allowed};"
            " narrow the query by filter(...), or allow more"
        )
        self.name = name
        self.allowed = allowed
        self.count = count

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.allowed, self.count)


class IndexConflictError(MapperError, ValueError):
    """Indexes are there otherwise than declared, and nothing was done about any.

    *plan* is how all of them differ, *names* are those to rebuild.
    """

    def __init__(self, plan: Any, told: str, names: Sequence[str]) -> None:
        super().__init__(f"{plan.collection} has indexes in conflict: {told}")
        self.plan = plan
        self.told = told
        self.names = tuple(names)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.plan, self.told, self.names)


class UnknownIndexError(MapperError, LookupError):
    """An index was named that isn't there, or that may not be touched."""


class CollectionConflictError(MapperError, ValueError):
    """A collection is there otherwise than declared, and nothing was done about it.

    *plan* says how it differs.
    """

    def __init__(self, plan: Any, told: str) -> None:
        super().__init__(f"{plan.collection} is there otherwise than declared: {told}")
        self.plan = plan
        self.told = told

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.plan, self.told)


class UnknownOptionError(MapperError, LookupError):
    """An option of a collection was named that doesn't differ, or can't be changed."""


class UnsupportedError(MapperError, RuntimeError):
    """This server or this collection can't do what was asked."""


class ResumeTokenLostError(MapperError, LookupError):
    """A change stream can't go on after *token*: what followed isn't kept any more.

    *name* is the name it was saved under, None if it wasn't; *reason* is the server's.
    """

    def __init__(
        self, collection: str, token: Any, name: str | None, reason: str
    ) -> None:
        saved = "" if name is None else f" saved as {name!r}"
        forget = (
            "watch without start_after"
            if name is None
            else "save None in its place in the store"
        )
        super().__init__(
            f"the changes of {collection} can't be followed from the token{saved}, which"
            f" the server's oplog doesn't reach; read the collection anew, then {forget};"
            f" a larger oplog reaches further back ({reason})"
        )
        self.collection = collection
        self.token = token
        self.name = name
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.token, self.name, self.reason)


class NotBoundError(MapperError, RuntimeError):
    """A document class is used without a database to run on."""


class SessionError(MapperError, RuntimeError):
    """A session is used by another task or thread than the one it belongs to."""


class TransactionError(MapperError, RuntimeError):
    """A transaction can't be begun, committed or extended as it was asked."""


class TransactionAbortedError(TransactionError):
    """A transaction was aborted and wrote nothing; it was tried *attempts* times."""

    def __init__(self, message: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class UnknownCommitError(TransactionError):
    """A commit was sent *attempts* times, and nobody knows whether it was taken."""

    def __init__(self, message: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class HookError(MapperError, TypeError):
    """A hook can't be called where it is registered."""


class ConfigurationError(MapperError, ValueError):
    """A connection can't be made from what it was given."""


class EncryptionError(MapperError, RuntimeError):
    """The keys that encrypt and decrypt fields can't be had."""


class MissingExtraError(MapperError, ImportError):
    """*what* needs a library that is not installed; the *extra* of mongo-dsl brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a library that is not installed; run pip install"
            f" 'mongo-dsl[{extra}]'"
        )
        self.what = what
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.what, self.extra)


class EmbeddedMongoError(MapperError, RuntimeError):
    """A mongod can't be found, started or stopped."""
