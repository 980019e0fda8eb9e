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
from mapper.computed import computed
from mapper.connecting import DatabaseConfig, connect, connect_async
from mapper.conversion.trees import discriminated
from mapper.databases import DatabaseManager
from mapper.document import Document, SyncDocument
from mapper.embedded import EmbeddedMongo
from mapper.encryption import encrypted_field
from mapper.fields import field
from mapper.indexes import Index, IndexPlan, SearchIndex, VectorIndex
from mapper.json_text import json_field
from mapper.n_plus_one import watching_n_plus_one
from mapper.on_delete import OnDelete
from mapper.references import Ref
from mapper.relations.reverse import reverse
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
    "OnDelete",
    "Ref",
    "SearchIndex",
    "SyncDocument",
    "TimeSeries",
    "Validator",
    "VectorIndex",
    "View",
    "computed",
    "connect",
    "connect_async",
    "discriminated",
    "encrypted_field",
    "field",
    "json_field",
    "reverse",
    "state_field",
    "watching_n_plus_one",
]
