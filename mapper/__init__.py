"""Documents in MongoDB: attrs classes, stored and queried, sync and async."""

from mapper.aio import AsyncMapper
from mapper.databases import (
    DatabaseConfig,
    DatabaseManager,
    connect,
    connect_async,
)
from mapper.document import Document, SyncDocument
from mapper.embedded import EmbeddedMongo
from mapper.fields import field
from mapper.indexes import Index
from mapper.states import state_field
from mapper.sync import Mapper


__all__ = [
    "AsyncMapper",
    "DatabaseConfig",
    "DatabaseManager",
    "Document",
    "EmbeddedMongo",
    "Index",
    "Mapper",
    "SyncDocument",
    "connect",
    "connect_async",
    "field",
    "state_field",
]
