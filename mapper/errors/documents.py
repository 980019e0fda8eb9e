"""Documents that are missing, changed by others, or in another state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mapper.errors.root import MapperError


class DocumentNotFoundError(MapperError, LookupError):
    """No document is where one must be."""


class DocumentsMissingError(DocumentNotFoundError):
    """No documents of *model* have the ids in *missing*; *found* has the others."""

    def __init__(
        self, model: Any, missing: Sequence[Any], found: Sequence[Any] = ()
    ) -> None:
        shown = ", ".join(map(repr, missing[:5])) + (", …" if len(missing) > 5 else "")  # noqa: PLR2004 - enough to find them
        msg = f"no {model.__name__} has the ids {shown} ({len(missing)} of"
        msg = f"{msg} {len(missing) + len(found)}); strict=False leaves them out"
        super().__init__(msg)
        self.model = model
        self.missing = list(missing)
        self.found = list(found)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.missing, self.found)


class DocumentDeletedError(DocumentNotFoundError):
    """Someone else has marked *document* as deleted; nothing was written."""

    def __init__(self, document: Any) -> None:
        name = type(document).__name__
        msg = f"{name} {document.id!r} was marked as deleted by someone else"
        super().__init__(f"{msg}; restore() it, reload it and try again")
        self.document = document

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document,)


class StaleDocumentError(MapperError, RuntimeError):
    """Someone else has changed *document* since it was loaded; nothing was written."""

    def __init__(self, document: Any) -> None:
        name = type(document).__name__
        msg = f"{name} {document.id!r} was changed by someone else since it was loaded"
        super().__init__(f"{msg}; reload it and try again")
        self.document = document

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document,)


class ConflictError(StaleDocumentError):
    """Someone else has changed what the changes of *document* build upon.

    *fields* are the stored names of the fields that were to be saved. Nothing was
    written.
    """

    def __init__(self, document: Any, fields: Iterable[str]) -> None:
        super().__init__(document)
        self.fields = tuple(fields)
        name, listed = type(document).__name__, ", ".join(self.fields)
        msg = f"{name} {document.id!r} was changed by someone else since it was loaded"
        msg = f"{msg}, and the changes of {listed} don't fit any more"
        self.args = (f"{msg}; reload it and make them again",)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.document, self.fields)


class TransitionError(MapperError, ValueError):
    """The state *target* doesn't follow *current*, which *document* is in.

    *field* is the field that holds the state, *allowed* are the states that may follow.
    """

    def __init__(
        self,
        document: Any,
        field: str,
        current: Any,
        target: Any,
        allowed: Sequence[Any],
    ) -> None:
        listed = ", ".join(map(repr, allowed)) or "none"
        name = f"{type(document).__name__} {document.id!r}"
        msg = f"{name} can't go from {current!r} to {target!r}"
        super().__init__(f"{msg}; what may follow is: {listed}")
        self.document = document
        self.field = field
        self.current = current
        self.target = target
        self.allowed = list(allowed)

    def __reduce__(self) -> tuple[Any, ...]:
        given = (self.document, self.field, self.current, self.target, self.allowed)
        return type(self), given


class MultipleDocumentsError(MapperError, LookupError):
    """More than one document is where exactly one must be."""
