"""References, as type checkers see them through both faces."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from typing_extensions import assert_type

from mapper import Document, Ref, SyncDocument, field, reverse, typed
from mapper.query import AsyncQuery, Query
from mapper.relations.reverse import Related, Reverse
from mapper.typed import Mapped
from mongo_dsl import Filter
from mongo_dsl.fields.exact import ArrayField, ExactField


class Author(SyncDocument):
    name: str
    books = reverse("Book", "author")


class Book(SyncDocument):
    title: str
    author: Ref[Author]
    others: list[Ref[Author]] = field(factory=list)
    sequel_of: Ref[Book] | None = None


class AsyncAuthor(Document):
    name: str


class AsyncBook(Document):
    author: Ref[AsyncAuthor]


ann = Author(name="Ann")
book = Book(title="a", author=ann)
book = Book(title="b", author=Ref(ann), others=[Ref(ann)], sequel_of=Ref(book))
book.author = ann
book.author = Ref(ann)
assert_type(book.author, Ref[Author])
assert_type(book.author.document, Author)
assert_type(book.author.model, type[Author])
assert_type(book.author.loaded, bool)
assert_type(book.others[0].id, Any)
assert_type(Author.books, Reverse)
reverse_books = assert_type(ann.books, Related)
assert_type(Book.find().include("author", Book.q.author), Query[Book])
assert_type(Author.find().include(Author.books), Query[Author])
_ = assert_type(AsyncBook.find().join("author", name="x"), AsyncQuery[AsyncBook])


def fetched_at_once(one: Book) -> None:
    """Fetch from a document without asyncio."""
    assert_type(one.author.fetch(), Author)


async def fetched(one: AsyncBook) -> None:
    """Fetch from an async document."""
    assert_type(await one.author.fetch(), AsyncAuthor)


class ExactAuthor(typed.SyncDocument):
    name: Mapped[str]


class ExactBook(typed.SyncDocument):
    author: Mapped[Ref[ExactAuthor]]
    editor: Mapped[Ref[ExactAuthor] | None] = field(default=None)
    others: Mapped[list[Ref[ExactAuthor]]] = field(factory=list)


writer = ExactAuthor(id=ObjectId(), name="Ann")
exact = ExactBook(author=Ref(writer))
assert_type(exact.author, Ref[ExactAuthor])
assert_type(exact.author.document.name, str)
assert_type(exact.editor, Ref[ExactAuthor] | None)
assert_type(exact.others, list[Ref[ExactAuthor]])
assert_type(ExactBook.q.author, ExactField[Any])
assert_type(ExactBook.q.editor, ExactField[Any])
assert_type(ExactBook.q.others, ArrayField[Any, list[Ref[ExactAuthor]]])
assert_type(ExactBook.q.author.in_([writer, writer.id]), Filter)
