"""Pipelines of document classes run, and make rows, on every driver."""

from __future__ import annotations

import pickle

import attrs
import pytest

from mapper import Document, SyncDocument, field
from mapper.errors import NotBoundError
from mongo_dsl import F, Pipeline, acc
from mongo_dsl.errors import OperandError, UnknownFieldError


pytestmark = pytest.mark.usefixtures("both_paths")


@attrs.define
class Stats:
    people: int
    city: str = attrs.field(metadata={"db_name": "_id"})


class Town(Document):
    name: str
    people: int = field(default=0, db_name="inhabitants")


class SyncTown(SyncDocument):
    name: str


@pytest.fixture
async def towns(driver):
    """Return a class of three documents."""

    class Place(driver.document):
        class Meta:
            collection_name = "towns"

        city: str
        people: int = field(default=0, db_name="inhabitants")

    places = [("Ulm", 5), ("Bonn", 7), ("Ulm", 1)]
    made = [Place(city=city, people=people) for city, people in places]
    with driver.mapper.ambient():
        await driver.done(Place.insert_many(made))
        yield Place


def by_city(start, cls):
    """Group the people of a class by their city."""
    q = cls.q
    return start.group(q.city, people=acc.sum_(q.people)).sort("-people")


class TestRunning:
    async def test_rows(self, driver, towns):
        """Rows are of the class that the pipeline names."""
        made = by_city(towns.pipeline(), towns)
        raw = [{"_id": "Bonn", "people": 7}, {"_id": "Ulm", "people": 6}]
        stats = [Stats(7, "Bonn"), Stats(6, "Ulm")]
        assert await driver.done(made.to_list()) == raw
        assert await driver.streamed(made) == raw
        typed = made.into(Stats)
        assert await driver.done(typed.to_list()) == stats
        assert await driver.streamed(typed) == stats
        assert await driver.streamed(typed.stream(batch_size=1)) == stats
        assert await driver.done(typed.first()) == stats[0]
        assert await driver.done(typed.match(people=8).first()) is None

    async def test_awaiting(self, driver, towns):
        """Awaiting a pipeline gives its rows."""
        if driver.document is SyncDocument:
            pytest.skip("there is nothing to await")
        assert await towns.pipeline().count("n") == [{"n": 3}]

    async def test_queries_run_pipelines(self, driver, towns):
        """Classes and queries make the rows that a pipeline names, or that they are told."""
        made = by_city(Pipeline(towns), towns).into(Stats)
        assert await driver.done(towns.aggregate(made)) == [
            Stats(7, "Bonn"),
            Stats(6, "Ulm"),
        ]
        few = towns.find(people__lt=5).aggregate(made)
        assert await driver.done(few) == [Stats(1, "Ulm")]

    async def test_bound(self, driver, towns):
        """A pipeline runs on the mapper and in the session that it is given."""
        made = towns.pipeline().count("n")
        bound = made.using(driver.mapper).in_session(None).limit(1)
        assert await driver.done(bound.to_list()) == [{"n": 3}]
        assert bound.query.mapper is driver.mapper
        assert bound != made

    async def test_strangers(self, driver, towns):
        """A pipeline of another collection is refused."""
        with pytest.raises(OperandError) as caught:
            await driver.done(towns.aggregate(Pipeline(Town).limit(1)))
        assert str(caught.value) == (
            "Place can't run a pipeline that was started from Town; run it on Town"
        )


class TestBuilding:
    """No database is needed to build a pipeline."""

    def test_is_a_pipeline(self):
        """It is a value, and knows its shape."""
        made = Town.pipeline().match(Town.q.people > 5).project("name")
        assert made == Town.pipeline().match(Town.q.people > 5).project("name")
        assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301
        assert str(made.shape) == "{_id: ObjectId | None, name: str}"
        assert repr(made).startswith("AsyncAggregation(Town).match(")
        assert made.compile() == [
            {"$match": {"inhabitants": {"$gt": 5}}},
            {"$project": {"name": 1}},
        ]
        with pytest.raises(UnknownFieldError) as caught:
            made.sort(F.inhabitants)
        assert str(caught.value) == (
            "$sort reads 'inhabitants', which $project in stage 2 left out; there are: "
            "_id, name"
        )

    def test_faces(self):
        """An async pipeline can't be iterated over; an unbound one doesn't run."""
        with pytest.raises(OperandError) as caught:
            list(Town.pipeline())
        assert str(caught.value) == (
            "an async pipeline can't be iterated over; use 'async for', or await it"
        )
        with pytest.raises(NotBoundError):
            SyncTown.pipeline().to_list()
