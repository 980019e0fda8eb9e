"""Documents in MongoDB: attrs classes, stored and queried, sync and async."""

from mapper.aio import AsyncMapper
from mapper.caching import Cache, Cached, CacheManager
from mapper.collections import (
    Capped,
    Clustered,
    CollectionPlan,
    TimeSeries,
    Validator,
    View,
)
from mapper.connecting import DatabaseConfig, connect, connect_async
from mapper.conversion.trees import discriminated
from mapper.databases import DatabaseManager
from mapper.document import Document, SyncDocument
from mapper.embedded import EmbeddedMongo
from mapper.fields import field
from mapper.indexes import Index, IndexPlan, SearchIndex, VectorIndex
from mapper.states import state_field
from mapper.sync import Mapper


__all__ = [
    "AsyncMapper",
    "Cache",
    "CacheManager",
    "Cached",
    "Capped",
    "Clustered",
    "CollectionPlan",
    "DatabaseConfig",
    "DatabaseManager",
    "Document",
    "EmbeddedMongo",
    "Index",
    "IndexPlan",
    "Mapper",
    "SearchIndex",
    "SyncDocument",
    "TimeSeries",
    "Validator",
    "VectorIndex",
    "View",
    "connect",
    "connect_async",
    "discriminated",
    "field",
    "state_field",
]
