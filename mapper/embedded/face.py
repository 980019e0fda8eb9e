"""`EmbeddedMongo`: servers of one's own."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mapper.embedded.binary import find_binary
from mapper.embedded.replica_set import ReplicaSet
from mapper.embedded.server import (
    PortTakenError,
    Settings,
    directory_of,
    free_port,
    launch,
)
from mapper.errors import ConfigurationError, EmbeddedMongoError


if TYPE_CHECKING:
    from typing_extensions import Self

_ATTEMPTS = 5  # at ports that nobody else takes before mongod does
_VOTERS = 7  # members of a set that may vote


def _check_nodes(_: Any, __: Any, nodes: Any) -> None:
    if type(nodes) is not int or not 1 <= nodes <= _VOTERS:
        msg = (
            f"EmbeddedMongo got nodes={nodes!r}; it takes a number from 1 to {_VOTERS}"
        )
        raise ConfigurationError(msg)


@attrs.define(kw_only=True, eq=False)
class EmbeddedMongo:
    """A `mongod` of one's own, started on request and stopped at exit.

    The binary is *mongod*, else what `$MONGOD` names, else the `mongod` on `PATH`, else
    the one of the extra `embedded`. With several *nodes*, another is primary about two
    seconds after the primary is gone.

    Args:
        path: where the data is kept, in a directory *0*, *1*, … of each of several
            nodes; temporary directories if not given.
        port: where the first server listens, the others at the ports that follow; free
            ports if not given.
        replica_set: the name of the replica set.
        nodes: how many servers the set has, 1 to 7.
        parameters: server parameters, such as ``{"enableTestCommands": True}``.
            https://www.mongodb.com/docs/manual/reference/parameters/
        startup_timeout: how many seconds the servers may take until they accept writes.
        mongod: the binary to run.

    Raises:
        ConfigurationError: the number of *nodes* is impossible.
    """

    path: str | os.PathLike[str] | None = None
    port: int | None = None
    replica_set: str = "rs0"
    nodes: int = attrs.field(default=1, validator=_check_nodes)
    parameters: Mapping[str, Any] = attrs.field(factory=dict)
    startup_timeout: float = 60
    mongod: str | os.PathLike[str] | None = None
    _set: ReplicaSet | None = attrs.field(default=None, init=False, repr=False)
    _owner: int = attrs.field(default=0, init=False, repr=False)
    _lock: Any = attrs.field(factory=threading.RLock, init=False, repr=False)

    @property
    def running(self) -> bool:
        """Whether the server is up; of several, whether most are."""
        found = self._set
        return found is not None and found.running

    @property
    def uri(self) -> str:
        """The connection string of the server, or of all."""
        return self._up().uri

    @property
    def pid(self) -> int:
        """The process id of the server, the first of several."""
        return self.pids[0]

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the servers."""
        return tuple(server.process.pid for server in self._up().servers)

    def start(self) -> Self:
        """Start the servers that aren't up, and wait until writes are accepted.

        Raises:
            EmbeddedMongoError: a server can't be found or started.
        """
        if self._complete():
            return self
        with self._lock:
            if self.running:
                if not self._complete():
                    self._set = self._up().revived(self.startup_timeout)
                return self
            self.stop()
            self._set, self._owner = self._launch_and_wait(), os.getpid()
            atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop the servers that are up, and remove their temporary directories.

        A forked child leaves the servers to its parent.
        """
        if self._set is None or self._owner != os.getpid():
            return
        with self._lock:
            found, self._set = self._set, None
            if found is not None:  # pragma: no branch  # no thread was faster
                found.stop()
                atexit.unregister(self.stop)

    def step_down(self, seconds: int = 5) -> None:
        """Make another node the primary, and wait for it.

        The former primary can't become it again for *seconds*.
        https://www.mongodb.com/docs/manual/reference/command/replSetStepDown/

        Raises:
            EmbeddedMongoError: no other node could take over.
        """
        found = self._losing(0)
        found.step_down(seconds, time.monotonic() + self.startup_timeout)

    def kill_primary(self) -> None:
        """Kill the primary, as a crash would, and wait for the next; `start` revives it.

        Raises:
            EmbeddedMongoError: the nodes left would be too few to agree on the next.
        """
        found = self._losing(1)
        deadline = time.monotonic() + self.startup_timeout
        found.primary(deadline).kill()
        found.primary(deadline)

    def _complete(self) -> bool:
        found = self._set
        return found is not None and found.living == found.servers

    def _losing(self, number: int) -> ReplicaSet:
        """Return the set, if it can have another primary when it loses *number* nodes."""
        found = self._up()
        living = len(found.living)
        if self.nodes == 1 or 2 * (living - number) <= self.nodes:
            msg = f"EmbeddedMongo has {living} of {self.nodes} nodes up, too few for"
            msg = f"{msg} another primary; start() revives nodes, nodes=3 makes three"
            raise EmbeddedMongoError(msg)
        return found

    def _up(self) -> ReplicaSet:
        found = self._set
        if found is None or not found.running:
            msg = "EmbeddedMongo is not running; call start() or use it in a with block"
            raise EmbeddedMongoError(msg)
        return found

    def _launch_and_wait(self) -> ReplicaSet:
        binary = find_binary(self.mongod)
        deadline = time.monotonic() + self.startup_timeout
        attempts = 1 if self.port else _ATTEMPTS
        while True:
            attempts -= 1
            servers = tuple(
                launch(self._settings(binary, n)) for n in range(self.nodes)
            )
            found = ReplicaSet(self.replica_set, servers)
            try:
                found.await_ready(deadline)
            except BaseException as error:
                found.stop()
                if not attempts or not isinstance(error, PortTakenError):
                    raise
            else:
                return found

    def _settings(self, binary: str, number: int) -> Settings:
        path = self.path
        if path is not None and self.nodes > 1:
            path = Path(path, str(number))
        return Settings(
            binary=binary,
            port=self.port + number if self.port else free_port(),
            replica_set=self.replica_set,
            directory=directory_of(path),
            temporary=path is None,
            parameters=self.parameters,
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
