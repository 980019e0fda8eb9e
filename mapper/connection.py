"""How commands reach the driver: collections of a database, with their options."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from mapper.commands import Command
from mapper.concerns import SILENT, CollectionName, Concerns
from mapper.sessions import carried


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Dates come back in UTC and say so; UUIDs are stored as subtype 4."""


watcher: ContextVar[Callable[[Command], None] | None] = ContextVar(
    "watcher", default=None
)
"""What is told of every command before it is sent, if something is."""


class Connection:
    """Sends commands to the collections of *database*; each is made once.

    *concerns* hold where neither the query nor its class says otherwise.
    """

    def __init__(self, database: Any, concerns: Concerns = SILENT) -> None:
        self._database = database
        self._collections: dict[Any, Any] = {}
        self.client = database.client
        self.concerns = concerns

    def with_options(self, concerns: Concerns) -> Connection:
        """Return a connection to the same database, with *concerns* over these."""
        return Connection(self._database, concerns.over(self.concerns))

    def send(self, command: Command) -> Any:
        """Send *command* and return the driver's reply, which may have to be awaited."""
        watch = watcher.get()
        if watch is not None:
            watch(command)
        kwargs = carried(self.client, command)
        target = self.target(command.collection)
        return getattr(target, command.method)(*command.args, **kwargs)

    def target(self, name: str) -> Any:
        """Return the collection *name*; the empty name is the database."""
        own = name.concerns if isinstance(name, CollectionName) else SILENT
        key: Any = name if own is SILENT else (str(name), own)
        found = self._collections.get(key)
        if found is None:
            found = self._made(str(name), own.over(self.concerns).said())
            self._collections[key] = found
        return found

    def _made(self, name: str, options: dict[str, Any]) -> Any:
        if name:
            return self._database.get_collection(name, codec_options=CODEC, **options)
        return self._database.with_options(**options) if options else self._database
