"""Which database a document class runs on: asked when it executes, never before.

First comes the mapper a query was given by `using`, itself or by its name; then the
ambient one (a context variable); then the connection that is registered under the name in
``Meta.database``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mapper.errors import NotBoundError


if TYPE_CHECKING:
    from mapper.aio import AsyncMapper
    from mapper.sync import Mapper

M = TypeVar("M")

ambient_sync: ContextVar[Mapper | None] = ContextVar("ambient_sync", default=None)
ambient_async: ContextVar[AsyncMapper | None] = ContextVar(
    "ambient_async", default=None
)

_sync: dict[str, Mapper] = {}
_async: dict[str, AsyncMapper] = {}
_lock = threading.Lock()


def register_sync(name: str, mapper: Mapper) -> None:
    """Let documents of the database *name* run on *mapper*."""
    with _lock:
        _sync[name] = mapper


def register_async(name: str, mapper: AsyncMapper) -> None:
    """Let documents of the database *name* run on *mapper*."""
    with _lock:
        _async[name] = mapper


def forget(mapper: Any) -> None:
    """Let no documents run on *mapper* any more."""
    registries: tuple[dict[str, Any], ...] = (_sync, _async)
    with _lock:
        for registry in registries:
            for name in [name for name, found in registry.items() if found is mapper]:
                del registry[name]


def bind(cls: Any, name: str) -> None:
    """Let *cls*, and what is derived from it, run on the database *name*.

    A subclass that names another database stays there.
    """
    before = cls.__options__.database
    cls.__options__ = attrs.evolve(cls.__options__, database=name)
    for derived in cls.__subclasses__():
        if derived.__options__.database == before:
            bind(derived, name)


def sync_mapper(cls: Any, using: Any = None) -> Mapper:
    """Return the mapper that *cls* runs on; *using* is what a query asked for.

    Raises:
        NotBoundError: there is none.
    """
    if using is not None:
        return _named(using, _sync, "connect") if isinstance(using, str) else using
    found = ambient_sync.get() or _sync.get(cls.__options__.database)
    if found is None:
        raise _unbound(cls, "connect", "Mapper")
    return found


def async_mapper(cls: Any, using: Any = None) -> AsyncMapper:
    """Return the mapper that *cls* runs on; *using* is what a query asked for.

    Raises:
        NotBoundError: there is none.
    """
    if using is not None:
        known = isinstance(using, str)
        return _named(using, _async, "connect_async") if known else using
    found = ambient_async.get() or _async.get(cls.__options__.database)
    if found is None:
        raise _unbound(cls, "connect_async", "AsyncMapper")
    return found


def _named(name: str, registry: Mapping[str, M], function: str) -> M:
    if name in registry:
        return registry[name]
    listed = ", ".join(map(repr, list(registry))) or "none"
    msg = f"using() got {name!r}, and no database of that name is connected; those are:"
    raise NotBoundError(f"{msg} {listed}; call {function}(..., name={name!r})")


def _unbound(cls: Any, function: str, mapper: str) -> NotBoundError:
    name = cls.__options__.database
    msg = (
        f"{cls.__name__} is bound to no database named {name!r}; call {function}(...),"
    )
    return NotBoundError(f"{msg} or run the query on a {mapper} with using(...)")
