"""Fixtures for all tests: a real server, and the three drivers behind one face."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from mapper import Mapper, connect, connect_async


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


@pytest.fixture
def mapper(mongo_uri: str, mongo_database_name: str) -> Iterator[Mapper]:
    """Return a sync mapper on a database of its own."""
    with connect(mongo_uri, mongo_database_name) as made:
        yield made


@pytest.fixture(params=DRIVERS)
async def driver(
    request: Any, mongo_uri: str, mongo_database_name: str, mapper: Mapper
) -> AsyncIterator[Driver]:
    """Return each driver in turn, on a database of its own."""
    from mapper import Document, SyncDocument

    if request.param == "pymongo":
        yield Driver(request.param, SyncDocument, mapper, mapper.database)
        return
    name = "motor" if request.param == "motor" else "pymongo"
    async with connect_async(mongo_uri, mongo_database_name, driver=name) as made:
        yield Driver(request.param, Document, made, mapper.database)
