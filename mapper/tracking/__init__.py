"""What a document remembers of the database, and what has changed since.

A loaded document keeps the stored document as the driver gave it. Nothing is encoded
until a document is saved; then its fields are encoded and compared with what is stored.
"""

from typing import TYPE_CHECKING

from mapper.tracking.encoding import (
    decode_field,
    encode_field,
    encoded,
    immutable_fields,
    named_states,
    names_by_stored,
)
from mapper.tracking.journal import Journal, assign, is_recording, journal, recording
from mapper.tracking.state import (
    DELETED,
    Stored,
    begin,
    is_stored,
    remember,
    state_of,
)
from mapper.tracking.unknown import kept
from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.tracking.deltas import Delta, Whole
    from mapper.tracking.saving import (
        changed_fields,
        difference,
        replacement,
        update_of,
    )

__all__ = [
    "DELETED",
    "Delta",
    "Journal",
    "Stored",
    "Whole",
    "assign",
    "begin",
    "changed_fields",
    "decode_field",
    "difference",
    "encode_field",
    "encoded",
    "immutable_fields",
    "is_recording",
    "is_stored",
    "journal",
    "kept",
    "named_states",
    "names_by_stored",
    "recording",
    "remember",
    "replacement",
    "state_of",
    "update_of",
]

_NAMES = {
    "mapper.tracking.deltas": ("Delta", "Whole"),
    "mapper.tracking.saving": (
        "changed_fields",
        "difference",
        "replacement",
        "update_of",
    ),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
