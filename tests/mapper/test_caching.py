"""Reads that go through caches: what is kept, for how long, and what a hit gives."""

import copy
import subprocess
import sys

import attrs
import pytest

from mapper import Cache, Cached, CacheManager, View, field
from mapper.caching import CacheStatistics, cache_of
from mapper.errors import DefinitionError, DocumentNotFoundError, MissingExtraError
from mongo_dsl.errors import ArgumentError
from tests.mapper.blocks import Block


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self):
        """Return what the tests say."""
        return self.now


@pytest.fixture
def clock():
    """Return the clock of the caches."""
    return Clock()


@pytest.fixture
def users(driver, clock):
    """Return a class whose reads are all cached, for 60 seconds."""

    class User(driver.document, Cached):
        name: str
        age: int = 0
        tags: list[str] = field(factory=list)

        class Meta:
            collection_name = "users"
            cache = Cache(ttl=60, size=100, timer=clock)

    return User


READS = {
    "to_list": lambda q: q.to_list(),
    "first": lambda q: q.first(),
    "one": lambda q: q.one(),
    "one_or_none": lambda q: q.one_or_none(),
    "count": lambda q: q.count(),
    "exists": lambda q: q.exists(),
    "distinct": lambda q: q.distinct("tags"),
    "aggregate": lambda q: q.aggregate([{"$set": {"x": 1}}]),
    "raw": lambda q: q.raw().to_list(),
}


@pytest.mark.parametrize("kind", READS)
async def test_a_hit_sends_nothing(driver, users, sent, kind):
    """Every kind of read is kept, and comes back as it was."""
    done = driver.done
    await done(driver.mapper.insert(users(name="Ann", tags=["a", "b"])))
    query = users.all().using(driver.mapper)
    first = await done(READS[kind](query))
    sent.clear()
    again = await done(READS[kind](query))
    assert sent == []
    assert again == first
    assert users.cache.statistics == CacheStatistics(hits=1, misses=1, loads=1, size=1)


async def test_estimates_are_kept(driver, users, sent):
    """Counting by metadata is a read, too."""
    await driver.done(driver.mapper.insert(users(name="Ann")))
    query = users.all().using(driver.mapper)
    assert await driver.done(query.estimated_count()) == 1
    sent.clear()
    assert await driver.done(query.estimated_count()) == 1
    assert sent == []


async def test_hits_are_objects_of_their_own(driver, users, sent):
    """Changing what a hit gave changes neither the cache nor other hits."""
    done = driver.done
    await done(driver.mapper.insert(users(name="Ann", tags=["a"])))
    query = users.find(name="Ann").using(driver.mapper)
    for _ in range(3):
        found = await done(query.one())
        assert (found.tags, found.is_dirty, found.is_stored) == (["a"], False, True)
        found.tags.append("mine")
        assert found.changed_fields == ("tags",)
    rows = await done(query.raw().to_list())
    for row in rows:
        row["tags"].append("mine")
    sent.clear()
    await done(driver.mapper.save(found))
    assert sent == ["update"]
    assert driver.mongo.users.find_one()["tags"] == ["a", "mine"]
    assert (await done(query.one())).tags == ["a", "mine"]


async def test_values_of_different_types_are_different(driver, users, sent):
    """1, 1.0 and True are three values, however they compare and hash."""
    done = driver.done
    driver.mongo.users.insert_many(
        [{"name": "a", "x": 1}, {"name": "b", "x": True}, {"name": "c", "x": "1"}]
    )
    for value, names in [(1, ["a"]), (True, ["b"]), ("1", ["c"]), (1.0, ["a"])]:
        sent.clear()
        query = users.all().using(driver.mapper)
        found = await done(query.aggregate([{"$match": {"x": value}}]))
        assert [row["name"] for row in found] == names
        assert sent == ["aggregate"]


async def test_what_is_old_is_read_again(driver, users, clock, sent):
    """The time to live is the cache's, or the query's if that is shorter."""
    done = driver.done
    driver.mongo.users.insert_one({"name": "Ann", "age": 1})
    query = users.all().using(driver.mapper)
    assert (await done(query.one())).age == 1
    driver.mongo.users.update_one({}, {"$set": {"age": 2}})
    clock.now += 30
    assert (await done(query.one())).age == 1
    assert (await done(query.cached(ttl=31).one())).age == 1
    assert (await done(query.cached(ttl=30).one())).age == 2
    clock.now += 29
    assert (await done(query.one())).age == 2
    driver.mongo.users.update_one({}, {"$set": {"age": 3}})
    clock.now += 1  # what was kept for 30 seconds is gone for all
    assert (await done(query.one())).age == 3
    clock.now += 60
    sent.clear()
    await done(query.one())
    assert sent == ["find"]


async def test_queries_choose(driver, sent):
    """A class without a cache has one for the queries that ask; a class with one, not for all."""

    class Plain(driver.document):
        name: str

    class Kept(Plain):
        class Meta:
            cache = Cache(ttl=5)

    done = driver.done
    await done(driver.mapper.insert(Plain(name="Ann")))
    for query, commands in [
        (Plain.all(), 2),
        (Plain.all().cached(ttl=30), 1),
        (Plain.all().cached(), 0),
        (Kept.all(), 1),
        (Kept.all().uncached(), 2),
    ]:
        sent.clear()
        for _ in range(2):
            await done(query.using(driver.mapper).to_list())
        assert len(sent) == commands
    assert cache_of(Plain) is cache_of(Plain) is not cache_of(Kept)
    assert cache_of(Kept) is Kept.__options__.cache


async def test_pipelines_choose(driver, sent):
    """A pipeline that executes is cached as its query is."""

    class Plain(driver.document):
        name: str

    await driver.done(driver.mapper.insert(Plain(name="Ann")))
    rows = Plain.pipeline().using(driver.mapper).project(name=1)
    for pipeline, commands in [
        (rows, 2),
        (rows.cached(ttl=30), 1),
        (rows.cached(ttl=30).uncached(), 2),
    ]:
        sent.clear()
        for _ in range(2):
            assert len(await driver.done(pipeline.to_list())) == 1
        assert len(sent) == commands


async def test_iterating(driver, users, sent):
    """A query that asks for the cache gives its documents; others stream past it."""
    await driver.done(driver.mapper.insert(users(name="Ann")))
    for query, commands in [(users.all().cached(), 1), (users.all(), 2)]:
        sent.clear()
        for _ in range(2):
            found = await driver.streamed(query.using(driver.mapper))
            assert [one.name for one in found] == ["Ann"]
        assert len(sent) == commands


async def test_documents_that_are_not_there(driver, users, sent):
    """That there is nothing is known, too, until there is something."""
    done = driver.done
    query = users.find(name="Bob").using(driver.mapper)
    for _ in range(2):
        assert await done(query.first()) is None
        with pytest.raises(DocumentNotFoundError):
            await done(query.one())
    assert sent == ["find", "find"]
    await done(driver.mapper.insert(users(name="Bob")))
    assert (await done(query.one())).name == "Bob"


async def test_get_cached(driver, users, sent):
    """One document by its id or by values, many by `filter_cached`."""
    done = driver.done
    ann = await done(driver.mapper.insert(users(name="Ann")))
    with_ambient = Block(driver.mapper.ambient())
    async with with_ambient:
        for _ in range(2):
            assert await done(users.get_cached(ann.id)) == ann
            assert await done(users.get_cached(name="Ann")) == ann
            assert await done(users.get_cached(ann.id, name="Bob")) is None
            assert await done(users.filter_cached(name="Ann").to_list()) == [ann]
    assert sent == ["insert", "find", "find", "find", "find"]


async def test_how_a_query_reads_is_part_of_what_it_is(driver, users, sent):
    """What was read with less certainty isn't given to who asks for more."""
    query = users.all().using(driver.mapper)
    await driver.done(query.to_list())
    await driver.done(query.read_concern("majority").to_list())
    surer = driver.mapper.with_options(read_concern="majority")
    await driver.done(users.all().using(surer).to_list())
    await driver.done(users.all().using(surer).to_list())
    assert sent == ["find"] * 3


async def test_sessions_go_past(driver, users, sent):
    """What is read in a session is neither kept nor answered by what is kept."""
    query = users.all().using(driver.mapper)
    await driver.done(query.to_list())
    async with Block(driver.mapper.session()) as session:
        await driver.done(query.to_list())
        async with Block(driver.mapper.outside_session()):
            await driver.done(query.to_list())
            await driver.done(query.in_session(session).to_list())
    assert sent == ["find"] * 3


async def test_mutate_reads_what_is_stored(driver, clock):
    """What is going to be changed is never taken from a cache."""
    from mapper.behaviours import Versioned

    class Note(driver.document, Versioned):
        text: str = ""

        class Meta:
            cache = Cache(timer=clock)

    async with Block(driver.mapper.ambient()):
        note = await driver.done(Note().save())
        await driver.done(Note.get(note.id))
        driver.mongo.note.update_one({}, {"$set": {"version": 7}})
        await driver.done(Note.mutate(note.id, lambda one: setattr(one, "text", "x")))
    assert driver.mongo.note.find_one() == {"_id": note.id, "text": "x", "version": 8}


async def test_the_sizes_of_caches(driver, clock):
    """What was used least recently gives way."""

    class Item(driver.document):
        number: int

        class Meta:
            cache = Cache(size=2, timer=clock)

    for number in (1, 2, 1, 3):
        await driver.done(Item.find(number=number).using(driver.mapper).to_list())
    found = cache_of(Item).statistics
    assert found == CacheStatistics(hits=1, misses=3, loads=3, evictions=1, size=2)
    await driver.done(Item.find(number=1).using(driver.mapper).to_list())
    assert cache_of(Item).statistics.hits == 2
    cache_of(Item).clear()
    await driver.done(Item.find(number=1).using(driver.mapper).to_list())
    found = attrs.evolve(found, hits=2, misses=4, loads=4, size=1)
    assert cache_of(Item).statistics == found


async def test_views(driver, clock, sent):
    """What a view shows is outdated by writes to what it is made of."""

    class Person(driver.document):
        name: str

        class Meta:
            collection_name = "persons"

    class Named(driver.document):
        name: str

        class Meta:
            collection_name = "named"
            view = View(Person, [{"$match": {"name": {"$ne": ""}}}])
            cache = Cache(timer=clock)

    driver.mongo.command(
        "create",
        "named",
        viewOn="persons",
        pipeline=[{"$match": {"name": {"$ne": ""}}}],
    )
    query = Named.all().using(driver.mapper)
    assert await driver.done(query.count()) == 0
    await driver.done(driver.mapper.insert(Person(name="Ann")))
    assert await driver.done(query.count()) == 1


async def test_collections_that_a_cache_is_told_of(driver, clock):
    """Names in *reads* matter where no command says what is read."""

    class Kept(driver.document):
        class Meta:
            cache = Cache(reads=["other"], timer=clock)

    class Other(driver.document):
        class Meta:
            collection_name = "other"

    query = Kept.all().using(driver.mapper)
    await driver.done(query.count())
    await driver.done(driver.mapper.insert(Other()))
    await driver.done(query.count())
    assert cache_of(Kept).statistics.invalidations == 1


async def test_functions_are_cached_by_a_manager(driver, sent):
    """Results are copies, known by class, name and arguments, until a write."""

    class User(driver.document):
        name: str
        tags: list[str] = field(factory=list)

    manager, calls = CacheManager(ttl=10), []

    def function(*args, **kwargs):
        calls.append((args, kwargs))
        return User.filter(**kwargs)

    async with Block(driver.mapper.ambient()):
        await driver.done(User(name="Ann").save())
        for _ in range(2):
            found = await driver.done(
                manager.get_or_set(User, "filter", function, name="Ann")
            )
            assert [one.tags for one in found] == [[]]
            found[0].tags.append("mine")
        assert len(calls) == 1
        manager.invalidate(User, "oth")
        await driver.done(manager.get_or_set(User, "filter", function, name="Ann"))
        assert len(calls) == 1
        manager.invalidate(User)
        await driver.done(manager.get_or_set(User, "filter", function, name="Ann"))
        assert len(calls) == 2
        await driver.done(User(name="Ann").save())
        found = await driver.done(
            manager.get_or_set(User, "filter", function, name="Ann")
        )
        assert len(found) == 2
        manager.clear()
        await driver.done(manager.get_or_set(User, "filter", function, name="Ann"))
        assert len(calls) == 4
    assert manager.statistics == CacheStatistics(
        hits=2, misses=4, loads=4, invalidations=2, size=1
    )


def test_arguments_of_managers_have_types(mapper):
    """Arguments that compare equal are different where BSON has different values."""
    from mapper import SyncDocument

    class User(SyncDocument):
        name: str

    manager = CacheManager()
    with mapper.ambient():
        for value in (1, 1.0, True, "1"):
            assert manager.get_or_set(User, "same", repr, value) == repr(value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ttl": 0}, "the ttl of a Cache is 0; it takes a positive number of seconds"),
        (
            {"ttl": True},
            "the ttl of a Cache is True; it takes a positive number of seconds",
        ),
        ({"size": 0}, "the size of a Cache is 0; it takes a whole number from 1"),
        ({"size": 1.5}, "the size of a Cache is 1.5; it takes a whole number from 1"),
    ],
)
def test_caches_that_cannot_be(given, message):
    """Times and sizes are positive."""
    with pytest.raises(ArgumentError) as error:
        Cache(**given)
    assert str(error.value) == message


def test_times_that_queries_cannot_ask_for():
    """A query's time to live is positive, too."""
    from mapper import Document

    class User(Document):
        pass

    with pytest.raises(ArgumentError) as error:
        User.all().cached(ttl=-1)
    message = "the ttl of cached() is -1; it takes a positive number of seconds"
    assert str(error.value) == message


def test_options_that_are_no_caches():
    """``Meta.cache`` takes a cache."""
    from mapper import Document

    with pytest.raises(DefinitionError) as error:

        class User(Document):
            class Meta:
                cache = 60

    message = "User.Meta.cache is 60; it takes a Cache(...) or None"
    assert str(error.value) == message


def test_the_library_that_is_missing(monkeypatch):
    """Making a cache says what to install; queries pickle without."""
    monkeypatch.setitem(sys.modules, "cachetools", None)
    with pytest.raises(MissingExtraError) as error:
        Cache()
    assert str(error.value) == (
        "a Cache needs a library that is not installed; run pip install"
        " 'mongo-dsl[cache]'"
    )
    copied = copy.copy(error.value)
    assert (copied.what, copied.extra) == ("a Cache", "cache")


def test_the_library_is_not_loaded_without_a_cache():
    """Importing mapper doesn't import cachetools."""
    code = "import mapper, sys; print('cachetools' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
