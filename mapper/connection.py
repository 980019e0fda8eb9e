"""Collections of a database, with the options that documents are read by."""

from __future__ import annotations

from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Dates come back in UTC and say so; UUIDs are stored as subtype 4."""


class Collections(dict[str, Any]):
    """The collections of *database*, each made once; the empty name is the database."""

    def __init__(self, database: Any) -> None:
        super().__init__({"": database})

    def __missing__(self, name: str) -> Any:
        found = self[""].get_collection(name, codec_options=CODEC)
        self[name] = found
        return found
