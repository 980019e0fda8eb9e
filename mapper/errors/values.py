"""Classes that can't be made, and values that don't fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.errors.root import MapperError


class DefinitionError(MapperError, TypeError):
    """A document class can't be made as it was written."""


class MisfitError(MapperError, ValueError):
    """Values don't fit the fields they stand in.

    *cls* is the class they were meant for, *document_id* the ``_id`` of the document where
    it is known, *problems* are pairs of a dotted path and what is wrong there.
    """

    def __init__(
        self,
        message: str,
        *,
        cls: Any = None,
        document_id: Any = None,
        problems: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.cls = cls
        self.document_id = document_id
        self.problems = tuple(problems)


class ValidationError(MisfitError):
    """Values break the rules of their fields."""


class DecodeError(MisfitError):
    """A stored document doesn't fit the class it is read as."""
