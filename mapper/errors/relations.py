"""References that lead nowhere, and deletes of what others refer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapper.errors.root import MapperError


class DeleteDeniedError(MapperError, ValueError):
    """Documents of *model* weren't deleted, as others refer to them.

    *referrers* are the classes of these, the names of the fields that refer, and ids of
    some of the documents.
    """

    def __init__(
        self, model: Any, referrers: Sequence[tuple[Any, str, Sequence[Any]]]
    ) -> None:
        told = "; ".join(
            f"{cls.__name__}.{name} refers to it in {', '.join(map(repr, ids))}"
            for cls, name, ids in referrers
        )
        super().__init__(
            f"{model.__name__} can't be deleted: {told}; delete or change these first"
        )
        self.model = model
        self.referrers = [(cls, name, list(ids)) for cls, name, ids in referrers]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.referrers)


class NotSavedError(MapperError, ValueError):
    """A reference leads to a document of *model* that was never saved."""

    def __init__(self, model: Any) -> None:
        name = model.__name__
        super().__init__(
            f"an unsaved {name} can't be referred to, as it has no id; save it first"
        )
        self.model = model

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model,)


class NotLoadedError(MapperError, RuntimeError):
    """What is *subject* was not loaded; *place* in the query would have."""

    def __init__(self, subject: str, place: str) -> None:
        super().__init__(f"{subject} was not loaded; add {place} to the query")
        self.subject = subject
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.subject, self.place)


class DanglingRefError(MapperError, LookupError):
    """No document of *model* has the id *document_id* that a reference leads to."""

    def __init__(self, model: Any, document_id: Any) -> None:
        super().__init__(
            f"no {model.__name__} has the id {document_id!r} that is referred to; it was"
            " deleted, or a filter hides it"
        )
        self.model = model
        self.document_id = document_id

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.document_id)


class NPlusOneError(MapperError, RuntimeError):
    """The *line* of *file* reads document by document; *advice* says how to do without."""

    def __init__(self, message: str, file: str, line: int, advice: str) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.advice = advice

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.file, self.line, self.advice)


class NPlusOneWarning(UserWarning):
    """A loop reads document by document, where one command would do for all."""
