"""Writes that the server or the mapper refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mapper.errors.root import MapperError


class DuplicateKeyError(MapperError, ValueError):
    """A unique value is stored already: *key_value*, in the index on *key_pattern*."""

    def __init__(
        self,
        collection: str,
        key_pattern: Mapping[str, Any],
        key_value: Mapping[str, Any],
    ) -> None:
        shown = ", ".join(f"{name} {value!r}" for name, value in key_value.items())
        where = f"with {shown}" if shown else "with a value that must be unique"
        super().__init__(f"{collection} has a document {where} already")
        self.collection = collection
        self.key_pattern = dict(key_pattern)
        self.key_value = dict(key_value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.key_pattern, self.key_value)


class BulkInsertError(MapperError, ValueError):
    """Some documents of an `insert_many` are not stored; those of *inserted* are.

    *failed* has the others that the server refused, each with the reason.
    """

    def __init__(
        self,
        collection: str,
        inserted: Sequence[Any],
        failed: Sequence[tuple[Any, str]],
        left: int,
    ) -> None:
        reason = failed[0][1] if failed else "no reason given"
        super().__init__(
            f"{collection} took {len(inserted)} documents and refused {len(failed)},"
            f" {left} were not tried; the first was refused because {reason}"
        )
        self.collection = collection
        self.inserted = list(inserted)
        self.failed = list(failed)
        self.left = left

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.collection, self.inserted, self.failed, self.left)


class BulkWriteError(MapperError, ValueError):
    """Some operations of a `bulk_write` were refused.

    *failed* has pairs of an operation and the reason, *done* the operations that the
    server took, *left* those that were not tried.
    """

    def __init__(
        self,
        failed: Sequence[tuple[Any, str]],
        done: Sequence[Any],
        left: Sequence[Any],
    ) -> None:
        operation, reason = failed[0]
        super().__init__(
            f"{len(failed)} of {len(failed) + len(done) + len(left)} operations were"
            f" refused, {len(done)} are done, {len(left)} were not tried; the first,"
            f" {operation}, was refused because {reason}"
        )
        self.failed = list(failed)
        self.done = list(done)
        self.left = list(left)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failed, self.done, self.left)


class UnfilteredWriteError(MapperError, ValueError):
    """An update or delete would touch the whole collection without being asked to."""


class TooManyAffectedError(MapperError, ValueError):
    """An update or delete would touch *count* documents, more than *allowed*; none was."""

    def __init__(self, name: str, allowed: int, count: int) -> None:
        super().__init__(
            f"{name} would touch {count} documents, and max_affected allows {allowed};"
            " narrow the query by filter(...), or allow more"
        )
        self.name = name
        self.allowed = allowed
        self.count = count

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.allowed, self.count)
