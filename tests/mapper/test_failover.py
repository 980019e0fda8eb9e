"""Change streams while the primary changes: every event comes, once, in order."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import time
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from mapper import Document, Mapper, SyncDocument, connect, connect_async
from mapper.changestreams import ChangeStream
from mapper.errors import ResumeTokenLostError
from mapper.flows import following
from mapper.streams import MemoryTokens


DRIVERS = ("pymongo", "pymongo-async", "motor")
NUMBER = 60


def numbered(base: Any) -> Any:
    """Return the class of the documents that are written."""

    class Numbered(base):
        id: int

    return Numbered


@pytest.fixture
def database(three):
    """Return the name of a database of the set, dropped after the test."""
    name = f"failover_{uuid4().hex}"
    yield name
    with MongoClient(three.uri) as client:
        client.drop_database(name)


@contextlib.asynccontextmanager
async def mapper_of(driver, uri, database):
    """Yield a mapper that soon gives up looking for a primary."""
    options = {
        "serverSelectionTimeoutMS": 400,
        "heartbeatFrequencyMS": 500,
        "appname": "followed",
    }
    if driver == "pymongo":
        with connect(uri, database, **options) as made:
            yield made
    else:
        name = driver.partition("-")[0]
        async with connect_async(uri, database, driver=name, **options) as made:
            yield made


@pytest.fixture(params=DRIVERS)
async def mapper(request, three, database):
    """Return a mapper of each driver in turn."""
    async with mapper_of(request.param, three.uri, database) as made:
        yield made


@pytest.fixture
async def mappers(three, database):
    """Return mappers of all drivers at once: elections take their time."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(mapper_of(driver, three.uri, database))
            for driver in DRIVERS
        ]


class Writer(threading.Thread):
    """Writes documents one by one, whoever is primary; *change* makes another primary."""

    def __init__(self, uri, database, change):
        super().__init__()
        self.uri, self.database, self.change = uri, database, change
        self.changing = threading.Thread(target=change)

    def run(self):
        """Write."""
        with MongoClient(self.uri, w="majority") as client:
            for number in range(NUMBER):
                if number == NUMBER // 3:
                    self.changing.start()
                self.insert(client[self.database].numbered, number)
                time.sleep(0.02)
        self.changing.join()

    @staticmethod
    def insert(collection, number):
        """Insert, again after every error, unless it is there."""
        stored = False
        while not stored:
            with contextlib.suppress(PyMongoError):
                collection.update_one(
                    {"_id": number}, {"$setOnInsert": {}}, upsert=True
                )
                stored = True


def read(stream):
    """Return the numbers that a stream tells."""
    with stream:
        return [next(stream).id for _ in range(NUMBER)]


async def read_async(stream):
    """Return the numbers that a stream tells."""
    async with stream:
        return [(await anext(stream)).id for _ in range(NUMBER)]


def watched(mapper, **options):
    """Return a stream of what the writer writes."""
    model = numbered(SyncDocument if isinstance(mapper, Mapper) else Document)
    return mapper.watch(model, **options)


async def opened(stream):
    """Return the coroutine that reads *stream*, which is open."""
    if isinstance(stream, ChangeStream):
        await asyncio.to_thread(stream.__enter__)
        return asyncio.to_thread(read, stream)
    await stream.__aenter__()
    return read_async(stream)


async def told(mappers, writer):
    """Return what a stream of each mapper tells of all that *writer* writes."""
    streams = [
        watched(mapper, max_await=0.2, resume=driver)
        for mapper, driver in zip(mappers, DRIVERS, strict=True)
    ]
    readers = [await opened(stream) for stream in streams]
    writer.start()
    found = await asyncio.wait_for(asyncio.gather(*readers), 30)
    await asyncio.to_thread(writer.join)
    return found


@pytest.mark.parametrize("change", ["step_down", "kill_primary"])
async def test_the_primary_changes(three, mappers, database, change):
    """Nothing is lost, doubled or reordered, and the places are saved."""
    writer = Writer(three.uri, database, getattr(three, change))

    assert await told(mappers, writer) == [[*range(NUMBER)]] * 3
    with MongoClient(three.uri) as client:
        saved = client[database].resume_tokens.distinct("_id")
        assert sorted(saved) == sorted(DRIVERS)


class Failing:
    """Lets the commands of the streams fail *times* times, with an error's *code*."""

    def __init__(self, uri, commands, times, **what):
        self.client = MongoClient(uri)
        self.data = {"failCommands": commands, "appName": "followed", **what}
        self.times = times

    def __enter__(self):
        self.set(mode={"times": self.times}, data=self.data)
        return self

    def __exit__(self, *_):
        self.set(mode="off")
        self.client.close()

    def set(self, **options):
        """Configure the fail point of the primary."""
        self.client.admin.command("configureFailPoint", "failCommand", **options)


async def next_of(stream):
    """Return the next event of a stream of either face."""
    if hasattr(stream, "__anext__"):
        return await asyncio.wait_for(anext(stream), 20)
    return next(stream)


async def done(value):
    """Return *value*, awaited if need be."""
    return await value if inspect.isawaitable(value) else value


@pytest.fixture
async def stream_of(mapper):
    """Return a function that opens a stream, closed after the test."""
    opened = []

    async def open_(**options):
        stream = watched(mapper, max_await=0.1, **options)
        opened.append(stream)
        await done(stream.try_next())
        return stream

    yield open_
    for stream in opened:
        await done(stream.close())


@pytest.fixture
def collection(three, database):
    """Return the collection that the tests write to."""
    with MongoClient(three.uri, w="majority") as client:
        yield client[database].numbered


@pytest.mark.parametrize(
    "what",
    [{"errorCode": 91}, {"errorCode": 43}],
    ids=["shutdown", "lost-cursor"],
)
async def test_several_attempts(three, stream_of, collection, what, monkeypatch):
    """A stream is opened again after more errors in a row than the driver takes."""
    monkeypatch.setattr(following, "_FIRST_DELAY", 0.01)
    stream = await stream_of()
    collection.insert_one({"_id": 1})
    assert (await next_of(stream)).id == 1
    with Failing(three.uri, ["getMore", "aggregate"], 5, **what):
        collection.insert_many([{"_id": 2}, {"_id": 3}])

        assert [(await next_of(stream)).id for _ in range(2)] == [2, 3]


async def test_attempts_are_bounded(three, stream_of, collection, monkeypatch):
    """After the attempts that were granted, the driver's error is raised."""
    monkeypatch.setattr(following, "_FIRST_DELAY", 0.01)
    stream = await stream_of(retries=1)
    with (
        Failing(three.uri, ["getMore", "aggregate"], 50, errorCode=43),
        pytest.raises(PyMongoError),
    ):
        await next_of(stream)
    collection.insert_one({"_id": 1})

    assert (await next_of(stream)).id == 1  # the caller may go on


async def test_other_errors_are_raised(three, stream_of):
    """Errors that would come again aren't waited for."""
    stream = await stream_of()
    with (
        Failing(three.uri, ["getMore"], 1, errorCode=47),
        pytest.raises(PyMongoError) as caught,
    ):
        await next_of(stream)

    assert caught.value.code == 47


async def test_the_oplog_has_moved_on(three, stream_of):
    """A place that the oplog doesn't reach any more is an error that says what to do."""
    store = MemoryTokens()
    stream = await stream_of(resume="worker", store=store)
    await done(stream.close())
    with (
        Failing(three.uri, ["aggregate"], 1, errorCode=286),
        pytest.raises(ResumeTokenLostError) as caught,
    ):
        await stream_of(resume="worker", store=store)

    assert str(caught.value) == (
        "the changes of numbered can't be followed from the token saved as 'worker', which "
        "the server's oplog doesn't reach; read the collection anew, then save None in its "
        "place in the store; a larger oplog reaches further back (Failing command via "
        "'failCommand' failpoint)"
    )
    assert caught.value.token == store.load("worker")
