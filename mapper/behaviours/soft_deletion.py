"""`SoftDelete`: documents that are marked instead of deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from mapper.behaviour import Behaviour, Values
from mapper.behaviours import clock
from mapper.behaviours.auditing import actor, written_by
from mapper.flows import restoring
from mapper.tracking import state_of
from mongo_dsl import Filter
from mongo_dsl.structure import fields_of


if TYPE_CHECKING:
    from mapper.typed import Mapped


class SoftDeletion(Behaviour):
    """Marks documents as deleted, and hides those that are."""

    def deleting(self, cls: Any, document: Any = None) -> Values:  # noqa: ARG002
        """Mark documents of *cls* as deleted, now and by the actor."""
        found = actor()
        who = getattr(document, "deleted_by", None) if found is None else found
        return {"is_deleted": True, "deleted_at": clock.now(), "deleted_by": who}

    def living(self, document: Any) -> dict[str, Any]:
        """Ask for a document that isn't marked, unless it was when it was loaded."""
        cls: Any = type(document)
        state: Any = state_of(document)
        name, _ = fields_of(cls)["is_deleted"]
        unknown = state.partial and name not in state.document
        if unknown or state.document.get(name):
            return {}
        return {name: {"$ne": True}}

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

    __behaviour__: ClassVar[Behaviour] = SoftDeletion()

    if TYPE_CHECKING:
        is_deleted: Mapped[bool]
        deleted_at: Mapped[dt.datetime | None]
        deleted_by: Mapped[Any]
    else:
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

        Sends one command, and more where others refer to it: see `OnDelete`.
        """
        return written_by(user_id, super().delete, options)  # type: ignore[misc]

    def restore(self) -> Any:
        """Bring the document back, and return it. Sends one command.

        Raises:
            DocumentNotFoundError: it was never stored, or is gone for good.
        """
        return self._mapper()._run(restoring.restore(self))  # noqa: SLF001

    def hard_delete(self) -> Any:
        """Delete the document for good; tell whether it was there.

        Sends one command, and more where others refer to it: see `OnDelete`.
        """
        return self._mapper().delete(self, hard=True)
