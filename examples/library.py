"""Books and their authors: documents that refer to each other."""

from __future__ import annotations

from mapper import Ref, SyncDocument, field, reverse


class Author(SyncDocument):
    """A person who writes books."""

    id: int
    name: str
    country: str = ""
    books = reverse("Book", "author")


class Book(SyncDocument):
    """A book, by an author, with any number of translators."""

    title: str
    year: int = 2000
    author: Ref[Author]
    translators: list[Ref[Author]] = field(factory=list)
    sequel_of: Ref[Book] | None = None
