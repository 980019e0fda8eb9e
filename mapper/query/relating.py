"""What queries ask of the relations of their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

import mongo_dsl
from mapper import relations as related


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


@attrs.frozen(repr=False, eq=False, init=False)
class Relating(mongo_dsl.QuerySet[M]):
    """Related documents, loaded with those of the query or asked for by it."""

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

        >>> from examples.library import Book
        >>> Book.all().include(Book.q.author, only=["name"])
        Query(Book).include("author", only=["name"])
        """
        before = self.asked.get("include")
        found = related.including.with_inclusions(
            self.model, before, relations, only, query
        )
        return self._with("include", found)

    def join(
        self, relation: Any, /, *filters: Any, query: Any = None, **keywords: Any
    ) -> Self:
        """Keep the documents that *relation* leads to a document that matches from.

        The relation is one that `include` takes; the document it leads to matches *filters*
        and *keywords*, and is one of *query*. The query becomes a pipeline, whose own
        conditions come first. It reads documents, counts them or asks for one; other
        methods refuse it.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/

        Raises:
            UnknownFieldError: a path names no field.
            OperandError: it is no relation, or *query* can't be honoured.

        >>> from examples.library import Author, Book
        >>> Book.find().join(Book.q.author, Author.q.name == "Ann").compile()[0]["$lookup"]["pipeline"]
        [{'$match': {'name': 'Ann'}}, {'$limit': 1}, {'$project': {'_id': 1}}]
        """
        before = self.asked.get("joins")
        found = related.joining.with_join(
            self, before, relation, query, filters, keywords
        )
        return self._with("joins", found)

    def _compile(self) -> Any:
        """Compile to a find, or to the stages that joins need."""
        found = super()._compile()
        return related.joining.stages(self, found) if "joins" in self.asked else found

    def _document(self) -> dict[str, Any]:
        if "joins" in self.asked:
            return {"pipeline": self.compile()}
        return super()._document()

    def to_shell(self, *, indent: int | None = None) -> str:
        """Return the query as mongosh reads it; *indent* breaks long lines."""
        if "joins" not in self.asked:
            return super().to_shell(indent=indent)
        made: Any = self.compile()
        text = mongo_dsl.Pipeline(*made).to_shell(indent=indent)
        return f"db.{self._collection_name()}.aggregate({text})"
