"""Documents and embedded documents whose classes are told apart by a key."""

from __future__ import annotations

import copy
import pickle
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import attrs
import pytest
from bson import ObjectId

from mapper import Index, SyncDocument, discriminated, field
from mapper.behaviours import SoftDelete, Timestamped
from mapper.converter import decode, decode_document, encode, encode_document
from mapper.errors import (
    DecodeError,
    DefinitionError,
    DuplicateKeyError,
    MapperError,
    UnfilteredWriteError,
    ValidationError,
)
from mapper.flows import changing
from mongo_dsl import F, Pipeline, acc
from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError


pytestmark = pytest.mark.usefixtures("both_paths")


class Zoo:
    """The classes of a collection, on one base class of documents."""

    def __init__(self, base: Any) -> None:
        class Animal(base):
            name: str

            class Meta:
                discriminator = "kind"
                indexes = (Index("name"),)

        class Dog(Animal):
            barks: int = 0
            tag: str | None = field(default=None, unique=True)

        class Puppy(Dog):
            weeks: int = field(default=1, index=True)

        class Cat(Animal):
            lives: int = 9
            size: float = field(default=0.5, db_name="s")

            class Meta:
                discriminator_value = "cat"

        class Pet(Animal):
            owner: str = ""

            class Meta:
                abstract = True

        class Parrot(Pet):
            barks: bool = False

        self.Animal, self.Dog, self.Puppy = Animal, Dog, Puppy
        self.Cat, self.Pet, self.Parrot = Cat, Pet, Parrot

    def animals(self) -> list[Any]:
        """Return one of each."""
        return [
            self.Animal(name="a"),
            self.Dog(name="d", barks=3, tag="1"),
            self.Puppy(name="p", barks=9, tag="2"),
            self.Cat(name="c"),
            self.Parrot(name="q", barks=True, owner="Ann"),
        ]


ZOO = Zoo(SyncDocument)


@pytest.fixture
async def zoo(driver):
    """Store one animal of each class."""
    made = Zoo(driver.document)
    await driver.done(made.Animal.insert_many(made.animals()))
    return made


class TestStored:
    """What is stored, and where."""

    async def test_one_collection(self, driver, zoo):
        """All classes are in the collection of the one at the top, with their names."""
        assert driver.mongo.list_collection_names() == ["animal"]
        found = driver.mongo.animal.find({}, {"_id": 0, "tag": 0})
        assert list(found) == [
            {"kind": "Animal", "name": "a"},
            {"kind": "Dog", "name": "d", "barks": 3},
            {"kind": "Puppy", "name": "p", "barks": 9, "weeks": 1},
            {"kind": "cat", "name": "c", "lives": 9, "s": 0.5},
            {"kind": "Parrot", "name": "q", "barks": True, "owner": "Ann"},
        ]

    async def test_saving(self, driver, zoo):
        """A save sends what changed; the class goes with a new document alone."""
        cat = await driver.done(zoo.Cat.get(name="c"))
        cat.lives -= 1
        await driver.done(cat.save())
        assert driver.mongo.animal.find_one({"kind": "cat"})["lives"] == 8
        await driver.done(cat.reload())
        assert cat.lives == 8
        assert await driver.done(cat.delete())
        assert not await driver.done(zoo.Cat.all().exists())

    async def test_insert_many_of_a_subclass(self, driver, zoo):
        """Documents of relatives that aren't of the class are refused."""
        with pytest.raises(MapperError) as caught:
            await driver.done(
                zoo.Dog.insert_many([zoo.Puppy(name="x", tag="3"), zoo.Cat(name="y")])
            )
        assert (
            str(caught.value) == "Dog.insert_many got a Cat; it takes documents of Dog"
        )
        assert (
            len(await driver.done(zoo.Dog.insert_many([zoo.Puppy(name="x", tag="3")])))
            == 1
        )

    def test_without_a_discriminator(self):
        """A concrete subclass has a collection of its own."""

        class Base(SyncDocument):
            name: str

        class Below(Base):
            pass

        assert (Base.__collection__, Below.__collection__) == ("base", "below")
        assert encode_document(Below(name="a")) == {"_id": None, "name": "a"}
        assert Below.all().compile().filter == {}

    def test_abstract_classes_lend_their_discriminator(self):
        """Each concrete class below them is at the top of a collection of its own."""

        class Lends(SyncDocument):
            class Meta:
                abstract = True
                discriminator = "kind"

        class One(Lends):
            pass

        class Other(Lends):
            pass

        class Below(One):
            pass

        names = [cls.__collection__ for cls in (One, Below, Other)]
        assert names == ["one", "one", "other"]
        assert One.all().compile().filter == Other.all().compile().filter == {}


class TestReading:
    """Queries of the class at the top."""

    async def test_instances(self, driver, zoo):
        """Everything that loads documents makes instances of their classes."""
        kinds = [zoo.Animal, zoo.Dog, zoo.Puppy, zoo.Cat, zoo.Parrot]
        everything = zoo.Animal.all().sort("id")
        found = await driver.done(everything.to_list())
        assert [type(one) for one in found] == kinds
        assert all(one.is_stored for one in found)
        assert [
            type(one) for one in await driver.streamed(everything.stream())
        ] == kinds
        assert type(await driver.done(zoo.Animal.get(found[3].id))) is zoo.Cat
        assert type(await driver.done(zoo.Animal.get(name="p"))) is zoo.Puppy
        first = await driver.done(zoo.Animal.filter(name="d").first())
        assert type(first) is zoo.Dog
        assert type(await driver.done(zoo.Animal.filter(name="d").one())) is zoo.Dog
        changed = zoo.Animal.filter(name="q").find_one_and_update(name="r")
        assert type(await driver.done(changed)) is zoo.Parrot
        gone = await driver.done(zoo.Animal.filter(name="c").find_one_and_delete())
        assert (type(gone), gone.lives) == (zoo.Cat, 9)

    async def test_rows_of_aggregations(self, driver, zoo):
        """The class at the top can be what rows are read as."""
        pipeline = zoo.Animal.pipeline().sort("-name").into(zoo.Animal)
        rows = await driver.done(pipeline.to_list())
        assert [type(row).__name__ for row in rows] == [
            "Parrot",
            "Puppy",
            "Dog",
            "Cat",
            "Animal",
        ]
        found = await driver.done(
            zoo.Animal.aggregate([{"$sort": {"name": 1}}], into=zoo.Animal)
        )
        assert type(found[1]) is zoo.Cat

    async def test_parts(self, driver, zoo):
        """What loads some fields loads the key, too."""
        found = await driver.done(zoo.Animal.all().sort("id").only("name").to_list())
        assert [type(one).__name__ for one in found] == [
            "Animal",
            "Dog",
            "Puppy",
            "Cat",
            "Parrot",
        ]
        assert not hasattr(found[1], "barks")
        found[1].name = "e"
        await driver.done(found[1].save())
        stored = driver.mongo.animal.find_one({"name": "e"})
        assert (stored["kind"], stored["barks"]) == ("Dog", 3)
        omitted = await driver.done(zoo.Cat.all().omit("lives").first())
        assert type(omitted) is zoo.Cat
        with pytest.raises(ArgumentError) as caught:
            zoo.Animal.all().omit("kind").compile()
        assert str(caught.value) == (
            "omit can't leave out 'kind', which says of which class a document is;"
            " raw() loads plain dictionaries without it"
        )
        assert zoo.Animal.all().only("name", "kind").compile().projection == {
            "name": 1,
            "kind": 1,
        }
        assert zoo.Animal.all().only("name").raw().compile().projection == {"name": 1}

    async def test_fields_of_subclasses(self, driver, zoo):
        """They are reachable from the class at the top, and so is the key."""
        Animal = zoo.Animal  # noqa: N806 - a class
        loud = await driver.done(
            Animal.filter(Animal.q.barks >= 3).sort("id").to_list()
        )
        assert [one.name for one in loud] == ["d", "p"]
        assert (Animal.q["lives"] > 3).compile() == {"lives": {"$gt": 3}}
        assert (Animal.q.size > 3).compile() == {"s": {"$gt": 3}}
        assert (Animal.q.kind == "Dog").compile() == {"kind": "Dog"}
        assert Animal.filter(kind="Dog", barks__gt=1).compile().filter == {
            "kind": "Dog",
            "barks": {"$gt": 1},
        }
        with pytest.raises(UnknownFieldError) as caught:
            Animal.q.wings  # noqa: B018
        assert str(caught.value) == (
            "Animal has no field 'wings'; its fields are: id, name, barks, tag, weeks,"
            " lives, size, owner, kind"
        )
        with pytest.raises(UnknownFieldError) as caught:
            zoo.Dog.q.lives  # noqa: B018
        assert str(caught.value) == (
            "Dog has no field 'lives'; its fields are: id, name,"
            " barks, tag, weeks, kind"
        )
        rows = await driver.done(
            Animal.pipeline()
            .match(Animal.q.lives > 3)
            .group(F.kind, lives=acc.max_(Animal.q.lives))
            .to_list()
        )
        assert rows == [{"_id": "cat", "lives": 9}]

    def test_names_stored_differently(self):
        """A name that stands for two places isn't reachable."""

        class Top(SyncDocument):
            class Meta:
                discriminator = "kind"

        class One(Top):
            size: int = field(default=1, db_name="a")

        class Other(Top):
            size: int = field(default=1, db_name="b")

        stored = [cls.q.size._node.name for cls in (One, Other)]
        assert stored == ["a", "b"]
        with pytest.raises(UnknownFieldError):
            Top.q.size  # noqa: B018

    UNREADABLE: ClassVar[Any] = {
        "unknown": (
            ZOO.Animal,
            {"kind": "Bird", "name": "x"},
            "Animal doesn't fit its class: kind names no class of Animal, got 'Bird', a"
            " str; known are: Animal, Dog, Puppy, cat, Parrot",
        ),
        "another type": (
            ZOO.Animal,
            {"kind": 3},
            "Animal doesn't fit its class: kind names no class of Animal, got 3, an int;"
            " known are: Animal, Dog, Puppy, cat, Parrot",
        ),
        "no hash": (
            ZOO.Animal,
            {"kind": ["Dog"]},
            "Animal doesn't fit its class: kind names no class of Animal, got ['Dog'], a"
            " list; known are: Animal, Dog, Puppy, cat, Parrot",
        ),
        "of a relative": (
            ZOO.Dog,
            {"kind": "cat", "name": "x"},
            "Dog doesn't fit its class: kind names no class of Dog, got 'cat', a str;"
            " known are: Dog, Puppy",
        ),
        "none, in a subclass": (
            ZOO.Dog,
            {"name": "x"},
            "Dog doesn't fit its class: kind is missing",
        ),
        "wrong fields": (
            ZOO.Animal,
            {"kind": "cat", "name": "x", "lives": "9"},
            "Animal doesn't fit its class: lives must be int, got '9', a str",
        ),
    }

    @pytest.mark.parametrize(
        ("cls", "raw", "told"), UNREADABLE.values(), ids=UNREADABLE
    )
    def test_unreadable(self, cls, raw, told):
        """The value and the classes that are known are named."""
        with pytest.raises(DecodeError) as caught:
            decode_document(raw, cls)
        assert str(caught.value) == told
        assert caught.value.cls is cls

    async def test_stored_before_there_were_subclasses(self, driver, zoo):
        """What has no key is of the class at the top, and stays as it is."""
        driver.mongo.animal.insert_one({"name": "old"})
        old = await driver.done(zoo.Animal.get(name="old"))
        assert type(old) is zoo.Animal
        await driver.done(old.save())
        assert "kind" not in driver.mongo.animal.find_one({"name": "old"})
        part = await driver.done(zoo.Animal.filter(name="old").only("name").one())
        assert type(part) is zoo.Animal

    async def test_unreadable_parts(self, driver, zoo):
        """Documents in part name their class, too."""
        driver.mongo.animal.insert_one({"name": "x", "kind": "Bird", "_id": 1})
        with pytest.raises(DecodeError) as caught:
            await driver.done(zoo.Animal.filter(name="x").only("name").one())
        assert str(caught.value) == (
            "Animal 1 doesn't fit its class: kind names no class of Animal, got 'Bird',"
            " a str; known are: Animal, Dog, Puppy, cat, Parrot"
        )


class TestScopes:
    """Queries of subclasses touch no relatives."""

    FILTERS: ClassVar[Any] = {
        "top": (ZOO.Animal, {}),
        "with subclasses": (ZOO.Dog, {"kind": {"$in": ["Dog", "Puppy"]}}),
        "without": (ZOO.Puppy, {"kind": "Puppy"}),
        "value": (ZOO.Cat, {"kind": "cat"}),
        "abstract": (ZOO.Pet, {"kind": "Parrot"}),
    }

    @pytest.mark.parametrize(("cls", "expected"), FILTERS.values(), ids=FILTERS)
    def test_filters(self, cls, expected):
        """Every query is narrowed to the class and what derives from it."""
        assert cls.all().compile().filter == expected
        assert cls.filter(name="x").compile().filter == {"name": "x", **expected}

    def test_own_conditions_on_the_key(self):
        """A condition on the key can't widen a query."""
        found = ZOO.Puppy.filter(kind="cat").compile().filter
        assert found == {"$and": [{"kind": "cat"}, {"kind": "Puppy"}]}

    async def test_every_operation(self, driver, zoo):
        """Finding, counting, aggregating, updating and deleting are narrowed alike."""
        Dog = zoo.Dog  # noqa: N806 - a class
        done = driver.done
        names = [one.name for one in await done(Dog.all().sort("id").to_list())]
        assert names == ["d", "p"]
        assert await done(Dog.all().count()) == 2
        assert await done(Dog.all().distinct("name")) == ["d", "p"]
        assert await done(Dog.get(name="c")) is None
        assert not await done(Dog.filter(name="c").exists())
        assert await done(Dog.all()[1:].first()) is not None
        cat = await done(zoo.Cat.all().one())
        assert await done(Dog.get(cat.id)) is None
        assert [
            r["name"] for r in await done(Dog.aggregate([{"$sort": {"name": 1}}]))
        ] == [
            "d",
            "p",
        ]
        assert len(await done(Dog.pipeline().sort("name").to_list())) == 2
        written = await done(Dog.filter(Dog.q.name != "").update(name="dog"))
        assert (written.matched, written.modified) == (2, 2)
        assert (await done(Dog.filter(name="c").update_one(name="x"))).matched == 0
        assert await done(Dog.filter(name="c").find_one_and_update(name="x")) is None
        assert await done(Dog.filter(name="c").find_one_and_delete()) is None
        assert await done(zoo.Puppy.filter(name="dog").delete()) == 1
        assert await done(Dog.all().everything().delete()) == 1
        assert driver.mongo.animal.count_documents({}) == 3

    async def test_unfiltered_writes(self, driver, zoo):
        """Being of a class is no filter: all of them must be asked for."""
        with pytest.raises(UnfilteredWriteError) as caught:
            await driver.done(zoo.Dog.all().delete())
        assert str(caught.value) == (
            "delete of Dog has no filter and would touch every document; narrow it by"
            " filter(...), or ask for it: .everything().delete(...)"
        )
        with pytest.raises(UnfilteredWriteError):
            await driver.done(zoo.Dog.all().update(name="x"))
        with pytest.raises(ArgumentError) as refused:
            await driver.done(zoo.Dog.all().estimated_count())
        assert str(refused.value) == (
            "estimated_count counts all of animal; count() takes filters"
        )
        assert await driver.done(zoo.Animal.all().estimated_count()) == 5

    async def test_pipelines_of_a_subclass(self, driver, zoo):
        """A pipeline of a subclass runs on its documents alone; one of the top on all."""
        with pytest.raises(OperandError) as caught:
            await driver.done(
                zoo.Animal.all().aggregate(Pipeline(zoo.Dog).sort("name"))
            )
        assert str(caught.value) == (
            "Animal has documents that aren't of Dog, whose pipeline it got; run it on Dog"
        )
        rows = await driver.done(
            zoo.Dog.all().aggregate(Pipeline(zoo.Animal).sort("name"))
        )
        assert len(rows) == 2

    async def test_lookups(self, driver, zoo):
        """Joins of a subclass find its documents alone."""

        class Visit(driver.document):
            animal: str

        await driver.done(Visit.insert_many([Visit(animal="d"), Visit(animal="c")]))

        def found(cls: Any) -> Any:
            joined = Visit.pipeline().lookup(
                cls, on=Visit.q.animal == cls.q.name, as_="found"
            )
            return driver.done(joined.sort("animal").to_list())

        async def kinds(cls: Any) -> list[Any]:
            return [[one["kind"] for one in row["found"]] for row in await found(cls)]

        assert await kinds(zoo.Animal) == [["cat"], ["Dog"]]
        assert await kinds(zoo.Dog) == [[], ["Dog"]]

    @pytest.mark.parametrize("name", ["Animal", "Dog", "Puppy", "Cat"])
    async def test_upserts(self, driver, zoo, name):
        """What an upsert inserts is of the class that was asked."""
        cls = getattr(zoo, name)
        query = cls.filter(name="new")
        written = await driver.done(query.upsert(name="newer"))
        found = await driver.done(cls.get(written.upserted_id))
        assert type(found) is cls
        assert (
            await driver.done(cls.filter(name="newer").upsert(name="newest"))
        ).matched == 1
        again = cls.filter(name="again").find_one_and_update(name="x", upsert=True)
        assert type(await driver.done(again)) is cls
        steps = [cls.q.name.set("y")]
        written = await driver.done(cls.filter(name="steps").upsert(steps))
        assert type(await driver.done(zoo.Animal.get(written.upserted_id))) is cls

    async def test_upserts_that_name_the_class(self, driver, zoo):
        """A change of the key is the caller's, and an abstract class has no documents."""
        change = zoo.Animal.q.kind.set("cat") & zoo.Animal.q.name.set("x")
        written = await driver.done(zoo.Animal.filter(name="new").upsert(change))
        assert type(await driver.done(zoo.Animal.get(written.upserted_id))) is zoo.Cat
        with pytest.raises(DefinitionError) as caught:
            await driver.done(zoo.Pet.filter(name="x").upsert(name="y"))
        assert str(caught.value) == (
            "Pet has no documents of its own; upsert one of a subclass"
        )


class TestBehaviours:
    """What a subclass has besides holds for its own documents."""

    async def test_mixed_batches(self, driver, sent):
        """Each document of a batch gets the values and events of its class."""

        class Top(driver.document):
            name: str

            class Meta:
                discriminator = "kind"

        class Stamped(Top, Timestamped):
            pass

        class Gone(Top, SoftDelete):
            pass

        heard: list[str] = []
        Stamped.on("after_insert", lambda one: heard.append(one.name))
        batch = [Top(name="a"), Stamped(name="b"), Gone(name="c"), Stamped(name="d")]
        sent.clear()
        assert await driver.done(Top.insert_many(batch)) == batch
        assert sent == ["insert"]
        assert heard == ["b", "d"]
        assert [hasattr(one, "created_at") for one in batch] == [False, True] * 2
        assert batch[1].created_at is not None
        assert await driver.done(batch[2].delete())
        assert await driver.done(Gone.all().count()) == 0
        query = Gone.filter(name="c")
        assert query.compile().filter.keys() == {"name", "kind", "is_deleted"}
        stored = await driver.done(Top.all().sort("name").to_list())
        assert [type(one).__name__ for one in stored] == [
            "Top",
            "Stamped",
            "Gone",
            "Stamped",
        ]


class TestFlows:
    """What is sent, without a driver."""

    def test_an_upsert(self):
        """It stores the class unless a change does, and sends one command."""
        flow = changing.upsert(ZOO.Dog.filter(name="x"), ZOO.Dog.q.barks.inc(), {})
        command = next(flow)
        assert command.collection == "animal"
        assert command.args == (
            {"name": "x", "kind": {"$in": ["Dog", "Puppy"]}},
            {"$inc": {"barks": 1}, "$setOnInsert": {"kind": "Dog"}},
        )
        assert command.kwargs == {"upsert": True}

    def test_an_update(self):
        """It leaves the class alone."""
        flow = changing.update_many(ZOO.Cat.filter(name="x"), None, {"lives": 3})
        assert next(flow).args == (
            {"name": "x", "kind": "cat"},
            {"$set": {"lives": 3}},
        )


class TestIndexes:
    """Indexes of a collection that several classes share."""

    async def test_all_of_the_collection(self, driver, zoo):
        """Those of subclasses are made with the others; unique ones hold their class."""
        await driver.done(zoo.Animal.create_indexes())
        found = driver.mongo.animal.index_information()
        assert found.keys() == {"_id_", "name_1", "tag_1_Dog", "weeks_1"}
        assert found["tag_1_Dog"]["partialFilterExpression"] == {
            "kind": {"$in": ["Dog", "Puppy"]}
        }
        cats = [zoo.Cat(name="1"), zoo.Cat(name="2")]
        await driver.done(zoo.Cat.insert_many(cats))
        with pytest.raises(DuplicateKeyError):
            await driver.done(zoo.Puppy.create(name="x", tag="1"))

    async def test_of_a_subclass(self, driver, zoo):
        """Those of the classes above it come with its own."""
        assert await driver.done(zoo.Cat.create_indexes()) == ["name_1"]
        assert await driver.done(zoo.Puppy.create_indexes()) == [
            "name_1",
            "tag_1_Dog",
            "weeks_1",
        ]


class TestCopies:
    """Copies of documents and queries."""

    def test_pickle(self):
        """Documents and queries come back as they went."""
        for one in Kennel(name="a"), Hound(name="b", nose=2):
            assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
            assert copy.deepcopy(one) == one
        query = Hound.filter(Kennel.q.nose > 1)
        again = pickle.loads(pickle.dumps(query))  # noqa: S301 - our own
        assert again.compile() == query.compile()

    def test_defined_anew(self):
        """A class that is defined once more, as in a notebook, takes its own place."""

        def define() -> Any:
            class Setter(Kennel):
                colour: str = "red"

            return Setter

        raw = {"kind": "Setter", "name": "a"}
        first = define()
        assert type(decode_document(raw, Kennel)) is first
        second = define()
        assert type(decode_document(raw, Kennel)) is second is not first


class Kennel(SyncDocument):
    """A class at the top, in a module."""

    name: str

    class Meta:
        discriminator = "kind"


class Hound(Kennel):
    """A class below it."""

    nose: int = 1


def _below(base: Any, **meta: Any) -> Any:
    def define() -> None:
        names = {"Meta": type("Meta", (), meta), "__qualname__": "Bad"}
        type(base)("Bad", (base,), {"__module__": __name__, **names})

    return define


def _class_with(**annotations: Any) -> Any:
    def define() -> None:
        class Bad(Kennel):
            __annotations__ = annotations

    return define


KEY = "it is not empty, not '_id', has no dot and doesn't begin with '$'"
UNDEFINED = {
    "twice": (
        _below(Kennel, discriminator_value="Hound"),
        "Hound and Bad both have 'Hound' as their 'kind'; give one another"
        " discriminator value",
    ),
    "top's": (
        _below(Hound, discriminator_value="Kennel"),
        "Kennel and Bad both have 'Kennel' as their 'kind'; give one another"
        " discriminator value",
    ),
    "another key": (
        _below(Kennel, discriminator="sort"),
        "Bad.Meta.discriminator is 'sort', but it is stored with Kennel, whose"
        " discriminator is 'kind'",
    ),
    "another collection": (
        _below(Hound, collection_name="hounds"),
        "Bad.Meta.collection_name is 'hounds', but it is stored with Hound, whose"
        " collection_name is 'kennel'",
    ),
    "value alone": (
        _below(SyncDocument, discriminator_value="x"),
        "Bad.Meta has a discriminator_value, but no class a discriminator; write"
        ' discriminator = "kind" in the highest',
    ),
    "not a text": (
        _below(SyncDocument, discriminator=True),
        "Bad.Meta.discriminator is True; it takes str",
    ),
    "id": (
        _below(SyncDocument, discriminator="_id"),
        f"Bad.Meta.discriminator is '_id'; {KEY}",
    ),
    "path": (
        _below(SyncDocument, discriminator="a.b"),
        f"Bad.Meta.discriminator is 'a.b'; {KEY}",
    ),
    "field": (
        _class_with(kind=str),
        "Bad.kind is stored as 'kind', where the name of the class is kept; give it"
        " another db_name",
    ),
}


@pytest.mark.parametrize(("define", "told"), UNDEFINED.values(), ids=UNDEFINED)
def test_undefined(define, told):
    """A class that can't be told apart is refused when it is defined."""
    with pytest.raises(DefinitionError) as caught:
        define()
    assert str(caught.value) == told


# -- Embedded documents --------------------------------------------------------------


@discriminated("kind")
@attrs.define
class Shape(ABC):
    """The class that is annotated."""

    name: str

    @abstractmethod
    def area(self) -> float:
        """Return its size."""


@attrs.define
class Circle(Shape):
    """A shape."""

    radius: float = attrs.field(default=1.0, validator=attrs.validators.gt(0))

    def area(self) -> float:
        """Return its size."""
        return 3 * self.radius**2


@discriminated(value="square")
@attrs.define
class Square(Shape):
    """Another, under another name."""

    side: float

    def area(self) -> float:
        """Return its size."""
        return self.side**2


@attrs.define
class Group(Shape):
    """One that holds shapes itself."""

    parts: list[Shape] = attrs.field(factory=list, metadata={"db_name": "p"})

    def area(self) -> float:
        """Return its size."""
        return sum(part.area() for part in self.parts)


class Plain(Circle):
    """A subclass that attrs knows nothing of."""


def drawing_class(base: Any) -> Any:
    """Define a document that embeds shapes, in every way."""

    class Drawing(base):
        title: str = ""
        shapes: list[Shape] = field(factory=list)
        named: dict[str, Shape] = field(factory=dict)
        main: Shape | None = None
        ring: Circle | None = None
        mixed: Shape | str | int = 0

    return Drawing


DRAWING = drawing_class(SyncDocument)
SHAPES = [Circle("a", 2.5), Square("b", 2.0), Group("c", [Circle("d")])]
STORED = [
    {"kind": "Circle", "name": "a", "radius": 2.5},
    {"kind": "square", "name": "b", "side": 2.0},
    {
        "kind": "Group",
        "name": "c",
        "p": [{"kind": "Circle", "name": "d", "radius": 1.0}],
    },
]


class TestEmbedded:
    """Embedded documents of several classes under one annotation."""

    async def test_round_trip(self, driver):
        """Every class comes back, wherever it stands."""
        Drawing = drawing_class(driver.document)  # noqa: N806 - a class
        made = Drawing(
            shapes=SHAPES,
            named={"x": SHAPES[1]},
            main=SHAPES[2],
            ring=SHAPES[0],
            mixed=SHAPES[0],
        )
        await driver.done(made.save())
        stored = driver.mongo.drawing.find_one()
        assert stored["shapes"] == STORED
        assert stored["named"] == {"x": STORED[1]}
        assert (stored["main"], stored["ring"]) == (STORED[2], STORED[0])
        found = await driver.done(Drawing.get(made.id))
        assert found == made
        found.shapes[0].radius = 3.0
        found.main.parts.append(Square("e", 1.0))
        await driver.done(found.save())
        assert await driver.done(Drawing.get(made.id)) == found

    async def test_deltas(self, driver):
        """Changes within an instance of a subclass are sent by path, as for any class."""

        @discriminated("kind")
        @attrs.define
        class Label:
            text: str

        @attrs.define
        class Marked(Label):
            marks: set[str] = attrs.field(factory=set)

        class Sheet(driver.document):
            label: Any = None

        Sheet.__annotations__["label"] = Label
        sheet = Sheet(label=Marked("a", {"x"}))
        await driver.done(sheet.save())
        sheet.label.marks.add("y")
        sheet.label.text = "b"
        assert sheet.changes() == {
            "$set": {"label.text": "b"},
            "$addToSet": {"label.marks": {"$each": ["y"]}},
        }
        sheet.label = Label("c")
        await driver.done(sheet.save())
        assert driver.mongo.sheet.find_one()["label"] == {"kind": "Label", "text": "c"}
        assert await driver.done(Sheet.get(sheet.id)) == sheet

    async def test_queries(self, driver):
        """Fields that only a subclass has are found; so is the key."""
        Drawing = drawing_class(driver.document)  # noqa: N806 - a class
        await driver.done(Drawing.create(title="x", shapes=SHAPES))
        await driver.done(Drawing.create(title="y", shapes=SHAPES[1:2]))
        q = Drawing.q
        assert (q.shapes.parts.radius > 1).compile() == {"shapes.p.radius": {"$gt": 1}}
        big = await driver.done(Drawing.filter(q.shapes.radius > 2).to_list())
        assert [one.title for one in big] == ["x"]
        both = q.shapes.any((F.kind == "square") & (F.side == 2))
        assert await driver.done(Drawing.filter(both).count()) == 2
        assert await driver.done(Drawing.filter(q.shapes.kind == "Group").count()) == 1
        written = await driver.done(
            Drawing.filter(title="y").update(q.shapes.push(Circle("z", 4.0)))
        )
        assert written.modified == 1
        rows = await driver.done(
            Drawing.pipeline()
            .unwind(q.shapes)
            .group(q.shapes.kind, largest=acc.max_(q.shapes.radius))
            .sort("_id")
            .to_list()
        )
        assert rows == [
            {"_id": "Circle", "largest": 4.0},
            {"_id": "Group", "largest": None},
            {"_id": "square", "largest": None},
        ]
        with pytest.raises(UnknownFieldError) as caught:
            q.shapes.width  # noqa: B018
        assert str(caught.value) == (
            f"{Drawing.__name__}.shapes has no field 'width'; its fields are: name,"
            " radius, side, parts, kind; did you mean 'within'?"
        )

    UNREADABLE: ClassVar[Any] = {
        "unknown": (
            {"shapes": [STORED[0], {"kind": "Ring"}]},
            "shapes.1.kind names no class of Shape, got 'Ring', a str; known are:"
            " Circle, square, Group",
        ),
        "missing": ({"main": {"name": "a"}}, "main.kind is missing"),
        "relative": (
            {"ring": STORED[1]},
            "ring.kind names no class of Circle, got 'square', a str; known are: Circle",
        ),
        "no document": ({"main": 5}, "main must be Shape, got 5, an int"),
        "field": (
            {"shapes": [{**STORED[2], "p": [{**STORED[0], "radius": "x"}]}]},
            "shapes.0.parts.0.radius must be float, got 'x', a str",
        ),
        "two": (
            {"shapes": [{"kind": "Circle"}, {"kind": "square", "name": 1}]},
            "shapes.0.name is missing; shapes.1.name must be str, got 1, an int;"
            " shapes.1.side is missing",
        ),
    }

    @pytest.mark.parametrize(("raw", "told"), UNREADABLE.values(), ids=UNREADABLE)
    def test_unreadable(self, raw, told):
        """Errors name the path, the value and the classes that are known."""
        with pytest.raises(DecodeError) as caught:
            decode_document(raw, DRAWING)
        assert str(caught.value) == f"Drawing doesn't fit its class: {told}"

    def test_undecorated_subclasses(self):
        """What attrs didn't define can't be read back, and isn't stored."""
        with pytest.raises(ValidationError) as caught:
            encode([Plain("a", 1.0)], list[Shape])
        assert str(caught.value) == (
            "a value can't be stored as list[Shape]: 0 must be one of Circle, Square,"
            " Group, got a Plain, which attrs didn't define"
        )
        with pytest.raises(ValidationError) as caught:
            encode([5], list[Shape])
        assert str(caught.value) == (
            "a value can't be stored as list[Shape]: 0 must be Shape, got 5, an int"
        )

    def test_what_is_at_the_top(self):
        """A class that has instances takes what was stored before it had subclasses."""

        @discriminated("type")
        @attrs.define
        class Item:
            sku: str

        @attrs.define
        class Book(Item):
            pages: int

        raw = [{"sku": "a"}, {"sku": "b", "type": "Book", "pages": 3}]
        assert decode(raw, list[Item]) == [Item("a"), Book("b", 3)]
        assert encode(Item("a"), Item) == {"type": "Item", "sku": "a"}

    def test_two_of_one_name(self):
        """Classes of one name are refused as soon as one is stored or read."""

        @discriminated("type")
        @attrs.define
        class Item:
            sku: str

        @discriminated(value="Item")
        @attrs.define
        class Book(Item):
            pages: int

        with pytest.raises(DefinitionError) as caught:
            encode(Book("b", 3), Item)
        assert str(caught.value) == (
            "Item and Book both have 'Item' as their 'type'; give one another"
            " discriminator value"
        )

    def test_a_field_in_its_place(self):
        """A field under the key is refused."""

        @discriminated("type")
        @attrs.define
        class Item:
            type: str

        with pytest.raises(DefinitionError) as caught:
            encode(Item("b"), Item)
        assert str(caught.value) == (
            "Item.type is stored as 'type', where the name of the class is kept; give"
            " it another db_name"
        )

    def test_subclasses_that_come_later(self):
        """A subclass may be defined after its relatives were stored and asked."""

        @discriminated("type")
        @attrs.define
        class Item:
            sku: str

        class Cart(SyncDocument):
            items: list[Any] = field(factory=list)

        Cart.__annotations__["items"] = list[Item]
        assert decode(encode([Item("a")], list[Item]), list[Item]) == [Item("a")]
        assert Pipeline(Cart).match(Cart.q.items.sku == "a").shape is not None

        @attrs.define
        class Book(Item):
            pages: int

        assert decode(encode([Book("b", 1)], list[Item]), list[Item]) == [Book("b", 1)]
        assert Pipeline(Cart).match(Cart.q.items.pages > 1).compile()


MISUSED = {
    "no fields": (
        lambda: discriminated("kind")(type("Bad", (), {})),
        "discriminated got Bad, which has no fields; decorate it by attrs.define first",
    ),
    "no key": (
        lambda: discriminated(value="x")(attrs.make_class("Bad", ["x"])),
        "discriminated got no key for Bad, and no class above has one; write"
        ' @discriminated("kind")',
    ),
    "second key": (
        lambda: discriminated("sort")(
            attrs.make_class("Bad", ["x"], bases=(Circle,), kw_only=True)
        ),
        "discriminated got the key 'sort' for Bad, which is told from its relatives by"
        " 'kind'",
    ),
    "key": (
        lambda: discriminated("$kind")(attrs.make_class("Bad", ["x"])),
        f"discriminated got the key '$kind' for Bad; {KEY}",
    ),
}


@pytest.mark.parametrize(("use", "told"), MISUSED.values(), ids=MISUSED)
def test_misused(use, told):
    """The decorator says what is wrong at once."""
    with pytest.raises(DefinitionError) as caught:
        use()
    assert str(caught.value) == told


def test_ids_are_kept():
    """The key stands beside the id, whatever its type."""
    made = ObjectId()
    found = decode_document({"_id": made, "kind": "Hound", "name": "a"}, Kennel)
    assert found == Hound(id=made, name="a")
