"""Connections by URI, by environment, by name."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapper import (
    AsyncMapper,
    DatabaseConfig,
    DatabaseManager,
    Document,
    Mapper,
    SyncDocument,
    binding,
    connect,
    connect_async,
    field,
)
from mapper.errors import ConfigurationError, DefinitionError, NotBoundError
from mongo_dsl.errors import OperandError


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Start without settings in the environment."""
    monkeypatch.delenv("MONGO_URI", raising=False)
    monkeypatch.delenv("MONGO_DATABASE", raising=False)


def test_settings_come_from_the_environment(monkeypatch, mongo_uri):
    """What isn't given is read from MONGO_URI and MONGO_DATABASE."""
    monkeypatch.setenv("MONGO_URI", mongo_uri)
    monkeypatch.setenv("MONGO_DATABASE", "from_environment")
    assert DatabaseConfig() == DatabaseConfig(
        mongo_uri=mongo_uri, database_name="from_environment"
    )
    with connect() as mapper:
        assert repr(mapper) == "Mapper('from_environment')"
        mapper.ping()
    with connect(database_name="given") as mapper:
        assert mapper.database.name == "given"


def test_the_uri_may_name_the_database():
    """The database in the URI is the last resort."""
    with connect("mongodb://127.0.0.1:1/shop") as mapper:
        assert mapper.database.name == "shop"


def test_passwords_are_not_shown():
    """A configuration's repr hides the URI, which may hold a password."""
    config = DatabaseConfig(mongo_uri="mongodb://user:secret@x/", database_name="shop")
    assert "secret" not in repr(config)


def config(name):
    """Return the configuration of a database that isn't there."""
    return DatabaseConfig(mongo_uri="mongodb://127.0.0.1:1/", database_name=name)


def registered(*names):
    """Return a manager of databases that aren't there."""
    manager = DatabaseManager()
    for name in names:
        manager.register(name, config(name))
        manager.register(name, config(name))  # the same again is no news
    return manager


REFUSED = [
    (
        lambda: DatabaseConfig(),
        "a database has no mongo_uri; pass one, or set MONGO_URI",
    ),
    (
        lambda: DatabaseConfig(mongo_uri="http://user:secret@x/"),
        "mongo_uri begins with 'http'; it begins with mongodb:// or mongodb+srv://",
    ),
    (
        lambda: connect("mongodb://127.0.0.1:1/"),
        "a database has no name; pass database_name, set MONGO_DATABASE or name it in the URI",
    ),
    (
        lambda: connect_async("mongodb://127.0.0.1:1/", "x", driver="tornado"),
        "the driver 'tornado' is unknown; drivers are 'pymongo' and 'motor'",
    ),
    (
        lambda: DatabaseManager().register("x", "mongodb://"),
        "database 'x' got 'mongodb://'; it takes a DatabaseConfig",
    ),
    (
        lambda: DatabaseManager().connect("x"),
        "no database is called 'x'; registered are: none",
    ),
    (
        lambda: registered("a", "b").bind("c", []),
        "no database is called 'c'; registered are: a, b",
    ),
    (
        lambda: registered("a").register("a", config("b")),
        "database 'a' is registered already, with another configuration; take another name",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"), REFUSED, ids=[m[:40] for _, m in REFUSED]
)
def test_refuses(build, message):
    """Settings that can't work are errors that say what is missing."""
    with pytest.raises(ConfigurationError) as caught:
        build()
    assert str(caught.value) == message


def test_unbound_classes_say_so():
    """Executing without a database says what to call; building needs none."""

    class Lonely(SyncDocument):
        class Meta:
            database = "nowhere"

    class AsyncLonely(Document):
        class Meta:
            database = "nowhere"

    with pytest.raises(NotBoundError) as caught:
        Lonely.all().count()
    assert str(caught.value) == (
        "Lonely is bound to no database named 'nowhere'; call connect(...), or run the query "
        "on a Mapper with using(...)"
    )
    with pytest.raises(NotBoundError) as caught:
        AsyncLonely._mapper()
    assert str(caught.value) == (
        "AsyncLonely is bound to no database named 'nowhere'; call connect_async(...), or run "
        "the query on a AsyncMapper with using(...)"
    )


async def test_several_databases(mongo_uri, mongo_database_name):
    """Classes run on the database their Meta names, by either face."""

    class Sale(Document):
        sum: int

        class Meta:
            database = "sales"

    class Visit(SyncDocument):
        page: str

        class Meta:
            database = "visits"

    manager = DatabaseManager()
    for name in ("sales", "visits"):
        config = DatabaseConfig(
            mongo_uri=mongo_uri, database_name=f"{mongo_database_name}_{name}"
        )
        await manager.register_database(name, config)
    assert manager.names == ["sales", "visits"]
    await manager.initialize_models("sales", [Sale])
    with pytest.raises(DefinitionError) as caught:
        await manager.initialize_models("sales", [Visit])
    assert str(caught.value) == (
        "Visit.Meta.database is 'visits'; it must be 'sales' to run there, or be left out"
    )
    visits = manager.connect("visits")
    assert isinstance(visits, Mapper)
    try:
        await Sale.create(sum=5)
        Visit.create(page="x")
        assert await Sale.all().count() == Visit.all().count() == 1
        assert visits.database.visit.find_one()["page"] == "x"
    finally:
        for name in ("sales", "visits"):
            visits.database.client.drop_database(f"{mongo_database_name}_{name}")
        await manager.close()
    with pytest.raises(NotBoundError):
        await Sale.all().count()


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_awaiting_checks_the_server(mongo_uri, driver):
    """An async mapper can be awaited, which asks the server for a sign of life."""
    mapper = await connect_async(mongo_uri, "x", driver=driver)
    assert isinstance(mapper, AsyncMapper)
    assert repr(mapper) == "AsyncMapper('x')"
    await mapper.close()


def test_binding_sends_nothing():
    """Classes without a database of their own are bound, with what derives from them."""

    class Animal(SyncDocument):
        name: str

    class Dog(Animal):
        pass

    class Ghost(Animal):
        class Meta:
            database = "beyond"

    manager = registered("zoo", "farm")
    manager.bind("zoo", [Animal])
    manager.bind("zoo", [Animal])
    names = [cls.__options__.database for cls in (Animal, Dog, Ghost)]
    assert names == ["zoo", "zoo", "beyond"]
    with pytest.raises(DefinitionError) as caught:
        manager.bind("farm", [Animal])
    assert str(caught.value) == (
        "Animal.Meta.database is 'zoo'; it must be 'farm' to run there, or be left out"
    )


async def test_initializing_creates_indexes(mongo_uri, mongo_database_name, sent):
    """Only classes with indexes send commands; both faces work."""

    class Plain(Document):
        name: str

    class Indexed(Document):
        name: str = field(index=True)

    class SyncIndexed(SyncDocument):
        name: str = field(index=True)

    async with DatabaseManager() as manager:
        options = {"event_listeners": [sent]}
        config = DatabaseConfig(
            mongo_uri=mongo_uri, database_name=mongo_database_name, options=options
        )
        await manager.register_database("indexed", config)
        await manager.initialize_models("indexed", [Plain])
        assert sent == []
        await manager.initialize_models("indexed", [Plain, Indexed, SyncIndexed])
        assert sent == ["createIndexes", "createIndexes"]


async def test_using_by_name(driver, mongo_uri):
    """A query may name its database; a document goes there by the database's mapper."""
    done = driver.done

    class Event(driver.document):
        name: str

        class Meta:
            database = "events"

    other = f"{driver.mongo.name}_archive"
    manager = DatabaseManager()
    for name, stored in (("events", driver.mongo.name), ("archive", other)):
        manager.register(
            name, DatabaseConfig(mongo_uri=mongo_uri, database_name=stored)
        )
    kind = "motor" if driver.name == "motor" else "pymongo"
    is_sync = driver.name == "pymongo"
    mappers = {
        name: manager.connect(name) if is_sync else manager.connect_async(name, kind)
        for name in manager.names
    }
    again = (
        manager.connect("events") if is_sync else manager.connect_async("events", kind)
    )
    assert again is mappers["events"]
    try:
        await done(Event.create(name="new"))
        old = Event(name="old")
        await done(mappers["archive"].save(old))
        old.name = "older"
        with mappers["archive"].ambient():
            await done(old.save())
        archived = Event.all().using("archive")
        assert [one.name for one in await done(archived.to_list())] == ["older"]
        assert await done(Event.all().count()) == 1
        rows = await done(Event.pipeline().using("archive").project(_id=0).to_list())
        assert rows == [{"name": "older"}]
        assert archived == Event.all().using("archive")
        with pytest.raises(NotBoundError) as caught:
            await done(Event.all().using("nowhere").count())
        message = str(caught.value)
        assert message.startswith(
            "using() got 'nowhere', and no database of that name is connected; those are: "
        )
        assert "'events', 'archive'" in message
        function = "connect" if is_sync else "connect_async"
        assert message.endswith(f"; call {function}(..., name='nowhere')")
    finally:
        driver.mongo.client.drop_database(other)
        await manager.close()


def test_threads_share_a_manager(mongo_uri, mongo_database_name):
    """Threads get one mapper a database, and each runs on the database it names."""
    manager = DatabaseManager()
    names = [f"t{number}" for number in range(3)]

    class Place(SyncDocument):
        name: str

    for name in names:
        stored = f"{mongo_database_name}_{name}"
        manager.register(
            name, DatabaseConfig(mongo_uri=mongo_uri, database_name=stored)
        )

    def work(number):
        name = names[number % 3]
        mapper = manager.connect(name)
        with mapper.ambient():
            Place.create(name=name)
            found = {place.name for place in Place.all()}
        assert {place.name for place in Place.all().using(name)} == found
        return mapper, found == {name}

    with manager:
        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(work, range(30)))
        assert len({id(mapper) for mapper, _ in results}) == 3
        assert all(right for _, right in results)
        counts = [Place.all().using(name).count() for name in names]
        assert counts == [10, 10, 10]
        for name in names:
            mapper = manager.connect(name)
            mapper.database.client.drop_database(mapper.database.name)
    with pytest.raises(NotBoundError):
        Place.all().using("t0").count()


@pytest.mark.parametrize("kind", ["pymongo", "motor"])
async def test_tasks_share_a_manager(mongo_uri, mongo_database_name, kind):
    """Tasks run at once, each on the database it names."""

    class Place(Document):
        name: str

    async with DatabaseManager() as manager:
        names = ["a", "b"]
        for name in names:
            stored = f"{mongo_database_name}_{name}"
            manager.register(
                name, DatabaseConfig(mongo_uri=mongo_uri, database_name=stored)
            )

        async def work(name):
            with manager.connect_async(name, kind).ambient():
                await Place.create(name=name)
                await asyncio.sleep(0)
                return {place.name async for place in Place.all()} == {name}

        assert all(await asyncio.gather(*(work(name) for name in names * 10)))
        for name in names:
            database = manager.connect_async(name, kind).database
            assert await Place.all().using(name).count() == 10
            await database.client.drop_database(database.name)


async def test_models_stay_on_their_driver(mongo_uri, mongo_database_name):
    """Initialising models makes no client besides the one that is there."""

    class Note(Document):
        text: str = field(unique=True)

        class Meta:
            database = "notes"

    config = DatabaseConfig(mongo_uri=mongo_uri, database_name=mongo_database_name)
    async with DatabaseManager() as manager:
        manager.register("notes", config)
        made = manager.connect_async("notes", driver="motor")
        await manager.initialize_models("notes", [Note])
        assert binding.async_mapper(Note) is made


def test_what_using_takes():
    """A mapper or a name."""

    class Note(SyncDocument):
        text: str

    with pytest.raises(OperandError) as caught:
        Note.all().using(5)
    message = "using got 5; it takes a mapper, or the name of a database"
    assert str(caught.value) == message
