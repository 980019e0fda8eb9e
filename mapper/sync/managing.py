"""Looking after collections."""

from __future__ import annotations

from typing import Any

from mapper.commands import Command
from mapper.encryption import FernetCipher
from mapper.flows import indexing, rotation
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

    def rotate_keys(
        self, model: Any, cipher: FernetCipher, batch_size: int = 1000
    ) -> int:
        """Encrypt anew what older keys of *cipher* encrypted; return how many values.

        Sends a command for every *batch_size* documents of *model*, read in the order of
        their ids, and one for every 1000 values that change. Documents are written only
        where nobody else did in between, and it can be interrupted and run again.
        """
        return self._run(rotation.rotate_keys(model, cipher, batch_size))

    def ping(self) -> None:
        """Ask the server for a sign of life."""
        self._call(Command("", "command", ("ping",)))
