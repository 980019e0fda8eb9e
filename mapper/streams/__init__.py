"""Change streams: what happens to documents, as typed events."""

from mapper.streams.events import (
    ChangeEvent,
    Deleted,
    DocumentEvent,
    Dropped,
    Inserted,
    Invalidated,
    Renamed,
    Replaced,
    Transaction,
    Updated,
)
from mapper.streams.stores import (
    CollectionTokens,
    FileTokens,
    MemoryTokens,
    Token,
    TokenStore,
)


__all__ = [
    "ChangeEvent",
    "CollectionTokens",
    "Deleted",
    "DocumentEvent",
    "Dropped",
    "FileTokens",
    "Inserted",
    "Invalidated",
    "MemoryTokens",
    "Renamed",
    "Replaced",
    "Token",
    "TokenStore",
    "Transaction",
    "Updated",
]
