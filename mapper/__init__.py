"""Documents in MongoDB: attrs classes, stored and queried, sync and async.

All errors are in `mapper.errors`, the events of change streams in `mapper.streams`.
"""

from typing import TYPE_CHECKING

from mapper.computed import computed
from mongo_dsl.later import later


if TYPE_CHECKING:
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
    from mapper.connecting import DatabaseConfig, connect, connect_async
    from mapper.conversion.trees import discriminated
    from mapper.databases import DatabaseManager
    from mapper.document import Document, SyncDocument
    from mapper.embedded import EmbeddedMongo
    from mapper.encryption import ClientSideEncryption, FernetCipher, encrypted_field
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
    from mapper.n_plus_one import watching_n_plus_one
    from mapper.on_delete import OnDelete
    from mapper.references import Ref
    from mapper.relations.reverse import reverse
    from mapper.states import state_field
    from mapper.sync import Mapper

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

# A program is imported with what it uses: most use few of these.
_NAMES = {
    "mapper.aio": ("AsyncMapper",),
    "mapper.behaviours": (
        "Audited",
        "AutoIncrement",
        "Sequence",
        "SoftDelete",
        "Timestamped",
        "Versioned",
        "acting",
    ),
    "mapper.caching": ("Cache", "Cached", "CacheManager"),
    "mapper.collections": (
        "Capped",
        "Clustered",
        "CollectionPlan",
        "TimeSeries",
        "Validator",
        "View",
    ),
    "mapper.connecting": ("DatabaseConfig", "connect", "connect_async"),
    "mapper.conversion.trees": ("discriminated",),
    "mapper.databases": ("DatabaseManager",),
    "mapper.document": ("Document", "SyncDocument"),
    "mapper.embedded": ("EmbeddedMongo",),
    "mapper.encryption": ("ClientSideEncryption", "FernetCipher", "encrypted_field"),
    "mapper.errors": (
        "BulkInsertError",
        "BulkWriteError",
        "ConflictError",
        "DecodeError",
        "DeleteDeniedError",
        "DocumentNotFoundError",
        "DuplicateKeyError",
        "MapperError",
        "MultipleDocumentsError",
        "StaleDocumentError",
        "TooManyAffectedError",
        "TransactionAbortedError",
        "TransitionError",
        "UnfilteredWriteError",
        "ValidationError",
    ),
    "mapper.events": ("Touched", "Transition"),
    "mapper.fields": ("field",),
    "mapper.indexes": ("Index", "IndexPlan", "SearchIndex", "VectorIndex"),
    "mapper.json_text": ("json_field",),
    "mapper.n_plus_one": ("watching_n_plus_one",),
    "mapper.on_delete": ("OnDelete",),
    "mapper.references": ("Ref",),
    "mapper.relations.reverse": ("reverse",),
    "mapper.states": ("state_field",),
    "mapper.sync": ("Mapper",),
}

# Those that hold more than the package offers itself.
_MODULES = ("bulk", "caching", "errors", "events", "streams")

if not TYPE_CHECKING:  # checkers know the names, and miss those that aren't there
    __getattr__, __dir__ = later(
        __name__, _NAMES, {name: f"{__name__}.{name}" for name in _MODULES}
    )
