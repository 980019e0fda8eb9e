"""Looking after collections."""

from __future__ import annotations

from typing import Any

from mapper.commands import Command
from mapper.flows import indexing
from mapper.indexes import Index
from mapper.sync.driven import Driven


class Managing(Driven):
    """Methods that take document classes."""

    def create_index(self, model: Any, index: Index, session: Any = None) -> str:
        """Create *index* for *model* and return its name. Sends one command."""
        return self._run(indexing.create_index(model, index, session))

    def create_indexes(self, model: Any, session: Any = None) -> list[str]:
        """Create the indexes *model* declares, a command each; return their names."""
        return self._run(indexing.create_indexes(model, session))

    def ping(self) -> None:
        """Ask the server for a sign of life."""
        self._call(Command("", "command", ("ping",)))
