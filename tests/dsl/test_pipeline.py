"""Pipelines: a method per stage, stages as values, fragments."""

import pickle

import pytest

from mapper import SyncDocument
from mongo_dsl import F, Pipeline, acc, fn, param, raw, stages, text
from mongo_dsl.errors import (
    ArgumentError,
    OperandError,
    ParameterError,
    TruthValueError,
)
from tests.models import User


q = User.q
p = Pipeline()

ROWS = [
    (p, []),
    (p.match(F.a > 1, b=2), [{"$match": {"a": {"$gt": 1}, "b": 2}}]),
    (p.match(F.a > F.b), [{"$match": {"$expr": {"$gt": ["$a", "$b"]}}}]),
    (p.match(text("x")), [{"$match": {"$text": {"$search": "x"}}}]),
    (
        p.project("a", F.b.c, d=F.a + 1, _id=False),
        [{"$project": {"a": 1, "b.c": 1, "d": {"$add": ["$a", 1]}, "_id": False}}],
    ),
    (p.project(adult=F.age >= 18), [{"$project": {"adult": {"$gte": ["$age", 18]}}}]),
    (p.project(one=fn.literal(1)), [{"$project": {"one": {"$literal": 1}}}]),
    (p.set(a=1, b="$x"), [{"$set": {"a": 1, "b": {"$literal": "$x"}}}]),
    (p.set({F.a.b: F.c}), [{"$set": {"a.b": "$c"}}]),
    (p.set(a={"$gt": 1}), [{"$set": {"a": {"$literal": {"$gt": 1}}}}]),
    (p.set(a={"x": F.b}), [{"$set": {"a": {"x": "$b"}}}]),
    (p.add_fields(a=F.b), [{"$addFields": {"a": "$b"}}]),
    (p.unset("a"), [{"$unset": "a"}]),
    (p.unset("a", F.b.c), [{"$unset": ["a", "b.c"]}]),
    (
        p.group({"x": 1, "y": "$a", "z": F.a}),
        [
            {
                "$group": {
                    "_id": {"x": {"$literal": 1}, "y": {"$literal": "$a"}, "z": "$a"}
                }
            }
        ],
    ),
    (
        p.set(x={}, y={"a": {}, "b": F.b}),
        [{"$set": {"x": {"$literal": {}}, "y": {"a": {"$literal": {}}, "b": "$b"}}}],
    ),
    (p.group(None, n=acc.sum_(1)), [{"$group": {"_id": None, "n": {"$sum": 1}}}]),
    (p.group(F.a, n=acc.count()), [{"$group": {"_id": "$a", "n": {"$count": {}}}}]),
    (
        p.group({"y": fn.year(F.t)}, n=acc.avg(F.a)),
        [{"$group": {"_id": {"y": {"$year": {"date": "$t"}}}, "n": {"$avg": "$a"}}}],
    ),
    (p.sort("-a", F.b), [{"$sort": {"a": -1, "b": 1}}]),
    (
        p.sort({"score": fn.meta("textScore")}),
        [{"$sort": {"score": {"$meta": "textScore"}}}],
    ),
    (
        p.limit(5).skip(2).sample(3),
        [{"$limit": 5}, {"$skip": 2}, {"$sample": {"size": 3}}],
    ),
    (p.unwind("a"), [{"$unwind": "$a"}]),
    (
        p.unwind(F.a.b, include_array_index="i", preserve_null_and_empty_arrays=True),
        [
            {
                "$unwind": {
                    "path": "$a.b",
                    "includeArrayIndex": "i",
                    "preserveNullAndEmptyArrays": True,
                }
            }
        ],
    ),
    (
        p.lookup("orders", local_field="_id", foreign_field=F.user_id, as_="orders"),
        [
            {
                "$lookup": {
                    "from": "orders",
                    "localField": "_id",
                    "foreignField": "user_id",
                    "as": "orders",
                }
            }
        ],
    ),
    (
        p.lookup(
            User,
            let={"u": F.user},
            pipeline=p.match(fn.eq(F["_id"], fn.var("u"))),
            as_="users",
        ),
        [
            {
                "$lookup": {
                    "from": "user",
                    "let": {"u": "$user"},
                    "pipeline": [{"$match": {"$expr": {"$eq": ["$_id", "$$u"]}}}],
                    "as": "users",
                }
            }
        ],
    ),
    (p.count("n"), [{"$count": "n"}]),
    (
        p.facet(a=p.limit(1), b=[{"$count": "n"}]),
        [{"$facet": {"a": [{"$limit": 1}], "b": [{"$count": "n"}]}}],
    ),
    (p.replace_root(F.a), [{"$replaceRoot": {"newRoot": "$a"}}]),
    (
        p.replace_root(fn.merge_objects(F.a, {"x": 1})),
        [{"$replaceRoot": {"newRoot": {"$mergeObjects": ["$a", {"x": 1}]}}}],
    ),
    (
        p.then(stages.limit(5), raw({"$skip": 1}), {"$out": "x"}),
        [{"$limit": 5}, {"$skip": 1}, {"$out": "x"}],
    ),
    (p.then(raw([{"$limit": 1}, {"$skip": 1}])), [{"$limit": 1}, {"$skip": 1}]),
    (p.limit(1) + p.skip(2), [{"$limit": 1}, {"$skip": 2}]),
    (p.pipe(lambda one, n: one.limit(n), 3), [{"$limit": 3}]),
    (
        p.match(F.a > param("n")).limit(param("m")).bind(n=1, m=2),
        [{"$match": {"a": {"$gt": 1}}}, {"$limit": 2}],
    ),
    (
        p.match(q.email == "x").group(q.address.city),
        [{"$match": {"mail": "x"}}, {"$group": {"_id": "$address.city"}}],
    ),
    (
        p.group(F.a, top=acc.top_n(2, sort_by=["-b", "c"], output=[F.d])),
        [
            {
                "$group": {
                    "_id": "$a",
                    "top": {
                        "$topN": {"n": 2, "sortBy": {"b": -1, "c": 1}, "output": ["$d"]}
                    },
                }
            }
        ],
    ),
]


@pytest.mark.parametrize(
    ("pipeline", "mql"), ROWS, ids=[str(mql)[:70] for _, mql in ROWS]
)
def test_compiles(pipeline, mql):
    """Every stage has its MQL form; pipelines are values."""
    assert repr(pipeline.compile()) == repr(mql)
    twin = pickle.loads(pickle.dumps(pipeline))  # noqa: S301
    assert twin == pipeline
    assert hash(twin) == hash(pipeline)
    assert len(pipeline) == len(mql)


REFUSED = [
    (
        lambda: p.project(),
        ArgumentError,
        "project got no fields; it takes at least one",
    ),
    (lambda: p.set(), ArgumentError, "set got no fields; it takes at least one"),
    (
        lambda: p.add_fields(),
        ArgumentError,
        "add_fields got no fields; it takes at least one",
    ),
    (lambda: p.unset(), ArgumentError, "unset got no fields; it takes at least one"),
    (lambda: p.unset(5), OperandError, "unset got 5; it takes fields or their names"),
    (
        lambda: p.group("$city"),
        OperandError,
        "group got 'city', a text that is the same for all documents; pass F.city, or fn.literal(...) for a constant",
    ),
    (
        lambda: p.group(None, n=5),
        OperandError,
        "group got n=5; it takes accumulators: acc.sum_(...)",
    ),
    (
        lambda: p.group(None, n=F.a + 1),
        OperandError,
        f"group got n={F.a + 1!r}; it takes accumulators: acc.sum_(...)",
    ),
    (lambda: p.sort(), ArgumentError, "sort got no keys; it takes at least one"),
    (lambda: p.limit(0), ArgumentError, "limit got 0; it takes a number from 1 on"),
    (
        lambda: p.sample("x"),
        OperandError,
        "sample got 'x'; it takes a number of documents",
    ),
    (
        lambda: p.lookup("x", as_="y"),
        ArgumentError,
        "lookup got neither fields nor a pipeline; it joins by one or both",
    ),
    (
        lambda: p.lookup("x", local_field="a", as_="y"),
        ArgumentError,
        "lookup got one of local_field and foreign_field; they go together",
    ),
    (
        lambda: p.lookup(5, pipeline=[], as_="y"),
        OperandError,
        "lookup got 5; it takes a collection's name or a document class",
    ),
    (lambda: p.facet(), ArgumentError, "facet got no pipelines; it takes at least one"),
    (
        lambda: p.then({"a": 1}),
        ArgumentError,
        "a pipeline got {'a': 1}; a stage has one key, its operator",
    ),
    (
        lambda: p.then(5),
        OperandError,
        "a pipeline got 5; it takes stages, pipelines and documents of MQL",
    ),
    (
        lambda: p.limit(param("n")).bind(n=0),
        ArgumentError,
        "limit got 0; it takes a number from 1 on",
    ),
    (
        lambda: p.limit(param("n")).compile(),
        ParameterError,
        "parameter 'n' is unbound; fill it with bind(n=...)",
    ),
    (
        lambda: bool(p),
        TruthValueError,
        "a pipeline has no truth value; len(...) counts its stages",
    ),
    (
        lambda: bool(stages.limit(1)),
        TruthValueError,
        "a stage has no truth value; chain stages as methods of a pipeline",
    ),
    (
        lambda: bool(acc.count()),
        TruthValueError,
        "an accumulator has no truth value; it is a field of Pipeline.group(...)",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED, ids=[m[:50] for _, _, m in REFUSED]
)
def test_refuses(build, error, message):
    """What can't be meant is an error where it is written, and says what to do."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


def test_reads_as_json_and_shell():
    """A pipeline and its parts read as Extended JSON and as mongosh."""
    assert p.limit(5).to_json() == '[{"$limit": 5}]'
    assert repr(p.limit(5)) == "Pipeline().limit(5)"
    assert repr(stages.limit(5)) == "stages.limit(5)"
    assert stages.limit(param("n")).bind(n=5).to_json() == '{"$limit": 5}'
    assert repr(acc.sum_(F.a)) == "acc.sum_(F.a)"
    assert acc.sum_(param("n")).bind(n=5).to_json() == '{"$sum": 5}'
    assert str(acc.sum_(1)) == "{ $sum: 1 }"
    assert repr(raw({"a": 1})) == 'raw({"a": 1})'
    assert str(raw({"a": 1})) == "{ a: 1 }"


ACCUMULATORS = [
    (acc.min_(F.a), {"$min": "$a"}),
    (acc.first(F.a), {"$first": "$a"}),
    (acc.last(F.a), {"$last": "$a"}),
    (acc.push({"x": F.a}), {"$push": {"x": "$a"}}),
    (acc.add_to_set(F.a), {"$addToSet": "$a"}),
    (acc.merge_objects(F.a), {"$mergeObjects": "$a"}),
    (acc.concat_arrays(F.a), {"$concatArrays": "$a"}),
    (acc.set_union(F.a), {"$setUnion": "$a"}),
    (acc.std_dev_pop(F.a), {"$stdDevPop": "$a"}),
    (acc.std_dev_samp(F.a), {"$stdDevSamp": "$a"}),
    (acc.median(F.a), {"$median": {"input": "$a", "method": "approximate"}}),
    (
        acc.percentile(F.a, [0.5]),
        {"$percentile": {"input": "$a", "p": [0.5], "method": "approximate"}},
    ),
    (acc.first_n(F.a, 2), {"$firstN": {"input": "$a", "n": 2}}),
    (acc.last_n(F.a, 2), {"$lastN": {"input": "$a", "n": 2}}),
    (acc.max_n(F.a, 2), {"$maxN": {"input": "$a", "n": 2}}),
    (acc.min_n(F.a, 2), {"$minN": {"input": "$a", "n": 2}}),
    (acc.top("-a", F.b), {"$top": {"sortBy": {"a": -1}, "output": "$b"}}),
    (acc.bottom(F.a, F.b), {"$bottom": {"sortBy": {"a": 1}, "output": "$b"}}),
    (
        acc.bottom_n(3, "a", F.b),
        {"$bottomN": {"n": 3, "sortBy": {"a": 1}, "output": "$b"}},
    ),
]


@pytest.mark.parametrize(
    ("made", "mql"), ACCUMULATORS, ids=[str(m) for _, m in ACCUMULATORS]
)
def test_accumulators(made, mql):
    """Every accumulator has its MQL form."""
    assert repr(made.compile()) == repr(mql)


def test_lookups_take_sync_classes():
    """A lookup names its collection by class, of either face."""

    class Order(SyncDocument):
        class Meta:
            collection_name = "orders"

    compiled = p.lookup(Order, pipeline=[], as_="x").compile()
    assert compiled[0]["$lookup"]["from"] == "orders"
