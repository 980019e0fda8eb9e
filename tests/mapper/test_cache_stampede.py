"""Who asks for the same at once waits for one answer."""

import asyncio
import threading
import time

import pytest

from mapper import Cache, Cached, CacheManager, Document, SyncDocument, connect_async
from mapper.caching import cache_of


THREADS = 12


@pytest.fixture
def slow(mapper):
    """Return a query that takes a while, of a class with a cache of its own."""

    class Row(SyncDocument, Cached):
        number: int = 0

        class Meta:
            collection_name = "slow"
            cache = Cache()

    mapper.insert(Row())
    return Row.all().using(mapper)


def delayed(mapper, monkeypatch, seconds=0.15, error=None):
    """Let reads of *mapper* take *seconds*; the first ends with *error*, if given."""
    send, errors = mapper._connection.send, [error] if error else []

    def sending(command):
        if command.method == "find":
            time.sleep(seconds)
            if errors:
                raise errors.pop()
        return send(command)

    monkeypatch.setattr(mapper._connection, "send", sending)


def in_threads(function, number=THREADS):
    """Call *function* in threads at once and return what they return or raise."""
    results, barrier = [], threading.Barrier(number)

    def work():
        barrier.wait()
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001 - it is a result
            results.append(error)

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == number
    return results


def test_threads_load_once(mapper, slow, sent, monkeypatch):
    """One command for all, and objects of their own for each."""
    delayed(mapper, monkeypatch)
    sent.clear()
    results = in_threads(slow.to_list)
    assert sent == ["find"]
    assert len({id(found) for (found,) in results}) == THREADS
    assert cache_of(slow.model).statistics.misses == THREADS
    assert cache_of(slow.model).statistics.loads == 1


def test_errors_reach_whom_they_concern(mapper, slow, sent, monkeypatch):
    """Who waits for a load that fails loads on its own."""
    delayed(mapper, monkeypatch, error=ValueError("broken"))
    sent.clear()
    results = in_threads(slow.to_list)
    assert [str(found) for found in results if isinstance(found, ValueError)] == [
        "broken"
    ]
    assert sum(isinstance(found, list) for found in results) == THREADS - 1
    assert cache_of(slow.model)._flights == {}


def test_interruptions_of_threads(mapper, slow, sent, monkeypatch):
    """Who waits for a load that is given up loads anew, once for all."""
    delayed(mapper, monkeypatch, error=KeyboardInterrupt())
    sent.clear()

    def read():
        try:
            return slow.to_list()
        except KeyboardInterrupt as error:
            return error

    results = in_threads(read)
    assert sum(isinstance(found, KeyboardInterrupt) for found in results) == 1
    assert sum(isinstance(found, list) for found in results) == THREADS - 1
    assert sent == ["find"]
    assert cache_of(slow.model)._flights == {}


def test_different_reads_do_not_wait(mapper, slow, monkeypatch):
    """Reads of other things go on at the same time."""
    delayed(mapper, monkeypatch, seconds=0.3)
    numbers = iter(range(100))
    started = time.monotonic()
    in_threads(lambda: slow.filter(number=next(numbers)).to_list(), 6)
    assert time.monotonic() - started < 1.2


class Found(list):
    """Rows that were found."""

    def to_list(self):
        """Return them."""
        return list(self)


def test_nobody_joins_a_read_from_before_its_write(mapper, slow, sent, monkeypatch):
    """Who has written since a load began doesn't wait for what that finds."""
    send = mapper._connection.send

    def sending(command):
        if command.method != "find":
            return send(command)
        found = Found(send(command).to_list())
        time.sleep(0.5)
        return found

    monkeypatch.setattr(mapper._connection, "send", sending)
    early = []
    reader = threading.Thread(target=lambda: early.extend(slow.to_list()))
    reader.start()
    time.sleep(0.2)
    mapper.update(slow.everything(), number=7)
    sent.clear()
    assert [row.number for row in slow.to_list()] == [7]
    reader.join()
    assert [row.number for row in early] == [0]
    assert [row.number for row in slow.to_list()] == [7]
    assert sent == ["find"]


@pytest.fixture(params=["pymongo", "motor"])
async def tasks(request, mongo_uri, mongo_database_name, sent):
    """Return a query for tasks, whose finds take a while."""

    class Row(Document, Cached):
        number: int = 0

        class Meta:
            collection_name = "slow"
            cache = Cache()

    given = {"driver": request.param, "event_listeners": [sent]}
    async with connect_async(mongo_uri, mongo_database_name, **given) as mapper:
        await mapper.insert(Row())
        send = mapper._connection.send

        async def sending(command):
            await asyncio.sleep(0.1)
            found = send(command)
            return await found if hasattr(found, "__await__") else found

        mapper._connection.send = sending
        sent.clear()
        yield Row.all().using(mapper)


async def test_tasks_load_once(tasks, sent):
    """One command for all, and objects of their own for each."""
    results = await asyncio.gather(*(tasks.to_list() for _ in range(30)))
    assert sent == ["find"]
    assert len({id(found) for (found,) in results}) == 30


async def test_loaders_that_are_cancelled(tasks, sent):
    """Another takes over, once for all who wait."""
    loader, *others = (asyncio.create_task(tasks.to_list()) for _ in range(10))
    await asyncio.sleep(0.05)
    loader.cancel()
    results = await asyncio.wait_for(asyncio.gather(*others), 10)
    assert [len(found) for found in results] == [1] * 9
    assert sent == ["find"]
    with pytest.raises(asyncio.CancelledError):
        await loader
    assert cache_of(tasks.model)._flights == {}


async def test_those_who_wait_and_are_cancelled(tasks, sent):
    """They disturb neither the loader nor the others."""
    loader, first, second = (asyncio.create_task(tasks.to_list()) for _ in range(3))
    await asyncio.sleep(0.05)
    first.cancel()
    assert len(await loader) == len(await second) == 1
    assert sent == ["find"]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_loaders_that_fail(tasks, sent, monkeypatch):
    """The error is the loader's; the others load on their own."""
    connection = tasks._bound()._connection
    send, errors = connection.send, [ValueError("broken")]

    async def failing(command):
        if errors:
            error = errors.pop()
            await asyncio.sleep(0.1)
            raise error
        return await send(command)

    monkeypatch.setattr(connection, "send", failing)
    found = await asyncio.gather(
        *(tasks.to_list() for _ in range(5)), return_exceptions=True
    )
    assert [type(one) for one in found] == [ValueError, *[list] * 4]
    assert sent == ["find"] * 4


def test_event_loops_share_results_and_wait_for_their_own(
    mongo_uri, mongo_database_name
):
    """One loop never waits for another, but finds what that has loaded."""

    class Row(Document, Cached):
        class Meta:
            collection_name = "slow"
            cache = Cache()

    async def read():
        async with connect_async(
            mongo_uri, mongo_database_name, name=str(id(asyncio.current_task()))
        ) as mapper:
            query = Row.all().using(mapper)
            return await asyncio.gather(*(query.count() for _ in range(10)))

    results = in_threads(lambda: asyncio.run(read()), 3)
    assert results == [[0] * 10] * 3
    assert 1 <= Row.cache.statistics.loads <= 3
    assert asyncio.run(read()) == [0] * 10
    assert Row.cache.statistics.loads <= 3


def test_managers_call_once(mapper):
    """A function is called once for all who ask at once."""
    manager, calls = CacheManager(), []

    def function():
        calls.append(1)
        time.sleep(0.1)
        return {"rows": []}

    class Row(SyncDocument):
        class Meta:
            database = "stampede"

        @classmethod
        def _mapper(cls):
            return mapper

    results = in_threads(lambda: manager.get_or_set(Row, "slow", function))
    assert (calls, results) == ([1], [{"rows": []}] * THREADS)
    assert len({id(found["rows"]) for found in results}) == THREADS
