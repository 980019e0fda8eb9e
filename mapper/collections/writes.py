"""Writes that a view or a time series can't take, refused before they are sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mapper.behaviour import Behaviour, Values
from mapper.commands import Flow
from mapper.errors import UnsupportedError
from mongo_dsl import Update


class Unwritable(Behaviour):
    """Refuses what the server would refuse of a class with these *options*."""

    def __init__(self, options: Any) -> None:
        self.view = options.view

    def inserting(self, documents: Sequence[Any]) -> Flow[list[Values]]:
        """Refuse to insert into a view."""
        self._refuse(type(documents[0]) if documents else None)
        return (yield from super().inserting(documents))

    def updating(self, document: Any, changed: Collection[str]) -> Values:  # noqa: ARG002
        """Refuse to save a document that is stored."""
        cls = type(document)
        self._refuse(cls)
        msg = f"{cls.__name__} is a time series, whose documents can't be changed one by one"
        raise UnsupportedError(
            f"{msg}; update many by their meta field, or insert anew"
        )

    def deleting(self, cls: Any, document: Any = None) -> Mapping[str, Any] | None:
        """Refuse to delete from a view."""
        self._refuse(cls)
        return super().deleting(cls, document)

    def changing(self, cls: Any, *, upsert: bool) -> Update | None:
        """Refuse to update a view."""
        self._refuse(cls)
        return super().changing(cls, upsert=upsert)

    def _refuse(self, cls: Any) -> None:
        if self.view is not None and cls is not None:
            msg = (
                f"{cls.__name__} is a view of {self.view.origin!r} and can't be written"
            )
            raise UnsupportedError(f"{msg}; write there")
