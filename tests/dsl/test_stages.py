"""Stages: every argument in its place, both spellings, refusals."""

import pickle
import re

import pytest
from bson import Int64, Timestamp
from bson.json_util import CANONICAL_JSON_OPTIONS, dumps

from mongo_dsl import F, Pipeline, acc, fn, geo, param, raw, search, stages, win
from mongo_dsl.errors import ArgumentError, OperandError
from tests.models import User


as_is = fn.as_is
q = User.q
p = Pipeline()

ROWS = [
    # project
    (
        p.project({"a.b": 1, F.x: F.y}, "z", _id=False),
        {"$project": {"a.b": 1, "x": "$y", "z": 1, "_id": False}},
    ),
    (p.project(a=Int64(1), b=1.0), {"$project": {"a": Int64(1), "b": 1.0}}),
    (
        p.project(address={"city": 1, "zip": {"a.b": True}, "x": F.y}),
        {"$project": {"address": {"city": 1, "zip": {"a.b": True}, "x": "$y"}}},
    ),
    (
        p.project(a={"b": "$x", "c": {"$gt": 1}}),
        {
            "$project": {
                "a": {"b": {"$literal": "$x"}, "c": {"$literal": {"$gt": 1}}},
            }
        },
    ),
    (p.project(a={}), {"$project": {"a": {}}}),
    (p.project(a=[F.x, "$y"]), {"$project": {"a": ["$x", {"$literal": "$y"}]}}),
    # set, unset, replace, redact
    (p.set({"a.b": 1}, self=2), {"$set": {"a.b": 1, "self": 2}}),
    (p.set(as_is({})), {"$set": {}}),
    (p.unset(["a"]), {"$unset": ["a"]}),
    (p.unset([F.a, "b"]), {"$unset": ["a", "b"]}),
    (p.replace_with(F.a), {"$replaceWith": "$a"}),
    (p.replace_with({"a": "$b"}), {"$replaceWith": {"a": {"$literal": "$b"}}}),
    (p.redact(fn.KEEP), {"$redact": "$$KEEP"}),
    # unwind
    (p.unwind(as_is({"path": F.a})), {"$unwind": {"path": "$a"}}),
    (
        p.unwind(preserve_null_and_empty_arrays=False, path="a.b"),
        {"$unwind": {"preserveNullAndEmptyArrays": False, "path": "$a.b"}},
    ),
    (p.unwind(q.items), {"$unwind": "$items"}),
    # sort, limit, sample, count
    (p.sort({"a": 1.0, "b": Int64(-1)}), {"$sort": {"a": 1.0, "b": Int64(-1)}}),
    (p.limit(Int64(5)), {"$limit": Int64(5)}),
    (p.limit(as_is(5.0)), {"$limit": 5.0}),
    (p.sample(param("n")).bind(n=3), {"$sample": {"size": 3}}),
    (p.count(F.people), {"$count": "people"}),
    # groups
    (
        p.group(None, {"a": acc.sum_(1)}, self=acc.count(), by=acc.sum_(2)),
        {
            "$group": {
                "_id": None,
                "a": {"$sum": 1},
                "self": {"$count": {}},
                "by": {"$sum": 2},
            }
        },
    ),
    (
        p.group(as_is({"n": acc.sum_(1), "_id": F.a})),
        {"$group": {"n": {"$sum": 1}, "_id": "$a"}},
    ),
    (p.group(F.a), {"$group": {"_id": "$a"}}),
    (
        p.bucket(F.a, boundaries=[0, 5], default=None, output={"n": acc.sum_(1)}),
        {
            "$bucket": {
                "groupBy": "$a",
                "boundaries": [0, 5],
                "default": None,
                "output": {"n": {"$sum": 1}},
            }
        },
    ),
    (
        p.bucket(default="$x", boundaries=[0, 5], group_by=F.a, output={}),
        {
            "$bucket": {
                "default": {"$literal": {"$literal": "$x"}},
                "boundaries": [0, 5],
                "groupBy": "$a",
                "output": {},
            }
        },
    ),
    (
        p.bucket_auto(F.a, buckets=4, granularity="1-2-5", n=acc.sum_(1)),
        {
            "$bucketAuto": {
                "groupBy": "$a",
                "buckets": 4,
                "output": {"n": {"$sum": 1}},
                "granularity": "1-2-5",
            }
        },
    ),
    (p.sort_by_count(F.tags), {"$sortByCount": "$tags"}),
    (
        p.facet({"by (auto)": []}, first=stages.limit(1)),
        {"$facet": {"by (auto)": [], "first": [{"$limit": 1}]}},
    ),
    # windows, gaps
    (
        p.set_window_fields(
            sort_by="-date",
            partition_by=None,
            output={"a.b": acc.sum_(F.x).over(documents=(-1, 0))},
            rank=win.rank(),
        ),
        {
            "$setWindowFields": {
                "sortBy": {"date": -1},
                "partitionBy": None,
                "output": {
                    "a.b": {"$sum": "$x", "window": {"documents": [-1, 0]}},
                    "rank": {"$rank": {}},
                },
            }
        },
    ),
    (
        p.fill(
            partition_by={"a": F.a},
            sort_by={"d": 1},
            output={"x": {"method": "linear"}, "y": {"value": "locf"}},
            z=F.a + 1,
            w=None,
        ),
        {
            "$fill": {
                "partitionBy": {"a": "$a"},
                "sortBy": {"d": 1},
                "output": {
                    "x": {"method": "linear"},
                    "y": {"value": "locf"},
                    "z": {"value": {"$add": ["$a", 1]}},
                    "w": {"value": None},
                },
            }
        },
    ),
    (
        p.fill(partition_by_fields=[F.a, "b.c"], x="locf"),
        {
            "$fill": {
                "partitionByFields": ["a", "b.c"],
                "output": {"x": {"method": "locf"}},
            }
        },
    ),
    (
        p.densify(
            F.t,
            partition_by_fields=["a"],
            range_={"bounds": (0, Int64(9)), "step": 2},
        ),
        {
            "$densify": {
                "field": "t",
                "partitionByFields": ["a"],
                "range": {"bounds": [0, Int64(9)], "step": 2},
            }
        },
    ),
    # joining
    (
        p.graph_lookup(
            User,
            start_with="Ann",
            connect_from_field=q.friend,
            connect_to_field=q.id,
            as_="friends",
            max_depth=0,
            depth_field="depth",
            restrict_search_with_match=(q.age > 18) & (q.active == True),
        ),
        {
            "$graphLookup": {
                "from": "user",
                "startWith": "Ann",
                "connectFromField": "friend",
                "connectToField": "_id",
                "as": "friends",
                "maxDepth": 0,
                "depthField": "depth",
                "restrictSearchWithMatch": {"age": {"$gt": 18}, "active": True},
            }
        },
    ),
    (p.union_with(User), {"$unionWith": {"coll": "user"}}),
    (p.union_with(as_is("user")), {"$unionWith": "user"}),
    (
        p.union_with(pipeline=stages.documents([{"a": 1}])),
        {"$unionWith": {"pipeline": [{"$documents": [{"a": 1}]}]}},
    ),
    (
        Pipeline(User).lookup(as_is({"as": "x", "from": "y"})),
        {"$lookup": {"as": "x", "from": "y"}},
    ),
    (
        p.set_window_fields(as_is({"output": {"a.b": acc.sum_(1)}})),
        {"$setWindowFields": {"output": {"a.b": {"$sum": 1}}}},
    ),
    # output
    (p.out("x"), {"$out": "x"}),
    (p.out(User), {"$out": "user"}),
    (p.out(db="d", coll="x"), {"$out": {"db": "d", "coll": "x"}}),
    (
        p.out("x", timeseries={"timeField": F.at, "granularity": "hours"}),
        {
            "$out": {
                "coll": "x",
                "timeseries": {"timeField": "at", "granularity": "hours"},
            }
        },
    ),
    (p.merge(as_is("x")), {"$merge": "x"}),
    (p.merge(("d", User)), {"$merge": {"into": {"db": "d", "coll": "user"}}}),
    (p.merge({"coll": "x"}), {"$merge": {"into": {"coll": "x"}}}),
    (
        p.merge(
            "x",
            on=["a", F.b.c],
            let={"t": F.total},
            when_matched=Pipeline().set(a=fn.var("new.a") + fn.var("t")),
            when_not_matched="discard",
        ),
        {
            "$merge": {
                "into": "x",
                "on": ["a", "b.c"],
                "let": {"t": "$total"},
                "whenMatched": [{"$set": {"a": {"$add": ["$$new.a", "$$t"]}}}],
                "whenNotMatched": "discard",
            }
        },
    ),
    # sources
    (
        p.geo_near(
            (2.5, 48),
            distance_field="d",
            max_distance=500,
            min_distance=0.5,
            distance_multiplier=param("m", float),
            include_locs=F.place,
            key=q.place,
            query=q.age > 18,
            spherical=True,
        ).bind(m=0.001),
        {
            "$geoNear": {
                "near": {"type": "Point", "coordinates": [2.5, 48]},
                "distanceField": "d",
                "maxDistance": 500,
                "minDistance": 0.5,
                "distanceMultiplier": 0.001,
                "includeLocs": "place",
                "key": "place",
                "query": {"age": {"$gt": 18}},
                "spherical": True,
            }
        },
    ),
    (p.geo_near(near=as_is([2, 48.5])), {"$geoNear": {"near": [2, 48.5]}}),
    (
        p.geo_near({"coordinates": [1, 2], "type": "Point"}),
        {"$geoNear": {"near": {"coordinates": [1, 2], "type": "Point"}}},
    ),
    (p.geo_near(fn.var("here")), {"$geoNear": {"near": "$$here"}}),
    (p.documents(F.items), {"$documents": "$items"}),
    (
        p.change_stream(
            start_at_operation_time=Timestamp(5, 1),
            resume_after={"_data": "$82"},
            full_document_before_change="whenAvailable",
            show_expanded_events=True,
        ).change_stream_split_large_event(),
        {
            "$changeStream": {
                "startAtOperationTime": Timestamp(5, 1),
                "resumeAfter": {"_data": "$82"},
                "fullDocumentBeforeChange": "whenAvailable",
                "showExpandedEvents": True,
            }
        },
    ),
    # the server's own
    (
        p.coll_stats(latency_stats={"histograms": True}),
        {"$collStats": {"latencyStats": {"histograms": True}}},
    ),
    (p.plan_cache_stats(all_hosts=True), {"$planCacheStats": {"allHosts": True}}),
    (p.list_search_indexes(id_="5"), {"$listSearchIndexes": {"id": "5"}}),
    # searching: all data
    (
        p.search(
            index="$i",
            operator=search.text(F.title, "$5"),
            sort={F.a.b: -1, "score": {"$meta": "searchScore"}},
            highlight={"path": F.title},
        ),
        {
            "$search": {
                "index": "$i",
                "text": {"path": "title", "query": "$5"},
                "sort": {"a.b": -1, "score": {"$meta": "searchScore"}},
                "highlight": {"path": "title"},
            }
        },
    ),
    (
        p.search_meta(raw({"exists": {"path": "a"}}), count={"type": "total"}),
        {"$searchMeta": {"exists": {"path": "a"}, "count": {"type": "total"}}},
    ),
    (
        p.search(fn.as_is({"text": {"query": "$x", "path": "a"}, "index": "i"})),
        {"$search": {"text": {"query": "$x", "path": "a"}, "index": "i"}},
    ),
    (
        p.vector_search(
            path=F.v,
            index="i",
            limit=5,
            num_candidates=50,
            filter_=(F.a == "$x") & (F.b > 1),
            query="$5 coffee",
            model="m",
        ),
        {
            "$vectorSearch": {
                "path": "v",
                "index": "i",
                "limit": 5,
                "numCandidates": 50,
                "filter": {"a": "$x", "b": {"$gt": 1}},
                "query": "$5 coffee",
                "model": "m",
            }
        },
    ),
    (
        p.score_fusion(
            {
                "normalization": "sigmoid",
                "pipelines": {"a": stages.score(F.x), "b": [{"$limit": 5}]},
            },
            combination={"method": "expression", "expression": fn.var("a") * 2},
        ),
        {
            "$scoreFusion": {
                "input": {
                    "normalization": "sigmoid",
                    "pipelines": {
                        "a": [{"$score": {"score": "$x"}}],
                        "b": [{"$limit": 5}],
                    },
                },
                "combination": {
                    "method": "expression",
                    "expression": {"$multiply": ["$$a", 2]},
                },
            }
        },
    ),
    (
        p.score(F.x, weight=None, score_details=True),
        {"$score": {"score": "$x", "weight": None, "scoreDetails": True}},
    ),
    (
        p.rerank(
            model="m", query={"text": "$5"}, path=[F.a, "b.c"], num_docs_to_rerank=3
        ),
        {
            "$rerank": {
                "model": "m",
                "query": {"text": "$5"},
                "path": ["a", "b.c"],
                "numDocsToRerank": 3,
            }
        },
    ),
]


@pytest.mark.parametrize(("made", "mql"), ROWS, ids=[str(mql) for _, mql in ROWS])
def test_compiles(made, mql):
    """A stage compiles to its MQL: keys in order, numbers of their types."""
    first, *_ = made.compile()
    assert dumps(first, json_options=CANONICAL_JSON_OPTIONS) == dumps(
        mql, json_options=CANONICAL_JSON_OPTIONS
    )
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301


REFUSED = [
    (
        lambda: stages.project("a", a=1),
        ArgumentError,
        "project got 'a' twice; a field has one value",
    ),
    (
        lambda: stages.set_("a"),
        OperandError,
        "set got 'a'; it takes mappings of names, and keywords",
    ),
    (
        lambda: stages.set_({"a": 1}, a=2),
        ArgumentError,
        "set got 'a' twice; a field has one value",
    ),
    (
        lambda: stages.set_({"$a": 1}),
        ArgumentError,
        "the field name '$a' has the part '$a'; parts are not empty, hold no NUL byte and"
        " don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: stages.group(None, {"_id": acc.sum_(1)}),
        ArgumentError,
        "group got an accumulator called '_id'; that is what it groups by",
    ),
    (
        lambda: stages.group(None, {"a.b": acc.sum_(1)}),
        ArgumentError,
        "group got the name 'a.b'; names of its fields have no dots",
    ),
    (
        lambda: stages.group(None, a=win.rank()),
        OperandError,
        f"group got a={win.rank()!r}; it takes accumulators: acc.sum_(...)",
    ),
    (
        lambda: stages.bucket(F.a, boundaries=[1]),
        ArgumentError,
        "bucket got boundaries=[1]; it takes at least two",
    ),
    (
        lambda: stages.bucket(F.a, boundaries="$b"),
        OperandError,
        "bucket got boundaries='$b'; it takes a list of values",
    ),
    (
        lambda: stages.bucket(F.a, boundaries=param("x")).bind(x=5),
        OperandError,
        "bucket got boundaries=5; it takes a list of values",
    ),
    (
        lambda: stages.bucket("$a", boundaries=[1, 2]),
        OperandError,
        "bucket got 'a', a text that is the same for all documents; pass F.a, or"
        " fn.literal(...) for a constant",
    ),
    (
        lambda: stages.bucket(F.a, boundaries=[1, 2], n=F.b),
        OperandError,
        "bucket got n=F['b']; it takes accumulators: acc.sum_(...)",
    ),
    (
        lambda: stages.bucket_auto(F.a, buckets=0),
        ArgumentError,
        "bucket_auto got buckets=0; it takes a whole number from 1 on",
    ),
    (
        lambda: stages.bucket_auto(F.a, buckets=2, granularity="R6"),
        ArgumentError,
        "bucket_auto got granularity='R6'; it is one of: R5, R10, R20, R40,"
        " R80, 1-2-5, E6, E12, E24, E48, E96, E192, POWERSOF2",
    ),
    (
        lambda: stages.count("a.b"),
        ArgumentError,
        "count got the name 'a.b'; names of its fields have no dots",
    ),
    (
        lambda: stages.set_window_fields(sort_by="a"),
        ArgumentError,
        "set_window_fields got no fields; it takes at least one",
    ),
    (
        lambda: stages.set_window_fields(a=F.b),
        OperandError,
        "set_window_fields got a=F['b']; it takes functions of windows: win.rank(),"
        " acc.sum_(...).over(...)",
    ),
    (
        lambda: stages.set_window_fields(a=win.derivative(F.b)),
        ArgumentError,
        "$derivative got no bounds for 'a'; give it some by over(...)",
    ),
    (
        lambda: stages.fill(a="lcof"),
        ArgumentError,
        "fill got a='lcof'; it takes 'linear', 'locf', an expression, or {'value': …}",
    ),
    (
        lambda: stages.fill(a={"method": "x", "value": 1}),
        ArgumentError,
        "fill got a={'method': 'x', 'value': 1}; it takes 'linear', 'locf', an expression,"
        " or {'value': …}",
    ),
    (
        lambda: stages.fill(a="locf", partition_by_fields="b"),
        OperandError,
        "fill got 'b' where it takes a list of fields; write ['b']",
    ),
    (
        lambda: stages.densify("t", range_={"step": 1}),
        ArgumentError,
        "densify got range_={'step': 1}; it takes step, bounds, and unit for dates",
    ),
    (
        lambda: stages.densify("t", range_={"step": 1, "bounds": "all"}),
        ArgumentError,
        "densify got bounds='all'; it is one of: full, partition",
    ),
    (
        lambda: stages.densify("t", range_={"step": 1, "bounds": [1]}),
        ArgumentError,
        "densify got bounds=[1]; they are the first value and the end",
    ),
    (
        lambda: stages.union_with(),
        ArgumentError,
        "union_with got neither a collection nor a pipeline; it takes one or both",
    ),
    (
        lambda: stages.graph_lookup(
            "x",
            start_with=F.a,
            connect_from_field="a",
            connect_to_field="b",
            as_="c",
            max_depth=param("n"),
        ).bind(n=-1),
        ArgumentError,
        "graph_lookup got max_depth=-1; it takes a whole number from 0 on",
    ),
    (
        lambda: stages.merge({"db": "x"}),
        ArgumentError,
        "merge got {'db': 'x'}; a collection of a database is {'db': …, 'coll': …}",
    ),
    (
        lambda: stages.merge("x", when_matched="replac"),
        ArgumentError,
        "merge got when_matched='replac'; did you mean 'replace'?; it is one of: replace,"
        " keepExisting, merge, fail, pipeline",
    ),
    (
        lambda: stages.merge("x", when_matched=5),
        OperandError,
        "merge got when_matched=5; it takes a choice, or a pipeline",
    ),
    (
        lambda: stages.merge("x", let=5),
        OperandError,
        "merge got let=5; it takes a mapping of names to values",
    ),
    (
        lambda: stages.geo_near(geo.LineString([(0, 0), (1, 1)])),
        OperandError,
        "geo_near got geo.LineString(((0, 0), (1, 1))); it takes a point",
    ),
    (
        lambda: stages.geo_near((0, 0), max_distance="5"),
        OperandError,
        "geo_near got max_distance='5'; it takes a number",
    ),
    (
        lambda: stages.documents({"a": 1}),
        OperandError,
        "documents got {'a': 1}; it takes a list of documents",
    ),
    (
        lambda: stages.search(F.a),
        OperandError,
        "search got F['a']; it takes a search operator, such as search.text(...), or"
        " raw({...}) of one",
    ),
    (
        lambda: stages.rank_fusion({"a": []}),
        OperandError,
        "rank_fusion got the input {'a': []}; it takes {'pipelines': {name: pipeline}}",
    ),
    (
        lambda: stages.match(5),
        OperandError,
        "all_of got 5; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (
        lambda: stages.project(a=1 << 70),
        ArgumentError,
        "the integer 1180591620717411303424 has more than 64 bits; BSON can't store it",
    ),
    (
        lambda: stages.match(as_is({"a": 1})),
        ArgumentError,
        "as_is(...) stands among other values; it is an operator's only argument",
    ),
    (
        lambda: Pipeline(int),
        OperandError,
        "a pipeline started from <class 'int'>; it takes a document class there: one made"
        " by attrs or a mapper",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED, ids=[m[:60] for _, _, m in REFUSED]
)
def test_refuses(build, error, message):
    """What can't be meant is an error where it is written, and says what to do."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


def test_the_model_is_carried_along():
    """A pipeline knows the class it was started from, whatever is done with it."""
    made = Pipeline(User).match(q.age > param("least")).limit(5)
    assert made.model is User
    assert (made + stages.skip(1)).model is User
    assert made.bind(least=5).model is User
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301
    assert pickle.loads(pickle.dumps(made)).model is User  # noqa: S301
    assert Pipeline().model is None
    assert Pipeline(User).unwind(path=q.items).model is User


def test_geo_near_checks_what_is_bound():
    """A pair is a point, bound or given; a distance is a number."""
    near = stages.geo_near(param("at"), distance_field="d", max_distance=param("far"))
    given = stages.geo_near([1.0, 2.0], distance_field="d", max_distance=5)
    assert near.bind(at=[1.0, 2.0], far=5) == given
    for far in (None, "x"):
        message = f"geo_near got max_distance={far!r}; it takes a number"
        with pytest.raises(OperandError, match=f"^{re.escape(message)}$"):
            near.bind(at=[1.0, 2.0], far=far)
    for build in (
        lambda: stages.geo_near([], distance_field="d"),
        lambda: F.a.near([]),
    ):
        with pytest.raises(ValueError, match="position"):
            build()
