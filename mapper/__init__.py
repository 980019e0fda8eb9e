"""Documents in MongoDB: attrs classes, stored and queried, sync and async.

All errors are in `mapper.errors`, the events of change streams in `mapper.streams`.
"""

import importlib
from typing import TYPE_CHECKING, Any

from mapper.aio import AsyncMapper
from mapper.behaviours import (
    Audited,
    AutoIncrement,
    Sequence,
    SoftDelete,
    Timestamped,
    Versioned,
    acting,
)
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
from mapper.encryption import encrypted_field
from mapper.errors import (
    BulkInsertError,
    BulkWriteError,
    ConflictError,
    DecodeError,
    DeleteDeniedError,
    DocumentNotFoundError,
    DuplicateKeyError,
    MapperError,
    MultipleDocumentsError,
    StaleDocumentError,
    TooManyAffectedError,
    TransactionAbortedError,
    TransitionError,
    UnfilteredWriteError,
    ValidationError,
)
from mapper.events import Touched, Transition
from mapper.fields import field
from mapper.indexes import Index, IndexPlan, SearchIndex, VectorIndex
from mapper.json_text import json_field
from mapper.on_delete import OnDelete
from mapper.references import Ref
from mapper.relations.reverse import reverse
from mapper.states import state_field
from mapper.sync import Mapper


if TYPE_CHECKING:
    from mapper.embedded import EmbeddedMongo
    from mapper.encryption import ClientSideEncryption, FernetCipher
    from mapper.n_plus_one import watching_n_plus_one

__all__ = [
    "AsyncMapper",
    "Audited",
    "AutoIncrement",
    "BulkInsertError",
    "BulkWriteError",
    "Cache",
    "CacheManager",
    "Cached",
    "Capped",
    "ClientSideEncryption",
    "Clustered",
    "CollectionPlan",
    "ConflictError",
    "DatabaseConfig",
    "DatabaseManager",
    "DecodeError",
    "DeleteDeniedError",
    "Document",
    "DocumentNotFoundError",
    "DuplicateKeyError",
    "EmbeddedMongo",
    "FernetCipher",
    "Index",
    "IndexPlan",
    "Mapper",
    "MapperError",
    "MultipleDocumentsError",
    "OnDelete",
    "Ref",
    "SearchIndex",
    "Sequence",
    "SoftDelete",
    "StaleDocumentError",
    "SyncDocument",
    "TimeSeries",
    "Timestamped",
    "TooManyAffectedError",
    "Touched",
    "TransactionAbortedError",
    "Transition",
    "TransitionError",
    "UnfilteredWriteError",
    "ValidationError",
    "Validator",
    "VectorIndex",
    "Versioned",
    "View",
    "acting",
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

# What is imported when it is asked for: tests use it, most programs don't.
_LATER = {
    "ClientSideEncryption": "mapper.encryption",
    "EmbeddedMongo": "mapper.embedded",
    "FernetCipher": "mapper.encryption",
    "watching_n_plus_one": "mapper.n_plus_one",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(importlib.import_module(_LATER[name]), name)
    globals()[name] = found  # the next look-up doesn't come here
    return found


def __dir__() -> list[str]:
    return __all__
