"""Where cases are measured: a server of their own, and mappers of both colours."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from mapper import AsyncMapper, EmbeddedMongo, Mapper, connect, connect_async
from mapper.connection import CODEC


@attrs.frozen
class Bench:
    """What cases work with; *scale* says how many documents, against a whole run."""

    mapper: Mapper
    async_mapper: AsyncMapper
    scale: float
    loop: asyncio.AbstractEventLoop

    def scaled(self, number: int) -> int:
        """Return *number* to scale, 2 at least."""
        return max(2, round(number * self.scale))

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Return what *coroutine* does, in the one event loop."""
        return self.loop.run_until_complete(coroutine)

    def collection(self, name: str) -> Any:
        """Return the driver's collection, which reads as mappers do."""
        return self.mapper.database.get_collection(name, codec_options=CODEC)

    def async_collection(self, name: str) -> Any:
        """Return the async driver's collection, which reads as mappers do."""
        return self.async_mapper.database.get_collection(name, codec_options=CODEC)

    def stored(self, name: str, rows: Iterable[dict[str, Any]]) -> Any:
        """Return the driver's collection, when it holds *rows* and nothing else."""
        collection = self.collection(name)
        collection.drop()
        collection.insert_many(rows)
        return collection


@contextmanager
def opened(scale: float) -> Iterator[Bench]:
    """Start a server, and connect to it."""
    loop = asyncio.new_event_loop()
    try:
        with EmbeddedMongo() as mongo, connect(mongo.uri, "benchmarks") as mapper:
            async_mapper = connect_async(mongo.uri, "benchmarks")
            yield Bench(mapper, async_mapper, scale, loop)
            loop.run_until_complete(async_mapper.close())
    finally:
        loop.close()
