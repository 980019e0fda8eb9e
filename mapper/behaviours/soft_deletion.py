"""`SoftDelete`: documents that are marked instead of deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapper.behaviour import Behaviour, Values
from mapper.behaviours import clock
from mapper.behaviours.auditing import actor
from mapper.flows import restoring
from mongo_dsl import Filter


if TYPE_CHECKING:
    pass


class SoftDeletion(Behaviour):
    """Marks documents as deleted, and hides those that are."""

    def deleting(self, cls: Any, document: Any = None) -> Values:  # noqa: ARG002
        """Mark documents of *cls* as deleted, now and by the actor."""
        by = getattr(document, "deleted_by", None)
        who = actor() if by is None else by
        return {"is_deleted": True, "deleted_at": clock.now(), "deleted_by": who}

    def scope(self, cls: Any, asked: Mapping[str, Any]) -> Filter | None:
        """Hide deleted documents, unless the query asks for them."""
        shown = asked.get("deleted")
        if shown == "with":
            return None
        field = cls.q.is_deleted
        found: Filter = field == True if shown == "only" else field != True  # noqa: E712
        return found


class SoftDelete:
    """Lets `delete` mark documents with `is_deleted`, `deleted_at` and `deleted_by`.

    That holds of documents and of queries. Deleted documents are hidden from every query,
    count and aggregation, and from lookups that name the class; `with_deleted` and
    `only_deleted` show them, `restore` brings them back, `hard_delete` removes them.

    >>> from mapper import Document
    >>> class Note(SoftDelete, Document):
    ...     text: str
    >>> Note.filter(Note.q.text == "a").compile().filter
    {'text': 'a', 'is_deleted': {'$ne': True}}
    >>> Note.only_deleted().compile().filter
    {'is_deleted': True}
    """

    __behaviour__ = SoftDeletion()

    is_deleted: bool = False
    deleted_at: dt.datetime | None = None
    deleted_by: Any = None

    if TYPE_CHECKING:

        @classmethod
        def all(cls) -> Any:
            """Return the query of all documents."""
            ...

        @classmethod
        def _mapper(cls) -> Any: ...

    @classmethod
    def with_deleted(cls) -> Any:
        """Return the query of all documents, deleted or not."""
        return cls.all().with_deleted()

    @classmethod
    def only_deleted(cls) -> Any:
        """Return the query of the deleted documents."""
        return cls.all().only_deleted()

    def delete(self, user_id: Any = None, **options: Any) -> Any:
        """Mark the document as deleted, by *user_id*; tell whether it was there.

        Sends one command.
        """
        if user_id is not None:
            self.deleted_by = user_id
        return super().delete(**options)  # type: ignore[misc]

    def restore(self) -> Any:
        """Bring the document back, and return it. Sends one command.

        Raises:
            DocumentNotFoundError: it was never stored, or is gone for good.
        """
        return self._mapper()._run(restoring.restore(self))  # noqa: SLF001

    def hard_delete(self) -> Any:
        """Delete the document for good; tell whether it was there. Sends one command."""
        return self._mapper().delete(self, hard=True)
