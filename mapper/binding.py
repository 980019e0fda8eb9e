"""Which database a document class runs on: asked when it executes, never before.

First comes the mapper a query was given by `using`, then the ambient one (a context
variable), then the connection registered under the name in ``Meta.database``.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from mapper.errors import NotBoundError


if TYPE_CHECKING:
    from mapper.aio import AsyncMapper
    from mapper.sync import Mapper

ambient_sync: ContextVar[Mapper | None] = ContextVar("ambient_sync", default=None)
ambient_async: ContextVar[AsyncMapper | None] = ContextVar(
    "ambient_async", default=None
)

_sync: dict[str, Mapper] = {}
_async: dict[str, AsyncMapper] = {}


def register_sync(name: str, mapper: Mapper) -> None:
    """Let documents of the database *name* run on *mapper*."""
    _sync[name] = mapper


def register_async(name: str, mapper: AsyncMapper) -> None:
    """Let documents of the database *name* run on *mapper*."""
    _async[name] = mapper


def forget(mapper: Any) -> None:
    """Let no documents run on *mapper* any more."""
    for registry in (_sync, _async):
        for name in [name for name, found in registry.items() if found is mapper]:
            del registry[name]


def sync_mapper(cls: Any) -> Mapper:
    """Return the mapper that the document class *cls* runs on.

    Raises:
        NotBoundError: there is none.
    """
    found = ambient_sync.get() or _sync.get(cls.__options__.database)
    if found is None:
        raise _unbound(cls, "connect", "Mapper")
    return found


def async_mapper(cls: Any) -> AsyncMapper:
    """Return the mapper that the document class *cls* runs on.

    Raises:
        NotBoundError: there is none.
    """
    found = ambient_async.get() or _async.get(cls.__options__.database)
    if found is None:
        raise _unbound(cls, "connect_async", "AsyncMapper")
    return found


def _unbound(cls: Any, function: str, mapper: str) -> NotBoundError:
    name = cls.__options__.database
    msg = (
        f"{cls.__name__} is bound to no database named {name!r}; call {function}(...),"
    )
    return NotBoundError(f"{msg} or run the query on a {mapper} with using(...)")
