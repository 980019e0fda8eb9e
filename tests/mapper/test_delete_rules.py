"""What becomes of references when what they lead to is deleted."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from bson import ObjectId

from mapper import OnDelete, Ref, SyncDocument, field
from mapper.behaviours import SoftDelete, Timestamped
from mapper.bulk import Delete
from mapper.commands import Atomic, run
from mapper.errors import DefinitionError, DeleteDeniedError
from mapper.flows import writing
from mapper.hydration import load
from mongo_dsl.errors import OperandError


@attrs.define
class Line:
    """A line of an invoice, which refers in two ways."""

    product: Ref["Ware"] | None = field(default=None, on_delete=OnDelete.NULLIFY)
    options: list[Ref["Ware"]] = field(factory=list, on_delete=OnDelete.PULL)


def models(document: Any) -> Any:
    """Return document classes of the face *document*."""

    class Author(document):
        name: str

    class Book(document):
        title: str
        author: Ref["Author"] = field(on_delete=OnDelete.CASCADE)

    class Review(document):
        text: str
        book: Ref["Book"] = field(on_delete=OnDelete.CASCADE)

    class Prize(document):
        name: str
        winner: Ref["Author"] | None = field(default=None, on_delete=OnDelete.NULLIFY)
        jury: list[Ref["Author"]] = field(factory=list, on_delete=OnDelete.PULL)

    class Contract(document):
        author: Ref["Book"] = field(on_delete=OnDelete.DENY)

    class Models:
        pass

    for cls in (Author, Book, Review, Prize, Contract):
        setattr(Models, cls.__name__, cls)
    return Models


@pytest.fixture
async def shelf(driver: Any) -> Any:
    """Return classes with documents in them: two authors with two books each."""
    m = models(driver.document)
    m.ann = await driver.done(m.Author.create(name="Ann"))
    m.bob = await driver.done(m.Author.create(name="Bob"))
    for author in (m.ann, m.bob):
        for title in "ab":
            book = await driver.done(m.Book.create(title=title, author=author))
            for text in "12":
                await driver.done(m.Review.create(text=text, book=book))
    await driver.done(
        m.Prize.create(name="P", winner=m.ann, jury=[m.bob, m.ann, m.bob])
    )
    return m


class TestOnTheServer:
    """The rules, with each of the drivers."""

    async def test_a_document(self, driver, shelf, sent):
        """A document's delete is one command a relation and level, in one transaction."""
        sent.clear()
        assert await driver.done(shelf.ann.delete())
        assert sent == [
            *["find", "find", "find"],  # books, their reviews, what denies
            *["delete", "delete"],  # the same, leaves first
            *["update", "update"],  # winners, juries
            "delete",
            "commitTransaction",
        ]
        assert {b["author"] for b in driver.mongo.book.find()} == {shelf.bob.id}
        assert driver.mongo.review.count_documents({}) == 4
        prize = driver.mongo.prize.find_one()
        assert prize["winner"] is None
        assert prize["jury"] == [shelf.bob.id] * 2
        assert not shelf.ann.is_stored

    async def test_by_a_query(self, driver, shelf, sent):
        """Deletes by queries keep the rules."""
        sent.clear()
        assert await driver.done(shelf.Author.find(name="Ann").delete()) == 1
        assert sent.count("find") == 4
        assert driver.mongo.review.count_documents({}) == 4
        assert await driver.done(shelf.Author.all().everything().delete()) == 1
        assert driver.mongo.review.count_documents({}) == 0
        assert driver.mongo.prize.find_one()["jury"] == []

    async def test_find_one_and_delete(self, driver, shelf):
        """So does the delete of the first document."""
        query = shelf.Author.find().sort("-name")
        found = await driver.done(query.find_one_and_delete())
        assert found.name == "Bob"
        assert {b["author"] for b in driver.mongo.book.find()} == {shelf.ann.id}
        none = await driver.done(query.filter(name="x").find_one_and_delete())
        assert none is None

    async def test_denied_before_anything_is_written(self, driver, shelf, sent):
        """The error names who refers; nothing was written."""
        book = await driver.done(shelf.Book.find(author=shelf.ann).first())
        contract = await driver.done(shelf.Contract.create(author=book))
        sent.clear()
        with pytest.raises(DeleteDeniedError) as caught:
            await driver.done(shelf.ann.delete())
        assert str(caught.value) == (
            f"Author can't be deleted: Contract.author refers to it in {contract.id!r};"
            " delete or change these first"
        )
        assert caught.value.referrers == [(shelf.Contract, "author", [contract.id])]
        assert not {"update", "delete"} & {*sent}
        assert shelf.ann.is_stored
        assert driver.mongo.book.count_documents({}) == 4

    async def test_nothing_refers(self, driver, shelf, sent):
        """Without rules, a delete is the one command it was."""
        review = await driver.done(shelf.Review.all().first())
        sent.clear()
        await driver.done(review.delete())
        assert sent == ["delete"]


class Node(SyncDocument):
    name: str
    parent: Ref["Node"] | None = field(default=None, on_delete=OnDelete.CASCADE)


class Task(SyncDocument):
    name: str
    after: Ref["Task"] | None = field(default=None, on_delete=OnDelete.DENY)


class Ware(SyncDocument):
    name: str


class Invoice(Timestamped, SyncDocument):
    number: int
    lines: list[Line]


class Folder(SoftDelete, SyncDocument):
    name: str


class Paper(SoftDelete, SyncDocument):
    name: str
    folder: Ref[Folder] = field(on_delete=OnDelete.CASCADE)


class Label(SyncDocument):
    folder: Ref[Folder] = field(on_delete=OnDelete.CASCADE)
    other: Ref[Folder] | None = field(default=None, on_delete=OnDelete.NULLIFY)


@pytest.fixture
def here(mapper: Any) -> Any:
    """Let sync documents run on the mapper of this test."""
    with mapper.ambient():
        yield mapper


@pytest.mark.usefixtures("here")
class TestCases:
    """What is the same on all drivers."""

    def test_cycles_end(self, sent):
        """Documents that lead to each other are deleted once."""
        root = Node.create(name="root")
        child = Node.create(name="child", parent=root)
        leaf = Node.create(name="leaf", parent=child)
        root.parent = leaf
        root.save()
        sent.clear()
        child.delete()
        assert Node.all().count() == 0
        assert sent.count("delete") == 3

    def test_what_is_deleted_as_well_denies_nothing(self):
        """Only what stays denies."""
        first = Task.create(name="first")
        last = Task.create(name="last", after=first)
        with pytest.raises(DeleteDeniedError):
            first.delete()
        with pytest.raises(DeleteDeniedError):
            Task.find(name="first").delete()
        assert Task.all().everything().delete() == 2
        assert not Task.find(id=last.id).exists()

    def test_embedded_references(self):
        """References in items of arrays are let go, and the time stamps know."""
        pen, ink = Ware.create(name="pen"), Ware.create(name="ink")
        lines = [Line(pen, [ink, pen]), Line(ink, [pen]), Line(None)]
        invoice = Invoice.create(number=1, lines=lines)
        before = invoice.updated_at
        pen.delete()
        invoice.reload()
        assert [line.product for line in invoice.lines] == [None, Ref(ink), None]
        assert [line.options for line in invoice.lines] == [[Ref(ink)], [], []]
        assert invoice.updated_at > before

    def test_hooks_of_children(self):
        """Listeners hear of each document that is deleted with another."""
        root = Node.create(name="root")
        Node.create(name="child", parent=root)
        told = []
        Node.on("before_delete", lambda node: told.append(f"before {node.name}"))
        Node.on("after_delete", lambda node: told.append(f"after {node.name}"))
        try:
            root.delete()
        finally:
            vars(Node)["__listeners__"].__init__()
        assert told == ["before root", "before child", "after child", "after root"]

    def test_marked_documents_take_what_can_be_marked(self):
        """A soft delete does only what can be undone."""
        folder = Folder.create(name="f")
        paper = Paper.create(name="p", folder=folder)
        Label.create(folder=folder, other=folder)
        folder.delete()
        assert Paper.only_deleted().one().id == paper.id
        assert Label.all().one().other == Ref(folder)
        Folder.with_deleted().one().hard_delete()
        assert Paper.with_deleted().count() == 0
        assert Label.all().count() == 0


def test_without_a_driver():
    """The flow asks for one atomic step, and has looked at everything before it writes."""
    sent = []

    class Reply:
        deleted_count = matched_count = modified_count = 1
        upserted_id = None

    def call(step):
        if isinstance(step, Atomic):
            sent.append("atomic")
            return run(step.flow(), call)
        sent.append((step.method, step.collection))
        return [{"_id": 5}] if step.rows and step.collection == "node" else Reply()

    assert run(writing.delete(load_node()), call)
    assert sent == [
        "atomic",
        ("find", "node"),
        ("find", "node"),
        ("delete_many", "node"),
        ("delete_one", "node"),
    ]


def load_node() -> Any:
    """Return a stored document."""
    return load(Node, {"_id": ObjectId(), "name": "n", "parent": None})


class Thing(SyncDocument):
    name: str


def refusal(annotation: Any, rule: OnDelete) -> str:
    """Return why *rule* can't hold in a field of *annotation*, at first use."""
    namespace = {
        "__annotations__": {"thing": annotation},
        "__module__": __name__,
        "__qualname__": "Bad",
        "thing": field(on_delete=rule),
    }
    bad: Any = type(SyncDocument)("Bad", (SyncDocument,), namespace)
    with pytest.raises(DefinitionError) as caught:
        bad(thing=None)
    return str(caught.value)


@pytest.mark.parametrize("ordered", [True, False])
async def test_bulk_writes_do_not_go_past_the_rules(driver, shelf, sent, ordered):
    """Neither documents nor queries are deleted among other writes; nothing is sent."""
    sent.clear()
    for operation in (Delete(shelf.ann), shelf.Author.filter(name="Bob").deleting()):
        with pytest.raises(OperandError) as caught:
            await driver.done(
                driver.mapper.bulk_write(
                    [shelf.Author(name="Eve"), operation], ordered=ordered
                )
            )
        assert str(caught.value) == (
            "bulk_write can't delete Author, to which Book.author, Prize.winner,"
            " Prize.jury refer by on_delete; call delete of the documents or of the query"
        )
    assert sent == []
    assert driver.mongo.author.count_documents({}) == 2


def test_rules_that_cannot_hold():
    """A rule that its field can't keep is refused when a document is made."""
    assert refusal(Ref[Thing], OnDelete.NULLIFY) == (
        "Bad.thing has on_delete=NULLIFY and can't be None; annotate it with | None, or use"
        " CASCADE, PULL or DENY"
    )
    assert refusal(Ref[Thing], OnDelete.PULL) == (
        "Bad.thing has on_delete=PULL and is no list; use NULLIFY, CASCADE or DENY"
    )
    assert refusal(str, OnDelete.DENY) == (
        "Bad.thing has on_delete and is no reference; annotate Ref"
    )
    assert refusal(dict[str, Ref[Thing]], OnDelete.DENY) == (
        "Bad.thing has references under any key, where no query finds them; keep them in a"
        " list, or leave on_delete out"
    )
    with pytest.raises(DefinitionError) as caught:
        field(on_delete="cascade")
    assert str(caught.value) == (
        "field got on_delete='cascade'; it takes OnDelete.DENY, OnDelete.NULLIFY,"
        " OnDelete.CASCADE, OnDelete.PULL"
    )


def test_rules_between_databases():
    """A delete is one transaction of one database, and says where its rules can't hold."""

    class Stamp(SyncDocument):
        id: int
        name: str

    class Letter(SyncDocument):
        stamp: Ref["Stamp"] = field(on_delete=OnDelete.DENY)

        class Meta:
            database = "post"

    with pytest.raises(DefinitionError) as caught:
        run(writing.delete(load(Stamp, {"_id": 1, "name": "a"})), print)
    assert str(caught.value) == (
        "Letter.stamp refers to Stamp in the database 'default', where its on_delete can't"
        " hold: a delete stays in one"
    )
