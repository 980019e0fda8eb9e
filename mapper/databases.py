"""Several databases by name."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mapper import binding
from mapper.connecting import DatabaseConfig, Driver, connect_async_to, connect_to
from mapper.document import SyncDocument
from mapper.errors import ConfigurationError, DefinitionError


if TYPE_CHECKING:
    from typing_extensions import Self

    from mapper.aio import AsyncMapper
    from mapper.sync import Mapper


class DatabaseManager:
    """Several databases by name, each with one connection a driver, made when it is needed.

    Threads and tasks may share it. As a context manager it closes its connections at the
    end: after ``with`` those of `Mapper`, after ``async with`` all.

    >>> manager = DatabaseManager()
    >>> manager.register("shop", DatabaseConfig(mongo_uri="mongodb://a/", database_name="s"))
    >>> manager.names
    ['shop']
    """

    def __init__(self) -> None:
        self._configs: dict[str, DatabaseConfig] = {}
        self._mappers: dict[str, Mapper] = {}
        self._async_mappers: dict[tuple[str, str], AsyncMapper] = {}
        self._lock = threading.RLock()

    @property
    def names(self) -> list[str]:
        """The names of the databases."""
        return list(self._configs)

    def register(self, name: str, config: DatabaseConfig) -> None:
        """Call the database of *config* *name*, as ``Meta.database`` does. Sends nothing.

        Raises:
            ConfigurationError: another database has this name.
        """
        if not isinstance(config, DatabaseConfig):
            msg = f"database {name!r} got {config!r}; it takes a DatabaseConfig"
            raise ConfigurationError(msg)
        if self._configs.setdefault(name, config) != config:
            msg = (
                f"database {name!r} is registered already, with another configuration;"
            )
            raise ConfigurationError(f"{msg} take another name")

    async def register_database(self, name: str, config: DatabaseConfig) -> None:
        """Call the database of *config* *name*, and let `Document` classes run on it.

        Sends nothing.
        """
        self.register(name, config)
        _ = self.connect_async(name)

    def bind(self, name: str, models: Iterable[Any]) -> None:
        """Let *models* and their subclasses run on the database *name*. Sends nothing.

        Raises:
            DefinitionError: a class runs on another database.
        """
        self._config(name)
        found = list(models)
        for model in found:
            said = model.__options__.database
            if said not in ("default", name):
                msg = f"{model.__name__}.Meta.database is {said!r}; it must be {name!r} to"
                raise DefinitionError(f"{msg} run there, or be left out")
        for model in found:
            binding.bind(model, name)

    async def initialize_models(self, name: str, models: Iterable[Any]) -> None:
        """Let *models* run on the database *name*, and create the indexes they declare.

        Sends nothing for classes without indexes.

        Raises:
            DefinitionError: a class runs on another database.
        """
        found = list(models)
        self.bind(name, found)
        for model in found:
            if issubclass(model, SyncDocument):
                self.connect(name).create_indexes(model)
            else:
                await self._connected(name).create_indexes(model)

    def _connected(self, name: str) -> AsyncMapper:
        """Return the mapper that was made last on the database *name*, of either driver."""
        with self._lock:
            made = [one for (of, _), one in self._async_mappers.items() if of == name]
            return made[-1] if made else self.connect_async(name)

    def connect(self, name: str) -> Mapper:
        """Return the mapper of `SyncDocument` classes on the database *name*.

        It is made by the first call. Sends nothing.
        """
        with self._lock:
            if name not in self._mappers:
                self._mappers[name] = connect_to(self._config(name), name=name)
            return self._mappers[name]

    def connect_async(self, name: str, driver: Driver = "pymongo") -> AsyncMapper:
        """Return the mapper of `Document` classes on the database *name*.

        It is made by the first call with this *driver*, which classes run on from then.
        It belongs to the event loop that uses it first. Sends nothing.
        """
        with self._lock:
            key = name, driver
            if key not in self._async_mappers:
                config = self._config(name)
                made = connect_async_to(config, name=name, driver=driver)
                self._async_mappers[key] = made
            return self._async_mappers[key]

    def _config(self, name: str) -> DatabaseConfig:
        if name in self._configs:
            return self._configs[name]
        listed = ", ".join(self._configs) or "none"
        msg = f"no database is called {name!r}; registered are: {listed}"
        raise ConfigurationError(msg)

    def close_sync(self) -> None:
        """Close the connections of `SyncDocument` classes."""
        while self._mappers:
            self._mappers.popitem()[1].close()

    async def close(self) -> None:
        """Close all connections that were made here; the databases stay registered."""
        self.close_sync()
        while self._async_mappers:
            await self._async_mappers.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_sync()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
