"""What queries ask of the relations of their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mapper.relations.including import with_inclusions
from mongo_dsl import QuerySet


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


@attrs.frozen(repr=False, eq=False, init=False)
class Relating(QuerySet[M]):
    """Related documents, loaded with those of the query."""

    def include(self, *relations: Any, only: Any = None, query: Any = None) -> Self:
        """Load the documents that *relations* lead to as well, a command for each relation.

        Relations are fields of `Ref`, what `reverse` declares, or paths of their names,
        which may go on from the related documents: ``"author.publisher"``. Of the related
        documents, *only* some fields are loaded; *query* filters and sorts them, and may
        include more. More calls add more.

        Sends one command more for each relation, and more beyond 10,000 ids.

        Raises:
            UnknownFieldError: a path names no field.
            OperandError: one is no relation, or *query* can't be honoured.

        >>> from mapper import Ref, SyncDocument
        >>> class Author(SyncDocument):
        ...     name: str
        >>> class Book(SyncDocument):
        ...     author: Ref[Author]
        >>> Book.find().include(Book.q.author, only=["name"])
        Query(Book).include("author", only=["name"])
        """
        before = self.asked.get("include")
        found = with_inclusions(self.model, before, relations, only, query)
        return self._with("include", found)
