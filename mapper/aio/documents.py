"""Storing single documents, and many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import flows
from mapper.aio.driven import Driven


if TYPE_CHECKING:
    from mapper.bulk import BulkWritten


D = TypeVar("D")


class Documents(Driven):
    """Methods that take documents."""

    async def insert(self, document: D, session: Any = None) -> D:
        """Store *document* as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
            ValidationError: its values break the rules of their fields.
        """
        return await self._run(flows.inserting.insert(document, session))

    async def insert_many(
        self, documents: Iterable[D], ordered: bool = True, session: Any = None
    ) -> list[D]:
        """Store new *documents*, one command a batch, none without any.

        The server stops at the first it refuses if *ordered*, else it takes all it can.

        Raises:
            BulkInsertError: some were refused; it says which are stored.
        """
        return await self._run(flows.inserting.insert_many(documents, ordered, session))

    async def save(self, document: D, session: Any = None) -> D:
        """Insert a new *document*; of a stored one, send what has changed.

        Sends one command, or none where nothing has changed; one more to find out why
        nothing was written.

        Raises:
            DocumentNotFoundError: the document was deleted; nothing is written.
            DuplicateKeyError: a unique value is there already.
            ConflictError: others changed what the changes build upon; nothing is
                written.
        """
        return await self._run(flows.writing.save(document, session))

    async def replace(self, document: D, session: Any = None) -> D:
        """Store *document* in the place of the one with its id. Sends one command.

        What is stored beyond the fields of its class is dropped, and so is what others
        have changed since.

        Raises:
            DocumentNotFoundError: the document is gone or was never stored.
            DuplicateKeyError: a unique value is there already.
            MapperError: the document was loaded in part.
        """
        return await self._run(flows.writing.replace(document, session))

    async def delete(
        self, document: Any, session: Any = None, *, hard: bool = False
    ) -> bool:
        """Delete *document* and tell whether it was there.

        Sends one command, and more where others refer to it: see `OnDelete`; one more to
        find out why it was not deleted. A class may mark its documents instead; *hard*
        deletes them for good.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return await self._run(flows.writing.delete(document, session, hard=hard))

    async def reload(self, document: D, session: Any = None) -> D:
        """Read *document* again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return await self._run(flows.writing.reload(document, session))

    async def save_many(self, documents: Iterable[D], session: Any = None) -> list[D]:
        """Save *documents*, by one bulk write for each collection, and return them.

        New ones are inserted; of stored ones, what has changed is sent. The driver sends
        one command for the inserts and one for the changes. What can't be saved is
        reported in the end, all of it.

        Raises:
            BulkWriteError: some were refused, or are gone; it says which.
            DocumentNotFoundError: a document was deleted here; nothing is written.
            ValidationError: values break the rules of their fields; nothing is written.
        """
        return await self._run(flows.bulk.save_many(documents, session))

    async def bulk_write(
        self, operations: Iterable[Any], ordered: bool = True, session: Any = None
    ) -> BulkWritten:
        """Do many writes: a bulk write for the documents of a collection, one for its queries.

        Operations are documents, which are saved, those of `mapper.bulk`, and what
        `updating` and `deleting` of queries make. If *ordered*, they are done in their
        order until one is refused, and each run is a bulk write; else all are tried. The
        driver sends one command for each run of inserts, of updates and of deletes. Where
        documents to save weren't found, one more command reads which.

        Raises:
            ArgumentError: a query was to run on another mapper or session, or has a
                write concern or *max_affected* of its own.
            BulkWriteError: some were refused; it says which, and why.
            UnfilteredWriteError: an operation would touch a whole collection.
        """
        return await self._run(
            flows.bulk.bulk_write(operations, ordered, session, self)
        )

    async def transition(
        self,
        document: D,
        target: Any,
        /,
        *,
        field: str | None = None,
        session: Any = None,
        **values: Any,
    ) -> D:
        """Bring *document* to the state *target*, and set *values*, in one command.

        *field* holds the state, where several fields do. Nothing else is saved.

        Raises:
            TransitionError: *target* doesn't follow the state that the document is in, or
                that someone else brought it into meanwhile (one command more).
            DocumentNotFoundError: the document is not stored.
        """
        return await self._run(
            flows.transitions.transition(document, target, values, field, session)
        )
