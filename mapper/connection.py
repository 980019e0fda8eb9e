"""How commands reach the driver: collections of a database, with their options."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

from mapper.caching import Source, place_of, reads, writes, writing
from mapper.codec import CODEC
from mapper.commands import CachedRead, Command
from mapper.concerns import SILENT, CollectionName, Concerns
from mapper.sessions import carried, session_of


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
        self.name: str = database.name
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

    def writing(self, command: Command) -> AbstractContextManager[None] | None:
        """Return the block to send *command* in, which makes caches outdated; None for none."""
        if command.method in _FINDING:
            return None
        names = writes(command, self.name)
        if not names:
            return None
        return writing(names, session_of(self.client, command))

    @functools.cached_property
    def place(self) -> Hashable:
        """What mappers have in common that see the same data in the same way."""
        return place_of(self.client), self.name, self.concerns

    def source(self, read: CachedRead) -> Source | None:
        """Return what *read* is kept as; None for what carries a session."""
        command = read.load
        if session_of(self.client, command) is not None:
            return None
        if read.source is not None:
            return read.source
        name = command.collection
        own = name.concerns if isinstance(name, CollectionName) else SILENT
        place = (self.place, own)
        return Source.of(command, place, reads(command, self.name) | self._joined(read))

    def _joined(self, read: CachedRead) -> frozenset[tuple[str, str]]:
        return frozenset((self.name, other) for other in read.others)

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


_FINDING = frozenset({"find", "find_one", "count_documents"})
