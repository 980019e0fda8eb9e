"""Caches know of every write: of this process by themselves, of others when they listen."""

import asyncio
import contextlib
import threading
import time

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import Cache, Cached, SyncDocument, connect, connect_async, field
from mapper.behaviours import SoftDelete, Timestamped, Versioned
from mapper.caching import cache_of, listening, marks, writes
from mapper.caching.touched import reads
from mapper.commands import Command
from mapper.errors import MapperError
from tests.mapper.blocks import Block, either


@pytest.fixture
def users(driver):
    """Return a class whose reads are all cached."""

    class User(driver.document, Cached):
        name: str = ""
        age: int = 0

        class Meta:
            collection_name = "users"
            cache = Cache(ttl=1000)

    return User


WRITES = {
    "insert": lambda u, one, m: m.insert(u(age=9)),
    "insert_many": lambda u, one, m: u.insert_many([u(age=9), u(age=8)]),
    "create": lambda u, one, m: u.create(age=9),
    "save": lambda u, one, m: changed(one).save(),
    "replace": lambda u, one, m: changed(one).replace(),
    "delete": lambda u, one, m: one.delete(),
    "update": lambda u, one, m: u.find(name="Ann").update(age=9),
    "update_one": lambda u, one, m: u.find(name="Ann").update_one(age=9),
    "upsert": lambda u, one, m: u.find(name="Bob").upsert(age=9),
    "find_one_and_update": lambda u, one, m: u.all().find_one_and_update(age=9),
    "find_one_and_delete": lambda u, one, m: u.all().find_one_and_delete(),
    "delete_many": lambda u, one, m: u.find(name="Ann").delete(),
    "merge": lambda u, one, m: u.aggregate([{"$set": {"age": 9}}, {"$merge": "users"}]),
    "out": lambda u, one, m: u.aggregate([{"$set": {"age": 9}}, {"$out": "users"}]),
    "by_command": lambda u, one, m: m._call(
        Command("", "command", ({"drop": "users"},))
    ),
    "drop": lambda u, one, m: m._call(Command("users", "drop")),
    "rename": lambda u, one, m: m._call(Command("users", "rename", ("others",))),
}


def changed(one):
    """Return *one*, changed."""
    one.age = 9
    return one


@pytest.mark.parametrize("write", WRITES)
async def test_own_writes(driver, users, write):
    """After every kind of write a cached read is what an uncached one is."""
    done = driver.done
    async with Block(driver.mapper.ambient()):
        one = await done(users(name="Ann", age=1).save())
        before = await done(users.all().sort("age").to_list())
        assert (await done(users.all().sort("age").to_list())) == before
        await done(WRITES[write](users, one, driver.mapper))
        found = await done(users.all().sort("age").to_list())
        assert found == await done(users.all().sort("age").uncached().to_list())
        assert found != before


@pytest.mark.parametrize("stage", ["out", "merge"])
async def test_pipelines_that_write_while_they_are_streamed(driver, users, stage):
    """A cursor over no rows has written, too."""

    class Draft(driver.document):
        age: int = 5

        class Meta:
            collection_name = "drafts"

    async with Block(driver.mapper.ambient()):
        await driver.done(Draft().save())
        assert await driver.done(users.all().count()) == 0
        rows = getattr(Draft.pipeline(), stage)("users")
        assert await driver.streamed(rows.stream()) == []
        assert await driver.done(users.all().count()) == 1
        assert await driver.done(rows.to_list()) == []


async def test_collections_that_are_joined(driver, users):
    """An aggregation is outdated by writes to what it joins, however deep."""

    class Order(driver.document):
        buyer: str = ""

        class Meta:
            collection_name = "orders"

    lookup = {"$lookup": {"from": "orders", "pipeline": [], "as": "orders"}}
    stages = [{"$facet": {"all": [lookup]}}, {"$unionWith": "more"}]
    async with Block(driver.mapper.ambient()):
        await driver.done(users().save())
        for number in range(3):
            (row,) = await driver.done(users.aggregate(stages))
            assert len(row["all"][0]["orders"]) == number
            await driver.done(Order().save())


async def test_clients_of_both_colours_share(
    driver, mongo_uri, mongo_database_name, users
):
    """What any client of the process writes is known to all caches."""

    class Plain(SyncDocument):
        age: int = 0

        class Meta:
            collection_name = "users"

    query = users.all().using(driver.mapper)
    with connect(mongo_uri, mongo_database_name, name="other") as other:
        for number in range(3):
            assert await driver.done(query.count()) == number
            other.insert(Plain())


async def test_databases_are_told_apart(driver, mongo_uri, users, sent):
    """A write elsewhere outdates nothing, and elsewhere is something else to read."""
    await driver.done(users.all().using(driver.mapper).count())

    class Plain(SyncDocument):
        class Meta:
            collection_name = "users"

    with connect(mongo_uri, f"elsewhere_{ObjectId()}", name="elsewhere") as other:
        other.insert(Plain())
        sent.clear()
        assert await driver.done(users.all().using(driver.mapper).count()) == 0
        other.database.client.drop_database(other.database.name)
    assert sent == []


async def test_transactions(driver, users):
    """Nobody reads what a transaction may change from a cache until it is over."""
    done = driver.done
    query = users.all().using(driver.mapper)
    await done(driver.mapper.insert(users(age=1)))
    assert (await done(query.one())).age == 1
    async with Block(driver.mapper.transaction()):
        assert (await done(query.one())).age == 1
        await done(users.all().everything().using(driver.mapper).update(age=2))
        assert (await done(query.one())).age == 2
        async with Block(driver.mapper.outside_session()):
            assert (await done(query.one())).age == 1
            assert (await done(query.one())).age == 1
    assert (await done(query.one())).age == 2
    assert users.cache.statistics.bypasses == 4


async def test_transactions_that_are_aborted(driver, users):
    """What was written in vain isn't seen afterwards."""
    done = driver.done
    query = users.all().using(driver.mapper)
    with pytest.raises(ZeroDivisionError):
        await failing(driver, users, query)
    assert await done(query.count()) == 0


async def failing(driver, users, query):
    """Insert a document in a transaction, and fail."""
    async with Block(driver.mapper.transaction()):
        await driver.done(driver.mapper.insert(users(age=2)))
        assert await driver.done(query.count()) == 1
        raise ZeroDivisionError


async def test_transactions_of_the_driver(driver, users):
    """A session that the application begins and commits itself is understood."""
    done, query = driver.done, users.all().using(driver.mapper)
    session = await done(driver.mapper.database.client.start_session())
    for number in (1, 2):  # the second begins before anyone has read
        await done(session.start_transaction())
        await done(
            users.find(name="x")
            .using(driver.mapper)
            .in_session(session)
            .upsert(age=number)
        )
        if number == 1:
            assert await done(query.count()) == 0
            await done(session.commit_transaction())
    assert (await done(query.one())).age == 1
    await done(session.commit_transaction())
    assert (await done(query.one())).age == 2
    await done(session.end_session())


async def test_transactions_of_collections_nobody_has_read(driver, users):
    """A cache that comes to know of a collection during a transaction knows of that."""
    query = users.all().using(driver.mapper)
    async with Block(driver.mapper.transaction()):
        await driver.done(driver.mapper.insert(users()))
        async with Block(driver.mapper.outside_session()):
            assert await driver.done(query.count()) == 0
    assert await driver.done(query.count()) == 1


async def test_a_write_during_a_read(driver, users):
    """What a read has begun to find before a write isn't kept after it."""
    mapper, query = driver.mapper, users.all().using(driver.mapper)
    send, wrote = mapper._connection.send, []

    def sending(command):
        reply = send(command)
        if command.method == "count_documents" and not wrote:
            wrote.append(driver.mongo.users.insert_one({}).inserted_id)
            with marks.Writing(Command("users", "drop"), mapper.database.name, None):
                pass
        return reply

    mapper._connection.send = sending
    await driver.done(query.count())
    assert await driver.done(query.count()) == 1


async def test_writes_of_unknown_fate(
    mapper, mongo_uri, mongo_database_name, monkeypatch
):
    """After a write that was cancelled, nothing is cached for a while."""
    from mapper import Document

    class User(Document, Cached):
        age: int = 0

        class Meta:
            collection_name = "users"
            cache = Cache()

    async with connect_async(mongo_uri, mongo_database_name) as found:
        await User.all().count()
        connection = found._connection
        monkeypatch.setattr(connection, "send", lambda _: asyncio.sleep(10))
        task = asyncio.create_task(User.create())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        monkeypatch.undo()
        await User.all().count()
        await User.all().count()
        assert User.cache.statistics.bypasses == 2
        later = time.monotonic() + marks.DOUBT
        monkeypatch.setattr(time, "monotonic", lambda: later)
        await User.all().count()
        assert User.cache.statistics.bypasses == 2


def names_of(*pairs):
    """Return names of collections of the database ``d``."""
    return frozenset(("d", name) for name in pairs)


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (Command("a", "find"), names_of()),
        (Command("a", "create_index"), names_of()),
        (Command("a", "aggregate", ([],)), names_of()),
        (Command("a", "aggregate", ([{"$match": {}}],)), names_of()),
        (Command("a", "aggregate", ([{"$out": "b"}],)), names_of("b")),
        (
            Command("a", "aggregate", ([{"$out": {"db": "e", "coll": "b"}}],)),
            frozenset({("e", "b")}),
        ),
        (Command("a", "aggregate", ([{"$merge": "b"}],)), names_of("b")),
        (Command("a", "aggregate", ([{"$merge": {"into": "b"}}],)), names_of("b")),
        (
            Command(
                "a", "aggregate", ([{"$merge": {"into": {"db": "e", "coll": "b"}}}],)
            ),
            frozenset({("e", "b")}),
        ),
        (Command("a", "bulk_write", ([],)), names_of("a")),
        (Command("a", "something_new"), names_of("a")),
        (Command("a", "rename", ("b",)), names_of("a", "b")),
        (Command("", "command", ("ping",)), names_of()),
        (Command("", "command", ({"create": "a"},)), names_of()),
        (Command("", "command", ({"collMod": "a"},)), names_of("a")),
        (Command("", "command", ("collMod", "a")), names_of("a")),
        (Command("", "command", ({"dropDatabase": 1},)), names_of(None)),
        (Command("", "drop_collection", ("a",)), names_of("a")),
        (Command("", "list_collection_names"), names_of()),
    ],
)
def test_what_commands_write(command, written):
    """What isn't known as a read is a write."""
    assert writes(command, "d") == written


@pytest.mark.parametrize(
    ("stages", "joined"),
    [
        ([], ()),
        ([{"$lookup": {"from": "b", "as": "x"}}], ["b"]),
        ([{"$lookup": {"pipeline": [{"$unionWith": "c"}], "as": "x"}}], ["c"]),
        ([{"$graphLookup": {"from": "b"}}], ["b"]),
        (
            [{"$unionWith": {"coll": "b", "pipeline": [{"$lookup": {"from": "c"}}]}}],
            "bc",
        ),
        ([{"$facet": {"x": [{"$lookup": {"from": "b"}}]}}], ["b"]),
    ],
)
def test_what_pipelines_read(stages, joined):
    """Joins count wherever they stand."""
    found = reads(Command("a", "aggregate", (stages,)), "d")
    assert found == names_of("a", *joined)


async def eventually(condition):
    """Wait until *condition* holds."""
    for _ in range(200):
        if await condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came")


async def test_listening(driver, users):
    """Writes of other processes are heard of."""
    done, query = driver.done, users.all().using(driver.mapper)

    async def sees(number):
        return await done(query.count()) == number

    await done(query.count())
    driver.mongo.users.insert_one({})
    assert await done(query.count()) == 0
    async with Block(users.cache.listen(driver.mapper)) as listener:
        assert await done(query.count()) == 1  # what was kept before isn't trusted
        for number in (2, 3):
            driver.mongo.users.insert_one({})
            await eventually(lambda number=number: sees(number))
        assert listener.alive
        hits = users.cache.statistics.hits
        await done(query.count())
        assert users.cache.statistics.hits == hits + 1
        with pytest.raises(MapperError) as error:
            await done(listener.start())
        message = "the listener was started before; listen(...) makes another"
        assert str(error.value) == message
    await done(query.count())
    driver.mongo.users.insert_one({})
    assert await done(query.count()) == 3


async def test_streams_that_break(driver, users, monkeypatch):
    """Without a stream the cache is empty and passed by, until there is another."""
    monkeypatch.setattr(listening, "PAUSE", 0.5)
    done, query = driver.done, users.all().using(driver.mapper)
    async with Block(users.cache.listen(driver.mapper)) as listener:
        driver.mongo.users.insert_one({})
        driver.mongo.client.drop_database(driver.mongo.name)  # ends the stream

        async def lost():
            return not listener.alive

        async def found():
            return listener.alive

        await eventually(lost)
        bypasses = users.cache.statistics.bypasses
        for number in range(2):
            assert await done(query.count()) == number
            driver.mongo.users.insert_one({})
        assert users.cache.statistics.bypasses == bypasses + 2
        await eventually(found)
        assert await done(query.count()) == 2
        assert await done(query.count()) == 2
        assert users.cache.statistics.bypasses == bypasses + 2


async def test_streams_that_fall_silent(driver, users, monkeypatch):
    """A stream that says nothing for too long isn't trusted, and what was kept is gone."""
    monkeypatch.setattr(listening, "PATIENCE", 0.0)
    query = users.all().using(driver.mapper)
    async with Block(users.cache.listen(driver.mapper)) as listener:
        assert not listener.alive
        await driver.done(query.count())
        assert users.cache.statistics.bypasses == 1
        assert users.cache.statistics.size == 0


class Counter(SyncDocument, Timestamped, SoftDelete, Versioned):
    number: int = 0
    tags: list[str] = field(factory=list)

    class Meta:
        collection_name = "counters"
        cache = Cache(ttl=1000, size=4)


NUMBERS = st.integers(0, 2)
READING = st.tuples(
    st.sampled_from(["to_list", "count", "exists", "first", "distinct", "aggregate"]),
    NUMBERS,
)
WRITING = st.tuples(
    st.sampled_from(
        [
            "insert",
            "insert_many",
            "save",
            "replace",
            "delete",
            "hard_delete",
            "update",
            "update_one",
            "upsert",
            "find_one_and_update",
            "find_one_and_delete",
            "delete_many",
            "restore",
            "merge",
            "mutate",
            "committed",
            "aborted",
        ]
    ),
    NUMBERS,
)


def read(query, kind):
    """Return what the read *kind* finds."""
    if kind == "distinct":
        return query.distinct("number")
    if kind == "aggregate":
        return query.aggregate([{"$sort": {"_id": 1}}])
    return getattr(query, kind)()


def write(mapper, kind, number):
    """Write in the way *kind*."""
    some = Counter.find(number=number)
    first = some.uncached().first()
    if kind == "insert":
        Counter.create(number=number)
    elif kind == "insert_many":
        Counter.insert_many([Counter(number=number), Counter(number=1)])
    elif kind == "merge":
        stages = [{"$set": {"tags": ["merged"]}}, {"$merge": "counters"}]
        Counter.aggregate(stages)
    elif kind in ("save", "replace", "delete", "hard_delete", "mutate"):
        if first is not None:
            of_document(first, kind)
    elif kind in ("update", "update_one", "upsert", "find_one_and_update"):
        getattr(some, kind)(Counter.q.number.inc(1))
    elif kind in ("committed", "aborted"):
        in_transaction(mapper, some, kind)
    else:
        name = {"delete_many": "delete"}.get(kind, kind)
        getattr(some.only_deleted() if kind == "restore" else some, name)()


def of_document(first, kind):
    """Write one document."""
    if kind == "mutate":
        Counter.mutate(first.id, lambda one: one.tags.append("mutated"))
        return
    first.tags.append(kind)
    getattr(first, kind)()


def in_transaction(mapper, some, kind):
    """Update in a transaction that is committed or aborted."""
    with contextlib.suppress(ZeroDivisionError), mapper.transaction():
        some.update(Counter.q.number.inc(1))
        read(some, "to_list")
        1 / (kind == "committed")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(READING | WRITING, max_size=20))
def test_cached_reads_are_as_uncached_ones(mapper, steps):
    """However reads and writes follow each other, a cached read finds what is stored."""
    with mapper.ambient():
        Counter.all().with_deleted().everything().hard_delete()
        for kind, number in steps:
            if kind in ("to_list", "count", "exists", "first", "distinct", "aggregate"):
                query = Counter.find(Counter.q.number >= number)
                assert read(query, kind) == read(query.uncached(), kind)
            else:
                write(mapper, kind, number)
        for kind in ("to_list", "count", "aggregate"):
            query = Counter.all().with_deleted()
            assert read(query, kind) == read(query.uncached(), kind)
    assert cache_of(Counter).statistics.hits >= 0


def test_threads_never_read_what_they_have_replaced(mapper):
    """With many writers and readers, nobody reads something older than what it wrote."""

    class Row(SyncDocument):
        number: int = 0

        class Meta:
            collection_name = "rows"
            cache = Cache(ttl=1000)

    with mapper.ambient():
        Row.create()
    failures = []

    def work():
        query = Row.all().using(mapper)
        for _ in range(60):
            wrote = query.find_one_and_update(Row.q.number.inc(1)).number
            found = query.one().number
            if found < wrote:
                failures.append((wrote, found))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Row.all().using(mapper).one().number == 360


def test_the_face_of_transactions(mapper):
    """A function that is tried in a transaction leaves nothing outdated behind."""
    with mapper.ambient():
        Counter.all().with_deleted().everything().hard_delete()
        assert Counter.all().count() == 0

        async def function():
            Counter.create()
            return Counter.all().count()

        assert mapper.in_transaction(either(mapper, function)) == 1
        assert Counter.all().count() == 1
