"""Operations of a `bulk_write`, and what it did.

`Insert`, `Save`, `Replace` and `Delete` take documents; a document by itself is saved.
Queries make the others: ``User.filter(…).updating(…)`` and ``User.filter(…).deleting()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(eq=False)
class OnDocument:
    """An operation on one document."""

    document: Any

    @property
    def model(self) -> Any:
        """The class of the document."""
        return type(self.document)


class Insert(OnDocument):
    """Store a new document."""

    __slots__ = ()


class Save(OnDocument):
    """Insert a new document; of a stored one, send what has changed."""

    __slots__ = ()


class Replace(OnDocument):
    """Store a document in place of the one with its id, whatever that has become."""

    __slots__ = ()


class Delete(OnDocument):
    """Delete a stored document."""

    __slots__ = ()


@attrs.frozen(eq=False)
class OnQuery:
    """An operation on the documents of *query*: all of them, or one."""

    query: Any
    many: bool = attrs.field(default=True, kw_only=True)

    @property
    def model(self) -> Any:
        """The class of the documents."""
        return self.query.model


@attrs.frozen(eq=False)
class UpdateWhere(OnQuery):
    """Make *changes* in the documents of a query, and set *values*; made by `updating`.

    With *upsert*, a document is inserted where there is none, with *on_insert* besides.
    """

    changes: Any = None
    values: Mapping[str, Any] = attrs.field(factory=dict)
    upsert: bool = attrs.field(default=False, kw_only=True)
    on_insert: Mapping[str, Any] | None = attrs.field(default=None, kw_only=True)


class DeleteWhere(OnQuery):
    """Delete the documents of a query; made by `deleting`."""

    __slots__ = ()


@attrs.frozen
class BulkWritten:
    """What a `bulk_write` did.

    Args:
        inserted: how many documents were inserted.
        matched: how many documents updates matched, those of saved documents included.
        modified: how many of them changed.
        deleted: how many documents were deleted.
        upserted_ids: the ids of documents that upserts inserted, by the place of the
            operation.
    """

    inserted: int = 0
    matched: int = 0
    modified: int = 0
    deleted: int = 0
    upserted_ids: Mapping[int, Any] = attrs.field(factory=dict)

    def __add__(self, other: BulkWritten) -> BulkWritten:
        """Add up what two parts of a bulk write did."""
        return BulkWritten(
            self.inserted + other.inserted,
            self.matched + other.matched,
            self.modified + other.modified,
            self.deleted + other.deleted,
            {**self.upserted_ids, **other.upserted_ids},
        )
