"""`Audited`: documents that know who made and last changed them."""

from __future__ import annotations

import inspect
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from mapper.behaviour import Behaviour, Values
from mapper.commands import Flow
from mongo_dsl import Update


if TYPE_CHECKING:
    from mapper.typed import Mapped


_actor: ContextVar[Any] = ContextVar("actor", default=None)


@contextmanager
def acting(user_id: Any) -> Iterator[None]:
    """Let *user_id* be who writes, until the end of the ``with``.

    >>> with acting(7):
    ...     actor()
    7
    """
    token = _actor.set(user_id)
    try:
        yield
    finally:
        _actor.reset(token)


def actor() -> Any:
    """Return who writes, as `acting` said; None for nobody."""
    return _actor.get()


def written_by(
    user_id: Any, write: Callable[..., Any], options: Mapping[str, Any]
) -> Any:
    """Call *write* with *options*, and let *user_id*, if there is one, be who writes.

    What has to be awaited is, too, by that user.
    """
    if user_id is None:
        return write(**options)
    with acting(user_id):
        reply = write(**options)
    return _awaited(user_id, reply) if inspect.isawaitable(reply) else reply


async def _awaited(user_id: Any, writing: Awaitable[Any]) -> Any:
    with acting(user_id):
        return await writing


class Audit(Behaviour):
    """Sets `created_by` and `updated_by` to the actor, if there is one."""

    def inserting(self, documents: Sequence[Any]) -> Flow[list[Values]]:
        """Give new documents who makes them."""
        found = actor()
        names = () if found is None else _NAMES
        return [
            {name: found for name in names if getattr(document, name) is None}
            for document in documents
        ]
        yield  # a flow

    def updating(self, document: Any, changed: Collection[str]) -> Values:  # noqa: ARG002
        """Give a changed document who changes it."""
        found = actor()
        if found is None or "updated_by" in changed:
            return {}
        return {"updated_by": found}

    def changing(self, cls: Any, *, upsert: bool) -> Update | None:
        """Let updates by queries say who, too."""
        found = actor()
        if found is None:
            return None
        update: Update = cls.q.updated_by.set(found)
        return update & cls.q.created_by.set_on_insert(found) if upsert else update


_NAMES = ("created_by", "updated_by")


class Audited:
    """Lends documents `created_by` and `updated_by`.

    ``save(user_id=…)`` says who saves; `acting` says it of all writes in a ``with``, those
    by queries included. Values may be of any type that MongoDB stores.

    >>> from mapper import Document
    >>> class Note(Audited, Document):
    ...     text: str
    >>> Note(text="a")
    Note(id=None, created_by=None, updated_by=None, text='a')
    """

    __behaviour__: ClassVar[Behaviour] = Audit()

    if TYPE_CHECKING:
        created_by: Mapped[Any]
        updated_by: Mapped[Any]
    else:
        created_by: Any = None
        updated_by: Any = None

    def save(self, user_id: Any = None, **options: Any) -> Any:
        """Save the document and say that *user_id* did.

        Sends one command, or none where nothing has changed.
        """
        return written_by(user_id, super().save, options)  # type: ignore[misc]
