"""Writes that know their limits, and documents that are made once."""

import asyncio

import pytest

from mapper import SyncDocument, field
from mapper.errors import DuplicateKeyError, TooManyAffectedError, UnfilteredWriteError
from mapper.flows import changing
from mapper.preview import Preview, changed
from mongo_dsl import geo
from mongo_dsl.errors import ArgumentError, PlacementError


class Place(SyncDocument):
    id: int
    at: geo.Point | None = None
    n: int = 0
    tags: list[str] = field(factory=list)


@pytest.fixture
def Person(driver):  # noqa: N802 - a class
    """Return a class with a unique index, on each driver."""

    class Person(driver.document):
        email: str = field(unique=True)
        name: str = ""
        visits: int = 0

    driver.mongo.person.create_index("email", unique=True)
    return Person


def filled(driver, count=10):
    """Store people."""
    driver.mongo.person.insert_many(
        [{"email": f"e{n}", "name": "x", "visits": n} for n in range(count)]
    )


class TestMaxAffected:
    """`max_affected`."""

    async def test_within(self, driver, Person, sent):  # noqa: N803
        """The ids are read, then the write is for them."""
        filled(driver)
        query = driver.mapper.find(Person, visits__lt=3).max_affected(3)
        sent.clear()
        written = await driver.done(query.update(name="y"))
        assert sent == ["find", "update"]
        assert (written.matched, written.modified) == (3, 3)
        sent.clear()
        assert await driver.done(query.delete()) == 3
        assert sent == ["find", "delete"]

    @pytest.mark.parametrize("method", ["update", "delete", "hard_delete"])
    async def test_an_argument(self, driver, Person, sent, method):  # noqa: N803
        """The limit is given to the write itself, too."""
        filled(driver)
        values = {"name": "y"} if method == "update" else {}
        write = getattr(driver.mapper.find(Person, visits__lt=3), method)
        with pytest.raises(TooManyAffectedError) as caught:
            await driver.done(write(max_affected=2, **values))
        assert (caught.value.count, caught.value.allowed) == (3, 2)
        assert driver.mongo.person.count_documents({"name": "x"}) == 10
        sent.clear()
        done = await driver.done(write(max_affected=3, **values))
        assert sent == ["find", method.removeprefix("hard_")]
        assert (done.modified if values else done) == 3

    async def test_beyond(self, driver, Person, sent):  # noqa: N803
        """Nothing is written, and the number is told."""
        filled(driver)
        query = driver.mapper.find(Person, visits__gte=3).max_affected(5)
        sent.clear()
        with pytest.raises(TooManyAffectedError) as caught:
            await driver.done(query.update(name="y"))
        assert sent == ["find", "aggregate"]
        assert str(caught.value) == (
            "update would touch 7 documents, and max_affected allows 5; narrow the query by"
            " filter(...), or allow more"
        )
        assert (caught.value.count, caught.value.allowed) == (7, 5)
        with pytest.raises(TooManyAffectedError):
            await driver.done(query.delete())
        assert driver.mongo.person.count_documents({"name": "x"}) == 10

    async def test_what_comes_in_between_stays(self, driver, Person):  # noqa: N803
        """Documents that match later aren't touched: the limit holds exactly."""
        filled(driver, 3)
        query = driver.mapper.find(Person, name="x").max_affected(3)
        flow = changing.update_many(query, None, {"name": "y"})
        rows = list(driver.mongo.person.find({}, {"_id": 1}))
        next(flow)
        command = flow.send(rows)
        driver.mongo.person.insert_one({"email": "late", "name": "x"})
        result = driver.mongo.person.update_many(*command.args)
        assert result.matched_count == 3
        assert driver.mongo.person.count_documents({"name": "x"}) == 1

    @pytest.mark.parametrize("count", [0, -1, True, "5", 100_001])
    def test_bad_limits(self, count):
        """A limit is a number that makes sense."""
        with pytest.raises(ArgumentError) as caught:
            Place.all().max_affected(count)
        assert str(caught.value) == (
            f"max_affected got {count!r}; it takes a number from 1 to 100,000"
        )

    def test_everything_is_asked_for_still(self, mapper):
        """A limit is no filter."""
        with pytest.raises(UnfilteredWriteError):
            mapper.find(Place).max_affected(5).delete()


class TestPreview:
    """`preview`."""

    async def test_updates(self, driver, Person, sent):  # noqa: N803
        """It counts and shows some, before and after; nothing is written."""
        filled(driver)
        query = driver.mapper.find(Person, visits__gte=2).sort("visits")
        sent.clear()
        found = await driver.done(
            query.preview(Person.q.visits.inc(1), sample=2, name="y")
        )
        assert sent == ["aggregate", "find"]
        assert isinstance(found, Preview)
        assert found.count == 8
        assert [(p.visits, p.name) for p in found.before] == [(2, "x"), (3, "x")]
        assert [(p.visits, p.name) for p in found.after] == [(3, "y"), (4, "y")]
        assert driver.mongo.person.count_documents({"name": "x"}) == 10

    async def test_deletes(self, driver, Person):  # noqa: N803
        """Without changes there is nothing after."""
        filled(driver)
        found = await driver.done(driver.mapper.find(Person, visits=2).preview())
        assert (found.count, len(found.before), found.after) == (1, 1, None)

    async def test_what_only_the_server_knows(self, driver, Person):  # noqa: N803
        """Some updates are shown without their result."""
        filled(driver)
        query = driver.mapper.find(Person)
        found = await driver.done(query.preview(Person.q.visits.mul(2)))
        assert (found.count, len(found.before), found.after) == (10, 5, None)

    def test_what_an_update_refuses(self, mapper, sent):
        """It says nothing of a part, which no update would honour."""
        with pytest.raises(ArgumentError) as caught:
            mapper.find(Place)[:3].preview()
        assert str(caught.value) == (
            "preview can't honour limit(3), which MongoDB would overlook; narrow the query by"
            " filter(...) instead"
        )
        assert sent == []

    @pytest.mark.parametrize("sample", [0, -1, True, 1.5])
    def test_bad_samples(self, mapper, sample):
        """A sample has a document at least."""
        with pytest.raises(ArgumentError) as caught:
            mapper.find(Place).preview(sample=sample)
        expected = f"preview got sample={sample!r}; it takes a number from 1 on"
        assert str(caught.value) == expected


CHANGES = [
    {"$set": {"a.b": 1, "c": "x"}},
    {"$unset": {"n": "", "d.e": ""}},
    {"$inc": {"n": 2, "new": 1}},
    {"$min": {"n": 0}, "$max": {"f": 9.5}},
    {"$push": {"items": 3, "fresh": "x"}},
    {"$set": {"d.f": 5}, "$inc": {"f": 1}},
    {"$setOnInsert": {"n": 100}, "$set": {"c": 1}},
]


@pytest.mark.parametrize("update", CHANGES, ids=str)
def test_simple_changes_are_the_servers(mapper, update):
    """What is shown is what the server would store."""
    raw = {"_id": 1, "n": 3, "f": 1.5, "d": {"e": 1}, "items": [1]}
    collection = mapper.database.things
    collection.insert_one(raw)
    collection.update_one({"_id": 1}, update)
    assert changed(update, raw) == collection.find_one()


@pytest.mark.parametrize(
    "update",
    [
        [{"$set": {"a": 1}}],
        {"$mul": {"n": 2}},
        {"$inc": {"text": 1}},
        {"$set": {"items.0": 1}},
        {"$push": {"items": {"$each": [1]}}},
        {"$push": {"n": 1}},
        {"$min": {"text": "a"}},
        {"$set": {"text.below": 1}},
    ],
)
def test_other_changes_are_not_guessed(update):
    """None says that the server must be asked."""
    assert changed(update, {"_id": 1, "n": 1, "text": "x", "items": [5]}) is None


class TestUpserts:
    """`upsert`, `get_or_create` and `update_or_create`."""

    async def test_values_on_insert(self, driver, Person, sent):  # noqa: N803
        """They are set once."""
        query = driver.mapper.find(Person, email="a")
        sent.clear()
        for visits in (1, 2):
            await driver.done(
                query.upsert(Person.q.visits.set(visits), on_insert={"name": "Ann"})
            )
            driver.mongo.person.update_one({"visits": 1}, {"$set": {"name": "Bob"}})
        assert sent == ["update", "update"]
        (row,) = driver.mongo.person.find({}, {"_id": 0})
        assert row == {"email": "a", "name": "Bob", "visits": 2}

    async def test_get_or_create(self, driver, Person, sent):  # noqa: N803
        """It is looked for; only if it isn't there a whole document is made, once."""
        told = []
        Person.on("before_insert", told.append)
        sent.clear()
        query = driver.mapper.find(Person)
        made, new = await driver.done(query.get_or_create({"name": "Ann"}, email="a"))
        assert (made.name, made.visits, made.is_stored, new) == ("Ann", 0, True, True)
        again, new = await driver.done(query.get_or_create({"name": "Bob"}, email="a"))
        assert (again == made, new) == (True, False)
        assert sent == ["find", "findAndModify", "find"]
        assert told == [made]
        assert [*driver.mongo.person.find()] == [
            {"_id": made.id, "email": "a", "name": "Ann", "visits": 0}
        ]
        again.visits = 3
        await driver.done(driver.mapper.save(again))
        assert driver.mongo.person.find_one()["visits"] == 3

    async def test_update_or_create(self, driver, Person, sent):  # noqa: N803
        """Values are set in what is there; else all is."""
        query = driver.mapper.find(Person)
        sent.clear()
        made, new = await driver.done(
            query.update_or_create({"visits": 1}, on_insert={"name": "Ann"}, email="a")
        )
        assert (made.name, made.visits, new) == ("Ann", 1, True)
        found, new = await driver.done(
            query.update_or_create({"visits": 2}, on_insert={"name": "Bob"}, email="a")
        )
        assert sent == ["findAndModify", "findAndModify"]
        assert (found.id, found.name, found.visits, new) == (made.id, "Ann", 2, False)

    async def test_events(self, driver, Person):  # noqa: N803
        """Changing a document that is there is announced, as any update by a query is."""
        told = []
        for event in ("before_query_update", "after_query_update", "after_insert"):
            Person.on(event)(lambda what, event=event: told.append((event, what)))
        query = driver.mapper.find(Person)
        await driver.done(
            query.update_or_create({"visits": 1}, name="Ann", email="a@x")
        )
        names = [event for event, _ in told]
        assert names == ["before_query_update", "after_query_update", "after_insert"]
        told.clear()
        await driver.done(
            query.update_or_create({"visits": 2}, name="Ann", email="a@x")
        )
        (_, before), (_, after) = told
        assert (before.model, before.filter, before.result) == (
            Person,
            {"name": "Ann", "email": "a@x"},
            None,
        )
        assert before.update["$set"] == {"visits": 2}
        assert after.result["visits"] == 2

    async def test_given_ids(self, driver, sent):
        """An id of the caller's can't tell who made the document; one more read does."""

        class Page(driver.document):
            id: str
            views: int = 0
            title: str = ""

        query = driver.mapper.find(Page)
        sent.clear()
        made, new = await driver.done(query.update_or_create({"views": 1}, id="x"))
        assert (made.views, new, sent) == (1, True, ["findAndModify"])
        driver.mongo.page.update_one({}, {"$set": {"title": "T"}})
        sent.clear()
        found, new = await driver.done(query.update_or_create({"views": 2}, id="x"))
        assert (found.views, found.title, new) == (2, "T", False)
        assert sent == ["findAndModify", "find"]
        sent.clear()
        found, new = await driver.done(query.get_or_create(id="x"))
        assert (found.views, new, sent) == (2, False, ["find"])

    async def test_another_unique_value(self, driver, Person):  # noqa: N803
        """What can't be made, however often it is tried, is an error."""
        query = driver.mapper.find(Person)
        await driver.done(query.get_or_create(email="a", name="Ann"))
        with pytest.raises(DuplicateKeyError):
            await driver.done(query.get_or_create(email="a", name="Bob"))

    async def test_active_records(self, driver, Person):  # noqa: N803
        """Classes have the methods, too."""
        with driver.mapper.ambient():
            made, _ = await driver.done(
                Person.get_or_create({"name": "Ann"}, email="a")
            )
            found, new = await driver.done(
                Person.update_or_create({"name": "Bob"}, email="a")
            )
            assert (found.id, found.name, new) == (made.id, "Bob", False)
            assert await driver.done(Person.get_many([made.id])) == [found]

    @pytest.mark.parametrize("kind", ["get_or_create", "update_or_create", "upsert"])
    async def test_races(self, driver, Person, kind):  # noqa: N803
        """Twenty at the same time make one document, and none fails."""
        query = driver.mapper.find(Person)

        def once(number):
            if kind == "upsert":
                narrowed = query.filter(email="a")
                return narrowed.upsert(Person.q.visits.inc(1), on_insert={"name": "x"})
            if kind == "get_or_create":
                return query.get_or_create({"visits": number}, email="a")
            return query.update_or_create({"visits": number}, email="a")

        for _ in range(5):
            driver.mongo.person.delete_many({})
            if driver.name == "pymongo":
                calls = [asyncio.to_thread(once, number) for number in range(20)]
            else:
                calls = [driver.done(once(number)) for number in range(20)]
            results = await asyncio.gather(*calls)
            assert driver.mongo.person.count_documents({}) == 1
            if kind == "upsert":
                assert sum(one.upserted_id is not None for one in results) == 1
                assert driver.mongo.person.find_one()["visits"] == 20
            else:
                assert sum(new for _, new in results) == 1


def test_what_cant_make_a_document(mapper):
    """Look-ups say no values, and nothing to set is nothing to do."""
    with pytest.raises(ArgumentError) as caught:
        mapper.find(Place).get_or_create(n__gt=5)
    assert str(caught.value) == (
        "get_or_create got 'n__gt'; it takes fields with the values that a document is made"
        " of, filter(...) narrows by look-ups"
    )
    with pytest.raises(ArgumentError) as caught:
        mapper.find(Place).update_or_create({}, id=5)
    assert str(caught.value) == (
        "update_or_create got no values to set; get_or_create needs none"
    )
    with pytest.raises(ArgumentError) as caught:
        mapper.bulk_write(
            [
                mapper.find(Place, id=1).updating(
                    [Place.q.n.set(1)], upsert=True, on_insert={"n": 2}
                )
            ]
        )
    assert str(caught.value) == (
        "an update got on_insert and a list, which runs as a pipeline; pipelines set nothing"
        " on insert alone"
    )


@pytest.mark.parametrize("method", ["near", "near_sphere"])
def test_counting_what_is_near(mapper, sent, method):
    """The server can't, and is not asked."""
    query = mapper.find(Place).filter(getattr(Place.q.at, method)((1, 2)))
    operator = {"near": "$near", "near_sphere": "$nearSphere"}[method]
    with pytest.raises(PlacementError) as caught:
        query.count()
    assert str(caught.value) == (
        f"count got {operator}, which sorts what a find gives; write within, or aggregate by"
        " geo_near"
    )
    with pytest.raises(PlacementError) as caught:
        query.paginate(page=1)
    assert str(caught.value) == (
        f"paginate got {operator}, which sorts what a find gives; write within, or aggregate"
        " by geo_near"
    )
    with pytest.raises(PlacementError) as caught:
        query.aggregate([])
    assert str(caught.value) == (
        f"$match got {operator}, which no pipeline runs; write geo_near or within instead"
    )
    assert sent == []
