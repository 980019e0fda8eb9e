"""What a change stream tells, a class for each kind of event.

https://www.mongodb.com/docs/manual/reference/change-events/
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import attrs
from bson import Timestamp


D = TypeVar("D")


@attrs.frozen
class Transaction:
    """The transaction that wrote: *number* counts those of the *session*."""

    session: Mapping[str, Any]
    number: int


@attrs.frozen(kw_only=True)
class ChangeEvent(Generic[D]):
    """Something happened.

    *token* is where a stream goes on after the event, *cluster_time* when it happened in
    the order of all writes, *wall_time* by the server's clock (from MongoDB 6.0);
    *transaction* is None for what was written outside of one.
    """

    operation: ClassVar[str] = ""
    token: Mapping[str, Any] = attrs.field(repr=False)
    cluster_time: Timestamp | None = attrs.field(default=None, repr=False)
    wall_time: dt.datetime | None = attrs.field(default=None, repr=False)
    transaction: Transaction | None = None


@attrs.frozen(kw_only=True)
class DocumentEvent(ChangeEvent[D]):
    """Something happened to the document *id*."""

    id: Any


@attrs.frozen(kw_only=True)
class Inserted(DocumentEvent[D]):
    """The *document* was inserted."""

    operation: ClassVar[str] = "insert"
    document: D


@attrs.frozen(kw_only=True)
class Updated(DocumentEvent[D]):
    """Some fields of a document were changed.

    *changed* has their new values and *truncated* the new lengths of arrays that were cut,
    by dotted names in Python; *removed* are the names of fields that are gone. What no
    field of the class describes keeps its stored name and value. *document* is there if
    ``full_document`` was asked for and the document still exists, *document_before* if
    ``full_document_before_change`` was asked for and the collection records it.
    """

    operation: ClassVar[str] = "update"
    document: D | None = None
    document_before: D | None = None
    changed: Mapping[str, Any] = attrs.field(factory=dict)
    removed: tuple[str, ...] = ()
    truncated: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Replaced(DocumentEvent[D]):
    """A document was replaced by *document*; *document_before* is as for `Updated`."""

    operation: ClassVar[str] = "replace"
    document: D
    document_before: D | None = None


@attrs.frozen(kw_only=True)
class Deleted(DocumentEvent[D]):
    """A document was deleted; *document_before* is as for `Updated`."""

    operation: ClassVar[str] = "delete"
    document_before: D | None = None


@attrs.frozen(kw_only=True)
class Dropped(ChangeEvent[D]):
    """The collection was dropped; `Invalidated` follows."""

    operation: ClassVar[str] = "drop"


@attrs.frozen(kw_only=True)
class Renamed(ChangeEvent[D]):
    """The collection is called *to* now; `Invalidated` follows."""

    operation: ClassVar[str] = "rename"
    to: str


@attrs.frozen(kw_only=True)
class Invalidated(ChangeEvent[D]):
    """The collection is gone; nothing follows."""

    operation: ClassVar[str] = "invalidate"


KINDS: Mapping[str, type[ChangeEvent[Any]]] = {
    kind.operation: kind
    for kind in (Inserted, Updated, Replaced, Deleted, Dropped, Renamed, Invalidated)
}
"""The class of each kind of event, by MongoDB's name."""
