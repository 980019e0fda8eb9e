"""What a document remembers of the database, and what has changed since.

A loaded document keeps the stored document as the driver gave it. Nothing is encoded
until a document is saved; then its fields are encoded and compared with what is stored.
"""

from mapper.tracking.deltas import Delta
from mapper.tracking.encoding import (
    decode_field,
    encode_field,
    encoded,
    immutable_fields,
    named_states,
    names_by_stored,
)
from mapper.tracking.journal import Journal, assign, journal, recording
from mapper.tracking.saving import changed_fields, difference, replacement, update_of
from mapper.tracking.state import DELETED, Stored, begin, remember, state_of
from mapper.tracking.unknown import kept


__all__ = [
    "DELETED",
    "Delta",
    "Journal",
    "Stored",
    "assign",
    "begin",
    "changed_fields",
    "decode_field",
    "difference",
    "encode_field",
    "encoded",
    "immutable_fields",
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
