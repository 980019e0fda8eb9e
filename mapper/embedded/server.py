"""One run of a `mongod`: its process, its directory and what it says."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from mapper.errors import EmbeddedMongoError


_PAUSE = 0.01
_STOP_TIMEOUT = 30
_LOG_LINES = 5
_PARAMETERS: Mapping[str, Any] = {
    "diagnosticDataCollectionEnabled": False,
    "shutdownTimeoutMillisForSignaledShutdown": 100,  # nobody waits for a failover
}

# The shell becomes mongod and leaves a child that waits on a pipe which Python holds
# open. When Python dies, the child reads the pipe's end, stops its process group, and
# removes a temporary directory when mongod is gone; a line says that Python does so.
# Nobody but mongod shares the group, so a process id used anew is never hit.
_GUARD = """
exec 3<&0 </dev/null
directory=$1
shift
(
    read -r _ && kill 0
    trap "" TERM
    kill 0
    tries=0
    while [ "$directory" ] && [ $tries -lt 600 ] && kill -0 $$
    do
        sleep 0.05
        tries=$((tries + 1))
    done
    [ "$directory" ] && rm -rf -- "$directory"
) <&3 2>/dev/null &
exec "$@" 3<&-
"""
_GUARDED = ("/bin/sh", "-c", _GUARD, "sh") if os.name == "posix" else ()


class PortTakenError(EmbeddedMongoError):
    """Another process listens on the port."""


@attrs.frozen(kw_only=True)
class Settings:
    """How a server is run.

    *directory* is where its data is, removed at the end if *temporary*.
    """

    binary: str
    port: int
    replica_set: str
    directory: Path
    temporary: bool
    parameters: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Where the server listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """The command line."""
        parameters = {**_PARAMETERS, **self.parameters}
        return [
            self.binary,
            "--quiet",
            "--bind_ip=127.0.0.1",
            f"--dbpath={self.directory}",
            f"--port={self.port}",
            f"--replSet={self.replica_set}",
            *(f"--setParameter={n}={_shown(v)}" for n, v in parameters.items()),
            "--wiredTigerCacheSizeGB=0.25",
            *(("--nounixsocket",) if os.name == "posix" else ()),
        ]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def directory_of(path: str | os.PathLike[str] | None) -> Path:
    """Return the directory *path*, made if need be; a temporary one if None."""
    directory = Path(tempfile.mkdtemp(prefix="mongo-dsl-") if path is None else path)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@attrs.frozen(eq=False)
class Server:
    """One run of a `mongod`."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log_start: int  # a kept log holds earlier runs too
    owner: int = attrs.field(factory=os.getpid)

    @property
    def running(self) -> bool:
        """Whether the process lives, as far as this process may know."""
        return self.owner != os.getpid() or self.process.poll() is None

    def await_listening(self, deadline: float) -> None:
        """Wait until the server takes connections."""
        # The log can't be mistaken for that of another server on the same port.
        while "waiting for connections" not in self._said().lower():
            self.pause(deadline)

    def ask_to_stop(self) -> None:
        """Let the process begin to stop, if it has something to write out."""
        if not self.settings.temporary:
            self.process.terminate()

    def stop(self) -> None:
        """Stop the process, by force if need be, and clean up after it."""
        try:
            self.ask_to_stop()
            if not self.settings.temporary:
                self.process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()
            if self.settings.temporary:
                shutil.rmtree(self.settings.directory, ignore_errors=True)

    def kill(self) -> None:
        """End the process at once, and what guards it."""
        self.process.kill()
        pipe = self.process.stdin
        if pipe is not None and not pipe.closed:
            # The end of the pipe isn't enough if a forked child holds it open too.
            self.process.communicate(b"\n")

    def pause(self, deadline: float) -> None:
        """Wait a moment, unless the server is dead or late.

        Raises:
            PortTakenError: it died because its port is taken.
            EmbeddedMongoError: it died, or *deadline* is over.
        """
        if self.running and time.monotonic() < deadline:
            time.sleep(_PAUSE)
            return
        if "address already in use" in self._said().lower():
            port = self.settings.port
            msg = f"port {port} is taken; give another, or none for a free one"
            raise PortTakenError(msg)
        code = self.process.returncode
        state = "is not ready in time" if code is None else f"stopped with code {code}"
        msg = f"mongod {self.settings.binary!r} {state}; its log ends with:"
        raise EmbeddedMongoError(f"{msg}\n{self._log_end()}")

    def _said(self) -> str:
        with (self.settings.directory / "mongod.log").open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def _log_end(self) -> str:
        """Return what the server complained about, else what it said last."""
        lines = self._said().splitlines()
        errors = [line for line in lines if '"s":"E"' in line or '"s":"F"' in line]
        return "\n".join((errors or lines)[-_LOG_LINES:])


def _guard(settings: Settings) -> tuple[str, ...]:
    """Return the command that runs mongod and cleans up after Python."""
    temporary = str(settings.directory.absolute()) if settings.temporary else ""
    return (*_GUARDED, temporary) if _GUARDED else ()


def launch(settings: Settings) -> Server:
    """Start a process and don't wait for it."""
    with (settings.directory / "mongod.log").open("ab") as log:
        log_start = log.tell()
        process = subprocess.Popen(
            [*_guard(settings), *settings.command],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for Python to handle
        )
    return Server(settings, process, log_start)
