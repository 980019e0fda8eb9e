"""Storing single documents, and many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from mapper.aio.driven import Driven
from mapper.flows import inserting, transitions, writing


D = TypeVar("D")


class Documents(Driven):
    """Methods that take documents."""

    async def insert(self, document: D, session: Any = None) -> D:
        """Store *document* as a new one. Sends one command.

        Raises:
            DuplicateKeyError: its id or another unique value is there already.
            ValidationError: its values break the rules of their fields.
        """
        return await self._run(inserting.insert(document, session))

    async def insert_many(
        self, documents: Iterable[D], ordered: bool = True, session: Any = None
    ) -> list[D]:
        """Store new *documents*, one command a batch.

        The server stops at the first it refuses if *ordered*, else it takes all it can.

        Raises:
            BulkInsertError: some were refused; it says which are stored.
        """
        return await self._run(inserting.insert_many(documents, ordered, session))

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
        return await self._run(writing.save(document, session))

    async def replace(self, document: D, session: Any = None) -> D:
        """Store *document* in the place of the one with its id. Sends one command.

        What is stored beyond the fields of its class is dropped, and so is what others
        have changed since.

        Raises:
            DocumentNotFoundError: the document is gone or was never stored.
            DuplicateKeyError: a unique value is there already.
            MapperError: the document was loaded in part.
        """
        return await self._run(writing.replace(document, session))

    async def delete(
        self, document: Any, session: Any = None, *, hard: bool = False
    ) -> bool:
        """Delete *document* and tell whether it was there. Sends one command.

        A class may mark its documents instead; *hard* deletes them for good.

        Raises:
            DocumentNotFoundError: the document was never stored.
        """
        return await self._run(writing.delete(document, session, hard=hard))

    async def reload(self, document: D, session: Any = None) -> D:
        """Read *document* again, dropping changes. Sends one command.

        Raises:
            DocumentNotFoundError: the document is gone.
        """
        return await self._run(writing.reload(document, session))

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
            transitions.transition(document, target, values, field, session)
        )
