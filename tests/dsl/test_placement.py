"""Where stages may stand; a server is asked where it knows them."""

import pytest
from pymongo.errors import OperationFailure

from mongo_dsl import F, Pipeline, fn, raw, search, stages, text, where
from mongo_dsl.errors import PlacementError
from mongo_dsl.placement import FIRST, LAST, REFUSED_IN, check_filters


p = Pipeline()
LIMIT = {"$limit": 1}
FIRST_SECOND = "$geoNear is stage 2 of the pipeline; it must be the first stage"

REFUSED = [
    (lambda: p.limit(1).geo_near((0, 0)), FIRST_SECOND),
    (lambda: Pipeline(stages.limit(1), stages.geo_near((0, 0))), FIRST_SECOND),
    (lambda: p.limit(1) + p.geo_near((0, 0)), FIRST_SECOND),
    (lambda: p.then([LIMIT, {"$geoNear": {}}]), FIRST_SECOND),
    (lambda: p.limit(1).then(raw([{"$geoNear": {}}])), FIRST_SECOND),
    (
        lambda: p.out("x").limit(1),
        "$out is stage 1 of the pipeline; it must be the last stage",
    ),
    (
        lambda: p.limit(1) + p.merge("x") + p.limit(1),
        "$merge is stage 2 of the pipeline; it must be the last stage",
    ),
    (
        lambda: p.facet(a=p.limit(1).out("x")),
        "$out stands in a sub-pipeline of $facet, which doesn't take it; write it into a"
        " pipeline of its own",
    ),
    (
        lambda: p.facet(a=p.facet(b=[])),
        "$facet stands in a sub-pipeline of $facet, which doesn't take it; write it into a"
        " pipeline of its own",
    ),
    (
        lambda: p.facet(a=stages.search(search.exists(F.a))),
        "$search stands in a sub-pipeline of $facet, which doesn't take it; write it into"
        " a pipeline of its own",
    ),
    (
        lambda: p.lookup("x", pipeline=[{"$merge": "x"}], as_="x"),
        "$merge stands in a sub-pipeline of $lookup, which doesn't take it; write it into"
        " a pipeline of its own",
    ),
    (
        lambda: p.lookup("x", pipeline=[LIMIT, {"$search": {}}], as_="x"),
        "$search is stage 2 of a sub-pipeline of $lookup; it must be the first stage",
    ),
    (
        lambda: p.union_with("x", p.out("x")),
        "$out stands in a sub-pipeline of $unionWith, which doesn't take it; write it into"
        " a pipeline of its own",
    ),
    (
        lambda: p.limit(1).match(text("a") & (F.b > 1)),
        "$match with $text is stage 2 of the pipeline; it must be the first stage",
    ),
    (
        lambda: p.limit(1).match(raw({"$and": [{"$text": {"$search": "a"}}]})),
        "$match with $text is stage 2 of the pipeline; it must be the first stage",
    ),
    (
        lambda: p.facet(a=stages.match(text("a"))),
        "$match with $text stands in a sub-pipeline of $facet, which doesn't take it;"
        " write it into a pipeline of its own",
    ),
    (
        lambda: p.merge("x", when_matched=[stages.limit(1)]),
        "when_matched got the stage $limit; its pipeline takes $addFields, $project,"
        " $replaceRoot, $replaceWith, $set, $unset",
    ),
    (
        lambda: check_filters(p.match(F.a.near((0, 0)))._node.items),
        "$match got $near, which no pipeline runs; write geo_near or within instead",
    ),
    (
        lambda: check_filters(
            p.then({"$match": {"a": {"$nearSphere": []}}})._node.items
        ),
        "$match got $nearSphere, which no pipeline runs; write geo_near or within instead",
    ),
    (
        lambda: check_filters(p.match(where("a") | (F.a > 1))._node.items),
        "$match got $where, which no pipeline runs; write fn.function instead",
    ),
    (
        lambda: check_filters(p.match(F.a > 1).match(text("x"))._node.items),
        "$match with $text is stage 2 of the pipeline; it must be the first stage",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"),
    REFUSED,
    ids=[f"{n}-{m[:50]}" for n, (_, m) in enumerate(REFUSED)],
)
def test_refuses(build, message):
    """A stage in a wrong place is an error, which names stage, place and rule."""
    with pytest.raises(PlacementError) as caught:
        build()
    assert str(caught.value) == message


TAKEN = [
    p.geo_near((0, 0)).limit(1).out("x"),
    p.facet(a=stages.lookup("x", pipeline=[{"$geoNear": {}}], as_="x")),
    p.lookup("x", pipeline=stages.search(search.exists(F.a)), as_="x"),
    p.lookup("x", pipeline=p.facet(a=[LIMIT]), as_="x"),
    p.union_with("x", p.match(text("a")).limit(1)),
    p.match(text("a")).match(F.a > 1),
    p.set(a=fn.literal({"$geoNear": 1})).limit(1),
    p.limit(1).match(a={"$eq": {"$text": 1}}),
]


@pytest.mark.parametrize("made", TAKEN, ids=str)
def test_takes(made):
    """What MongoDB takes is no error."""
    assert len(made) > 0
    check_filters(made._node.items)


# What each stage needs to be read at all, where the server of the tests knows it.
BODIES = {
    "$changeStream": {},
    "$collStats": {"count": {}},
    "$documents": [{"a": 1}],
    "$facet": {"a": []},
    "$geoNear": {
        "near": {"type": "Point", "coordinates": [0, 0]},
        "distanceField": "d",
    },
    "$indexStats": {},
    "$listCatalog": {},
    "$merge": {"into": "other"},
    "$out": "other",
    "$planCacheStats": {},
}
UNKNOWN, ELSEWHERE = 40324, 73


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return a collection with a geo index."""
    from pymongo import MongoClient

    with MongoClient(mongo_uri) as client:
        found = client["placement"]["documents"]
        found.drop()
        found.insert_one({"_id": 1, "at": [0, 0], "text": "a"})
        found.create_index([("at", "2dsphere")])
        found.create_index([("text", "text")])
        yield found
        client.drop_database("placement")


def is_read(collection, pipeline):
    """Tell whether the server runs *pipeline*."""
    try:
        collection.aggregate(pipeline).close()
    except OperationFailure as error:
        if error.code in (UNKNOWN, ELSEWHERE):
            raise
        return False
    return True


@pytest.mark.parametrize("name", [n for n in BODIES if n in FIRST | LAST])
def test_the_server_agrees_on_places(collection, name):
    """First stages can't be second, last stages can't be first of two."""
    stage = {name: BODIES[name]}
    assert not is_read(collection, [LIMIT, stage] if name in FIRST else [stage, LIMIT])


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("within", ["$facet", "$lookup", "$unionWith"])
def test_the_server_agrees_on_sub_pipelines(collection, name, within):
    """What the table refuses in a sub-pipeline the server refuses, and nothing else."""
    inner = [{name: BODIES[name]}]
    outer = {
        "$facet": {"x": inner},
        "$lookup": {"from": "documents", "pipeline": inner, "as": "x"},
        "$unionWith": {"coll": "documents", "pipeline": inner},
    }
    refused = name in REFUSED_IN[within]
    assert is_read(collection, [{within: outer[within]}]) is not refused


@pytest.mark.parametrize(
    "pipeline",
    [
        [{"$match": {"at": {"$near": [0, 0]}}}],
        [{"$match": {"at": {"$nearSphere": [0, 0]}}}],
        [{"$match": {"$where": "true"}}],
        [LIMIT, {"$match": {"$text": {"$search": "a"}}}],
        [{"$match": {}}, {"$match": {"$text": {"$search": "a"}}}],
        [{"$facet": {"x": [{"$match": {"$text": {"$search": "a"}}}]}}],
    ],
    ids=str,
)
def test_the_server_agrees_on_filters(collection, pipeline):
    """The server refuses what a pipeline that is to run is refused for."""
    assert not is_read(collection, pipeline)
    with pytest.raises(PlacementError):
        check_filters(Pipeline(*map(rebuilt, pipeline))._node.items)


def rebuilt(stage):
    """Build a facet by its function, which looks into it."""
    return stages.facet(stage["$facet"]) if "$facet" in stage else stage


async def test_aggregations_are_checked_as_a_whole(driver):
    """What a query asks for comes before its pipeline."""

    class Place(driver.document):
        name: str = ""

    message = "$geoNear is stage 3 of the pipeline; it must be the first stage"
    with pytest.raises(PlacementError) as caught:
        await driver.done(Place.filter(name="a").limit(3).aggregate(p.geo_near((0, 0))))
    assert str(caught.value) == message
    message = "$match got $where, which no pipeline runs; write fn.function instead"
    with pytest.raises(PlacementError) as caught:
        await driver.done(Place.aggregate(p.match(where("true"))))
    assert str(caught.value) == message
