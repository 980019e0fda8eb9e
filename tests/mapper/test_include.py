"""Related documents are loaded by one command a relation, on each of the drivers."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from mapper import OnDelete, Ref, SyncDocument, field, reverse
from mapper.commands import run
from mapper.errors import DanglingRefError, NotLoadedError
from mapper.flows import including
from mongo_dsl.errors import OperandError


@attrs.define
class Item:
    """What an order is of."""

    product: Ref["Product"]
    quantity: int = 1


def models(document: Any) -> Any:
    """Return document classes of the face *document*."""

    class Publisher(document):
        name: str

    class Author(document):
        name: str
        publisher: Ref["Publisher"] | None = None
        books = reverse("Book", "author")
        edited = reverse("Book", "editors")

    class Book(document):
        title: str
        author: Ref["Author"]
        editors: list[Ref["Author"]] = field(factory=list, db_name="eds")
        sequel_of: Ref["Book"] | None = None

    class Models:
        pass

    Models.Publisher, Models.Author, Models.Book = Publisher, Author, Book
    return Models


class Product(SyncDocument):
    id: str
    name: str


class Order(SyncDocument):
    id: int
    items: list[Item]
    extras: dict[str, Ref[Product]] = {}  # noqa: RUF012 - a default, which is copied


@pytest.fixture
async def shop(driver: Any) -> Any:
    """Return classes with documents in them: 20 books by two authors."""
    m = models(driver.document)
    m.house = await driver.done(m.Publisher.create(name="Virago"))
    m.ann = await driver.done(m.Author.create(name="Ann", publisher=m.house))
    m.bob = await driver.done(m.Author.create(name="Bob"))
    books = [
        m.Book(
            title=f"{n:02}",
            author=(m.ann, m.bob)[n % 2],
            editors=[m.ann, m.bob][: n % 3],
        )
        for n in range(20)
    ]
    m.books = await driver.done(m.Book.insert_many(books))
    return m


class TestForward:
    """From references to what they lead to."""

    async def test_twenty_references_are_two_commands(self, driver, shop, sent):
        """However many refer, there are two commands, and each document once."""
        sent.clear()
        query = shop.Book.find().sort("title").include(shop.Book.q.author)
        books = await driver.done(query.to_list())
        assert sent == ["find", "find"]
        assert [b.author.document.name for b in books] == ["Ann", "Bob"] * 10
        assert books[0].author.document is books[2].author.document
        assert sent == ["find", "find"]

    async def test_limits_come_first(self, driver, shop, sent):
        """Only what the query returns is looked at."""
        sent.clear()
        query = shop.Book.find().sort("title").include("author")
        first = await driver.done(query.first())
        assert first.author.document.name == "Ann"
        assert sent == ["find", "find"]
        one = await driver.done(query.filter(title="01").one())
        assert one.author.document.name == "Bob"

    async def test_paths_and_lists(self, driver, shop, sent):
        """Paths go on, and lists have all their documents."""
        sent.clear()
        query = shop.Book.find().sort("title").include("author.publisher", "editors")
        books = await driver.done(query.to_list())
        assert sent == ["find"] * 3  # the editors are among the authors
        assert books[0].author.document.publisher.document.name == "Virago"
        assert [r.document.name for r in books[2].editors] == ["Ann", "Bob"]

    async def test_nothing_is_asked_for_nothing(self, driver, shop, sent):
        """Without references there is no command."""
        sent.clear()
        query = shop.Book.filter(title="none").include("author.publisher")
        assert await driver.done(query.to_list()) == []
        assert sent == ["find"]
        query = shop.Book.filter(title="00").include("sequel_of")
        assert (await driver.done(query.one())).sequel_of is None
        assert sent == ["find"] * 2

    async def test_a_part_of_the_related(self, driver, shop):
        """Related documents may be loaded in part."""
        query = shop.Book.filter(title="00").include("author", only=["name"])
        author = (await driver.done(query.one())).author.document
        assert author.name == "Ann"
        assert not hasattr(author, "publisher")

    async def test_a_query_of_the_related(self, driver, shop):
        """Related documents may be filtered, and include more."""
        nested = shop.Author.find(name="Ann").include("publisher")
        query = shop.Book.find().sort("title").include("author", query=nested)
        ann, bob = await driver.done(query.limit(2).to_list())
        assert ann.author.document.publisher.document.name == "Virago"
        assert bob.author.dangling
        with pytest.raises(DanglingRefError) as caught:
            _ = bob.author.document
        assert str(caught.value) == (
            f"no Author has the id {shop.bob.id!r} that is referred to; it was deleted, or"
            " a filter hides it"
        )

    async def test_streams_include_by_the_batch(self, driver, shop, sent):
        """A stream includes for each of its batches."""
        sent.clear()
        query = shop.Book.find().sort("title").include("author")
        stream = query.stream(batch_size=8)
        books = await driver.streamed(stream)
        assert [b.author.document.name for b in books] == ["Ann", "Bob"] * 10
        assert sent.count("find") == 4
        await driver.done(stream.close())

    async def test_what_was_updated(self, driver, shop, sent):
        """An update that returns the document includes for it."""
        query = shop.Book.filter(title="00").include("author")
        sent.clear()
        book = await driver.done(query.find_one_and_update(title="0"))
        assert (book.title, book.author.document.name) == ("0", "Ann")
        assert sent == ["findAndModify", "find"]

    async def test_what_was_deleted(self, driver, shop):
        """What isn't there dangles."""
        await driver.done(shop.ann.delete())
        book = await driver.done(shop.Book.filter(title="00").include("author").one())
        assert (book.author.loaded, book.author.dangling) == (False, True)


def kinds(document: Any) -> Any:
    """Return classes that share a collection, and one that refers to all of them."""

    class Animal(document):
        class Meta:
            discriminator = "kind"

        name: str
        mother: Ref["Animal"] | None = field(default=None, on_delete=OnDelete.NULLIFY)

    class Dog(Animal):
        tricks: int = 0

    class Visit(document):
        animal: Ref["Animal"] = field(on_delete=OnDelete.CASCADE)
        dog: Ref["Dog"] | None = None

    return SimpleNamespace(Animal=Animal, Dog=Dog, Visit=Visit)


async def test_classes_that_share_a_collection(driver, sent):
    """References to a class lead to documents of its subclasses, and rules hold for them."""
    m = kinds(driver.document)
    rex = await driver.done(m.Dog.create(name="Rex", tricks=3))
    await driver.done(m.Dog.create(name="Pup", mother=rex))
    await driver.done(m.Visit.create(animal=rex, dog=rex))
    visit = await driver.done(m.Visit.all().include("animal", "dog").one())
    assert type(visit.animal.document) is m.Dog
    assert visit.dog.document.tricks == 3
    assert visit.animal == visit.dog
    sent.clear()
    await driver.done(m.Dog.find(name="Rex").delete())
    assert sent.count("update") == 1
    assert await driver.done(m.Visit.all().count()) == 0
    assert (await driver.done(m.Dog.all().one())).mother is None


class TestReverse:
    """From documents to those that refer to them."""

    async def test_all_at_once(self, driver, shop, sent):
        """One command finds what refers to all documents."""
        sent.clear()
        query = shop.Author.find().sort("name").include(shop.Author.books)
        ann, bob = await driver.done(query.to_list())
        assert sent == ["find", "find"]
        assert [b.title for b in bob.books][:2] == ["01", "03"]
        assert len(ann.books.documents) == 10
        assert ann.books.documents[0].author.document is ann
        assert len(await driver.streamed(ann.books)) == 10
        if driver.name != "pymongo":
            assert len(await ann.books) == 10
        assert sent == ["find", "find"]

    async def test_many_to_many(self, driver, shop, sent):
        """A list of references has another side."""
        nested = shop.Book.find().sort("-title")
        query = shop.Author.find().sort("name").include("edited", query=nested)
        ann, bob = await driver.done(query.to_list())
        assert len(ann.edited.documents) == 13
        assert [b.title for b in bob.edited] == ["17", "14", "11", "08", "05", "02"]

    async def test_as_a_query(self, driver, shop):
        """Without an include it is a query."""
        assert await driver.done(shop.ann.books.count()) == 10
        assert await driver.done(shop.ann.books.filter(title="00").exists())
        assert not shop.ann.books.loaded
        with pytest.raises(NotLoadedError) as caught:
            _ = shop.ann.books.documents
        assert str(caught.value) == (
            f"Author.books of {shop.ann.id!r} was not loaded; add include(Author.books) to"
            " the query"
        )

    async def test_none(self, driver, shop):
        """Nothing refers, and that is known."""
        carl = await driver.done(shop.Author.create(name="Carl"))
        found = await driver.done(shop.Author.filter(id=carl.id).include("books").one())
        assert found.books.documents == []

    async def test_reloading_forgets(self, driver, shop):
        """What was loaded before a reload isn't believed after it."""
        ann = await driver.done(shop.Author.filter(name="Ann").include("books").one())
        await driver.done(ann.reload())
        assert not ann.books.loaded


def driven(flow: Any) -> tuple[Any, list[Any]]:
    """Drive *flow* without a driver: every id that is asked for is found."""
    sent = []

    def call(command):
        sent.append(command.kwargs["filter"])
        ids = command.kwargs["filter"].get("_id", {}).get("$in", [])
        return [{"_id": one, "name": "n"} for one in ids if one != "lost"]

    return run(flow, call), sent


def orders(*products: str) -> list[Any]:
    """Return an order of each of *products*."""
    return [
        Order(id=place, items=[Item(Ref(Product, product))])
        for place, product in enumerate(products)
    ]


def test_without_a_driver():
    """Ids are asked for once, in one command; what is missing dangles."""
    query = Order.find().include("items.product")
    found, sent = driven(including.included(query, orders("a", "b", "lost", "a")))
    assert sent == [{"_id": {"$in": ["a", "b", "lost"]}}]
    refs = [order.items[0].product for order in found]
    assert [ref.loaded for ref in refs] == [True, True, False, True]
    assert refs[0].document is refs[3].document
    assert refs[2].dangling


@pytest.mark.parametrize(
    ("products", "sizes"),
    [
        ([f"{n:05}" for n in range(20_001)], [10_000, 10_000, 1]),
        ([f"{n}" + "x" * 2_000_000 for n in range(3)], [1, 1, 1]),
    ],
    ids=["many", "long"],
)
def test_batches_fit_into_commands(products, sizes):
    """Beyond 10,000 ids, or 12 MB of them, there is one command more."""
    query = Order.find().include("items.product")
    _, sent = driven(including.included(query, orders(*products)))
    assert [len(one["_id"]["$in"]) for one in sent] == sizes


def test_references_that_are_left_out():
    """A query that doesn't load the references can't include what they lead to."""
    for query in (Order.find().only("extras"), Order.find().omit("items.product")):
        with pytest.raises(OperandError) as caught:
            driven(including.included(query.include("items.product"), orders("a")))
        assert str(caught.value) == (
            "include of Order.items.product got a query that leaves it out; add it to what"
            " only(...) keeps"
        )
    kept = Order.find().only("items.product").include("items.product")
    assert driven(including.included(kept, orders("a")))[1] != []


class Elsewhere(SyncDocument):
    class Meta:
        database = "elsewhere"

    order: Ref[Order]


def test_references_to_several_classes():
    """A field that refers to documents of two classes is no relation."""

    class Parcel(SyncDocument):
        of: Ref[Order] | Ref[Elsewhere]

    with pytest.raises(OperandError) as caught:
        Parcel.find().include("of")
    assert str(caught.value) == (
        "Parcel.of refers to Order and Elsewhere; relations lead to one class"
    )


def test_other_databases():
    """A query reads one database."""
    with pytest.raises(OperandError) as caught:
        driven(
            including.included(
                Elsewhere.find().include("order"), [Elsewhere(order=Ref(Order, 5))]
            )
        )
    assert str(caught.value) == (
        "Elsewhere.order leads to Order in the database 'default', where include can't"
        " follow; find them by their ids"
    )


def test_queries_say_what_they_include():
    """The source of a query has its includes, and running it gives the same query."""
    nested = Product.all().sort("name")
    query = (
        Order.all()
        .include("items.product", only=["name"])
        .include(Order.q.extras, query=nested)
    )
    assert repr(query) == (
        'Query(Order).include("items.product", only=["name"])'
        '.include("extras", query=Query(Product).sort(Product.q.name.asc()))'
    )
    assert hash(query) == hash(
        Order.all()
        .include("items.product", only=["name"])
        .include("extras", query=nested)
    )


def test_embedded_references(mapper, sent):
    """References in embedded documents and dictionaries are found."""
    pen, ink = Product(id="pen", name="Pen"), Product(id="ink", name="Ink")
    with mapper.ambient():
        Product.insert_many([pen, ink])
        Order(id=1, items=[Item(pen), Item(ink, 3)], extras={"gift": ink}).save()
        sent.clear()
        order = Order.find().include("items.product", Order.q.extras).one()
        assert [item.product.document.name for item in order.items] == ["Pen", "Ink"]
        assert order.extras["gift"].document is order.items[1].product.document
        assert sent == ["find", "find"]
        copied = pickle.loads(pickle.dumps(order))  # noqa: S301 - our own
        assert copied.items[0].product.document.name == "Pen"
