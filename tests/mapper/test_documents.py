"""Documents on a real server: one suite, run by each of the three drivers."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import attrs
import pytest
from bson import Decimal128, ObjectId

from mapper import Index, field
from mapper.errors import (
    BulkInsertError,
    DecodeError,
    DocumentNotFoundError,
    DuplicateKeyError,
    MapperError,
    MultipleDocumentsError,
    UnfilteredWriteError,
    ValidationError,
)
from mongo_dsl import F, Pipeline, acc, all_of, any_of, geo, raw, stages, text
from mongo_dsl.errors import ArgumentError, OperandError


UTC = dt.timezone.utc


class Color(Enum):
    """An enum stored by its value."""

    RED = 1
    BLUE = 2


@attrs.define
class Address:
    """An embedded document."""

    city: str
    zip: str = ""


@attrs.define
class Row:
    """What a query selects of a person."""

    name: str
    age: int


@attrs.define
class Count:
    """A row of an aggregation."""

    id: str = attrs.field(metadata={"db_name": "_id"})
    people: int = 0


def person_class(driver: Any) -> Any:
    """Define the same document class on the base class of *driver*."""

    class Person(driver.document):
        name: str
        age: int = 0
        email: str | None = field(default=None, db_name="mail")
        tags: list[str] = field(factory=list)
        address: Address | None = None
        settings: dict[str, Any] = field(factory=dict)
        rows: list[dict] = field(factory=list)
        color: Color = Color.RED
        balance: Decimal = Decimal(0)
        seen: dt.datetime | None = None
        token: UUID | None = None
        place: geo.Point | None = None
        code: str | None = field(default=None, immutable=True)

        class Meta:
            collection_name = "people"
            indexes = (
                Index("age", "-name"),
                Index(("place", "2dsphere")),
                Index(("name", "text")),
            )

    return Person


@pytest.fixture
def Person(driver):  # noqa: N802 - a class
    """Return the document class of the driver's face."""
    return person_class(driver)


@pytest.fixture
async def people(driver, Person):  # noqa: N803 - a class
    """Store three people and return their class."""
    ages = {"Ann": 30, "Bob": 20, "Cid": 40}
    made = [
        Person(name=name, age=age, tags=[name[0], "x"]) for name, age in ages.items()
    ]
    await driver.done(Person.insert_many(made))
    return Person


class TestSaving:
    """What is written, and what isn't."""

    async def test_round_trip(self, driver, Person):  # noqa: N803
        """Every kind of value comes back as it went."""
        made = Person(
            name="Ann",
            age=30,
            email="a@x",
            tags=["a"],
            address=Address("Rome", "1"),
            settings={"a": [1, {"b": 2}]},
            rows=[{"x": 1}],
            color=Color.BLUE,
            balance=Decimal("1.50"),
            seen=dt.datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC),
            token=UUID(int=5),
            place=geo.Point(1.5, 2.5),
        )
        assert made.id is None
        assert not made.is_stored
        saved = await driver.done(made.save())
        assert saved is made
        assert isinstance(made.id, ObjectId)
        assert made.is_stored
        assert await driver.done(Person.get(made.id)) == made
        stored = driver.mongo.people.find_one()
        assert stored["mail"] == "a@x"
        assert stored["balance"] == Decimal128("1.50")
        assert stored["color"] == 2
        assert stored["place"] == {"type": "Point", "coordinates": [1.5, 2.5]}

    async def test_saves_only_what_changed(self, driver, Person):  # noqa: N803
        """A stored document sends its changes, nested ones by path, and nothing else."""
        made = await driver.done(
            Person.create(name="Ann", address=Address("Rome", "1"))
        )
        driver.mongo.people.update_one({}, {"$set": {"age": 99, "extra": 1}})
        made.email = "new"
        made.address.zip = "2"
        made.tags.append("t")
        made.settings["k"] = {"z": 1}
        await driver.done(made.save())
        stored = driver.mongo.people.find_one()
        assert (stored["mail"], stored["tags"]) == ("new", ["t"])
        assert stored["address"] == {"city": "Rome", "zip": "2"}
        assert (stored["age"], stored["extra"]) == (99, 1)

    async def test_removed_keys_are_unset(self, driver, Person):  # noqa: N803
        """A key removed from a dictionary is removed from the database, its siblings not."""
        made = await driver.done(
            Person.create(name="Ann", settings={"a": 1, "b": {"c": 1, "d": 2}})
        )
        driver.mongo.people.update_one({}, {"$set": {"settings.other": 1}})
        del made.settings["b"]["c"]
        await driver.done(made.save())
        await driver.done(made.reload())
        made.settings["dotted.key"] = 1
        await driver.done(made.save())
        assert driver.mongo.people.find_one()["settings"] == {
            "a": 1,
            "b": {"d": 2},
            "other": 1,
            "dotted.key": 1,
        }
        del made.settings["dotted.key"]
        del made.settings["b"]["d"]
        await driver.done(made.save())
        assert driver.mongo.people.find_one()["settings"] == {
            "a": 1,
            "b": {},
            "other": 1,
        }

    async def test_unchanged_documents_send_nothing(self, driver, Person):  # noqa: N803
        """Saving a document as it was loaded sends no command, whatever was missing."""
        driver.mongo.people.insert_one({"name": "Ann", "age": 5.0, "unknown": [1]})
        found = await driver.done(Person.find(name="Ann").one())
        driver.mongo.people.update_one({}, {"$set": {"name": "changed since"}})
        await driver.done(found.save())
        assert set(driver.mongo.people.find_one()) == {"_id", "name", "age", "unknown"}
        found.age = 6
        await driver.done(found.save())
        stored = driver.mongo.people.find_one()
        assert (stored["name"], stored["age"]) == ("changed since", 6)
        assert "tags" not in stored

    async def test_nested_values_inside_any_are_tracked(self, driver, Person):  # noqa: N803
        """Mutations deep in untyped values are changes."""
        await driver.done(
            Person.create(name="Ann", rows=[{"x": {"y": 1}}], settings={"l": [1]})
        )
        found = await driver.done(Person.find(name="Ann").one())
        found.rows[0]["x"]["y"] = 2
        found.settings["l"].append(2)
        await driver.done(found.save())
        stored = driver.mongo.people.find_one()
        assert stored["rows"] == [{"x": {"y": 2}}]
        assert stored["settings"] == {"l": [1, 2]}

    async def test_unknown_keys_stay(self, driver, Person):  # noqa: N803
        """Keys of embedded documents that no class knows survive a save."""
        driver.mongo.people.insert_one(
            {"name": "Ann", "address": {"city": "Rome", "old": 1}, "settings": {}}
        )
        found = await driver.done(Person.find(name="Ann").one())
        found.address.zip = "5"
        found.settings["k"] = 1
        driver.mongo.people.update_one({}, {"$set": {"settings.other": 2}})
        await driver.done(found.save())
        stored = driver.mongo.people.find_one()
        assert stored["address"] == {"city": "Rome", "old": 1, "zip": "5"}
        assert stored["settings"] == {"other": 2, "k": 1}
        assert set(stored) == {"_id", "name", "address", "settings"}

    async def test_partial_documents_write_only_changes(self, driver, Person):  # noqa: N803
        """What a query left out, or loaded in part, is not written."""
        driver.mongo.people.insert_one(
            {"name": "Ann", "age": 5.0, "address": {"city": "Rome", "zip": "1", "x": 1}}
        )
        part = await driver.done(Person.all().only("name", "age", "address").one())
        part.name = "Eve"
        driver.mongo.people.update_one({}, {"$set": {"age": 6}})
        await driver.done(part.save())
        stored = driver.mongo.people.find_one()
        assert (stored["name"], stored["age"]) == ("Eve", 6)
        assert stored["address"] == {"city": "Rome", "zip": "1", "x": 1}
        cut = await driver.done(Person.all().only("name", "address.city").one())
        cut.name = "Ann"
        await driver.done(cut.save())
        cut.address.city = "Oslo"
        with pytest.raises(MapperError) as caught:
            await driver.done(cut.save())
        assert str(caught.value) == (
            "Person was loaded with a part of 'address' and can't save it; load the whole "
            "field, or update it by a query"
        )
        assert driver.mongo.people.find_one()["address"]["zip"] == "1"

    async def test_never_resurrects(self, driver, Person):  # noqa: N803
        """Saving a deleted document is an error and writes nothing."""
        made = await driver.done(Person.create(name="Ann"))
        driver.mongo.people.delete_many({})
        made.age = 5
        with pytest.raises(DocumentNotFoundError) as caught:
            await driver.done(made.save())
        assert str(caught.value) == (
            f"Person {made.id!r} is no longer in people; insert it to store it anew"
        )
        other = await driver.done(Person.create(name="Bob"))
        assert await driver.done(other.delete()) is True
        assert not other.is_stored
        with pytest.raises(DocumentNotFoundError):
            await driver.done(other.save())
        with pytest.raises(DocumentNotFoundError):
            await driver.done(other.delete())
        assert driver.mongo.people.count_documents({}) == 0
        await driver.done(other.insert())
        assert other.is_stored

    async def test_new_documents_never_overwrite(self, driver, Person):  # noqa: N803
        """A new document with an id that exists is an error."""
        made = await driver.done(Person.create(name="Ann"))
        twin = Person(id=made.id, name="Bob")
        with pytest.raises(DuplicateKeyError) as caught:
            await driver.done(twin.save())
        assert (
            str(caught.value) == f"people has a document with _id {made.id!r} already"
        )
        assert caught.value.key_value == {"_id": made.id}
        assert not twin.is_stored
        assert driver.mongo.people.find_one()["name"] == "Ann"

    async def test_validates_again_before_writing(self, driver, Person):  # noqa: N803
        """Items of the wrong type, put in behind the checks, are not written."""
        made = Person(name="Ann")
        made.tags.append(5)
        with pytest.raises(ValidationError) as caught:
            await driver.done(made.save())
        assert str(caught.value) == "Person.tags must be list[str], got [5], a list"
        assert driver.mongo.people.count_documents({}) == 0

    async def test_immutable_fields_stay(self, driver, Person):  # noqa: N803
        """Immutable fields, the id among them, can't change once they are stored."""
        made = Person(name="Ann", code="a")
        made.code = "b"
        await driver.done(made.save())
        for name, value in (("code", "c"), ("id", ObjectId())):
            with pytest.raises(ValidationError) as caught:
                setattr(made, name, value)
            old = getattr(made, name)
            assert str(caught.value) == (
                f"Person.{name} is immutable, it is {old!r} and can't become {value!r}"
            )
        made.code = "b"

    async def test_unsaved_documents(self, driver, Person):  # noqa: N803
        """What was never stored can't be deleted or reloaded."""
        for name, verb in (("delete", "deleted"), ("reload", "reloaded")):
            with pytest.raises(DocumentNotFoundError) as caught:
                await driver.done(getattr(Person(name="x"), name)())
            assert str(caught.value) == (
                f"a Person that was never stored can't be {verb}; save it first"
            )

    async def test_reload(self, driver, Person):  # noqa: N803
        """Reloading drops changes and takes what others wrote."""
        made = await driver.done(Person.create(name="Ann"))
        driver.mongo.people.update_one({}, {"$set": {"age": 9}})
        made.name = "Bob"
        assert await driver.done(made.reload()) is made
        assert (made.name, made.age) == ("Ann", 9)
        driver.mongo.people.delete_many({})
        with pytest.raises(DocumentNotFoundError):
            await driver.done(made.reload())

    async def test_copies_remember(self, driver, people):
        """Copied and pickled documents know that they are stored."""
        found = await driver.done(people.find(name="Ann").one())
        twin = copy.deepcopy(found)
        twin.age = 31
        await driver.done(twin.save())
        assert driver.mongo.people.count_documents({}) == 3
        assert copy.copy(found).is_stored

    async def test_ids_of_other_types(self, driver):
        """Only ObjectIds are made by themselves; other ids must be given."""

        class Numbered(driver.document):
            id: int | None = None

        made = await driver.done(Numbered(id=5).save())
        assert driver.mongo.numbered.find_one() == {"_id": 5}
        assert await driver.done(Numbered.get(5)) == made
        with pytest.raises(ValidationError) as caught:
            await driver.done(Numbered().save())
        assert str(caught.value) == (
            "Numbered.id is None, and only ObjectId ids are made by themselves; give it a value"
        )


class TestInsertMany:
    """Many documents at once."""

    async def test_batches(self, driver, Person, monkeypatch):  # noqa: N803
        """Documents are inserted batch by batch, from any iterable."""
        monkeypatch.setattr("mapper.flows.inserting._BATCH", 10)
        made = await driver.done(
            Person.insert_many(Person(name=str(n)) for n in range(25))
        )
        assert [person.name for person in made] == [str(n) for n in range(25)]
        assert all(person.is_stored for person in made)
        assert driver.mongo.people.count_documents({}) == 25

    async def test_says_what_is_stored(self, driver, Person, monkeypatch):  # noqa: N803
        """After an error in order, what came before is stored, and known to be."""
        monkeypatch.setattr("mapper.flows.inserting._BATCH", 2)
        ids = [ObjectId() for _ in range(5)]
        made = [Person(id=ids[n], name=str(n)) for n in (0, 1, 2, 1, 3, 4)]
        with pytest.raises(BulkInsertError) as caught:
            await driver.done(Person.insert_many(made))
        assert str(caught.value) == (
            "people took 3 documents and refused 1, 2 were not tried; the first was refused "
            f"because people has a document with _id {ids[1]!r} already"
        )
        assert caught.value.inserted == made[:3]
        assert [person.is_stored for person in made] == [True] * 3 + [False] * 3
        assert pickle.loads(pickle.dumps(ValueError(str(caught.value))))  # noqa: S301

    async def test_unordered(self, driver, Person):  # noqa: N803
        """Without order, all that can be stored is stored."""
        one = ObjectId()
        made = [Person(id=one, name="a"), Person(id=one, name="b"), Person(name="c")]
        with pytest.raises(BulkInsertError) as caught:
            await driver.done(driver.mapper.insert_many(made, ordered=False))
        assert caught.value.inserted == [made[0], made[2]]
        assert [bad for bad, _ in caught.value.failed] == [made[1]]
        assert [person.is_stored for person in made] == [True, False, True]

    async def test_one_class(self, driver, Person):  # noqa: N803
        """Documents of two classes are refused."""

        class Other(driver.document):
            pass

        with pytest.raises(MapperError) as caught:
            await driver.done(driver.mapper.insert_many([Person(name="a"), Other()]))
        assert str(caught.value) == (
            "insert_many got a Person and a Other; it takes documents of one class"
        )

    async def test_once(self, driver, Person):  # noqa: N803
        """One document can't be inserted twice."""
        made = Person(name="a")
        with pytest.raises(MapperError) as caught:
            await driver.done(Person.insert_many([made, made]))
        assert (
            str(caught.value)
            == "insert_many got one document twice; it takes each once"
        )
        assert driver.mongo.people.count_documents({}) == 0

    async def test_nothing(self, driver, Person):  # noqa: N803
        """No documents are no error."""
        assert await driver.done(Person.insert_many([])) == []


class TestReading:
    """Finding documents."""

    async def test_queries(self, driver, people):
        """Filters, orders and parts select as the server does."""
        q = people.q
        names = [
            p.name
            for p in await driver.done(people.find(q.age >= 30).sort("-age").to_list())
        ]
        assert names == ["Cid", "Ann"]
        assert (await driver.done(people.find(name="Ann").first())).age == 30
        assert await driver.done(people.find(name="Zed").first()) is None
        assert (
            await driver.done(people.all().sort("age").skip(1).first())
        ).name == "Ann"
        assert (
            len(
                await driver.done(
                    people.filter(sort_by={"age": -1}, limit=2, skip=1).to_list()
                )
            )
            == 2
        )
        assert await driver.done(people.all().count()) == 3
        assert await driver.done(people.all()[1:].count()) == 2
        assert await driver.done(people.all().limit(2).count()) == 2
        assert await driver.done(people.all().estimated_count()) == 3
        assert await driver.done(people.find(q.tags == "A").exists()) is True
        assert await driver.done(people.find(q.tags == "Z").exists()) is False
        assert sorted(await driver.done(people.all().distinct("tags"))) == [
            "A",
            "B",
            "C",
            "x",
        ]
        assert await driver.done(people.all().distinct(q.color)) == [Color.RED]
        assert await driver.done(people.all().distinct(F.color)) == [Color.RED]
        assert (await driver.done(people.get(name="Bob"))).age == 20
        assert await driver.done(people.get(ObjectId())) is None

    async def test_one(self, driver, people):
        """One document, exactly: none or more are errors that say what was asked."""
        assert (await driver.done(people.find(name="Ann").one())).name == "Ann"
        with pytest.raises(DocumentNotFoundError) as none:
            await driver.done(people.find(name="Zed").one())
        assert str(none.value) == (
            'no Person matches { name: "Zed" }; first() and one_or_none() return None then'
        )
        assert await driver.done(people.find(name="Zed").one_or_none()) is None
        with pytest.raises(MultipleDocumentsError) as more:
            await driver.done(people.find(F.age > 1).one_or_none())
        assert str(more.value) == (
            "more than one Person matches { age: { $gt: 1 } }; first() returns the first of them"
        )

    async def test_streams(self, driver, people):
        """Iterating streams documents in batches."""
        assert [p.name for p in await driver.streamed(people.all().sort("name"))] == [
            "Ann",
            "Bob",
            "Cid",
        ]
        cursor = people.all().sort("name").stream(batch_size=1)
        assert len(await driver.streamed(cursor)) == 3
        await driver.done(cursor.close())
        await driver.done(people.all().stream().close())

    async def test_rows(self, driver, people):
        """Rows are typed, dictionaries plain, partial documents documents."""
        query = people.find(name="Ann")
        assert await driver.done(query.select(Row).to_list()) == [Row("Ann", 30)]
        assert (await driver.done(query.raw().first()))["age"] == 30
        part = await driver.done(query.only("name").first())
        assert repr(part) == f"Person(id={part.id!r}, name='Ann')"
        with pytest.raises(AttributeError) as caught:
            part.age  # noqa: B018 - the access is the test
        assert str(caught.value) == (
            "Person.age was not loaded; the query kept only some fields, reload() reads all"
        )
        with pytest.raises(
            AttributeError, match="'Person' object has no attribute 'nme'"
        ):
            part.nme  # noqa: B018
        part.name = "Eve"
        await driver.done(part.save())
        assert driver.mongo.people.find_one({"name": "Eve"})["age"] == 30
        whole = await driver.done(part.reload())
        assert whole.age == 30

    async def test_bad_documents(self, driver, Person):  # noqa: N803
        """A stored document that doesn't fit says where, and which it is."""
        one = driver.mongo.people.insert_one({"name": 5, "age": "x"}).inserted_id
        with pytest.raises(DecodeError) as caught:
            await driver.done(Person.all().to_list())
        assert str(caught.value).startswith(f"Person {one!r} doesn't fit its class: ")
        assert [path for path, _ in caught.value.problems] == ["name", "age"]

    async def test_aggregates(self, driver, people):
        """Pipelines of both kinds run, after the query's own conditions."""
        pipeline = Pipeline().group(
            people.q.color, people=acc.count(), oldest=acc.max_(people.q.age)
        )
        rows = await driver.done(people.find(F.age >= 30).aggregate(pipeline))
        assert rows == [{"_id": 1, "people": 2, "oldest": 40}]
        rows = await driver.done(
            people.aggregate([{"$match": {"age": {"$lt": 25}}}, {"$count": "n"}])
        )
        assert rows == [{"n": 1}]
        by_name = (
            Pipeline().group(people.q.name, people=acc.sum_(1)).sort("_id").limit(1)
        )
        assert await driver.done(people.aggregate(by_name, into=Count)) == [
            Count("Ann", 1)
        ]
        cut = people.all().sort("-age").skip(1).limit(1).only("name")
        assert [row["name"] for row in await driver.done(cut.aggregate([]))] == ["Ann"]

    async def test_server_options(self, driver, people):
        """Hints, collations, comments and time limits reach the server."""
        query = (
            people.find(name="ANN")
            .collation("en", strength=2)
            .hint({"_id": 1})
            .comment("c")
            .max_time(5)
        )
        assert (await driver.done(query.first())).name == "Ann"
        assert await driver.done(query.count()) == 1
        assert await driver.done(query.exists())
        assert await driver.done(query.aggregate([{"$count": "n"}])) == [{"n": 1}]
        assert await driver.done(query.find_one_and_update(age=31))
        plain = (
            people.find(name="ANN").collation("en", strength=2).comment("c").max_time(5)
        )
        assert await driver.done(plain.distinct("name")) == ["Ann"]
        assert (await driver.done(query.update(age=32))).matched == 1

    async def test_keyset_pages(self, driver, people):
        """Keyset pages visit every document once, in order."""
        query = people.all().sort("color", "-age").raw()
        seen, cursor = [], None
        while rows := await driver.done(
            (query.after(cursor) if cursor else query).limit(2).to_list()
        ):
            seen += [row["name"] for row in rows]
            cursor = query.cursor(rows[-1])
        assert seen == ["Cid", "Ann", "Bob"]

    async def test_text_and_places(self, driver, people):
        """Declared indexes serve text and geo queries."""
        names = await driver.done(people.create_indexes())
        assert names == ["age_1_name_-1", "place_2dsphere", "name_text"]
        await driver.done(people.create(name="Paris", place=geo.Point(2.35, 48.85)))
        near = people.q.place.near((2.3, 48.8), max_distance=20_000)
        assert (await driver.done(people.find(near).one())).name == "Paris"
        box = geo.Polygon([(2, 48), (3, 48), (3, 49), (2, 49), (2, 48)])
        assert await driver.done(people.find(people.q.place.within(box)).count()) == 1
        assert await driver.done(people.find(text("paris")).count()) == 1
        name = await driver.done(
            people.create_index("email", sparse=True, name="mails")
        )
        assert name == "mails"
        assert driver.mongo.people.index_information()["mails"]["key"] == [("mail", 1)]
        with pytest.raises(DuplicateKeyError):
            await driver.done(people.create_index("color", unique=True))


class TestChanging:
    """Updating and deleting by query."""

    async def test_updates(self, driver, people):
        """Updates change what the query matches, and say how much."""
        q = people.q
        done = await driver.done(
            people.find(q.age >= 30).update(q.age.inc(1) & q.tags.push("old"))
        )
        assert (done.matched, done.modified, done.upserted_id) == (2, 2, None)
        done = await driver.done(people.find(name="Ann").update_one(email="a@x"))
        assert done.modified == 1
        assert driver.mongo.people.find_one({"name": "Ann"})["mail"] == "a@x"
        done = await driver.done(people.find(name="Zed").upsert(q.age.set(5)))
        assert driver.mongo.people.find_one({"_id": done.upserted_id})["name"] == "Zed"
        await driver.done(
            people.find(name="Ann").update([q.age.set(q.age * 2), q.email.unset()])
        )
        stored = driver.mongo.people.find_one({"name": "Ann"})
        assert stored["age"] == 62
        assert "mail" not in stored
        await driver.done(
            people.find(name="Ann").update([raw({"$set": {"age": "$age"}})])
        )
        older = Pipeline().set(age=q.age + 1).unset("gone")
        await driver.done(people.find(name="Ann").update(older))
        await driver.done(people.find(name="Ann").update(stages.set_(age=q.age - 1)))
        assert driver.mongo.people.find_one({"name": "Ann"})["age"] == 62
        done = await driver.done(
            people.find(name="Bob").update_one(
                q.tags.where(lambda t: t == "x").set("y")
            )
        )
        assert driver.mongo.people.find_one({"name": "Bob"})["tags"] == ["B", "y"]

    async def test_find_one_and(self, driver, people):
        """The first document changes or goes, and comes back."""
        q = people.q
        oldest = people.all().sort("-age")
        assert (await driver.done(oldest.find_one_and_update(q.age.inc(5)))).age == 45
        assert (
            await driver.done(oldest.find_one_and_update(q.age.inc(5), before=True))
        ).age == 45
        assert (
            await driver.done(
                people.find(name="New").find_one_and_update(q.age.set(1), upsert=True)
            )
        ).age == 1
        assert (
            await driver.done(people.find(name="Zed").find_one_and_update(age=1))
            is None
        )
        assert (await driver.done(oldest.find_one_and_delete())).name == "Cid"
        assert await driver.done(people.find(name="Cid").find_one_and_delete()) is None

    async def test_deletes(self, driver, people):
        """Deleting returns how many went."""
        assert await driver.done(people.find(F.age < 35).delete()) == 2
        assert driver.mongo.people.count_documents({}) == 1

    async def test_everything_must_be_asked_for(self, driver, people):
        """An unfiltered update or delete is refused, unless it is asked for by name."""
        for name, call in (
            ("update", lambda q: q.update(age=1)),
            ("delete", lambda q: q.delete()),
        ):
            with pytest.raises(UnfilteredWriteError) as caught:
                await driver.done(call(people.all()))
            assert str(caught.value) == (
                f"{name} of Person has no filter and would touch every document; narrow it by "
                f"filter(...), or ask for it: .everything().{name}(...)"
            )
        for filter_ in (
            any_of(all_of(), F.age > 5),
            all_of() & any_of(all_of(), F.a == 1),
        ):
            with pytest.raises(UnfilteredWriteError):
                await driver.done(people.find(filter_).delete())
        assert driver.mongo.people.count_documents({"age": {"$gt": 1}}) == 3
        assert (
            await driver.done(people.all().everything().update(age=1))
        ).modified == 3
        assert await driver.done(people.all().everything().delete()) == 3

    async def test_parts_are_refused(self, driver, people):
        """A limit that MongoDB would overlook is an error, not a surprise."""
        with pytest.raises(ArgumentError) as caught:
            await driver.done(people.find(age=1).limit(1).delete())
        assert str(caught.value) == (
            "delete can't honour limit(1), which MongoDB would overlook; narrow the query by "
            "filter(...) instead"
        )
        with pytest.raises(ArgumentError):
            await driver.done(people.find(age=1).sort("age").update(age=1))
        with pytest.raises(ArgumentError):
            await driver.done(people.find(age=1).skip(1).find_one_and_update(age=1))
        with pytest.raises(ArgumentError):
            await driver.done(people.find(age=1).limit(1).distinct("age"))
        with pytest.raises(ArgumentError) as caught:
            await driver.done(people.find(age=1).estimated_count())
        assert (
            str(caught.value)
            == "estimated_count counts all of people; count() takes filters"
        )

    async def test_empty_updates_are_refused(self, driver, people):
        """An update without changes is a mistake."""
        with pytest.raises(ArgumentError) as caught:
            await driver.done(people.find(age=1).update())
        assert str(caught.value) == (
            "an update got no changes; it takes changes such as User.q.age.inc(1)"
        )
        with pytest.raises(ArgumentError) as caught:
            await driver.done(people.find(age=1).update([]))
        assert (
            str(caught.value)
            == "an update got an empty list; it takes set and unset, in order"
        )

    async def test_operator_documents_can_be_refused(self, driver):
        """A class may refuse MQL in keywords, which a user's input could bring."""

        class Guarded(driver.document):
            name: str

            class Meta:
                operator_dicts = False

        with pytest.raises(OperandError) as caught:
            Guarded.find(name={"$ne": None})
        assert str(caught.value) == (
            "name got the operators $ne, which Guarded.q refuses; write them as "
            "User.q.age > 18 or age__gt=18"
        )
        assert Guarded.find(name__ne="x").compile().filter == {"name": {"$ne": "x"}}

    async def test_unique_values(self, driver):
        """A unique field guards every way of writing."""

        class Account(driver.document):
            email: str = field(unique=True)

        await driver.done(Account.create_indexes())
        await driver.done(Account.create(email="a"))
        other = await driver.done(Account.create(email="b"))
        other.email = "a"
        for write in (other.save, lambda: Account.find(email="b").update(email="a")):
            with pytest.raises(DuplicateKeyError) as caught:
                await driver.done(write())
            assert str(caught.value) == "account has a document with email 'a' already"


class TestBinding:
    """Where documents run."""

    async def test_using_and_ambient(self, driver, people, mongo_uri):
        """A query runs where it is told to, else where its surroundings say."""
        client = driver.mapper.database.client
        second = type(driver.mapper)(client[f"{driver.mapper.database.name}_2"])
        try:
            assert await driver.done(people.all().using(second).count()) == 0
            with second.ambient():
                await driver.done(people.create(name="There"))
                assert await driver.done(people.all().count()) == 1
            assert await driver.done(people.all().count()) == 3
            assert await driver.done(second.find(people, name="There").count()) == 1
            there = await driver.done(second.find(people).first())
            assert await driver.done(second.get(people, there.id)) == there
        finally:
            driver.mongo.client.drop_database(second.database.name)

    async def test_sessions(self, driver, people):
        """Queries and writes run in a given session, inside its transaction."""
        session = await driver.done(driver.mapper.database.client.start_session())
        transaction = session.start_transaction()
        await driver.done(transaction) if driver.name == "pymongo-async" else None
        query = people.find(name="Ann").in_session(session)
        await driver.done(query.update(age=99))
        assert (await driver.done(query.one())).age == 99
        assert (await driver.done(people.find(name="Ann").one())).age == 30
        await driver.done(session.abort_transaction())
        await driver.done(session.end_session())
        assert (await driver.done(people.find(name="Ann").one())).age == 30

    async def test_async_queries_do_not_iterate(self, driver, people):
        """An async query in a plain for loop says what to write."""
        if driver.name == "pymongo":
            return
        with pytest.raises(OperandError) as caught:
            list(people.all())
        assert str(caught.value) == (
            "an async query can't be iterated over; use 'async for', or await it"
        )
        assert len(await people.all()) == 3
