"""Change streams on a real server, by each of the three drivers."""

from __future__ import annotations

import asyncio
import datetime as dt
import pickle
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest
from bson import ObjectId, Timestamp

from mapper import Document, field
from mapper.changestreams import AsyncChangeStream
from mapper.commands import Call, Command, Pause, run
from mapper.errors import DecodeError, MapperError, ResumeTokenLostError
from mapper.flows import following, watching
from mapper.flows.following import Following
from mapper.streams import (
    ChangeEvent,
    CollectionTokens,
    Deleted,
    DocumentEvent,
    Dropped,
    FileTokens,
    Inserted,
    Invalidated,
    MemoryTokens,
    Renamed,
    Replaced,
    Updated,
)
from mapper.streams.reading import EventReader
from mongo_dsl import F, Pipeline, param, raw
from mongo_dsl.errors import ArgumentError, OperandError, ParameterError


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


KINDS = ["insert", "update", "replace"]
REST = {"operationType": {"$in": ["drop", "rename", "invalidate"]}}


def opened_with(query, **given):
    """Return the command that opens a stream."""
    return watching.watch(query, watching.checked(query, given))


class TestAsking:
    """What is sent is made without a database."""

    def test_everything(self):
        """A class without options is watched without stages."""
        command = opened_with(Plain.all())

        assert command == Command("plain", "watch", ([],), {})

    def test_options(self):
        """Options are those of the driver, in its words and units."""
        command = opened_with(
            Plain.all().comment("why").in_session("session"),
            full_document="whenAvailable",
            full_document_before_change="required",
            max_await=1.5,
            batch_size=5,
            start_at=dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc),
        )

        assert command.kwargs == {
            "full_document": "whenAvailable",
            "full_document_before_change": "required",
            "max_await_time_ms": 1500,
            "batch_size": 5,
            "start_at_operation_time": Timestamp(1704067200, 1),
            "comment": "why",
            "session": "session",
        }

    def test_place(self):
        """A saved place comes before the one that was given."""
        given = {"start_after": {"_data": "1"}}

        assert opened_with(Plain.all(), **given).kwargs == given
        assert watching.watch(Plain.all(), given, {"_data": "2"}).kwargs == {
            "start_after": {"_data": "2"}
        }

    @pytest.mark.parametrize(
        ("kinds", "names"),
        [
            (Inserted, ["insert", "invalidate"]),
            ([Updated, Dropped], ["update", "drop", "invalidate"]),
            (DocumentEvent, ["insert", "update", "replace", "delete", "invalidate"]),
        ],
    )
    def test_kinds(self, kinds, names):
        """Kinds are a condition on events; the stream's end always comes."""
        assert opened_with(Plain.all(), kinds=kinds).args == (
            [{"$match": {"operationType": {"$in": names}}}],
        )
        assert opened_with(Plain.all(), kinds=ChangeEvent).args == ([],)

    @pytest.mark.parametrize(
        ("condition", "compiled"),
        [
            (Plain.q.age > 18, {"fullDocument.age": {"$gt": 18}}),
            (Plain.q.mail == "a", {"fullDocument.e_mail": "a"}),
            (Plain.q.color == Color.BLUE, {"fullDocument.color": 2}),
            (
                Plain.q.place.zip.in_(["1"]),
                {"fullDocument.place.zip_code": {"$in": ["1"]}},
            ),
            (Plain.q.places[0].zip == "1", {"fullDocument.places.0.zip_code": "1"}),
            (
                Plain.q.places.any(F.city == "Rome"),
                {"fullDocument.places": {"$elemMatch": {"city": "Rome"}}},
            ),
            (
                (Plain.q.age > 18) | ~(Plain.q.name == "Ann"),
                {
                    "$or": [
                        {"fullDocument.age": {"$gt": 18}},
                        {"fullDocument.name": {"$ne": "Ann"}},
                    ]
                },
            ),
        ],
    )
    def test_filter(self, condition, compiled):
        """A filter moves to the document within an event, which is asked for."""
        command = opened_with(Plain.find(condition))
        after = {"operationType": {"$in": KINDS}, **compiled}

        assert command.args == ([{"$match": {"$or": [after, REST]}}],)
        assert command.kwargs == {"full_document": "updateLookup"}

    def test_filter_before(self):
        """Deleted documents are held against the filter as they were."""
        command = opened_with(
            Plain.find(age=5),
            full_document_before_change="whenAvailable",
            kinds=[Deleted, Inserted],
            pipeline=[{"$project": {"_id": 1}}],
        )
        after = {"operationType": {"$in": KINDS}, "fullDocument.age": 5}
        deleted = {"operationType": "delete", "fullDocumentBeforeChange.age": 5}
        kinds = {"operationType": {"$in": ["insert", "delete", "invalidate"]}}

        assert command.args == (
            [
                {"$match": {"$or": [after, deleted, REST]}},
                {"$match": kinds},
                {"$project": {"_id": 1}},
            ],
        )

    @pytest.mark.parametrize(
        ("query", "given", "error", "message"),
        [
            (
                Plain.all(),
                {"kind": Inserted},
                ArgumentError,
                "watch got 'kind'; did you mean 'kinds'?; it takes kinds, full_document, "
                "full_document_before_change, max_await, batch_size, start_after, start_at, "
                "pipeline, resume, store, retries",
            ),
            (
                Plain.all(),
                {"kinds": [Inserted, "delete"]},
                OperandError,
                "watch got 'delete' among the kinds; it takes classes of events: Inserted, "
                "Updated, Replaced, Deleted, Dropped, Renamed, Invalidated",
            ),
            (
                Plain.all(),
                {"kinds": []},
                ArgumentError,
                "watch got kinds=(); it takes a class of events, or some",
            ),
            (
                Plain.all(),
                {"resume": "w", "store": 5},
                ArgumentError,
                "watch got store=5; it takes a store with the methods load and save",
            ),
            (
                Plain.all(),
                {"full_document": "always"},
                ArgumentError,
                "watch got full_document='always'; it takes one of 'updateLookup', "
                "'whenAvailable', 'required'",
            ),
            (
                Plain.all(),
                {"full_document_before_change": "updateLookup"},
                ArgumentError,
                "watch got full_document_before_change='updateLookup'; it takes one of "
                "'whenAvailable', 'required'",
            ),
            (
                Plain.all(),
                {"max_await": 0},
                ArgumentError,
                "watch got max_await=0; it takes a positive number of seconds",
            ),
            (
                Plain.all(),
                {"batch_size": 1.5},
                ArgumentError,
                "watch got batch_size=1.5; it takes a positive number of events",
            ),
            (
                Plain.all(),
                {"retries": -1},
                ArgumentError,
                "watch got retries=-1; it takes a number of attempts",
            ),
            (
                Plain.all(),
                {"resume": ""},
                ArgumentError,
                "watch got resume=''; it takes the name of a token",
            ),
            (
                Plain.all(),
                {"start_at": dt.datetime(2024, 1, 1)},  # noqa: DTZ001 - the mistake
                ArgumentError,
                "watch got start_at=datetime.datetime(2024, 1, 1, 0, 0); it takes a "
                "Timestamp, or a datetime with a time zone",
            ),
            (
                Plain.all(),
                {"store": MemoryTokens()},
                ArgumentError,
                "watch got a store without a name; give resume='…', the name of the token",
            ),
            (
                Plain.all().limit(5),
                {},
                ArgumentError,
                "a query that was given 'limit' can't be watched; watch takes a query of "
                "filters alone",
            ),
            (
                Plain.find(age=5),
                {"kinds": Deleted},
                ArgumentError,
                "watch can't hold a filter against deleted documents, which are gone; ask "
                "for full_document_before_change too",
            ),
            (
                Plain.find(Plain.q.age > Plain.q.price),
                {},
                OperandError,
                'watch can\'t hold { $expr: { $gt: [ "$age", "$price" ] } } against events, as '
                "a part of it speaks of the whole document; compare fields with values, or "
                "give pipeline=[...] with stages on events",
            ),
            (
                Plain.find(raw({"age": 5})),
                {},
                OperandError,
                "watch can't hold { age: 5 } against events, as a part of it speaks of the "
                "whole document; compare fields with values, or give pipeline=[...] with "
                "stages on events",
            ),
            (
                Plain.find(Plain.q.age == param("age")),
                {},
                ParameterError,
                "parameter 'age' is unbound; fill it with bind(age=...)",
            ),
        ],
    )
    def test_refused(self, query, given, error, message):
        """What can't be watched is an error when it is asked for."""
        with pytest.raises(error) as caught:
            AsyncChangeStream(Driven(), query, given)

        assert str(caught.value) == message


class Driven:
    """A mapper that is never run."""

    _run = None


def event(**parts):
    """Return an event as the server writes it."""
    return {"_id": {"_data": "8"}, "ns": {"db": "x", "coll": "plain"}, **parts}


class TestReading:
    """Events are read without a database."""

    read = EventReader(Plain, lambda raw: raw)

    @pytest.mark.parametrize(
        ("stored", "decoded"),
        [
            ({"e_mail": "a"}, {"mail": "a"}),
            ({"mail": "a"}, {"mail": "a"}),  # another field, which no class knows
            ({"color": 2}, {"color": Color.BLUE}),
            (
                {"place": {"city": "Rome", "zip_code": "1"}},
                {"place": Place("Rome", "1")},
            ),
            ({"place.zip_code": "1"}, {"place.zip": "1"}),
            ({"places.3.zip_code": "1"}, {"places.3.zip": "1"}),
            ({"places.0": {"city": "Rome"}}, {"places.0": Place("Rome")}),
            ({"sizes.a": 5}, {"sizes.a": 5}),
            ({"name.first": "Ann"}, {"name.first": "Ann"}),
        ],
    )
    def test_changed(self, stored, decoded):
        """Changed values are what the annotations say, wherever they are nested."""
        description = {"updatedFields": stored, "removedFields": [*stored]}
        found = self.read(
            event(
                operationType="update",
                documentKey={"_id": ObjectId()},
                updateDescription=description,
            )
        )

        assert found.changed == decoded
        assert found.removed == tuple(decoded)

    def test_unknown(self):
        """A kind of event that no class stands for is an error."""
        with pytest.raises(MapperError) as caught:
            self.read(event(operationType="reshardCollection"))

        assert str(caught.value) == (
            "the change stream has an event of the kind 'reshardCollection', which is "
            "unknown; name the kinds to watch for"
        )

    def test_repr(self):
        """An event shows what happened, not where it stands in the oplog."""
        key = {"_id": ObjectId("0" * 24)}

        assert repr(self.read(event(operationType="delete", documentKey=key))) == (
            "Deleted(transaction=None, id=ObjectId('000000000000000000000000'), "
            "document_before=None)"
        )


class Rows:
    """A driver's stream of *events*; an error is raised when its turn comes."""

    alive = True

    def __init__(self, *events):
        self.events = list(events)
        self.resume_token = {"_data": "0"}

    def try_next(self):
        """Return the next event."""
        if not self.events:
            return None
        found = self.events.pop(0)
        if isinstance(found, Exception):
            raise found
        self.resume_token = found["_id"]
        return found

    def close(self):
        """Fail: a broken connection may."""
        raise LostError

    def __enter__(self):
        return self


class LostError(Exception):
    """What a driver raises when a connection is lost, told by its label."""

    def has_error_label(self, name):
        """Tell whether the error passes."""
        return name == "ResumableChangeStreamError"


class TestFlow:
    """The rule of following, driven by hand."""

    @pytest.fixture
    def slept(self):
        """Return the waits between attempts."""
        return []

    def follow(self, slept, *streams, **given):
        """Return what is followed, the store and how its steps are done."""
        opened, commands, store = iter(streams), [], MemoryTokens()

        def do(step):
            if isinstance(step, Command):
                commands.append(step.kwargs)
                return next(opened)
            if isinstance(step, Pause):
                return slept.append(step.seconds)
            assert isinstance(step, Call)
            return step()

        state = Following(
            query=Plain.all(),
            given={"resume": "w", **given},
            read=lambda raw: raw["_id"]["_data"],
            store=store,
        )
        return state, store, commands, do

    @staticmethod
    def inserted(*names):
        """Return events whose tokens are *names*."""
        return [{"_id": {"_data": name}, "operationType": "insert"} for name in names]

    def test_the_place_moves_with_the_next_event(self, slept):
        """A token is saved when the event after it is asked for."""
        rows = Rows(*self.inserted("1", "2"))
        state, store, _, do = self.follow(slept, rows)
        seen = []
        for _ in range(2):
            seen.append(run(following.following(state), do))
            seen.append(store.load("w")["_data"])
        run(following.done(state), do)

        assert seen == ["1", "0", "2", "1"]
        assert store.load("w") == {"_data": "2"}

    def test_lost_connections(self, slept):
        """After errors in a row a stream goes on at its place, waiting longer each time."""
        rows = [
            Rows(*self.inserted("1"), LostError()),
            Rows(LostError()),
            Rows(LostError()),
        ]
        # where a stream goes on is its resume token
        for stream in rows[1:]:
            stream.resume_token = {"_data": "1"}
        last = Rows(*self.inserted("2"))
        state, _, commands, do = self.follow(slept, *rows, last)

        assert run(following.following(state), do) == "1"
        assert run(following.following(state), do) == "2"
        place = {"start_after": {"_data": "1"}}
        assert commands == [{}, place, place, place]
        for number, wait in enumerate(slept):
            assert 0.05 * 2**number <= wait <= 0.1 * 2**number
        assert len(slept) == 3

    def test_waits_are_bounded(self, slept, monkeypatch):
        """The waits grow to five seconds at most, and end."""
        rows = [Rows(LostError()) for _ in range(9)]
        state, _, _, do = self.follow(slept, *rows)

        with pytest.raises(LostError):
            run(following.following(state), do)
        assert len(slept) == 8
        assert max(slept) <= 5

    def test_other_errors(self, slept):
        """What doesn't pass is raised at once."""
        state, _, _, do = self.follow(slept, Rows(ZeroDivisionError()))

        with pytest.raises(ZeroDivisionError):
            run(following.following(state), do)
        assert slept == []

    def test_lost_place_without_a_name(self, slept):
        """A place that was given and is gone is named as such."""

        class GoneError(Exception):
            code = 286
            details = {"errmsg": "it is gone"}  # noqa: RUF012

        token = {"_data": "1"}
        rows = Rows(GoneError())
        rows.resume_token = None
        state, _, _, do = self.follow(slept, rows, resume=None, start_after=token)
        with pytest.raises(ResumeTokenLostError) as caught:
            run(following.following(state), do)

        assert str(caught.value) == (
            "the changes of plain can't be followed from the token, which the server's "
            "oplog doesn't reach; read the collection anew, then watch without "
            "start_after; a larger oplog reaches further back (it is gone)"
        )
        assert caught.value.token == token
        copied = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
        assert (str(copied), copied.token) == (str(caught.value), token)


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
