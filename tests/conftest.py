"""Fixtures for all tests: a real server, and the three drivers behind one face."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo.monitoring import CommandListener

from mapper import EmbeddedMongo, Mapper, connect, connect_async


pytest_plugins = ["mapper.pytest_plugin", "pytester"]

DRIVERS = ("pymongo", "pymongo-async", "motor")


class Driver:
    """One face over the three drivers: `done` awaits what has to be awaited.

    *document* is the base class of documents, *mapper* what they run on, *mongo* a plain
    synchronous view of the same database, to look at what is stored.
    """

    def __init__(self, name: str, document: Any, mapper: Any, mongo: Any) -> None:
        self.name = name
        self.document = document
        self.mapper = mapper
        self.mongo = mongo

    @staticmethod
    async def done(value: Any) -> Any:
        """Return *value*, awaited if need be."""
        return await value if inspect.isawaitable(value) else value

    @staticmethod
    async def streamed(values: Any) -> list[Any]:
        """Return what *values* stream."""
        if hasattr(values, "__aiter__"):
            return [value async for value in values]
        return list(values)


class Sent(list[str], CommandListener):
    """The names of the commands that the drivers have sent; of a find, each batch."""

    def started(self, event: Any) -> None:
        """Note a command."""
        if event.command_name not in _CHATTER:
            self.append(event.command_name)

    def succeeded(self, event: Any) -> None:
        """Do nothing: that it was sent counts."""

    def failed(self, event: Any) -> None:
        """Do nothing: that it was sent counts."""


_CHATTER = {"endSessions", "hello", "ping", "killCursors"}


@pytest.fixture(scope="session")
def _three_nodes() -> Iterator[EmbeddedMongo]:
    # fail points are test commands
    with EmbeddedMongo(nodes=3, parameters={"enableTestCommands": True}) as mongo:
        yield mongo


@pytest.fixture
def three(_three_nodes: EmbeddedMongo) -> EmbeddedMongo:
    """Return a replica set of three nodes, all of them up."""
    return _three_nodes.start()


@pytest.fixture
def sent() -> Sent:
    """Return the commands that this test's mappers have sent; `clear` starts anew."""
    return Sent()


@pytest.fixture
def mapper(mongo_uri: str, mongo_database_name: str, sent: Sent) -> Iterator[Mapper]:
    """Return a sync mapper on a database of its own."""
    with connect(mongo_uri, mongo_database_name, event_listeners=[sent]) as made:
        yield made


@pytest.fixture(params=["accelerated", "generated"], scope="module")
def both_paths(request: Any) -> Iterator[None]:
    """Make objects by the accelerator, and by generated code."""
    from mapper import loaders

    accelerated = request.param == "accelerated"
    if accelerated and not loaders.accelerated:
        pytest.skip("mapper._bson isn't built, or MONGO_DSL_PURE leaves it out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders, "accelerated", accelerated)
        yield


@pytest.fixture(params=DRIVERS)
async def driver(
    request: Any,
    mongo_uri: str,
    mongo_database_name: str,
    mapper: Mapper,
    sent: Sent,
    _mongo_cleaner: Any,
) -> AsyncIterator[Driver]:
    """Return each driver in turn, on a database of its own."""
    from mapper import Document, SyncDocument

    mongo = _mongo_cleaner[mongo_database_name]  # what the tests look at isn't counted
    if request.param == "pymongo":
        yield Driver(request.param, SyncDocument, mapper, mongo)
        return
    name = "motor" if request.param == "motor" else "pymongo"
    async with connect_async(
        mongo_uri, mongo_database_name, driver=name, event_listeners=[sent]
    ) as made:
        yield Driver(request.param, Document, made, mongo)
