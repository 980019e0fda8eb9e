"""Servers that make a replica set: how they are configured and who is primary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs

from mapper.embedded.server import Server, launch
from mapper.errors import EmbeddedMongoError


_HAS_CONFIG = 23  # AlreadyInitialized
_NO_CONFIG = 94  # NotYetInitialized
_PRIMARY, _SECONDARY = 1, 2  # states of members
# Another primary is there within two seconds.
_ELECTIONS = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200}


@attrs.frozen(eq=False)
class ReplicaSet:
    """The *servers* of the set *name*, the first of which configures it."""

    name: str
    servers: tuple[Server, ...]

    @property
    def uri(self) -> str:
        """The connection string of the set."""
        addresses = ",".join(server.settings.address for server in self.servers)
        return f"mongodb://{addresses}/?replicaSet={self.name}"

    @property
    def living(self) -> tuple[Server, ...]:
        """The servers that are up."""
        return tuple(server for server in self.servers if server.running)

    @property
    def running(self) -> bool:
        """Whether enough servers are up to agree on a primary."""
        return 2 * len(self.living) > len(self.servers)

    def stop(self) -> None:
        """Stop all servers."""
        for server in self.servers:
            server.ask_to_stop()
        for server in self.servers:
            server.stop()

    def revived(self, timeout: float) -> ReplicaSet:
        """Start the servers that died again, where their data is; wait until all are up."""
        servers = []
        for server in self.servers:
            if not server.running:
                server.kill()  # what guards it may be there still
            servers.append(server if server.running else launch(server.settings))
        made = ReplicaSet(self.name, tuple(servers))
        made.await_ready(time.monotonic() + timeout)
        return made

    def await_ready(self, deadline: float) -> None:
        """Wait until one server accepts writes and all others follow it."""
        for server in self.servers:
            server.await_listening(deadline)
        with self._asked(self.servers, deadline) as admins:
            while not self._ready(admins):
                for server in self.servers:
                    server.pause(deadline)

    def primary(self, deadline: float) -> Server:
        """Return the server that accepts writes, waiting for one if need be."""
        living = self.living
        with self._asked(living, deadline) as admins:
            while True:
                for server, admin in zip(living, admins, strict=True):
                    if admin.command("hello")["isWritablePrimary"]:
                        return server
                living[0].pause(deadline)

    def step_down(self, seconds: int, deadline: float) -> None:
        """Make another server the primary; the former can't be again for *seconds*."""
        former = self.primary(deadline)
        with self._asked((former,), deadline) as (admin,):
            catch_up = {"secondaryCatchUpPeriodSecs": max(1, seconds - 1)}
            admin.command("replSetStepDown", seconds, **catch_up)
        self.primary(deadline)

    @contextmanager
    def _asked(self, servers: tuple[Server, ...], deadline: float) -> Iterator[Any]:
        """Yield the database `admin` of each of *servers*."""
        from pymongo import MongoClient
        from pymongo.errors import PyMongoError

        milliseconds = max(1, int(1000 * (deadline - time.monotonic())))
        options: Any = {"directConnection": True, "timeoutMS": milliseconds}
        try:
            with ExitStack() as stack:
                yield [
                    stack.enter_context(
                        MongoClient[Any](server.settings.address, **options)
                    ).admin
                    for server in servers
                ]
        except PyMongoError as error:
            msg = f"replica set {self.name!r} can't be managed: {error}"
            raise EmbeddedMongoError(msg) from error

    def _ready(self, admins: list[Any]) -> bool:
        states = [admin.command("hello") for admin in admins]
        if states[0].get("isreplicaset"):  # a member without a valid configuration
            self._configure(admins[0])
        for state, admin in zip(states, admins, strict=True):
            if state["isWritablePrimary"]:
                members = admin.command("replSetGetStatus")["members"]
                return all(m["state"] in (_PRIMARY, _SECONDARY) for m in members)
        return False

    def _configure(self, admin: Any) -> None:
        """Make the servers the only members of their set, whatever it was before."""
        config = admin.command("replSetGetConfig", allowable_errors=[_NO_CONFIG])
        config = config.get("config", {"_id": self.name, "version": 0})
        if config["_id"] != self.name:
            path = str(self.servers[0].settings.directory)
            msg = (
                f"path {path!r} holds replica set {config['_id']!r}, not {self.name!r};"
                " give that name or another path"
            )
            raise EmbeddedMongoError(msg)
        config["version"] += 1
        config["members"] = [
            {"_id": number, "host": server.settings.address}
            for number, server in enumerate(self.servers)
        ]
        config["settings"] = {**config.get("settings", {}), **_ELECTIONS}
        if config["version"] == 1:
            # What is stored may be read only now: the next round sees it.
            allowed = [_HAS_CONFIG]
            admin.command("replSetInitiate", config, allowable_errors=allowed)
        else:
            admin.command("replSetReconfig", config, force=True)
