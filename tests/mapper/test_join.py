"""Queries that ask for what related documents are like."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mapper import Ref, SyncDocument, reverse
from mapper.behaviours import SoftDelete
from mapper.commands import run
from mapper.flows import reading
from mongo_dsl.errors import OperandError


class Publisher(SyncDocument):
    name: str


class Author(SoftDelete, SyncDocument):
    name: str
    publisher: Ref[Publisher] | None = None
    books = reverse("Book", "author")


class Book(SyncDocument):
    title: str
    year: int = 2000
    author: Ref[Author]
    by_role: dict[str, Ref[Author]] = {}  # noqa: RUF012 - a default, which is copied


JOINED = Book.find(Book.q.year > 1990).join(Book.q.author, Author.q.name == "Ann")


def test_own_conditions_come_first():
    """The server joins what its own conditions have left, and never all."""
    query = JOINED.sort("-year").skip(5).limit(10).only("title")
    assert query.compile() == [
        {"$match": {"year": {"$gt": 1990}}},
        {"$sort": {"year": -1}},
        {
            "$lookup": {
                "from": "author",
                "localField": "author",
                "foreignField": "_id",
                "pipeline": [
                    {"$match": {"name": "Ann", "is_deleted": {"$ne": True}}},
                    {"$limit": 1},
                    {"$project": {"_id": 1}},
                ],
                "as": "_joined0",
            }
        },
        {"$match": {"_joined0": {"$ne": []}}},
        {"$unset": ["_joined0"]},
        {"$skip": 5},
        {"$limit": 10},
        {"$project": {"title": 1}},
    ]


def test_a_filter_after_the_join_comes_first():
    """The order of calls doesn't matter."""
    late = Book.find().join("author", name="Ann").filter(year__gt=1990)
    assert late.compile() == JOINED.compile()


def test_paths_and_reverse_relations():
    """Joins go on through relations, in both directions."""
    (lookup, *_) = Book.find().join("author.publisher", name="Virago").compile()
    inner = lookup["$lookup"]["pipeline"][1]["$lookup"]
    assert inner["from"] == "publisher"
    assert inner["pipeline"][0] == {"$match": {"name": "Virago"}}
    (lookup, *_) = Author.with_deleted().join(Author.books, year=1).compile()
    ends = [lookup["$lookup"][name] for name in ("localField", "foreignField")]
    assert ends == ["_id", "author"]


def test_reading_what_it_compiles_to():
    """A query that joins is shown as the pipeline it is."""
    query = Book.all().join("author", name="Ann")
    assert str(query).startswith("db.book.aggregate([ { $lookup: { from: ")
    assert query.to_json().startswith('{"pipeline": [{"$lookup": ')
    assert repr(query) == (
        'Query(Book).join("author", query=Query(Author).filter(Author.q.name == "Ann"))'
    )


def test_flows_send_one_aggregate():
    """Finding, counting and asking for one are an aggregate each."""
    sent: list[Any] = []

    def call(command):
        sent.append(command)
        return []

    assert run(reading.to_list(JOINED), call) == []
    assert run(reading.count(JOINED), call) == 0
    assert run(reading.exists(JOINED), call) is False
    assert [command.method for command in sent] == ["aggregate"] * 3
    assert sent[1].args[0][-1] == {"$count": "n"}


def test_other_methods_refuse(mapper):
    """What can't be a pipeline is refused."""
    with pytest.raises(OperandError) as caught:
        JOINED.using(mapper).update(year=5)
    assert str(caught.value) == (
        "a query of Book that joins only reads, counts and tells whether documents exist;"
        " find their ids for anything else"
    )
    with pytest.raises(OperandError) as caught:
        Book.find().join("author", query=Author.find().limit(5))
    assert str(caught.value) == (
        "join got a query that asks for 'limit', which it can't honour for each document;"
        " it takes filter, sort and only"
    )
    with pytest.raises(OperandError) as caught:
        Book.find().join("by_role", name="Ann")
    assert str(caught.value) == (
        "Book.by_role has references under any key, where no query finds them; keep them in"
        " a list"
    )


def models(document: Any) -> Any:
    """Return document classes of the face *document*."""

    class Writer(document):
        name: str
        novels = reverse("Novel", "writers")

    class Novel(document):
        title: str
        writers: list[Ref["Writer"]] = []  # noqa: RUF012 - a default, which is copied

    return SimpleNamespace(Writer=Writer, Novel=Novel)


async def test_on_the_server(driver, sent):
    """Each driver runs it, as one command."""
    m = models(driver.document)
    ann = await driver.done(m.Writer.create(name="Ann"))
    bob = await driver.done(m.Writer.create(name="Bob"))
    novels = [m.Novel(title="a", writers=[ann]), m.Novel(title="b", writers=[bob, ann])]
    novels += [m.Novel(title="c", writers=[bob]), m.Novel(title="d")]
    await driver.done(m.Novel.insert_many(novels))
    sent.clear()
    query = m.Novel.find().sort("title").join(m.Novel.q.writers, name="Ann")
    assert [n.title for n in await driver.done(query.to_list())] == ["a", "b"]
    assert sent == ["aggregate"]
    found = await driver.done(query.include("writers").limit(1).to_list())
    assert found[0].writers[0].document.name == "Ann"
    assert await driver.done(query.count()) == 2
    assert await driver.done(query.filter(title="a").exists())
    assert not await driver.done(query.filter(title="c").exists())
    assert (await driver.done(query.first())).title == "a"
    assert [n.title for n in await driver.streamed(query.stream())] == ["a", "b"]
    writers = m.Writer.find().join("novels", title="c")
    assert [w.name for w in await driver.done(writers.to_list())] == ["Bob"]
