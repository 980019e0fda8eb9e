"""How commands reach the driver: collections of a database, with their options."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any

from mapper.caching import Source, Writing, place_of, reads, writes
from mapper.codec import CODEC, RAW
from mapper.collector import Policy
from mapper.commands import CachedRead, Command
from mapper.concerns import SILENT, CollectionName, Concerns
from mapper.sessions import any_ambient, carried, session_of


watcher: ContextVar[Callable[[Command], None] | None] = ContextVar(
    "watcher", default=None
)
"""What is told of every command before it is sent, if something is."""


class Connection:
    """Sends commands to the collections of *database*; each is made once.

    *concerns* hold where neither the query nor its class says otherwise.
    """

    def __init__(
        self,
        database: Any,
        concerns: Concerns = SILENT,
        collector: Policy | None = None,
    ) -> None:
        self._database = database
        self._collections: dict[Any, Any] = {}
        self._raw_collections: dict[Any, Any] = {}
        self.client = database.client
        self.name: str = database.name
        self.concerns = concerns
        self.collector: Policy | None = collector

    def with_options(self, concerns: Concerns, collector: Policy | None) -> Connection:
        """Return a connection to the same database, with *concerns* over these."""
        asked = concerns.over(self.concerns)
        return Connection(self._database, asked, collector or self.collector)

    def send(self, command: Command) -> Any:
        """Send *command* and return the driver's reply, which may have to be awaited."""
        watch = watcher.get()
        if watch is not None:
            watch(command)
        kwargs = carried(self.client, command) if any_ambient() else command.kwargs
        name, method = command.collection, command.method
        is_small = command.kwargs.get("limit", _FEW) < _FEW
        if not command.rows or is_small or not self._leaves_bson(command):
            # Most collections are known, and have no concerns of their own.
            known = self._collections.get(name) if type(name) is str else None
            target = self.target(name) if known is None else known
            return getattr(target, method)(*command.args, **kwargs)
        if method == "find":
            return self.target(name).find_raw_batches(*command.args, **kwargs)
        # Its raw batches would take a command more, the first of which finds nothing.
        return self.target(name, RAW).aggregate(*command.args, **kwargs)

    def _leaves_bson(self, command: Command) -> bool:
        """Tell whether the rows of *command* are read as BSON, to be decoded later.

        That pays for more than a few documents; the driver can't decrypt them.
        """
        return command.method in ("find", "aggregate") and not self._decrypts

    @functools.cached_property
    def _decrypts(self) -> bool:
        return self.client.options.auto_encryption_opts is not None

    def writing(self, command: Command) -> Writing | None:
        """Return the block to send *command* in, which makes caches outdated; None for none."""
        if command.method in FINDING:
            return None
        if command.method not in _WRITING and not writes(command, self.name):
            return None
        session = command.kwargs.get("session")
        if any_ambient():
            session = session_of(self.client, command)
        return Writing(command, self.name, session)

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

    def target(self, name: str, codec: Any = CODEC) -> Any:
        """Return the collection *name*, read by *codec*; the empty name is the database."""
        own = name.concerns if isinstance(name, CollectionName) else SILENT
        key: Any = name if own is SILENT else (str(name), own)
        collections = self._collections if codec is CODEC else self._raw_collections
        found = collections.get(key)
        if found is None:
            found = self._made(str(name), own.over(self.concerns).said(), codec)
            collections[key] = found
        return found

    def _made(self, name: str, options: dict[str, Any], codec: Any) -> Any:
        if name:
            return self._database.get_collection(name, codec_options=codec, **options)
        return self._database.with_options(**options) if options else self._database


_FEW = 8
FINDING = frozenset({"find", "find_one", "count_documents"})
"""Methods that surely write nothing."""

_WRITING = frozenset(
    {"insert_one", "insert_many", "update_one", "replace_one", "delete_one"}
)
