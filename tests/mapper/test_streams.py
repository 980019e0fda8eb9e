"""Change streams on a real server, by each of the three drivers."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest
from bson import Timestamp

from mapper import Document, field
from mapper.errors import DecodeError, ResumeTokenLostError
from mapper.flows import following
from mapper.streams import (
    CollectionTokens,
    Deleted,
    Dropped,
    FileTokens,
    Inserted,
    Invalidated,
    MemoryTokens,
    Renamed,
    Replaced,
    Updated,
)
from mongo_dsl import F, Pipeline


class Color(Enum):
    """An enum stored by its value."""

    RED = 1
    BLUE = 2


@attrs.define
class Place:
    """An embedded document."""

    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "zip_code"})


class Plain(Document):
    """A class for what needs no database."""

    name: str
    mail: str | None = field(default=None, db_name="e_mail")
    age: int = 0
    color: Color = Color.RED
    place: Place | None = None
    places: list[Place] = field(factory=list)
    price: Decimal = Decimal(0)
    sizes: dict[str, int] = field(factory=dict)


def person_of(base: Any) -> Any:
    """Return the document class on the face *base*."""

    class Person(base):
        name: str
        mail: str | None = field(default=None, db_name="e_mail")
        age: int = 0
        color: Color = Color.RED
        place: Place | None = None
        tags: list[str] = field(factory=list)

    return Person


class Stream:
    """One face over the streams of all drivers."""

    def __init__(self, driver: Any, stream: Any) -> None:
        self.driver = driver
        self.stream = stream

    async def __aenter__(self):
        if hasattr(self.stream, "__aenter__"):
            await self.stream.__aenter__()
        else:
            self.stream.__enter__()
        return self

    async def __aexit__(self, *error):
        await self.driver.done(self.stream.close())

    async def next(self) -> Any:
        """Return the next event."""
        if hasattr(self.stream, "__anext__"):
            return await asyncio.wait_for(anext(self.stream), 20)
        return next(self.stream)

    async def take(self, number: int) -> list[Any]:
        """Return the next *number* events."""
        return [await self.next() for _ in range(number)]


@pytest.fixture
def person(driver):
    """Return a document class of the driver, whose collection keeps pre-images."""
    cls = person_of(driver.document)
    driver.mongo.create_collection(
        "person", changeStreamPreAndPostImages={"enabled": True}
    )
    return cls


@pytest.fixture
def watch(driver, person):
    """Return a function that watches the class."""
    return lambda *filters, **options: Stream(
        driver, driver.mapper.watch(person, *filters, **{"max_await": 0.2, **options})
    )


class TestEvents:
    async def test_insert(self, driver, person, watch):
        """An insert has the document, decoded and known to be stored."""
        ann = person(name="Ann", color=Color.BLUE, place=Place("Rome", "00100"))
        async with watch() as stream:
            await driver.done(driver.mapper.insert(ann))
            event = await stream.next()

        assert type(event) is Inserted
        assert event.operation == "insert"
        assert event.id == ann.id
        assert event.document == ann
        assert event.document.is_stored
        assert set(event.token) == {"_data"}
        assert type(event.cluster_time) is Timestamp
        assert event.wall_time.tzinfo is not None
        assert event.transaction is None

    async def test_a_document_of_an_event_saves_changes(self, driver, person, watch):
        """A document that came with an event saves what has changed since."""
        async with watch() as stream:
            await driver.done(driver.mapper.insert(person(name="Ann", age=1)))
            found = (await stream.next()).document
            found.age = 2
            await driver.done(driver.mapper.save(found))
            event = await stream.next()

        assert event.changed == {"age": 2}

    async def test_update(self, driver, person, watch):
        """An update has what changed, decoded, by the names of Python."""
        ann = person(name="Ann", mail="a", place=Place("Rome"))
        await driver.done(driver.mapper.insert(ann))
        async with watch(
            full_document="required", full_document_before_change="required"
        ) as stream:
            update = {
                "$set": {"color": 2, "place.zip_code": "1", "place.new": 1, "zzz": 2},
                "$unset": {"e_mail": ""},
            }
            driver.mongo.person.update_one({}, update)
            event = await stream.next()

        assert type(event) is Updated
        assert event.id == ann.id
        assert event.changed == {
            "color": Color.BLUE,
            "place.zip": "1",
            "place.new": 1,
            "zzz": 2,
        }
        assert event.removed == ("mail",)
        assert event.truncated == {}
        assert event.document_before == ann
        assert event.document.color is Color.BLUE
        assert event.document.place == Place("Rome", "1")
        assert event.document.is_stored

    async def test_an_update_brings_no_document_unasked(self, driver, person, watch):
        """Documents are looked up only if that is asked for."""
        await driver.done(driver.mapper.insert(person(name="Ann")))
        async with watch() as stream:
            driver.mongo.person.update_one({}, {"$set": {"age": 5}})
            event = await stream.next()

        assert (event.document, event.document_before) == (None, None)
        assert event.changed == {"age": 5}

    async def test_truncated(self, driver, person, watch):
        """The new length of a cut array is told."""
        tags = [f"tag-{number}" for number in range(20)]
        await driver.done(driver.mapper.insert(person(name="Ann", tags=tags)))
        async with watch() as stream:
            driver.mongo.person.update_one(
                {}, [{"$set": {"tags": {"$slice": ["$tags", 18]}}}]
            )
            event = await stream.next()

        assert event.truncated == {"tags": 18}

    async def test_replace_and_delete(self, driver, person, watch):
        """Replaced and deleted documents come as they were before, if asked for."""
        ann = person(name="Ann")
        await driver.done(driver.mapper.insert(ann))
        async with watch(full_document_before_change="required") as stream:
            driver.mongo.person.replace_one({}, {"name": "Bob"})
            driver.mongo.person.delete_one({})
            replaced, deleted = await stream.take(2)

        bob = person(id=ann.id, name="Bob")
        assert type(replaced) is Replaced
        assert (replaced.document, replaced.document_before) == (bob, ann)
        assert type(deleted) is Deleted
        assert (deleted.id, deleted.document_before) == (ann.id, bob)

    async def test_transaction(self, driver, person, watch):
        """Events of one transaction say so."""
        client = driver.mongo.client
        async with watch() as stream:
            with client.start_session() as session, session.start_transaction():
                for name in ("Ann", "Bob"):
                    driver.mongo.person.insert_one({"name": name}, session=session)
            first, second = await stream.take(2)

        assert first.transaction == second.transaction
        assert type(first.transaction.number) is int
        assert "id" in first.transaction.session

    async def test_drop(self, driver, person, watch):
        """A dropped collection ends the stream."""
        async with watch() as stream:
            driver.mongo.drop_collection("person")
            events = [event async for event in as_async(stream.stream)]

            assert [type(event) for event in events] == [Dropped, Invalidated]
            assert not stream.stream.alive

    async def test_rename(self, driver, person, watch):
        """A renamed collection ends the stream, and tells its new name."""
        async with watch() as stream:
            driver.mongo.person.rename("people")
            events = [event async for event in as_async(stream.stream)]

        assert [type(event) for event in events] == [Renamed, Invalidated]
        assert events[0].to == "people"

    async def test_raw(self, driver, person, watch):
        """A raw query gets documents and values as they are stored."""
        query = driver.mapper.find(person).raw()
        async with Stream(driver, query.watch(max_await=0.2)) as stream:
            driver.mongo.person.insert_one({"_id": 1, "e_mail": "a"})
            driver.mongo.person.update_one({}, {"$set": {"e_mail": "b", "color": 2}})
            inserted, updated = await stream.take(2)

        assert inserted.document == {"_id": 1, "e_mail": "a"}
        assert updated.changed == {"e_mail": "b", "color": 2}

    async def test_misfit(self, driver, person, watch):
        """A document that doesn't fit is an error, and the stream goes on after it."""
        async with watch(resume="w", store=MemoryTokens()) as stream:
            driver.mongo.person.insert_many([{"name": 5}, {"name": "Ann"}])
            with pytest.raises(DecodeError):
                await stream.next()

            assert (await stream.next()).document.name == "Ann"


async def as_async(stream):
    """Iterate over a stream of either face."""
    if hasattr(stream, "__aiter__"):
        async for event in stream:
            yield event
    else:
        for event in stream:
            yield event


class TestFilters:
    async def test_kinds(self, driver, person, watch):
        """Only the kinds asked for are told."""
        async with watch(kinds=[Deleted, Updated]) as stream:
            driver.mongo.person.insert_one({"name": "Ann"})
            driver.mongo.person.update_one({}, {"$set": {"age": 5}})
            driver.mongo.person.delete_one({})
            events = await stream.take(2)

        assert [type(event) for event in events] == [Updated, Deleted]

    async def test_the_end_is_no_kind(self, driver, person, watch):
        """A stream ends with its collection, whatever kinds were asked for."""
        store = MemoryTokens()
        async with watch(kinds=Inserted, resume="w", store=store) as stream:
            before = store.load("w")
            driver.mongo.drop_collection("person")

            assert [event async for event in as_async(stream.stream)] == []
            assert store.load("w") != before
        driver.mongo.person.insert_one({"name": "Bob"})
        async with watch(kinds=Inserted, resume="w", store=store) as stream:
            assert (await stream.next()).document.name == "Bob"

    async def test_filter(self, driver, person, watch):
        """A filter is held against documents after their change, by stored names."""
        async with watch(person.q.age >= 18, person.q.place.zip == "1") as stream:
            here = {"place": {"city": "Rome", "zip_code": "1"}}
            driver.mongo.person.insert_many(
                [
                    {"name": "a", "age": 20, **here},
                    {"name": "b", "age": 10, **here},
                    {"name": "c", "age": 30},
                ]
            )
            driver.mongo.person.update_one({"name": "b"}, {"$set": {"age": 18}})
            events = await stream.take(2)
            driver.mongo.person.delete_many({})
            driver.mongo.drop_collection("person")
            events += await stream.take(2)

        kinds = [Inserted, Updated, Dropped, Invalidated]
        assert [type(event) for event in events] == kinds
        assert events[0].document.name == "a"

    async def test_filter_with_pre_images(self, driver, person, watch):
        """With pre-images, deleted documents are held against the filter, too."""
        driver.mongo.person.insert_many([{"name": "a", "age": 20}, {"name": "b"}])
        async with watch(
            person.q.age >= 18, full_document_before_change="required"
        ) as stream:
            driver.mongo.person.delete_many({})
            driver.mongo.person.insert_one({"name": "c", "age": 18})
            deleted, inserted = await stream.take(2)

        assert deleted.document_before.name == "a"
        assert inserted.document.name == "c"

    async def test_pipeline(self, driver, person, watch):
        """Stages look at events as the server writes them."""
        changed = F["updateDescription.updatedFields.age"].exists()
        driver.mongo.person.insert_one({"name": "Ann"})
        async with watch(pipeline=Pipeline().match(changed)) as stream:
            driver.mongo.person.update_one({}, {"$set": {"name": "Bob"}})
            driver.mongo.person.update_one({}, {"$set": {"age": 7}})

            assert (await stream.next()).changed == {"age": 7}


class TestFollowing:
    async def test_try_next(self, driver, person, watch):
        """Nothing comes of a quiet collection, in bounded time."""
        async with watch(max_await=0.05) as stream:
            assert await driver.done(stream.stream.try_next()) is None
            assert stream.stream.alive

    async def test_commands(self, driver, person, watch, sent):
        """Opening is one command, and so is asking for a batch of events."""
        async with watch(batch_size=10) as stream:
            assert sent == ["aggregate"]
            driver.mongo.person.insert_many([{"name": "Ann"} for _ in range(10)])
            sent.clear()
            await stream.take(10)

            assert set(sent) == {"getMore"}
            assert len(sent) <= 2

    async def test_opens_when_asked(self, driver, person, watch, sent):
        """Nothing is sent before a stream is entered or asked for an event."""
        stream = watch().stream

        assert sent == []
        assert stream.resume_token is None
        assert await driver.done(stream.try_next()) is None
        assert stream.resume_token is not None

        await driver.done(stream.close())

        assert await driver.done(stream.try_next()) is None
        assert not stream.alive

    async def test_class_and_query(self, driver, person):
        """Classes and queries are watched, on what they are bound to."""
        with driver.mapper.ambient():
            for made in (person.watch(max_await=0.2), person.filter(age=5).watch()):
                async with Stream(driver, made) as stream:
                    driver.mongo.person.insert_one({"name": "Ann", "age": 5})

                    assert (await stream.next()).document.age == 5

    async def test_start_after(self, driver, person, watch):
        """A stream begins after an event whose token is given."""
        async with watch() as stream:
            driver.mongo.person.insert_many([{"name": n} for n in "abc"])
            first = await stream.next()
        async with watch(start_after=first.token) as stream:
            assert [e.document.name for e in await stream.take(2)] == ["b", "c"]

    async def test_start_at(self, driver, person, watch):
        """A stream begins at a time of the server."""
        async with watch() as stream:
            driver.mongo.person.insert_many([{"name": n} for n in "ab"])
            first, second = await stream.take(2)
        async with watch(start_at=second.cluster_time) as stream:
            assert (await stream.next()).document.name == "b"
        early = dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=1)
        async with watch(start_at=early) as stream:
            assert (await stream.next()).id == first.id

    async def test_cancelled(self, driver, person, watch):
        """A wait that is cancelled loses no event."""
        if driver.name == "pymongo":
            return
        async with watch(max_await=5) as stream:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(stream.stream), 0.2)
            driver.mongo.person.insert_many([{"name": n} for n in "ab"])

            assert [e.document.name for e in await stream.take(2)] == ["a", "b"]


class TestResume:
    @pytest.fixture(params=["collection", "memory", "file"])
    def store(self, request, driver, tmp_path):
        """Return each kind of store."""
        made = {
            "collection": CollectionTokens(driver.mapper),
            "memory": MemoryTokens(),
            "file": FileTokens(tmp_path / "tokens"),
        }
        return made[request.param]

    async def test_stores(self, driver, store):
        """A store gives back what was saved last under a name, until that is forgotten."""
        done, name = driver.done, "a/b: ü"
        assert await done(store.load(name)) is None
        for token in ({"_data": "82"}, {"_data": "83", "n": 5}):
            await done(store.save(name, token))
            await done(store.save("other", {}))
            assert await done(store.load(name)) == token
        await done(store.save(name, None))
        await done(store.save(name, None))

        assert await done(store.load(name)) is None
        assert await done(store.load("other")) == {}

    async def test_nothing_is_lost(self, driver, person, watch, store):
        """What happens while nobody watches comes to the next stream."""
        async with watch(resume="w", store=store):
            pass
        driver.mongo.person.insert_many([{"name": n} for n in "abc"])
        async with watch(resume="w", store=store) as stream:
            first, second, _ = await stream.take(3)
        # the third was handed out, but nobody said it was handled
        async with watch(resume="w", store=store) as stream:
            assert (await stream.next()).document.name == "c"
            driver.mongo.person.insert_one({"name": "d"})
            assert (await stream.next()).document.name == "d"

        assert (first.document.name, second.document.name) == ("a", "b")

    async def test_an_error_does_not_advance(self, driver, person, watch, store):
        """An event whose handling failed comes again."""
        async with watch(resume="w", store=store) as stream:
            driver.mongo.person.insert_many([{"name": n} for n in "ab"])
            await stream.next()

        async def fail():
            async with watch(resume="w", store=store) as stream:
                return 1 / ((await stream.next()).document.name != "a")

        with pytest.raises(ZeroDivisionError):
            await fail()
        async with watch(resume="w", store=store) as stream:
            assert (await stream.next()).document.name == "a"

    async def test_done(self, driver, person, watch, store):
        """An event that was said to be handled doesn't come again."""
        async with watch(resume="w", store=store) as stream:
            driver.mongo.person.insert_many([{"name": n} for n in "ab"])
            await stream.next()
            await driver.done(stream.stream.done())
        async with watch(resume="w", store=store) as stream:
            assert (await stream.next()).document.name == "b"

    async def test_commands(self, driver, person, watch, sent):
        """By default the place is in a collection: two commands at first, one an event."""
        async with watch(resume="w") as stream:
            assert sent == ["find", "aggregate", "update"]
            driver.mongo.person.insert_many([{"name": n} for n in "abc"])
            sent.clear()
            await stream.take(3)

            assert [name for name in sent if name != "getMore"] == ["update"] * 2
            (found,) = driver.mongo.resume_tokens.find()
            assert found["_id"] == "w"
            assert set(found) == {"_id", "token", "saved_at"}
        sent.clear()
        async with watch(resume="w"):
            assert sent == ["find", "aggregate"]

    async def test_quiet_streams_move_on(self, driver, person, watch, monkeypatch):
        """The token of a stream without events is renewed before it is too old."""
        store = MemoryTokens()
        async with watch(Plain.q.age > 5, resume="w", store=store) as stream:
            saved = store.load("w")
            driver.mongo.person.insert_many([{"name": n} for n in "ab"])
            await driver.done(stream.stream.try_next())
            await driver.done(stream.stream.try_next())
            assert store.load("w") == saved

            monkeypatch.setattr(following, "_IDLE", -1)
            await driver.done(stream.stream.try_next())
            assert store.load("w") != saved

    async def test_unknown_place(self, driver, person, watch):
        """A token of something else is an error that says what to do."""
        store = MemoryTokens()
        async with watch() as stream:
            driver.mongo.person.insert_one({"name": "Ann"})
            token = dict((await stream.next()).token)
        kind, second, rest = (
            token["_data"][:2],
            token["_data"][2:10],
            token["_data"][10:],
        )
        store.save("w", {"_data": f"{kind}{int(second, 16) - 1:08X}{rest}"})
        with pytest.raises(ResumeTokenLostError) as caught:
            async with watch(resume="w", store=store) as stream:
                await stream.next()

        error = caught.value
        assert str(error) == (
            "the changes of person can't be followed from the token saved as 'w', which "
            "the server's oplog doesn't reach; read the collection anew, then save None "
            "in its place in the store; a larger oplog reaches further back "
            f"({error.reason})"
        )
        assert "resume" in error.reason
        assert (error.collection, error.name) == ("person", "w")
        assert error.token == store.load("w")
