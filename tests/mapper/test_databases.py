"""Connections by URI, by environment, by name."""

import pytest

from mapper import (
    AsyncMapper,
    DatabaseConfig,
    DatabaseManager,
    Document,
    Mapper,
    SyncDocument,
    connect,
    connect_async,
)
from mapper.errors import ConfigurationError, DefinitionError, NotBoundError


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
