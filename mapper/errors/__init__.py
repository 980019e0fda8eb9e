"""What can go wrong between documents and the database, each error a builtin's at once.

::

    MapperError
    ├── DefinitionError            (TypeError)     a document class that can't be made
    ├── MisfitError                (ValueError)    values that don't fit, by path
    │   ├── ValidationError                        … in Python: the rules of their fields
    │   └── DecodeError                            … as stored: the class they are read as
    ├── DocumentNotFoundError      (LookupError)   no document where one must be
    │   ├── DocumentDeletedError                   … but one that is marked as deleted
    │   └── DocumentsMissingError                  … some of those asked for by their ids
    ├── StaleDocumentError         (RuntimeError)  a document that was changed meanwhile
    │   └── ConflictError                          … in what the changes to save build upon
    ├── TransitionError            (ValueError)    a state that doesn't follow another
    ├── MultipleDocumentsError     (LookupError)   more than one where one must be
    ├── DuplicateKeyError          (ValueError)    a unique value that is there already
    ├── BulkInsertError            (ValueError)    some of many documents refused
    ├── BulkWriteError             (ValueError)    some of many operations refused
    ├── UnfilteredWriteError       (ValueError)    an update or delete of everything, unasked
    ├── DeleteDeniedError          (ValueError)    a delete of what others refer to
    ├── NotSavedError              (ValueError)    a reference to what has no id yet
    ├── NotLoadedError             (RuntimeError)  a related document that wasn't loaded
    ├── DanglingRefError           (LookupError)   a reference to a document that isn't there
    ├── NPlusOneError              (RuntimeError)  a loop that reads document by document
    ├── TooManyAffectedError       (ValueError)    an update or delete of more than was allowed
    ├── IndexConflictError         (ValueError)    an index that is there otherwise than declared
    ├── UnknownIndexError          (LookupError)   an index named that can't be meant
    ├── CollectionConflictError    (ValueError)    a collection that is there otherwise than declared
    ├── UnknownOptionError         (LookupError)   an option of a collection that doesn't differ
    ├── UnsupportedError           (RuntimeError)  what this server or collection can't do
    ├── ResumeTokenLostError       (LookupError)   a place in a change stream that is gone
    ├── NotBoundError              (RuntimeError)  no database to run on
    ├── SessionError               (RuntimeError)  a session used where it can't be
    ├── TransactionError           (RuntimeError)  a transaction that can't be begun or committed
    │   ├── TransactionAbortedError                … nothing of it was written
    │   └── UnknownCommitError                     … nobody knows whether it was written
    ├── HookError                  (TypeError)     a hook that can't be called
    ├── ConfigurationError         (ValueError)    a connection that can't be made as described
    ├── EncryptionError            (RuntimeError)  keys that can't be had
    ├── MissingExtraError          (ImportError)   a library that isn't installed
    └── EmbeddedMongoError         (RuntimeError)  a mongod that can't be found or started
"""

from mapper.errors.collections import (
    CollectionConflictError,
    IndexConflictError,
    ResumeTokenLostError,
    UnknownIndexError,
    UnknownOptionError,
    UnsupportedError,
)
from mapper.errors.connections import (
    ConfigurationError,
    EmbeddedMongoError,
    EncryptionError,
    HookError,
    MissingExtraError,
    NotBoundError,
    SessionError,
    TransactionAbortedError,
    TransactionError,
    UnknownCommitError,
)
from mapper.errors.documents import (
    ConflictError,
    DocumentDeletedError,
    DocumentNotFoundError,
    DocumentsMissingError,
    MultipleDocumentsError,
    StaleDocumentError,
    TransitionError,
)
from mapper.errors.relations import (
    DanglingRefError,
    DeleteDeniedError,
    NotLoadedError,
    NotSavedError,
    NPlusOneError,
    NPlusOneWarning,
)
from mapper.errors.root import (
    MapperError,
)
from mapper.errors.values import (
    DecodeError,
    DefinitionError,
    MisfitError,
    ValidationError,
)
from mapper.errors.writes import (
    BulkInsertError,
    BulkWriteError,
    DuplicateKeyError,
    TooManyAffectedError,
    UnfilteredWriteError,
)


__all__ = [
    "BulkInsertError",
    "BulkWriteError",
    "CollectionConflictError",
    "ConfigurationError",
    "ConflictError",
    "DanglingRefError",
    "DecodeError",
    "DefinitionError",
    "DeleteDeniedError",
    "DocumentDeletedError",
    "DocumentNotFoundError",
    "DocumentsMissingError",
    "DuplicateKeyError",
    "EmbeddedMongoError",
    "EncryptionError",
    "HookError",
    "IndexConflictError",
    "MapperError",
    "MisfitError",
    "MissingExtraError",
    "MultipleDocumentsError",
    "NPlusOneError",
    "NPlusOneWarning",
    "NotBoundError",
    "NotLoadedError",
    "NotSavedError",
    "ResumeTokenLostError",
    "SessionError",
    "StaleDocumentError",
    "TooManyAffectedError",
    "TransactionAbortedError",
    "TransactionError",
    "TransitionError",
    "UnfilteredWriteError",
    "UnknownCommitError",
    "UnknownIndexError",
    "UnknownOptionError",
    "UnsupportedError",
    "ValidationError",
]

for _name in __all__:
    globals()[_name].__module__ = __name__  # where callers import them from
