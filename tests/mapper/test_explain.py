"""What the server says about how it runs queries."""

import pytest
from pymongo.read_preferences import Nearest

from mapper import Index, SyncDocument
from mapper.explanation import Explanation
from mapper.flows import explaining
from mongo_dsl import acc
from mongo_dsl.errors import ArgumentError


@pytest.fixture
def Town(driver):  # noqa: N802 - a class
    """Return a class with an index, and documents of it, on each driver."""

    class Town(driver.document):
        id: int
        name: str
        people: int

        class Meta:
            indexes = (Index("people"),)

    driver.mongo.town.create_index("people")
    driver.mongo.town.insert_many(
        [{"_id": n, "name": f"t{n}", "people": n * 10} for n in range(50)]
    )
    return Town


class TestQueries:
    """`explain` of queries."""

    async def test_an_index(self, driver, Town, sent):  # noqa: N803
        """One command says which index is used; nothing is executed."""
        query = driver.mapper.find(Town, people__gt=300).sort("-people").limit(3)
        sent.clear()
        found = await driver.done(query.explain())
        assert sent == ["explain"]
        assert str(await driver.done(driver.mapper.explain(query))) == str(found)
        assert isinstance(found, Explanation)
        assert (found.index_used, found.indexes) == ("people_1", ("people_1",))
        assert not found.collection_scan
        assert not found.sorts_in_memory
        assert found.stages == ("LIMIT", "FETCH", "IXSCAN")
        assert found.winning_plan["stage"] == "LIMIT"
        assert str(found) == "LIMIT\n  FETCH\n    IXSCAN people_1"
        assert repr(found) == "<Explanation LIMIT <- FETCH <- IXSCAN>"
        assert found.raw["command"]["find"] == "town"
        assert found.returned is None

    async def test_a_scan(self, driver, Town):  # noqa: N803
        """Without an index, all documents are read, and sorted in memory."""
        query = driver.mapper.find(Town, name="t7").sort("name")
        found = await driver.done(query.explain("executionStats"))
        assert found.collection_scan
        assert found.sorts_in_memory
        assert found.index_used is None
        assert (found.returned, found.documents_examined, found.keys_examined) == (
            1,
            50,
            0,
        )
        assert found.milliseconds >= 0

    async def test_all_that_a_query_asks(self, driver, Town):  # noqa: N803
        """Hints, collations, comments and times reach the server in its words."""
        query = (
            driver.mapper.find(Town, people__gt=300)
            .only("people")
            .hint("people_1")
            .collation("en")
            .comment("why")
            .max_time(5)[1:3]
            .sort("people")
        )
        found = await driver.done(query.explain())
        command = found.raw["command"]
        assert command["hint"] == "people_1"
        assert command["comment"] == "why"
        assert command["maxTimeMS"] == 5000
        assert command["collation"]["locale"] == "en"
        assert (command["skip"], command["limit"], command["sort"]) == (
            1,
            2,
            {"people": 1},
        )

    async def test_ids(self, driver, Town):  # noqa: N803
        """The look-up by id uses its index."""
        found = await driver.done(driver.mapper.find(Town, id=5).explain())
        assert found.index_used == "_id_"
        assert not found.covered

    async def test_covered(self, driver, Town):  # noqa: N803
        """An index can have all that is asked for."""
        query = driver.mapper.find(Town, people=30).raw()
        covered = query._with("projection", (("people", 1), ("_id", 0)))
        assert (await driver.done(covered.explain())).covered
        assert not (await driver.done(query.explain())).covered

    async def test_pipelines(self, driver, Town, sent):  # noqa: N803
        """A pipeline's winning plan is that of its first stages."""
        query = driver.mapper.find(Town, people__gt=300)
        pipeline = query.pipeline().group(Town.q.name, n=acc.count())
        sent.clear()
        found = await driver.done(pipeline.explain())
        assert sent == ["explain"]
        assert found.index_used == "people_1"
        assert not found.collection_scan


def test_verbosity(mapper, sent):
    """There are three of them."""

    class Town(SyncDocument):
        name: str

    with pytest.raises(ArgumentError) as caught:
        mapper.find(Town).explain("loud")
    assert str(caught.value) == (
        "explain got the verbosity 'loud'; it is one of 'queryPlanner', 'executionStats',"
        " 'allPlansExecution'"
    )
    assert sent == []


SHARDED = {
    "queryPlanner": {
        "winningPlan": {
            "stage": "SHARD_MERGE",
            "shards": [{"winningPlan": {"stage": "COLLSCAN"}}],
        }
    }
}
OR = {
    "queryPlanner": {
        "winningPlan": {
            "queryPlan": {
                "stage": "SUBPLAN",
                "inputStage": {
                    "stage": "OR",
                    "inputStages": [
                        {"stage": "IXSCAN", "indexName": "a_1"},
                        {"stage": "IXSCAN", "indexName": "b_1"},
                    ],
                },
            }
        }
    }
}


def test_other_servers():
    """Sharded collections and newer engines wrap their plans."""
    assert Explanation(SHARDED).collection_scan
    found = Explanation(OR)
    assert found.indexes == ("a_1", "b_1")
    assert str(found) == "SUBPLAN\n  OR\n    IXSCAN a_1\n    IXSCAN b_1"
    assert Explanation({}).stages == ()
    assert Explanation({}).returned is None


def test_preferences():
    """The members that the query would ask are asked how they would run it."""

    class Village(SyncDocument):
        name: str

    query = Village.all().read_preference("nearest")
    command = next(explaining.explain(query, None, "queryPlanner"))
    assert command.kwargs == {"read_preference": Nearest()}
    (asked,) = command.args
    assert asked["explain"] == {"find": "village", "filter": {}}
