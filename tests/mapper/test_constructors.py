"""Documents whose class defines ``__init__``, and what they hold beside their fields."""

from __future__ import annotations

import pickle

import attrs
import pytest

from mapper import SyncDocument, field
from mapper.converter import decode_document, encode_document
from mapper.errors import ValidationError


pytestmark = pytest.mark.usefixtures("both_paths")


class Slugged:
    """A mixin that isn't a document, with an ``__init__``."""

    def __init__(self, **data):
        self._made = True
        super().__init__(**data)


class Page(SyncDocument):
    title: str
    _slug: str = ""
    views: int = field(default=0, init=False)

    def __init__(self, **data):
        self._calls = [*data]
        super().__init__(**data)
        self._calls.append("done")


class Article(Page):
    body: str = ""


class Post(Slugged, SyncDocument):
    title: str


def test_private_attributes_are_held_and_not_stored():
    """They may be set before the fields, and aren't fields."""
    page = Page(title="A", slug="a")
    assert page._calls == ["title", "slug", "done"]
    assert encode_document(page) == {
        "_id": None,
        "title": "A",
        "_slug": "a",
        "views": 0,
    }
    assert Post(title="A")._made
    assert not hasattr(make_ordinary(), "__dict__")


def make_ordinary():
    """Return a document of a class without an ``__init__``."""

    class Ordinary(SyncDocument):
        name: str = ""

    return Ordinary()


def test_loading_goes_through_init():
    """Fields that it doesn't take are set afterwards; values aren't checked again."""
    stored = {"_id": None, "title": "A", "_slug": "a", "views": 5}
    page = decode_document(stored, Page)
    assert page._calls == ["id", "title", "slug", "done"]
    assert (page._slug, page.views) == ("a", 5)
    assert decode_document({**stored, "body": "x"}, Article).body == "x"
    assert decode_document({"_id": None, "title": "A"}, Post)._made


def test_subclasses_inherit_it():
    """A subclass that defines none is made by that of its base."""
    article = Article(title="A", body="x")
    assert article._calls == ["title", "body", "done"]
    assert [a.name for a in attrs.fields(Article)] == [
        "id",
        "title",
        "_slug",
        "views",
        "body",
    ]


def test_pickles_keep_private_attributes():
    """They are part of the object."""
    page = Page(title="A")
    page._extra = 1
    again = pickle.loads(pickle.dumps(page))  # noqa: S301
    assert (again._extra, again._calls, again) == (1, page._calls, page)


def test_what_is_neither_private_nor_a_field_is_refused():
    """A misspelled name isn't lost in the dictionary."""
    page = Page(title="A")
    with pytest.raises(AttributeError) as caught:
        page.titel = "B"
    assert str(caught.value) == (
        "Page has no field 'titel'; did you mean 'title'?; attributes that are no fields"
        " begin with an underscore"
    )
    with pytest.raises(ValidationError) as caught:
        page.title = 5
    assert str(caught.value) == "Page.title must be str, got 5, an int"
    with pytest.raises(TypeError) as caught:
        Page(title="A", nope=1)
    assert (
        str(caught.value) == "Page has no field 'nope'; its fields are: id, title, slug"
    )
