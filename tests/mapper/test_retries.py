"""Transactions that are tried again: functions, commits, their bounds; and who may not share."""

import asyncio
import contextvars
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo import MongoClient

from mapper import Document, EmbeddedMongo, SyncDocument, connect, connect_async
from mapper.embedded.binary import find_binary
from mapper.errors import (
    SessionError,
    TransactionAbortedError,
    TransactionError,
    UnknownCommitError,
)
from mapper.flows.transactions import backoff
from mongo_dsl.errors import OperandError
from tests.conftest import DRIVERS
from tests.mapper.blocks import Block, either


@pytest.fixture(scope="module")
def server():
    """Return a server that fails when it is told to."""
    with EmbeddedMongo(parameters={"enableTestCommands": True}) as mongo:
        yield mongo


@pytest.fixture(params=DRIVERS)
async def mapper(request, server, sent):
    """Return the mapper of each driver."""
    name = "motor" if request.param == "motor" else "pymongo"
    with MongoClient(server.uri) as client:
        client.retries.drop_collection("account")
        client.retries.create_collection("account")
    if request.param == "pymongo":
        with connect(server.uri, "retries", event_listeners=[sent]) as made:
            yield made
        return
    async with connect_async(
        server.uri, "retries", driver=name, event_listeners=[sent]
    ) as made:
        yield made


@pytest.fixture
def failing(server):
    """Return what lets commands fail, as the manual of its fail points says."""
    with MongoClient(server.uri) as client:

        def fail(times, command="commitTransaction", **data):
            mode = {"times": times} if times else "off"
            data = {"failCommands": [command], **data}
            client.admin.command(
                "configureFailPoint", "failCommand", mode=mode, data=data
            )

        yield fail
        fail(0)


@pytest.fixture
def account(mapper):
    """Return a class of documents that run on the mapper."""
    is_sync = not hasattr(mapper, "__aenter__")

    class Account(SyncDocument if is_sync else Document):
        name: str
        balance: int = 0

    with mapper.ambient():
        yield Account


@pytest.fixture
def names(server):
    """Return what tells the names that are stored."""
    with MongoClient(server.uri) as client:
        yield lambda: sorted(row["name"] for row in client.retries.account.find())


async def done(value):
    """Return *value*, awaited if need be."""
    return await value if asyncio.iscoroutine(value) or hasattr(value, "__await__") else value


NETWORK = {"closeConnection": True}
UNKNOWN = {
    "errorCode": 91,
    "errorLabels": ["UnknownTransactionCommitResult", "RetryableWriteError"],
}
TRANSIENT = {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}


@pytest.mark.parametrize("failure", [NETWORK, UNKNOWN])
async def test_commits_are_sent_again(mapper, account, names, failing, sent, failure):
    """While nobody knows whether a commit was taken, it is sent again."""
    sent.clear()
    async with Block(mapper.transaction()):
        ann = await done(account.create(name="Ann"))
        failing(3, **failure)
    assert names() == ["Ann"]
    assert ann.is_stored
    assert sent.count("commitTransaction") == 4  # of them two by the driver itself


async def test_commits_are_given_up(mapper, account, names, failing):
    """An unknown result is an error that says so; memory is as it was before."""
    ann = account(name="Ann")

    async def work():
        async with Block(mapper.transaction(attempts=2)):
            await done(ann.insert())
            failing(1000, **UNKNOWN)

    with pytest.raises(UnknownCommitError) as caught:
        await work()
    assert str(caught.value) == (
        "the commit was sent 2 times and nobody knows whether it was taken, the last time"
        " because of: Failing command via 'failCommand' failpoint; look before doing it"
        " again"
    )
    assert caught.value.attempts == 2
    assert not ann.is_stored
    failing(0)
    assert names() == []


async def test_commits_are_given_up_in_time(mapper, account, failing):
    """The seconds bound the commit, too; a time limit of the caller's ends it at once."""

    async def work(**options):
        async with Block(mapper.transaction(**options)):
            await done(account.create(name="Ann"))
            failing(1000, **{**UNKNOWN, **more})

    more = {}
    started = time.monotonic()
    with pytest.raises(UnknownCommitError):
        await work(seconds=0.2)
    assert time.monotonic() - started < 2
    more = {"errorCode": 50}
    failing(0)
    with pytest.raises(UnknownCommitError) as caught:
        await work(max_commit_time_ms=100)
    assert caught.value.attempts == 1


async def test_refused_commits(mapper, account, names, failing):
    """A commit that is refused aborts: in a with as an error, in a function as a try."""
    ann = account(name="Ann")

    async def work():
        async with Block(mapper.transaction()):
            await done(ann.insert())
            failing(1, **TRANSIENT)

    with pytest.raises(TransactionAbortedError) as caught:
        await work()
    assert str(caught.value) == (
        "the commit was refused: Failing command via 'failCommand' failpoint"
    )
    assert not ann.is_stored
    tries = []

    async def insert():
        tries.append(ann.is_stored)
        await done(ann.insert())
        if len(tries) == 1:
            failing(1, **TRANSIENT)

    await done(mapper.in_transaction(either(mapper, insert)))
    assert tries == [False, False]
    assert names() == ["Ann"]


async def test_a_broken_connection_is_transient(mapper, account, names, failing):
    """A function is called again after a network error."""
    tries = []

    async def insert():
        tries.append(1)
        if len(tries) == 1:
            failing(1, "insert", **NETWORK)
        await done(account.create(name="Ann"))

    await done(mapper.in_transaction(either(mapper, insert)))
    assert (len(tries), names()) == (2, ["Ann"])


async def test_giving_up(mapper, account, failing):
    """Tries are bounded in number and in time; other errors end them at once."""
    tries = []

    async def insert(error=None):
        tries.append(1)
        await done(account.create(name="Ann"))
        if error:
            raise error

    call = either(mapper, insert)
    failing(1000, "insert", **TRANSIENT)
    with pytest.raises(TransactionAbortedError) as caught:
        await done(mapper.transactional(attempts=3)(call)())
    assert str(caught.value) == (
        "the transaction was aborted 3 times and is given up; the last time, the"
        " transaction was aborted: Failing command via 'failCommand' failpoint; another try"
        " may succeed, see in_transaction"
    )
    assert caught.value.attempts == len(tries) == 3
    started = time.monotonic()
    with pytest.raises(TransactionAbortedError):
        await done(mapper.transactional(attempts=10**6, seconds=0.3)(call)())
    assert 0.2 < time.monotonic() - started < 2
    failing(0)
    tries.clear()
    with pytest.raises(KeyError):
        await done(mapper.in_transaction(call, KeyError("x")))
    assert len(tries) == 1


async def test_swallowed_errors_are_tried_again(mapper, account, names, failing):
    """What a function catches still aborts the transaction, so it is tried again."""
    tries = []

    async def insert():
        tries.append(1)
        try:
            await done(account.create(name="Ann"))
        except TransactionAbortedError:
            return

    failing(1, "insert", **TRANSIENT)
    await done(mapper.in_transaction(either(mapper, insert)))
    assert (len(tries), names()) == (2, ["Ann"])


async def test_the_decorator(mapper, account, names):
    """It keeps the function's name, and works on methods."""

    class Service:
        @mapper.transactional
        @either_of(mapper)
        async def add(self, name, *, balance=0):
            """Add an account."""
            return await done(account.create(name=name, balance=balance))

    made = await done(Service().add("Ann", balance=3))
    assert (made.name, made.balance) == ("Ann", 3)
    assert Service.add.__doc__ == "Add an account."
    assert names() == ["Ann"]


def either_of(mapper):
    """Return the decorator that makes a coroutine function one that *mapper* takes."""
    return lambda function: either(mapper, function)


def test_sync_mappers_refuse_coroutines(server):
    """A coroutine would never run."""

    async def work():
        pytest.fail("this never runs")

    with connect(server.uri, "retries", name="refusing") as mapper:
        for refused in (mapper.in_transaction, mapper.transactional):
            with pytest.raises(OperandError) as caught:
                refused(work)
            assert str(caught.value) == (
                "a Mapper's transaction got the async"
                " test_sync_mappers_refuse_coroutines.<locals>.work, which it can't await;"
                " write it without async, or use AsyncMapper"
            )


def test_pauses_grow_and_differ():
    """Pauses are random, within bounds that grow to half a second."""
    assert all(0 <= backoff(attempt) <= 0.5 for attempt in range(1, 100))
    assert max(backoff(1) for _ in range(100)) <= 0.0075
    assert len({backoff(30) for _ in range(10)}) > 1


class Counter(SyncDocument):
    value: int = 0


def test_threads(server):
    """Threads that read, add and write lose nothing."""
    with connect(server.uri, "retries", name="threads") as mapper, mapper.ambient():
        Counter.all().everything().delete()
        counter = Counter.create()

    @mapper_of(server).transactional(attempts=1000)
    def add():
        mine = shared.get(Counter, counter.id)
        mine.value += 1
        shared.save(mine)

    shared = mapper_of(server)
    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(add) for _ in range(40)]:
            one.result()
    assert shared.get(Counter, counter.id).value == 40


_mappers = {}


def mapper_of(server):
    """Return one mapper of all threads."""
    if server not in _mappers:
        _mappers[server] = connect(server.uri, "retries", name="shared")
    return _mappers[server]
