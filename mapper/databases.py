"""Connections: by URI, by configuration, by name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import unquote

import attrs

from mapper import binding
from mapper.aio import AsyncMapper
from mapper.errors import ConfigurationError, DefinitionError
from mapper.sync import Mapper


@attrs.frozen
class DatabaseConfig:
    """Where a database is; what isn't given comes from the environment.

    Args:
        mongo_uri: the connection string, else ``MONGO_URI``.
        database_name: the database, else ``MONGO_DATABASE``, else the one in the URI.
        options: more arguments of the driver's client.

    >>> DatabaseConfig(mongo_uri="mongodb://db.example/", database_name="shop")
    DatabaseConfig(database_name='shop')
    """

    mongo_uri: str = attrs.field(  # hidden, since it may hold a password
        kw_only=True, repr=False, factory=lambda: os.environ.get("MONGO_URI", "")
    )
    database_name: str | None = attrs.field(
        kw_only=True, factory=lambda: os.environ.get("MONGO_DATABASE") or None
    )
    options: dict[str, Any] = attrs.field(kw_only=True, factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.mongo_uri:
            msg = "a database has no mongo_uri; pass one, or set MONGO_URI"
            raise ConfigurationError(msg)
        if not self.mongo_uri.startswith(("mongodb://", "mongodb+srv://")):
            scheme = self.mongo_uri.partition("://")[0]
            msg = f"mongo_uri begins with {scheme!r}; it begins with mongodb:// or"
            raise ConfigurationError(f"{msg} mongodb+srv://")

    @property
    def name(self) -> str:
        """The database's name: the one given, else the one in the URI.

        Raises:
            ConfigurationError: there is neither.
        """
        _, _, path = self.mongo_uri.partition("://")[2].partition("/")
        found = self.database_name or unquote(path.partition("?")[0])
        if not found:
            msg = "a database has no name; pass database_name, set MONGO_DATABASE or name it"
            raise ConfigurationError(f"{msg} in the URI")
        return found


def connect(
    mongo_uri: str | None = None,
    database_name: str | None = None,
    *,
    name: str = "default",
    **options: Any,
) -> Mapper:
    """Connect `SyncDocument` classes to a database, and return its mapper.

    Nothing is sent yet. *name* is what ``Meta.database`` of the classes says, *options*
    go to the driver's client.

    Raises:
        ConfigurationError: the URI or the database's name is missing or malformed.
    """
    return connect_to(_config(mongo_uri, database_name, options), name=name)


def connect_to(config: DatabaseConfig, *, name: str = "default") -> Mapper:
    """Connect `SyncDocument` classes as *config* says."""
    from pymongo import MongoClient

    database = config.name  # an error here must not leave a client open
    client: Any = MongoClient(config.mongo_uri, **config.options)
    mapper = Mapper(client[database])
    binding.register_sync(name, mapper)
    return mapper


Driver = Literal["pymongo", "motor"]


def connect_async(
    mongo_uri: str | None = None,
    database_name: str | None = None,
    *,
    name: str = "default",
    driver: Driver = "pymongo",
    **options: Any,
) -> AsyncMapper:
    """Connect `Document` classes to a database, and return its mapper.

    Nothing is sent yet; awaiting the mapper asks the server for a sign of life. *name*
    is what ``Meta.database`` of the classes says, *driver* PyMongo's own or Motor,
    *options* go to the driver's client.

    Raises:
        ConfigurationError: the URI or the database's name is missing or malformed.
    """
    config = _config(mongo_uri, database_name, options)
    return connect_async_to(config, name=name, driver=driver)


def connect_async_to(
    config: DatabaseConfig,
    *,
    name: str = "default",
    driver: Driver = "pymongo",
) -> AsyncMapper:
    """Connect `Document` classes as *config* says."""
    database = config.name  # an error here must not leave a client open
    client: Any = _async_client(driver)(config.mongo_uri, **config.options)
    mapper = AsyncMapper(client[database])
    binding.register_async(name, mapper)
    return mapper


def _async_client(driver: str) -> Any:
    """Import the client when it is asked for: Motor alone takes 30 ms."""
    if driver == "pymongo":
        from pymongo import AsyncMongoClient

        return AsyncMongoClient
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient

        return AsyncIOMotorClient
    msg = f"the driver {driver!r} is unknown; drivers are 'pymongo' and 'motor'"
    raise ConfigurationError(msg)


def _config(
    mongo_uri: str | None,
    database_name: str | None,
    options: dict[str, Any],
) -> DatabaseConfig:
    named = {"mongo_uri": mongo_uri, "database_name": database_name}
    given = {name: value for name, value in named.items() if value is not None}
    return DatabaseConfig(options=options, **given)


class DatabaseManager:
    """Several databases by name, each with the connections of both faces.

    >>> manager = DatabaseManager()
    >>> manager.register("shop", DatabaseConfig(mongo_uri="mongodb://a/", database_name="s"))
    >>> manager.names
    ['shop']
    """

    def __init__(self) -> None:
        self._configs: dict[str, DatabaseConfig] = {}
        self._mappers: list[Mapper] = []
        self._async_mappers: list[AsyncMapper] = []

    @property
    def names(self) -> list[str]:
        """The names of the databases."""
        return list(self._configs)

    def register(self, name: str, config: DatabaseConfig) -> None:
        """Call the database of *config* *name*, as ``Meta.database`` does."""
        if not isinstance(config, DatabaseConfig):
            msg = f"database {name!r} got {config!r}; it takes a DatabaseConfig"
            raise ConfigurationError(msg)
        self._configs[name] = config

    async def register_database(self, name: str, config: DatabaseConfig) -> None:
        """Call the database of *config* *name*, and connect `Document` classes to it."""
        self.register(name, config)
        _ = self.connect_async(name)  # nothing is sent before it is needed

    async def initialize_models(self, name: str, models: Iterable[Any]) -> None:
        """Create the indexes of *models*, whose ``Meta.database`` must be *name*.

        Raises:
            DefinitionError: a class names another database.
        """
        for model in models:
            if model.__options__.database != name:
                said = model.__options__.database
                msg = f"{model.__name__}.Meta.database is {said!r}; it must be {name!r} to be"
                raise DefinitionError(f"{msg} initialized there")
            await model.create_indexes()

    def connect(self, name: str) -> Mapper:
        """Connect `SyncDocument` classes to the database *name*."""
        mapper = connect_to(self._config(name), name=name)
        self._mappers.append(mapper)
        return mapper

    def connect_async(self, name: str, driver: Driver = "pymongo") -> AsyncMapper:
        """Connect `Document` classes to the database *name*."""
        mapper = connect_async_to(self._config(name), name=name, driver=driver)
        self._async_mappers.append(mapper)
        return mapper

    def _config(self, name: str) -> DatabaseConfig:
        if name in self._configs:
            return self._configs[name]
        listed = ", ".join(self._configs) or "none"
        msg = f"no database is called {name!r}; registered are: {listed}"
        raise ConfigurationError(msg)

    async def close(self) -> None:
        """Close all connections that were made here."""
        while self._mappers:
            self._mappers.pop().close()
        while self._async_mappers:
            await self._async_mappers.pop().close()
