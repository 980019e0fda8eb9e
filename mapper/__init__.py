"""Documents in MongoDB: attrs classes, stored and queried, sync and async."""

from mapper.aio import AsyncMapper
from mapper.computed import computed
from mapper.connecting import DatabaseConfig, connect, connect_async
from mapper.conversion.trees import discriminated
from mapper.databases import DatabaseManager
from mapper.document import Document, SyncDocument
from mapper.embedded import EmbeddedMongo
from mapper.encryption import encrypted_field
from mapper.fields import field
from mapper.indexes import Index
from mapper.json_text import json_field
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
    "computed",
    "connect",
    "connect_async",
    "discriminated",
    "encrypted_field",
    "field",
    "json_field",
    "state_field",
]
