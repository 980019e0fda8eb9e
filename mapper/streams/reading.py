"""How the events of the server become objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from bson.int64 import Int64

from mapper.errors import MapperError
from mapper.streams.events import KINDS, ChangeEvent, Transaction
from mapper.streams.paths import named, valued
from mapper.tracking import decode_field
from mongo_dsl.structure import fields_of


@attrs.frozen
class EventReader:
    """Makes events of what the server sends; *read* makes documents of *model*.

    Without a *model* ids and changed values stay as they are stored.
    """

    model: Any
    read: Callable[[dict[str, Any]], Any]

    def __call__(self, raw: Mapping[str, Any]) -> ChangeEvent[Any]:
        """Return the event that *raw* describes.

        Raises:
            DecodeError: a document doesn't fit its class.
            MapperError: the kind of the event is unknown.
        """
        kind = KINDS.get(raw["operationType"])
        if kind is None:
            msg = (
                f"the change stream has an event of the kind {raw['operationType']!r},"
            )
            raise MapperError(f"{msg} which is unknown; name the kinds to watch for")
        parts = [a.name for a in attrs.fields(kind) if a.name in _PARTS]
        return kind(**{part: _PARTS[part](self, raw) for part in parts})

    def name(self, path: str) -> str:
        """Return the stored *path* in Python's names."""
        return path if self.model is None else named(self.model, path)

    def loaded(self, raw: Mapping[str, Any], part: str) -> Any:
        """Return the document that is *part* of the event, None where it isn't there."""
        found = raw.get(part)
        return None if found is None else self.read(found)


def _id(reader: EventReader, raw: Mapping[str, Any]) -> Any:
    found, model = raw["documentKey"]["_id"], reader.model
    if model is None or "id" not in fields_of(model):
        return found
    return decode_field(model, "id", found)


def _changed(reader: EventReader, raw: Mapping[str, Any]) -> dict[str, Any]:
    stored = raw["updateDescription"]["updatedFields"]
    if reader.model is None:
        return dict(stored)
    return dict(valued(reader.model, path, value) for path, value in stored.items())


def _removed(reader: EventReader, raw: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(map(reader.name, raw["updateDescription"]["removedFields"]))


def _truncated(reader: EventReader, raw: Mapping[str, Any]) -> dict[str, int]:
    cut = raw["updateDescription"].get("truncatedArrays", ())
    return {reader.name(array["field"]): array["newSize"] for array in cut}


def _transaction(_: EventReader, raw: Mapping[str, Any]) -> Transaction | None:
    number: Int64 | None = raw.get("txnNumber")
    return None if number is None else Transaction(raw["lsid"], int(number))


_PARTS: Mapping[str, Callable[[EventReader, Mapping[str, Any]], Any]] = {
    "token": lambda _, raw: raw["_id"],
    "cluster_time": lambda _, raw: raw.get("clusterTime"),
    "wall_time": lambda _, raw: raw.get("wallTime"),
    "transaction": _transaction,
    "id": _id,
    "document": lambda reader, raw: reader.loaded(raw, "fullDocument"),
    "document_before": lambda reader, raw: reader.loaded(
        raw, "fullDocumentBeforeChange"
    ),
    "changed": _changed,
    "removed": _removed,
    "truncated": _truncated,
    "to": lambda _, raw: raw["to"]["coll"],
}
