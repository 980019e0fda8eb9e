"""Transactions that are tried again: functions, commits, their bounds; and who may not share."""

import asyncio
import contextvars
import functools
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo import MongoClient

from mapper import Document, EmbeddedMongo, SyncDocument, connect, connect_async
from mapper.embedded.binary import find_binary
from mapper.embedded.server import free_port
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
        with MongoClient(mongo.uri) as client:
            client.retries.create_collection("account")
        yield mongo


@pytest.fixture(params=DRIVERS)
async def mapper(request, server, sent):
    """Return the mapper of each driver."""
    name = "motor" if request.param == "motor" else "pymongo"
    with MongoClient(server.uri) as client:
        client.retries.account.delete_many({})  # given-up transactions hold locks
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
    return (
        await value
        if asyncio.iscoroutine(value) or hasattr(value, "__await__")
        else value
    )


NETWORK = {"closeConnection": True}
UNKNOWN = {
    "errorCode": 64,
    "errorLabels": ["UnknownTransactionCommitResult"],
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
    assert sent.count("commitTransaction") == 4  # the driver, too, sends some again


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


async def test_broken_streams_abort(mapper, account, names, failing):
    """An error while documents are streamed aborts the transaction, and is ours."""
    await done(account.insert_many([account(name="A"), account(name="B")]))

    async def work():
        async with Block(mapper.transaction()):
            stream = account.all().stream(batch_size=1)
            failing(1, "getMore", **TRANSIENT)
            with pytest.raises(TransactionAbortedError) as caught:
                [row async for row in stream] if hasattr(stream, "__aiter__") else [
                    *stream
                ]
            assert str(caught.value) == (
                "the transaction was aborted: Failing command via 'failCommand' failpoint;"
                " another try may succeed, see in_transaction"
            )
            await done(account.create(name="C"))

    with pytest.raises(TransactionAbortedError):
        await work()
    assert names() == ["A", "B"]


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
        @functools.partial(either, mapper)
        async def add(self, name, *, balance=0):
            """Add an account."""
            return await done(account.create(name=name, balance=balance))

    made = await done(Service().add("Ann", balance=3))
    assert (made.name, made.balance) == ("Ann", 3)
    assert Service.add.__doc__ == "Add an account."
    assert names() == ["Ann"]


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


class AsyncCounter(Document):
    value: int = 0

    class Meta:
        collection_name = "counter"


def test_threads_lose_nothing(server):
    """Threads of one mapper that read, add and write in transactions."""
    with connect(server.uri, "retries", name="threads") as mapper:
        counter = mapper.insert(Counter())

        @mapper.transactional(attempts=1000)
        def add():
            mine = mapper.get(Counter, counter.id)
            mine.value += 1
            mapper.save(mine)

        with ThreadPoolExecutor(4) as pool:
            for one in [pool.submit(add) for _ in range(20)]:
                one.result()
        assert mapper.get(Counter, counter.id).value == 20


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_tasks_lose_nothing(server, driver):
    """Tasks of one mapper, each in transactions of its own."""
    async with connect_async(server.uri, "retries", driver=driver) as mapper:
        counter = await mapper.insert(AsyncCounter())

        @mapper.transactional(attempts=1000)
        async def add():
            mine = await mapper.get(AsyncCounter, counter.id)
            mine.value += 1
            await mapper.save(mine)

        await asyncio.gather(*(add() for _ in range(20)))
        assert (await mapper.get(AsyncCounter, counter.id)).value == 20


SHARED = (
    "a session was used by another task or thread than opened its block, but takes one"
    " command after another; let the other work without it: with mapper.outside_session():"
    " ..."
)


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_tasks_may_not_share_a_session(server, driver):
    """A task that was started inside a block is refused, or works outside."""
    async with connect_async(server.uri, "retries", driver=driver) as mapper:

        async def outside():
            with mapper.outside_session():
                return await mapper.find(AsyncCounter).count()

        async with mapper.transaction():
            kept = await mapper.insert(AsyncCounter())
            with pytest.raises(SessionError) as caught:
                await asyncio.create_task(mapper.find(AsyncCounter).count())
            assert str(caught.value) == SHARED
            before = await asyncio.gather(outside(), outside())
        assert len(set(before)) == 1
        assert await mapper.get(AsyncCounter, kept.id)


def test_threads_may_not_share_a_session(server):
    """A thread that runs in a copy of the context is refused."""
    with connect(server.uri, "retries") as mapper, mapper.session():
        found = []

        def count():
            with pytest.raises(SessionError) as caught:
                mapper.find(Counter).count()
            found.append(str(caught.value))

        thread = threading.Thread(target=contextvars.copy_context().run, args=(count,))
        thread.start()
        thread.join()
        assert found == [SHARED]


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_cancelling_aborts(server, driver):
    """A task that is cancelled inside a block leaves nothing behind."""
    async with connect_async(server.uri, "retries", driver=driver) as mapper:
        counter, inside = AsyncCounter(value=77), asyncio.Event()

        async def work():
            async with mapper.transaction():
                await mapper.insert(counter)
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not counter.is_stored
        assert await mapper.find(AsyncCounter, value=77).count() == 0


@pytest.fixture
def standalone(tmp_path):
    """Return the URI of a server that is no replica set."""
    port = free_port()
    command = [find_binary(None), f"--dbpath={tmp_path}", f"--port={port}"]
    process = subprocess.Popen(
        [*command, "--bind_ip=127.0.0.1"], stdout=subprocess.DEVNULL
    )
    yield f"mongodb://127.0.0.1:{port}/?directConnection=true"
    process.kill()
    process.wait()


def test_a_server_without_a_replica_set(standalone):
    """The message says what transactions need."""
    with connect(standalone, "x") as mapper, pytest.raises(TransactionError) as caught:
        mapper.in_transaction(mapper.insert, Counter())
    assert str(caught.value) == (
        "the server is no member of a replica set, and transactions need one; start mongod"
        " with --replSet and initiate the set"
    )
