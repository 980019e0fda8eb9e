"""What has a connection, whichever way its flows are driven."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mapper.collector import Policy, checked
from mapper.commands import Command
from mapper.concerns import SILENT, Concerns, concerns
from mapper.connection import Connection
from mapper.sessions import failed


if TYPE_CHECKING:
    from typing_extensions import Self


class Connected:
    """What sends commands to *database*, with concerns of its own."""

    def __init__(
        self,
        database: Any,
        concerns: Concerns = SILENT,
        collector: Policy | None = None,
    ) -> None:
        self.database = database
        self._connection = Connection(database, concerns, collector)

    def with_options(
        self,
        *,
        read_concern: Any = None,
        write_concern: Any = None,
        read_preference: Any = None,
        collector: Policy | None = None,
    ) -> Self:
        """Return a mapper on the same client that reads and writes otherwise.

        What isn't given stays; queries and the ``Meta`` of classes come first. *collector*
        says what Python's garbage collector does while many documents are made:
        ``"promote"``, ``"pause"`` or ``"leave"``; see `mapper.collector`.

        Raises:
            ArgumentError: one of them can't be.
        """
        policy = checked("with_options: collector", collector)
        asked = concerns(
            read_concern=read_concern,
            write_concern=write_concern,
            read_preference=read_preference,
        )
        made = copy.copy(self)
        made.__dict__["_connection"] = self._connection.with_options(asked, policy)
        return made

    def _meaning(self, command: Command) -> Callable[[Exception], Exception | None]:
        """Return what tells what an error of *command* means, if not itself."""
        return functools.partial(failed, self._connection.client, command)
