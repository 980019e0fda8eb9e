"""How commands reach the driver: collections of a database, with their options."""

from __future__ import annotations

from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from mapper.commands import Command


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Dates come back in UTC and say so; UUIDs are stored as subtype 4."""


class Connection:
    """Sends commands to the collections of *database*; each is made once."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._collections: dict[str, Any] = {}

    def send(self, command: Command) -> Any:
        """Send *command* and return the driver's reply, which may have to be awaited."""
        target = self.target(command.collection)
        return getattr(target, command.method)(*command.args, **command.kwargs)

    def target(self, name: str) -> Any:
        """Return the collection *name*; the empty name is the database."""
        if not name:
            return self._database
        found = self._collections.get(name)
        if found is None:
            found = self._database.get_collection(name, codec_options=CODEC)
            self._collections[name] = found
        return found
