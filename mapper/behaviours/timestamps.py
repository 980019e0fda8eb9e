"""`Timestamped`: documents that know when they were made and last changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mapper.behaviour import Behaviour, Values
from mapper.behaviours import clock
from mapper.commands import Flow
from mongo_dsl import Update


if TYPE_CHECKING:
    from mapper.typed import Mapped


class Timestamps(Behaviour):
    """Sets `created_at` and `updated_at`, unless the caller sets them."""

    def inserting(self, documents: Sequence[Any]) -> Flow[list[Values]]:
        """Give new documents the time they are made at."""
        now = clock.now()
        return [
            {name: now for name in _NAMES if getattr(document, name) is None}
            for document in documents
        ]
        yield  # a flow

    def updating(self, document: Any, changed: Collection[str]) -> Values:  # noqa: ARG002
        """Give a changed document the time it is changed at."""
        if "updated_at" in changed:
            return {}
        return {"updated_at": clock.now()}

    def changing(self, cls: Any, *, upsert: bool) -> Update:
        """Let updates by queries set the time, too."""
        now = clock.now()
        update: Update = cls.q.updated_at.set(now)
        return update & cls.q.created_at.set_on_insert(now) if upsert else update


_NAMES = ("created_at", "updated_at")


class Timestamped:
    """Lends documents `created_at` and `updated_at`, in UTC.

    Both are set by inserts, `updated_at` by everything that changes the document: saves,
    updates by queries, upserts and bulk writes. Values that the caller sets hold.

    >>> from mapper import Document
    >>> class Note(Timestamped, Document):
    ...     text: str
    >>> Note(text="a")
    Note(id=None, created_at=None, updated_at=None, text='a')
    """

    __behaviour__: ClassVar[Behaviour] = Timestamps()

    if TYPE_CHECKING:
        created_at: Mapped[dt.datetime | None]
        updated_at: Mapped[dt.datetime | None]
    else:
        created_at: dt.datetime | None = None
        updated_at: dt.datetime | None = None
