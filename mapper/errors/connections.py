"""Connections, sessions and libraries that can't be had or used."""

from __future__ import annotations

from typing import Any

from mapper.errors.root import MapperError


class NotBoundError(MapperError, RuntimeError):
    """A document class is used without a database to run on."""


class SessionError(MapperError, RuntimeError):
    """A session is used by another task or thread than the one it belongs to."""


class TransactionError(MapperError, RuntimeError):
    """A transaction can't be begun, committed or extended as it was asked."""


class TransactionAbortedError(TransactionError):
    """A transaction was aborted and wrote nothing; it was tried *attempts* times."""

    def __init__(self, message: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class UnknownCommitError(TransactionError):
    """A commit was sent *attempts* times, and nobody knows whether it was taken."""

    def __init__(self, message: str, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts


class HookError(MapperError, TypeError):
    """A hook can't be called where it is registered."""


class ConfigurationError(MapperError, ValueError):
    """A connection can't be made from what it was given."""


class EncryptionError(MapperError, RuntimeError):
    """The keys that encrypt and decrypt fields can't be had."""


class MissingExtraError(MapperError, ImportError):
    """*what* needs a library that is not installed; the *extra* of mongo-dsl brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a library that is not installed; run pip install"
            f" 'mongo-dsl[{extra}]'"
        )
        self.what = what
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.what, self.extra)


class EmbeddedMongoError(MapperError, RuntimeError):
    """A mongod can't be found, started or stopped."""
