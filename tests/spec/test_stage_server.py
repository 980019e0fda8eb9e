"""A real server runs the stages as we write them."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from mongo_dsl import F, Pipeline, acc, fn, geo, param, stages, win
from tests.spec.specification import OPERATORS


UNKNOWN = 40324
DAY = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
DOCUMENTS = [
    {
        "_id": n,
        "n": n,
        "city": "Oslo" if n % 2 else "Bergen",
        "at": [n, n],
        "day": DAY + dt.timedelta(days=2 * n),
        "next": n + 1,
        "tags": ["a", "b"][: n % 3],
        "gap": n if n % 2 else None,
        "secret": {"level": n, "text": "x"},
    }
    for n in range(4)
]


@pytest.fixture(scope="module")
def database(mongo_uri):
    """Return a database with one collection of documents."""
    with MongoClient(mongo_uri) as client:
        client.drop_database("stage_server")
        found = client["stage_server"]
        found["documents"].insert_many(DOCUMENTS)
        found["documents"].create_index([("at", "2dsphere")])
        yield found
        client.drop_database("stage_server")


def rows(database, pipeline):
    """Return what *pipeline* gives."""
    return list(database["documents"].aggregate(pipeline.compile()))


p = Pipeline()
ROWS = {
    "bucket": (
        p.bucket(F.n, boundaries=[0, 2], default="$more", total=acc.sum_(F.n)),
        [{"_id": 0, "total": 1}, {"_id": "$more", "total": 5}],
    ),
    "bucket of texts": (
        p.bucket(
            fn.concat(fn.literal("$"), F.city),
            boundaries=["$A", param("end")],
            default={"$gt": "$x"},
        ).bind(end="$M"),
        [{"_id": "$A", "count": 2}, {"_id": {"$gt": "$x"}, "count": 2}],
    ),
    "constants in buckets": (
        p.bucket(F.n, boundaries=[0, 9], x=acc.first("$n")),
        [{"_id": 0, "x": "$n"}],
    ),
    "constants counted": (
        p.match(n=2).sort_by_count(fn.concat("$n", F.city)).project(_id=1),
        [{"_id": "$nBergen"}],
    ),
    "bucket_auto": (
        p.bucket_auto(F.n, buckets=2, granularity="POWERSOF2").project(_id=0, count=1),
        [{"count": 2}, {"count": 2}],
    ),
    "sort_by_count": (
        p.unwind("tags").sort_by_count(F.tags),
        [{"_id": "a", "count": 2}, {"_id": "b", "count": 1}],
    ),
    "fill": (
        p.fill(sort_by="n", gap="locf", other={"value": "$x"})
        .match(n=2)
        .project("gap", "other", _id=0),
        [{"gap": 1, "other": "$x"}],
    ),
    "linear": (
        p.fill(sort_by="n", gap="linear").match(n=2).project("gap", _id=0),
        [{"gap": 2}],
    ),
    "densify": (
        p.densify(F.n, range_={"step": 0.5, "bounds": "full"}).count(),
        [{"count": 7}],
    ),
    "densify dates": (
        p.densify(
            F.day,
            range_={
                "step": 1,
                "unit": "day",
                "bounds": [DAY, DAY + dt.timedelta(days=3)],
            },
        ).count(),
        [{"count": 5}],
    ),
    "set_window_fields": (
        p.set_window_fields(
            partition_by=F.city,
            sort_by="n",
            so_far=acc.sum_(F.n).over(documents=("unbounded", "current")),
            place=win.document_number(),
        )
        .sort("n")
        .project("so_far", "place", _id=0),
        [
            {"so_far": 0, "place": 1},
            {"so_far": 1, "place": 1},
            {"so_far": 2, "place": 2},
            {"so_far": 4, "place": 2},
        ],
    ),
    "redact": (
        p.redact(fn.cond(fn.gte(F.level, 2), fn.PRUNE, fn.DESCEND))
        .match(F.secret.exists())
        .count(),
        [{"count": 2}],
    ),
    "replace_with": (
        p.limit(1).replace_with({"a": F.n, "b": "$n"}),
        [{"a": 0, "b": "$n"}],
    ),
    "graph_lookup": (
        p.match(n=0)
        .graph_lookup(
            "documents",
            start_with=F.next,
            connect_from_field=F.next,
            connect_to_field="n",
            as_="found",
            max_depth=5,
            depth_field="depth",
            restrict_search_with_match=F.n < 3,
        )
        .unwind("found")
        .sort("found.depth")
        .project(_id=0, n=F.found.n),
        [{"n": 1}, {"n": 2}],
    ),
    "union_with": (
        p.match(n=9).union_with("documents", p.match(n=1).project("n", _id=0)),
        [{"n": 1}],
    ),
    "union_with documents": (
        p.match(n=9).union_with(pipeline=stages.documents([{"a": "$n"}])),
        [{"a": "$n"}],
    ),
    "geo_near": (
        p.geo_near(
            geo.Point(1, 1),
            distance_field="far",
            max_distance=200_000,
            min_distance=1,
            query=F.city == "Bergen",
            key="at",
            spherical=True,
        ).project("n", _id=0),
        [{"n": 2}, {"n": 0}],
    ),
    "facet": (
        p.facet({"how many": p.count("n")}, first=stages.limit(1)).project(
            {"how many": 1}
        ),
        [{"how many": [{"n": 4}]}],
    ),
    "project": (
        p.limit(1).project({"secret": {"text": True}, "x.y": F.n}, _id=False),
        [{"secret": {"text": "x"}, "x": {"y": 0}}],
    ),
}


@pytest.mark.parametrize(("pipeline", "expected"), ROWS.values(), ids=list(ROWS))
def test_runs(database, pipeline, expected):
    """The server gives what the Python text says."""
    assert rows(database, pipeline) == expected


hostile = st.sampled_from(["$n", "$$ROOT", "$literal", "$gt", "a.b", "$", "", "plain"])
values = st.recursive(
    hostile | st.none() | st.booleans() | st.integers(-9, 9),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(hostile, inner, max_size=2)
    ),
    max_leaves=6,
)


@given(value=values)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_values_are_data(database, value):
    """Whatever a value looks like, no stage reads it."""
    made = (
        p.documents([{"at": value}])
        .set({"set": [value]})
        .fill(filled={"value": [value]})
        .group(None, at=acc.push(F.at), set=acc.first(F.set), filled=acc.last(F.filled))
        .union_with(pipeline=stages.documents([{"united": value}]))
    )
    first, second = database.aggregate(made.compile())
    expected = {"_id": None, "at": [value], "set": [value], "filled": [value]}
    assert first == expected
    assert second == {"united": value}
    if value is not None and value != []:
        buckets = p.limit(1).bucket(F.n, boundaries=[8, 9], default={"other": [value]})
        assert rows(database, buckets) == [{"_id": {"other": [value]}, "count": 1}]


def test_writes(database):
    """Results go into collections, replaced or merged."""
    kept = p.project("n").match(F.n < 2)
    rows(database, kept.out("copy"))
    assert database["copy"].count_documents({}) == 2
    rows(database, kept.out("copy", db=database.name))
    more = p.project("n").merge(
        "copy",
        on="_id",
        let={"by": 10},
        when_matched=p.set(n=fn.var("new.n") + fn.var("by")),
        when_not_matched="insert",
    )
    rows(database, more)
    assert [d["n"] for d in database["copy"].find(sort=[("_id", 1)])] == [10, 11, 2, 3]


def test_diagnostics(database):
    """What the server knows of itself can be asked for."""
    for made in (
        p.coll_stats(count={}, storage_stats={"scale": 1024}, latency_stats={}),
        p.index_stats(),
        p.plan_cache_stats(),
    ):
        assert isinstance(rows(database, made), list)
    assert rows(database, p.coll_stats(count={}))[0]["count"] == 4
    admin = database.client["admin"]
    assert list(admin.aggregate(p.current_op(local_ops=True).compile()))
    assert isinstance(
        list(admin.aggregate(p.list_local_sessions(all_users=True).compile())), list
    )
    sessions = database.client["config"]["system.sessions"]
    sessions.aggregate(p.list_sessions(all_users=True).compile()).close()
    assert list(database.aggregate(p.documents([{"a": "$b"}]).compile())) == [
        {"a": "$b"}
    ]


def test_change_streams(database):
    """A change stream begins as asked."""
    stage = p.change_stream(full_document="updateLookup", show_expanded_events=True)
    database["documents"].aggregate(stage.compile()).close()


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param(operator, id=operator["name"])
        for operator in OPERATORS
        if operator["category"] == "stage"
    ],
)
def test_versions(database, operator):
    """The server knows a stage if it is old enough, and no Atlas feature."""
    atlas = operator["name"] in {"$search", "$searchMeta", "$vectorSearch"}
    # The specification says 5.0, and 6.0.5 doesn't know it.
    later = operator["name"] == "$listSampledQueries"
    version = tuple(database.client.server_info()["versionArray"][:3])
    needed = tuple(map(int, operator["minVersion"].split(".")))
    try:
        database["documents"].aggregate([{operator["name"]: 5.5}]).close()
        known = True
    except OperationFailure as error:
        known = error.code != UNKNOWN
    assert known is (needed <= version and not atlas and not later)
