"""What the driver's errors mean; they are told by their codes, not by their classes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from mapper.errors import DuplicateKeyError


_DUPLICATE_KEY = frozenset({11000, 11001, 12582})


@contextmanager
def translated(collection: str) -> Generator[None, None, None]:
    """Raise our errors in place of the driver's, where they mean one of ours."""
    try:
        yield
    except Exception as error:
        meant = meaning(collection, error)
        if meant is None:
            raise
        raise meant from error


def meaning(collection: str, error: Exception) -> DuplicateKeyError | None:
    """Return what *error* of the driver means; None where it speaks for itself."""
    if getattr(error, "code", None) not in _DUPLICATE_KEY:
        return None
    details = getattr(error, "details", None)
    return duplicate_key(collection, details if isinstance(details, Mapping) else {})


def duplicate_key(collection: str, details: Mapping[str, Any]) -> DuplicateKeyError:
    """Return the error that says which value of which index is there already."""
    return DuplicateKeyError(
        collection,
        dict(details.get("keyPattern", {})),
        dict(details.get("keyValue", {})),
    )
