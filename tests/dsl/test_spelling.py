"""Every legal form of MQL has its spelling, key order and types of values included."""

import ast
import pickle
import re

import attrs
import bson
import pytest
from bson import DBRef, Decimal128, Int64, Regex
from pymongo import MongoClient

import mongo_dsl
from mongo_dsl import (
    F,
    Filter,
    and_,
    comment,
    expr,
    fn,
    geo,
    nor,
    not_,
    or_,
    param,
    sample_rate,
    stages,
    text,
    translate,
)
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    TranslationError,
)
from mongo_dsl.fields import Fields
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.source import identical
from tests.models import User


STORED = [
    {"a": 3, "b": {"c": 1}, "s": "xa", "t": ["x", "y"], "n": [[1, 2], [3]]},
    {"a": [0, 4, 9], "s": ["X", "b"], "t": [{"x": 1, "y": 2}, {"x": 5}], "n": []},
    {"a": None, "b": 5, "s": 7, "t": [], "n": [2, 6]},
    {"s": "X\nA", "t": "x", "n": [{"k": [1, 9]}]},
]
X = Regex("x", "i")

POINT = {"coordinates": [Int64(1), 2.0], "type": "Point", "bbox": [1, 2, 1, 2]}
AREA = {
    "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
    "coordinates": [[[0, 0.0], [3, 0], [0, 3.0], [0, 0]]],
    "type": "Polygon",
}

PATTERNS = [
    (F.s.regex("x"), {"s": {"$regex": "x"}}),
    (F.s.regex("x", "i"), {"s": {"$regex": "x", "$options": "i"}}),
    (F.s.regex("x", ""), {"s": {"$regex": "x", "$options": ""}}),
    (F.s.regex("x", "smi"), {"s": {"$regex": "x", "$options": "smi"}}),
    (F.s.regex(X), {"s": {"$regex": X}}),
    (F.s.regex(re.compile("x")), {"s": {"$regex": re.compile("x")}}),
    (F.s.regex(Regex("x"), "i"), {"s": {"$regex": Regex("x"), "$options": "i"}}),
    (F.s.options("i") & F.s.regex("x"), {"s": {"$options": "i", "$regex": "x"}}),
    (
        F.s.regex("x") & (F.s > "a") & F.s.options("i"),
        {"s": {"$regex": "x", "$gt": "a", "$options": "i"}},
    ),
    (F.s.fits(X), {"s": X}),
    (F.s.fits(X) & (F.a == 3), {"s": X, "a": 3}),
    (F.s.fits(X) & (F.s > "a"), {"$and": [{"s": X}, {"s": {"$gt": "a"}}]}),
    (F.s.fits(re.compile("x")), {"s": re.compile("x")}),
    (not_(F.s.fits(X)), {"s": {"$not": X}}),
    (~F.s.fits(X), {"s": {"$not": X}}),
    (~~F.s.fits(X), {"s": X}),
    (not_(F.s.regex("x", "i")), {"s": {"$not": {"$regex": "x", "$options": "i"}}}),
    (
        not_(F.s.options("i") & F.s.regex("x")),
        {"s": {"$not": {"$options": "i", "$regex": "x"}}},
    ),
    (F.s.eq(Regex("x")), {"s": {"$eq": Regex("x")}}),
    (F.s.in_([X, "b"]), {"s": {"$in": [X, "b"]}}),
    (F.s.not_in([X]), {"s": {"$nin": [X]}}),
    (F.t.all_([X, "y"]), {"t": {"$all": [X, "y"]}}),
    (F.t.any(lambda i: i.fits(X)), {"t": {"$elemMatch": {"$regex": X}}}),
    (F.t.any(lambda i: not_(i.fits(X))), {"t": {"$elemMatch": {"$not": X}}}),
]
NEGATIONS = [
    (not_((F.a > 1) & (F.a < 5)), {"a": {"$not": {"$gt": 1, "$lt": 5}}}),
    (not_((F.a == 3) & (F.a < 5)), {"a": {"$not": {"$eq": 3, "$lt": 5}}}),
    (not_(not_(F.a > 1)), {"a": {"$not": {"$not": {"$gt": 1}}}}),
    (
        not_((F.a > 1) & not_(F.a < 5)),
        {"a": {"$not": {"$gt": 1, "$not": {"$lt": 5}}}},
    ),
    (
        F.n.any(lambda i: not_((i > 1) & (i < 5))),
        {"n": {"$elemMatch": {"$not": {"$gt": 1, "$lt": 5}}}},
    ),
]
NUMBERS = [
    (F.s.type_("string"), {"s": {"$type": "string"}}),
    (F.s.type_(["string"]), {"s": {"$type": ["string"]}}),
    (F.s.type_(["string", 16]), {"s": {"$type": ["string", 16]}}),
    (F.s.type_(2.0), {"s": {"$type": 2.0}}),
    (F.s.type_([Int64(2)]), {"s": {"$type": [Int64(2)]}}),
    (F.s.type_(Decimal128("2")), {"s": {"$type": Decimal128("2")}}),
    (F.b.exists(1), {"b": {"$exists": 1}}),
    (F.b.exists(0.0), {"b": {"$exists": 0.0}}),
    (F.b.exists(Int64(1)), {"b": {"$exists": Int64(1)}}),
    (F.b.exists(Decimal128("0")), {"b": {"$exists": Decimal128("0")}}),
    (~F.b.exists(Decimal128("0")), {"b": {"$exists": True}}),
    (F.t.size_(2.0), {"t": {"$size": 2.0}}),
    (F.t.size_(Int64(2)), {"t": {"$size": Int64(2)}}),
    (F.t.size_(Decimal128("2")), {"t": {"$size": Decimal128("2")}}),
    (F.a.mod(3.0), {"a": {"$mod": [3.0, 0]}}),
    (F.a.mod(3, Int64(0)), {"a": {"$mod": [3, Int64(0)]}}),
    (F.a.mod(Decimal128("3"), 0.5), {"a": {"$mod": [Decimal128("3"), 0.5]}}),
    (F.a.bits_all_set(Int64(3)), {"a": {"$bitsAllSet": Int64(3)}}),
    (F.a.bits_any_set(3.0), {"a": {"$bitsAnySet": 3.0}}),
    (F.a.bits_any_set([0, 1.0]), {"a": {"$bitsAnySet": [0, 1.0]}}),
    (F.a.bits_any_clear([]), {"a": {"$bitsAnyClear": []}}),
    (F.a.bits_all_clear(Decimal128("4")), {"a": {"$bitsAllClear": Decimal128("4")}}),
]
ARRAYS = [
    (F.t.any(Filter()), {"t": {"$elemMatch": {}}}),
    (F.t.all_([]), {"t": {"$all": []}}),
    (F.t.in_([]), {"t": {"$in": []}}),
    (F.t.not_in([]), {"t": {"$nin": []}}),
    (
        F.t.all_([F.x == 1, (F.x > 4) & F.y.exists(False)]),
        {
            "t": {
                "$all": [
                    {"$elemMatch": {"x": 1}},
                    {"$elemMatch": {"x": {"$gt": 4}, "y": {"$exists": False}}},
                ]
            }
        },
    ),
    (
        F.n.all_([lambda i: (i > 1) & (i < 5)]),
        {"n": {"$all": [{"$elemMatch": {"$gt": 1, "$lt": 5}}]}},
    ),
    (
        F.n.any(lambda i: i.any(lambda j: j >= 2)),
        {"n": {"$elemMatch": {"$elemMatch": {"$gte": 2}}}},
    ),
    (
        F.n.any(lambda i: i.ne(None) & i.exists(True) & i.gt(1)),
        {"n": {"$elemMatch": {"$ne": None, "$exists": True, "$gt": 1}}},
    ),
    (
        F.n.any(lambda i: and_(i.k == 1, nor(i.k == 2)) & (i.k == 9)),
        {"n": {"$elemMatch": {"$and": [{"k": 1}, {"$nor": [{"k": 2}]}], "k": 9}}},
    ),
    (
        F.t.any(or_(F.x == 1, F.y == 1) & (F.y == 2)),
        {"t": {"$elemMatch": {"$or": [{"x": 1}, {"y": 1}], "y": 2}}},
    ),
    (
        F.t.any((F.x == 1) & comment("why")),
        {"t": {"$elemMatch": {"x": 1, "$comment": "why"}}},
    ),
    (F.t.eq({"x": 1, "y": 2}), {"t": {"$eq": {"x": 1, "y": 2}}}),
    (F.t == {"x": 1, "y": 2}, {"t": {"x": 1, "y": 2}}),
    (F.n.eq([1, 2]), {"n": {"$eq": [1, 2]}}),
]
JUNCTIONS = [
    ((F.b == 5) & and_(F.a.is_null()), {"b": 5, "$and": [{"a": None}]}),
    (and_(F.a.is_null()) & (F.b == 5), {"$and": [{"a": None}], "b": 5}),
    (
        or_(F.a == 3, F.b == 5) & (F.a != 7) & nor(F.b == 6),
        {"$or": [{"a": 3}, {"b": 5}], "a": {"$ne": 7}, "$nor": [{"b": 6}]},
    ),
    (
        and_(or_(F.a == 3), nor(and_(F.b == 5) & (F.a == 3))),
        {
            "$and": [
                {"$or": [{"a": 3}]},
                {"$nor": [{"$and": [{"b": 5}], "a": 3}]},
            ]
        },
    ),
    (or_(or_(or_(F.a == 3))), {"$or": [{"$or": [{"$or": [{"a": 3}]}]}]}),
    (
        or_((F.a == 3) & (F.b == 5), and_(and_(F.s == "xa"))),
        {"$or": [{"a": 3, "b": 5}, {"$and": [{"$and": [{"s": "xa"}]}]}]},
    ),
    (and_(Filter()), {"$and": [{}]}),
    (nor(Filter()), {"$nor": [{}]}),
    (or_(Filter(), F.a == 3), {"$or": [{}, {"a": 3}]}),
    (
        and_(F.a > 1) & (F.a > 2) & (F.a < 5),
        {"$and": [{"a": {"$gt": 1}}], "a": {"$gt": 2, "$lt": 5}},
    ),
    (comment("why") & (F.a == 3), {"$comment": "why", "a": 3}),
    ((F.a == 3) & comment("why"), {"a": 3, "$comment": "why"}),
    (
        (F.a > 1) & F.a.ne(None) & F.a.exists(),
        {"a": {"$gt": 1, "$ne": None, "$exists": True}},
    ),
    (
        F.a.exists() & F.a.ne(None) & not_(F.a < 2) & F.a.gt(1),
        {"a": {"$exists": True, "$ne": None, "$not": {"$lt": 2}, "$gt": 1}},
    ),
    (
        F.a.eq(3) & (F.b == 5) & F.a.in_([3]),
        {"a": {"$eq": 3, "$in": [3]}, "b": 5},
    ),
    (F["b.c"] == 1, {"b.c": 1}),
    (F["n.0.k"] == 1, {"n.0.k": 1}),
]
ROWS = [*PATTERNS, *NEGATIONS, *NUMBERS, *ARRAYS, *JUNCTIONS]


ASKED_OF_SERVERS = [
    (sample_rate(Decimal128("1")), {"$sampleRate": Decimal128("1")}),
    ((F.a == 3) & expr(F.a > F.b), {"a": 3, "$expr": {"$gt": ["$a", "$b"]}}),
    (expr(F.a > F.b) & (F.a == 3), {"$expr": {"$gt": ["$a", "$b"]}, "a": 3}),
    (F["r.$id"] == 5, {"r.$id": 5}),
    (F.r["$ref"] == "c", {"r.$ref": "c"}),
    (F.r["$id"].x.in_([1]), {"r.$id.x": {"$in": [1]}}),
    (F.list[0]["$db"].exists(), {"list.0.$db": {"$exists": True}}),
    (F.t.any(lambda i: i.r["$id"] == 5), {"t": {"$elemMatch": {"r.$id": 5}}}),
    (F.r == DBRef("c", 5), {"r": DBRef("c", 5)}),
    (text("x"), {"$text": {"$search": "x"}}),
    (
        text("x", diacritic_sensitive=True, language="en"),
        {"$text": {"$search": "x", "$diacriticSensitive": True, "$language": "en"}},
    ),
    (
        text(language="en", case_sensitive=False, search="x"),
        {"$text": {"$language": "en", "$caseSensitive": False, "$search": "x"}},
    ),
    # places
    (F.p.near(geo.LegacyPair(1, 2.0)), {"p": {"$near": [1, 2.0]}}),
    (
        F.p.near(geo.LegacyPair(1, 2), min_distance=0, max_distance=Int64(5)),
        {"p": {"$near": [1, 2], "$minDistance": 0, "$maxDistance": Int64(5)}},
    ),
    (
        F.p.near_sphere(geo.LegacyPair(Int64(1), 2), max_distance=0.5),
        {"p": {"$nearSphere": [Int64(1), 2], "$maxDistance": 0.5}},
    ),
    (
        F.p.near(fn.as_is({"x": 1, "y": 2}), max_distance=5),
        {"p": {"$near": {"x": 1, "y": 2}, "$maxDistance": 5}},
    ),
    (F.p.near(fn.as_is([1, 2, 5])), {"p": {"$near": [1, 2, 5]}}),
    (
        F.g.near(fn.as_is({"$maxDistance": 5, "$geometry": POINT})),
        {"g": {"$near": {"$maxDistance": 5, "$geometry": POINT}}},
    ),
    (F.g.near(fn.as_is(POINT)), {"g": {"$near": POINT}}),
    (F.g.near(POINT), {"g": {"$near": {"$geometry": POINT}}}),
    (
        F.g.near((1, 2.0), min_distance=0.0, max_distance=Decimal128("5")),
        {
            "g": {
                "$near": {
                    "$geometry": {"type": "Point", "coordinates": [1, 2.0]},
                    "$minDistance": 0.0,
                    "$maxDistance": Decimal128("5"),
                }
            }
        },
    ),
    (
        F.g.near_sphere(POINT, max_distance=5, min_distance=1),
        {
            "g": {
                "$nearSphere": {
                    "$geometry": POINT,
                    "$maxDistance": 5,
                    "$minDistance": 1,
                }
            }
        },
    ),
    (
        F.g.near(POINT) & F.g.exists(),
        {"$and": [{"g": {"$near": {"$geometry": POINT}}}, {"g": {"$exists": True}}]},
    ),
    (F.g.within(AREA), {"g": {"$geoWithin": {"$geometry": AREA}}}),
    (F.g.intersects(AREA), {"g": {"$geoIntersects": {"$geometry": AREA}}}),
    (
        F.p.within(geo.Box((0, 0.0), (Int64(3), 2.5))),
        {"p": {"$geoWithin": {"$box": [[0, 0.0], [Int64(3), 2.5]]}}},
    ),
    (
        F.p.within(geo.Center((0, 0.0), 2.0)),
        {"p": {"$geoWithin": {"$center": [[0, 0.0], 2.0]}}},
    ),
    (
        F.p.within(geo.CenterSphere((0, 0.0), 1)),
        {"p": {"$geoWithin": {"$centerSphere": [[0, 0.0], 1]}}},
    ),
    (
        F.p.within(geo.PlanarPolygon([(0, 0), (3.0, 0), (0, 3)])),
        {"p": {"$geoWithin": {"$polygon": [[0, 0], [3.0, 0], [0, 3]]}}},
    ),
]


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return a collection of a few documents, with indexes for text and places."""
    with MongoClient(mongo_uri) as client:
        found = client["spelling"]["documents"]
        found.drop()
        found.insert_many([{"_id": n, **doc} for n, doc in enumerate(STORED)])
        found.create_index([("p", "2d")])
        found.create_index([("g", "2dsphere")])
        found.create_index([("s", "text")])
        yield found
        client.drop_database("spelling")


@pytest.mark.parametrize(
    ("filter_", "mql"), ROWS, ids=[str(mql)[:70] for _, mql in ROWS]
)
def test_filters(collection, filter_, mql):
    """The filter is written so, a server takes it, and memory agrees."""
    assert repr(filter_.compile()) == repr(mql)
    assert pickle.loads(pickle.dumps(filter_)) == filter_  # noqa: S301
    found = {document["_id"] for document in collection.find(filter_.compile())}
    assert found == {n for n, stored in enumerate(STORED) if filter_.matches(stored)}


@pytest.mark.parametrize(
    ("filter_", "mql"), ASKED_OF_SERVERS, ids=[str(m)[:70] for _, m in ASKED_OF_SERVERS]
)
def test_filters_of_servers(collection, filter_, mql):
    """The filter is written so, and a server takes it."""
    assert repr(filter_.compile()) == repr(mql)
    assert pickle.loads(pickle.dumps(filter_)) == filter_  # noqa: S301
    list(collection.find(filter_.compile()))


AS_EXPRESSIONS = [
    F.s.regex("x", "i"),
    F.s.regex(X),
    F.s.regex(Regex("x"), "i"),
    F.s.options("i") & F.s.regex("x"),
    F.s.regex("x") & (F.b == 5) & F.s.options("i"),
    F.s.fits(X),
    not_(F.s.fits(X)),
    not_(F.s.options("i") & F.s.regex("x")),
    F.t.any(lambda i: i.fits(X)),
    F.s.type_([2.0, Decimal128("16")]),
    F.b.exists(Decimal128("0")),
    F.t.size_(2.0),
    F.b.mod(Decimal128("5"), 0.0),
    F.b.bits_all_set(Int64(5)),
    F.b.bits_any_set([0.0, Decimal128("1")]),
]


@pytest.mark.parametrize("filter_", AS_EXPRESSIONS, ids=str)
def test_expressions(collection, filter_):
    """As an expression, the condition holds of the same documents that hold no arrays."""
    among = F["_id"].in_([n for n, doc in enumerate(STORED) if type(doc["s"]) is str])
    one, two = (
        [document["_id"] for document in collection.find((made & among).compile())]
        for made in (filter_, expr(filter_))
    )
    assert one == two


UPDATES = [
    (F.a.unset(), {"$unset": {"a": ""}}),
    (F.a.unset(1), {"$unset": {"a": 1}}),
    (F.a.unset({"x": True}), {"$unset": {"a": {"x": True}}}),
    (F.d.current_date(), {"$currentDate": {"d": True}}),
    (F.d.current_date(False), {"$currentDate": {"d": False}}),
    (F.d.current_date("date"), {"$currentDate": {"d": {"$type": "date"}}}),
    (F.d.current_date("timestamp"), {"$currentDate": {"d": {"$type": "timestamp"}}}),
    (F.t.push(each=["x"]), {"$push": {"t": {"$each": ["x"]}}}),
    (F.t.push(each=[]), {"$push": {"t": {"$each": []}}}),
    (F.t.push(each=()), {"$push": {"t": {"$each": []}}}),
    (F.t.push({"$x": 1}), {"$push": {"t": {"$x": 1}}}),
    (
        F.t.push(slice_=3.0, each=["x", "y"], position=Int64(0)),
        {"$push": {"t": {"$slice": 3.0, "$each": ["x", "y"], "$position": Int64(0)}}},
    ),
    (
        F.t.push("x", sort=1.0, slice_=Int64(-3)),
        {"$push": {"t": {"$each": ["x"], "$sort": 1.0, "$slice": Int64(-3)}}},
    ),
    (
        F.t.push(sort={"x": Int64(1), "y.z": -1.0}, each=[{}]),
        {"$push": {"t": {"$sort": {"x": Int64(1), "y.z": -1.0}, "$each": [{}]}}},
    ),
    (
        F.t.push("x", sort=[F.x.desc(), "y"]),
        {"$push": {"t": {"$each": ["x"], "$sort": {"x": -1, "y": 1}}}},
    ),
    (F.t.add_to_set("x"), {"$addToSet": {"t": "x"}}),
    (F.t.add_to_set(each=["x"]), {"$addToSet": {"t": {"$each": ["x"]}}}),
    (F.t.add_to_set(each=[]), {"$addToSet": {"t": {"$each": []}}}),
    (F.t.pull(5), {"$pull": {"t": 5}}),
    (F.t.pull(None), {"$pull": {"t": None}}),
    (F.t.pull([1, {"$gt": 2}]), {"$pull": {"t": [1, {"$gt": 2}]}}),
    (F.t.pull({"x": 1}), {"$pull": {"t": {"$eq": {"x": 1}}}}),
    (F.t.pull(Regex("x")), {"$pull": {"t": {"$eq": Regex("x")}}}),
    (F.t.pull(Filter()), {"$pull": {"t": {}}}),
    (F.t.pull((F.x == 1) & (F.y > 2)), {"$pull": {"t": {"x": 1, "y": {"$gt": 2}}}}),
    (
        F.t.pull(or_(F.x == 1) & (F.y == 2)),
        {"$pull": {"t": {"$or": [{"x": 1}], "y": 2}}},
    ),
    (F.t.pull(lambda i: i.in_([1, "x"])), {"$pull": {"t": {"$in": [1, "x"]}}}),
    (F.t.pull(lambda i: i.eq(5)), {"$pull": {"t": {"$eq": 5}}}),
    (
        F.t.pull(lambda i: (i >= 5) & (i != 6)),
        {"$pull": {"t": {"$gte": 5, "$ne": 6}}},
    ),
    (F.t.pull(lambda i: i.fits(X)), {"$pull": {"t": X}}),
    (
        F.t.pull(lambda i: i.regex("x", "i")),
        {"$pull": {"t": {"$regex": "x", "$options": "i"}}},
    ),
    (
        F.n.pull(lambda i: i.any(lambda j: j > 5)),
        {"$pull": {"n": {"$elemMatch": {"$gt": 5}}}},
    ),
    (
        F.n.pull(F.k.any(lambda j: j > 5)),
        {"$pull": {"n": {"k": {"$elemMatch": {"$gt": 5}}}}},
    ),
    (F.t.pull_all([]), {"$pullAll": {"t": []}}),
    (F.t.pull_all(["x", {"x": 1}]), {"$pullAll": {"t": ["x", {"x": 1}]}}),
    (F.t.pop(), {"$pop": {"t": 1}}),
    (F.t.pop(-1.0), {"$pop": {"t": -1.0}}),
    (F.t.pop(Int64(1)), {"$pop": {"t": Int64(1)}}),
    (F.t.pop(Decimal128("-1")), {"$pop": {"t": Decimal128("-1")}}),
    (F.i.bit(and_=Int64(5)), {"$bit": {"i": {"and": Int64(5)}}}),
    (F.i.bit(xor=1, and_=5, or_=2), {"$bit": {"i": {"xor": 1, "and": 5, "or": 2}}}),
    (F.i.inc(Int64(1)), {"$inc": {"i": Int64(1)}}),
    (F.i.inc(Decimal128("1.5")), {"$inc": {"i": Decimal128("1.5")}}),
    (F.i.mul(2.0), {"$mul": {"i": 2.0}}),
    (F.i.min_(Int64(0)), {"$min": {"i": Int64(0)}}),
    (F.i.max_("x"), {"$max": {"i": "x"}}),
    (F.i.rename("j.k"), {"$rename": {"i": "j.k"}}),
    (F.i.set_on_insert(1), {"$setOnInsert": {"i": 1}}),
    (F["m.0.b"].set(1), {"$set": {"m.0.b": 1}}),
    (F.n.every().set(1), {"$set": {"n.$[]": 1}}),
    (
        F.i.inc(1) & F.x.set(1) & F.j.inc(2) & F.y.set(2),
        {"$inc": {"i": 1, "j": 2}, "$set": {"x": 1, "y": 2}},
    ),
]


@pytest.mark.parametrize(
    ("update", "mql"), UPDATES, ids=[str(mql)[:70] for _, mql in UPDATES]
)
def test_updates(collection, update, mql):
    """The update is written so, and a server takes it."""
    assert repr(update.compile()) == repr(mql)
    assert pickle.loads(pickle.dumps(update)) == update  # noqa: S301
    document = {"_id": "new", "t": [1, "x", {"x": 1}], "n": [[1, 9]], "i": 7}
    collection.insert_one(document)
    try:
        collection.update_one({"_id": "new"}, update.compile())
    finally:
        collection.delete_one({"_id": "new"})


ADDRESSES = [
    (F.g.filtered("e").x.set(1), "g.$[e].x"),
    (F.g.filtered("e").set(1), "g.$[e]"),
    (F.g.every().filtered("e2").set(1), "g.$[].$[e2]"),
    (F.g.filtered("a").h.filtered("b").c.set(1), "g.$[a].h.$[b].c"),
    (F.g.matched().h.filtered("b").set(1), "g.$.h.$[b]"),
    (F.g.filtered("e")[0].set(1), "g.$[e].0"),
    (F.g[0].h.every().set(1), "g.0.h.$[]"),
    (User.q.items.filtered("e").qty.set(1), "items.$[e].qty"),
]


@pytest.mark.parametrize(("update", "path"), ADDRESSES, ids=[p for _, p in ADDRESSES])
def test_addresses(update, path):
    """Items are addressed by array filters that are given elsewhere."""
    assert update.compile() == {"$set": {path: 1}}
    assert update.array_filters == []


@pytest.mark.parametrize("value", [5, "x", [1], {"$gt": 1}, {"x": 1}, Regex("x")])
def test_pulled_parameters(value):
    """What a parameter is bound to is a value, and never a condition."""
    change = F.t.pull(param("v"))
    assert change.bind(v=value).compile() == F.t.pull(value).compile()
    assert change.prepare().bind(v=value) == F.t.pull(value).compile()


KEYWORDS = [
    ({"a": {"$gte": 1, "$lt": 5}}, (F.a >= 1) & (F.a < 5)),
    ({"a": {"$gte": 1}}, F.a >= 1),
    ({"a": {"$eq": 1, "$ne": 2}}, F.a.eq(1) & (F.a != 2)),
    ({"a": {"$in": [1], "$exists": 1}}, F.a.in_([1]) & F.a.exists(1)),
    ({"a": {"$gte": 1}, "b": 2}, (F.a >= 1) & (F.b == 2)),
    ({"a": {"$regex": "x", "$options": "i"}}, F.a.regex("x", "i")),
    ({"a": {"$options": "i", "$regex": "x"}}, F.a.options("i") & F.a.regex("x")),
    (
        {"a": {"$regex": "x", "$options": "i", "$gt": "a"}},
        F.a.regex("x", "i") & (F.a > "a"),
    ),
    ({"a": {"$not": {"$gt": 1, "$lt": 5}}}, not_((F.a > 1) & (F.a < 5))),
    ({"a": {"$not": X}}, not_(F.a.fits(X))),
    (
        {"p": {"$near": [1, 2], "$maxDistance": 5}},
        F.p.near(geo.LegacyPair(1, 2), max_distance=5),
    ),
    ({"a__type": ["string"]}, F.a.type_(["string"])),
    ({"a__regex": X}, F.a.regex(X)),
    ({"a__between": (1, 5)}, F.a.between(1, 5)),
]


@pytest.mark.parametrize(
    ("keywords", "filter_"), KEYWORDS, ids=[str(k) for k, _ in KEYWORDS]
)
def test_keywords(keywords, filter_):
    """Keywords build what methods build, a condition for each operator."""
    found = keyword_filter(None, keywords)
    assert found == filter_
    assert repr(found.compile()) == repr(filter_.compile())


def test_references_of_documents():
    """A field of references has the parts that they have in BSON."""

    @attrs.define
    class Order:
        buyer: DBRef

    q = Fields(Order)
    assert (q["buyer.$id"] == 5).compile() == {"buyer.$id": 5}
    assert (q.buyer["$ref"] == "users").compile() == {"buyer.$ref": "users"}
    assert stages.geo_near(geo.LegacyPair(1, 2)).compile()["$geoNear"]["near"] == [1, 2]


REFUSED = [
    (
        lambda: F.a.regex("x", "q"),
        ArgumentError,
        "regex got the option 'q'; options are i, m, s, x and u",
    ),
    (
        lambda: F.a.options("q"),
        ArgumentError,
        "options got the option 'q'; options are i, m, s, x and u",
    ),
    (
        lambda: F.a.options(None),
        OperandError,
        "options got the options None; they are letters: i, m, s, x and u",
    ),
    (
        lambda: F.a.matches("x", 5),
        OperandError,
        "matches got the options 5; they are letters: i, m, s, x and u",
    ),
    (lambda: F.a.regex(5), OperandError, "regex got 5; it takes a pattern of text"),
    (
        lambda: F.a.regex("\0"),
        ArgumentError,
        "regex got '\\x00', which holds a NUL byte; MongoDB refuses those",
    ),
    (
        lambda: F.a.regex(X, "i"),
        ArgumentError,
        f"regex got the options 'i' beside {X!r}; give all of them in one place",
    ),
    (
        lambda: F.a.fits("x"),
        OperandError,
        "fits got 'x'; it takes a compiled pattern, matches takes text",
    ),
    (
        lambda: F.a.fits(re.compile(b"x")),
        OperandError,
        "fits got b'x'; it takes a pattern of text",
    ),
    (
        lambda: F.a.type_({}),
        OperandError,
        "type_ got {}; it takes aliases such as 'string', or numbers",
    ),
    (
        lambda: F.a.type_(True),
        OperandError,
        "type_ got True; it takes aliases such as 'string', or numbers",
    ),
    (
        lambda: F.a.type_([]),
        ArgumentError,
        "type_ got no types; it takes aliases such as 'string', or numbers",
    ),
    (
        lambda: F.a.exists("x"),
        OperandError,
        "exists got 'x'; it takes True, False or a number",
    ),
    (lambda: F.a.size_(2.5), OperandError, "size_ got 2.5; it takes a whole number"),
    (lambda: F.a.size_(True), OperandError, "size_ got True; it takes a whole number"),
    (
        lambda: F.a.size_(-1.0),
        ArgumentError,
        "size_ got -1.0; a length is not negative",
    ),
    (
        lambda: F.a.mod(0.5),
        ArgumentError,
        "mod got the divisor 0.5; it takes any other number",
    ),
    (
        lambda: F.a.mod("x"),
        OperandError,
        "mod got the divisor 'x'; it takes a number",
    ),
    (
        lambda: F.a.mod(4, float("nan")),
        OperandError,
        "mod got the remainder nan; it takes a number",
    ),
    (
        lambda: F.a.bits_all_set([1.5]),
        OperandError,
        "bits_all_set got [1.5]; it takes an integer, bytes or a list of positions",
    ),
    (
        lambda: sample_rate("x"),
        ArgumentError,
        "sample_rate got 'x'; it takes a probability from 0 to 1",
    ),
    (
        lambda: F["$id"],
        ArgumentError,
        "the field name '$id' has the part '$id'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: F.a.any(lambda i: i["$id"] == 5),
        ArgumentError,
        "the field name '$id' has the part '$id'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: F["a.$idx"],
        ArgumentError,
        "the field name 'a.$idx' has the part '$idx'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: F.p.near((1, 2), max_distanc=5),
        OperandError,
        "near got the argument 'max_distanc'; did you mean 'max_distance'?; it takes max_distance, min_distance",
    ),
    (
        lambda: F.p.near_sphere(AREA),
        OperandError,
        f"near_sphere got {AREA!r}; it takes a point",
    ),
    (
        lambda: F.p.near(geo.LegacyPair(1, 2), max_distance=-1.0),
        ArgumentError,
        "$near got the maxDistance -1.0; distances are not negative",
    ),
    (
        lambda: F.p.within(geo.LegacyPair(1, 2)),
        OperandError,
        "within got geo.LegacyPair(1, 2), which has no area; it takes polygons and circles",
    ),
    (
        lambda: F.p.intersects(geo.LegacyPair(1, 2)),
        OperandError,
        "intersects got geo.LegacyPair(1, 2); it takes GeoJSON, such as geo.Polygon",
    ),
    (
        lambda: F.p.within({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
        ArgumentError,
        "Polygon ring has too few different positions, 2; give 3",
    ),
    (
        lambda: ~F.p.near(geo.LegacyPair(1, 2), max_distance=1),
        CompileError,
        "$near can't be negated; MongoDB has no form for that",
    ),
    (
        lambda: text(language="en"),
        ArgumentError,
        "text got nothing to search for; its first argument is a text",
    ),
    (
        lambda: text("x", search="y"),
        OperandError,
        "text got the argument 'search'; it takes language, case_sensitive, diacritic_sensitive",
    ),
    (
        lambda: not_((F.a > 1) & (F.b < 5)),
        OperandError,
        "not_ got (F.a > 1) & (F.b < 5); it takes conditions on one field, ~ takes all others",
    ),
    (
        lambda: not_((F.a > 1) & (F.a > 2)),
        OperandError,
        "not_ got (F.a > 1) & (F.a > 2); it takes conditions on one field, ~ takes all others",
    ),
    (
        lambda: not_(Filter()),
        OperandError,
        "not_ got Filter(); it takes conditions on one field, ~ takes all others",
    ),
    (
        lambda: not_(and_(F.a > 1)),
        OperandError,
        "not_ got and_(F.a > 1); it takes conditions on one field, ~ takes all others",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED, ids=[m[:60] for _, _, m in REFUSED]
)
def test_refuses(build, error, message):
    """What no server takes is an error where it is written."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


def test_options_alone():
    """Options mean nothing without a pattern: an expression would always be true."""
    with pytest.raises(CompileError) as caught:
        expr((F.a == 1) & F.b.options("i")).compile()
    message = "$options stands without $regex; write field.regex(...), too"
    assert str(caught.value) == message


SOURCES = [
    *((filter_, mql, "filter") for filter_, mql in [*ROWS, *ASKED_OF_SERVERS]),
    *((update, mql, "update") for update, mql in UPDATES),
    *((update, update.compile(), "update") for update, _ in ADDRESSES),
]


@pytest.mark.parametrize(
    ("query", "mql", "kind"), SOURCES, ids=[str(mql)[:70] for _, mql, _ in SOURCES]
)
def test_source(query, mql, kind):
    """The form is shown and translated as calls which write it again."""
    names = {**vars(mongo_dsl), **vars(bson), "re": re, "User": User}
    for source in (repr(query), ast.parse(translate(mql, kind).source).body[-1].value):
        code = source if isinstance(source, str) else ast.unparse(source)
        assert identical(eval(code, dict(names)).compile(), mql), code  # noqa: S307
        assert "raw(" not in code


STAGES = [
    (stages.geo_near(geo.LegacyPair(1, 2.0)), {"near": [1, 2.0]}),
    (
        stages.geo_near(fn.as_is([1, 2, 5]), distance_field="d"),
        {"near": [1, 2, 5], "distanceField": "d"},
    ),
]


@pytest.mark.parametrize(("stage", "near"), STAGES)
def test_source_of_places(stage, near):
    """Legacy coordinates of a stage are written as such, too."""
    assert stage.compile() == {"$geoNear": near}
    names = vars(mongo_dsl)
    assert eval(repr(stage), dict(names)).compile() == {"$geoNear": near}  # noqa: S307
    assert "raw(" not in translate([{"$geoNear": near}], "pipeline").source


UNTRANSLATABLE = [
    ({"a": {"$geoWithin": {"$foo": 1}}}, "a.$geoWithin: $geoWithin doesn't take this"),
    ({"a": {"$geoWithin": [1, 2]}}, "a.$geoWithin: $geoWithin doesn't take this"),
    ({"a": {"$near": {"$foo": 1}}}, "a.$near: $near doesn't take this"),
    (
        {"$text": {}},
        "$text: text got nothing to search for; its first argument is a text",
    ),
]


@pytest.mark.parametrize(("mql", "message"), UNTRANSLATABLE)
def test_untranslatable(mql, message):
    """What is no form of MQL has no source, and the error tells where."""
    with pytest.raises(TranslationError) as caught:
        translate(mql, "filter")
    assert str(caught.value) == message
