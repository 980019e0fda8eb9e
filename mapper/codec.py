"""How BSON becomes Python's values and back, everywhere."""

from __future__ import annotations

from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Dates come back in UTC and say so; UUIDs are stored as subtype 4."""
