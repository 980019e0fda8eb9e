"""Connections: by URI, by environment, by configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import attrs

from mapper import binding
from mapper.collector import Policy, checked
from mapper.concerns import Concerns, concerns
from mapper.errors import ConfigurationError
from mongo_dsl.errors import ArgumentError


if TYPE_CHECKING:
    from mapper.aio import AsyncMapper
    from mapper.sync import Mapper


@attrs.frozen
class DatabaseConfig:
    """Where a database is; what isn't given comes from the environment.

    Args:
        mongo_uri: the connection string, else ``MONGO_URI``.
        database_name: the database, else ``MONGO_DATABASE``, else the one in the URI.
        options: more arguments of the driver's client.
        read_concern: how sure reads must be, where queries and classes don't say.
        write_concern: how sure writes must be, where queries and classes don't say.
        read_preference: which members reads ask, where queries and classes don't say.
        collector: what Python's garbage collector does while many documents are made,
            where classes don't say; see `mapper.collector`.

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
    read_concern: Any = attrs.field(kw_only=True, default=None, repr=False)
    write_concern: Any = attrs.field(kw_only=True, default=None, repr=False)
    read_preference: Any = attrs.field(kw_only=True, default=None, repr=False)
    collector: Policy | None = attrs.field(kw_only=True, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.mongo_uri:
            msg = "a database has no mongo_uri; pass one, or set MONGO_URI"
            raise ConfigurationError(msg)
        if not self.mongo_uri.startswith(("mongodb://", "mongodb+srv://")):
            scheme = self.mongo_uri.partition("://")[0]
            msg = f"mongo_uri begins with {scheme!r}; it begins with mongodb:// or"
            raise ConfigurationError(f"{msg} mongodb+srv://")
        try:
            _ = self.concerns, checked("collector", self.collector)
        except ArgumentError as error:
            raise ConfigurationError(str(error)) from error

    @property
    def concerns(self) -> Concerns:
        """How the database is read and written."""
        return concerns(
            read_concern=self.read_concern,
            write_concern=self.write_concern,
            read_preference=self.read_preference,
        )

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
    read_concern: Any = None,
    write_concern: Any = None,
    read_preference: Any = None,
    collector: Policy | None = None,
    **options: Any,
) -> Mapper:
    """Connect `SyncDocument` classes to a database, and return its mapper.

    Nothing is sent yet. *name* is what ``Meta.database`` of the classes says. The
    concerns, the preference and what the *collector* does (see `mapper.collector`) hold
    where queries and classes say nothing else, *options* go to the driver's client.

    Raises:
        ConfigurationError: the URI or the database's name is missing or malformed.
    """
    given = _named(read_concern, write_concern, read_preference, collector)
    return connect_to(_config(mongo_uri, database_name, options, given), name=name)


def connect_to(config: DatabaseConfig, *, name: str = "default") -> Mapper:
    """Connect `SyncDocument` classes as *config* says."""
    from pymongo import MongoClient

    from mapper.sync import Mapper

    database = config.name  # an error here must not leave a client open
    client: Any = MongoClient(config.mongo_uri, **config.options)
    mapper = Mapper(client[database], config.concerns, config.collector)
    binding.register_sync(name, mapper)
    return mapper


Driver = Literal["pymongo", "motor"]


def connect_async(
    mongo_uri: str | None = None,
    database_name: str | None = None,
    *,
    name: str = "default",
    driver: Driver = "pymongo",
    read_concern: Any = None,
    write_concern: Any = None,
    read_preference: Any = None,
    collector: Policy | None = None,
    **options: Any,
) -> AsyncMapper:
    """Connect `Document` classes to a database, and return its mapper.

    Nothing is sent yet; awaiting the mapper asks the server for a sign of life. *name*
    is what ``Meta.database`` of the classes says, *driver* PyMongo's own or Motor. The
    concerns, the preference and what the *collector* does (see `mapper.collector`) hold
    where queries and classes say nothing else, *options* go to the driver's client.

    Raises:
        ConfigurationError: the URI or the database's name is missing or malformed.
    """
    given = _named(read_concern, write_concern, read_preference, collector)
    config = _config(mongo_uri, database_name, options, given)
    return connect_async_to(config, name=name, driver=driver)


def connect_async_to(
    config: DatabaseConfig,
    *,
    name: str = "default",
    driver: Driver = "pymongo",
) -> AsyncMapper:
    """Connect `Document` classes as *config* says."""
    from mapper.aio import AsyncMapper

    database = config.name  # an error here must not leave a client open
    client: Any = _async_client(driver)(config.mongo_uri, **config.options)
    mapper = AsyncMapper(client[database], config.concerns, config.collector)
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


def _named(*given: Any) -> dict[str, Any]:
    names = ("read_concern", "write_concern", "read_preference", "collector")
    return dict(zip(names, given, strict=True))


def _config(
    mongo_uri: str | None,
    database_name: str | None,
    options: dict[str, Any],
    more: dict[str, Any],
) -> DatabaseConfig:
    named = {"mongo_uri": mongo_uri, "database_name": database_name, **more}
    given = {name: value for name, value in named.items() if value is not None}
    return DatabaseConfig(options=options, **given)
