"""What a document remembers of the database, and what has changed since.

A loaded document keeps the stored document as the driver gave it. Nothing is encoded
until a document is saved; then its fields are encoded and compared with what is stored.
"""

from mapper.tracking.deltas import changes
from mapper.tracking.encoding import decode_field, encode_field, encoded
from mapper.tracking.journal import Journal, assign, journal, recording
from mapper.tracking.state import DELETED, Stored, begin, remember, state_of


__all__ = [
    "DELETED",
    "Journal",
    "Stored",
    "assign",
    "begin",
    "changes",
    "decode_field",
    "encode_field",
    "encoded",
    "journal",
    "recording",
    "remember",
    "state_of",
]
