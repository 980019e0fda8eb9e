"""How BSON becomes Python's values and back, everywhere."""

from __future__ import annotations

from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Dates come back in UTC and say so; UUIDs are stored as subtype 4."""

RAW: CodecOptions[RawBSONDocument] = CodecOptions(
    document_class=RawBSONDocument,
    uuid_representation=UuidRepresentation.STANDARD,
)
"""Documents stay BSON."""

NAIVE: CodecOptions[dict[str, Any]] = CODEC.with_options(tz_aware=False)
"""Dates come back in UTC and don't say so, which takes the driver a tenth of the time."""
