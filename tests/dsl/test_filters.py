"""Filters compile canonically, and what can't be said is refused when it is written."""

import datetime as dt
import pickle
import re
from decimal import Decimal
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex

from mongo_dsl import (
    F,
    Filter,
    acc,
    all_of,
    and_,
    any_of,
    comment,
    expr,
    fn,
    geo,
    json_schema,
    none_of,
    nor,
    not_,
    or_,
    param,
    raw,
    sample_rate,
    stages,
    text,
    where,
    win,
)
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    TruthValueError,
    UnknownFieldError,
)
from mongo_dsl.keywords import keyword_filter
from tests.models import Address, Status, User


q = User.q
OID = ObjectId("0123456789abcdef01234567")
UTC = dt.timezone.utc
PARIS = geo.Point(2.35, 48.85)
SQUARE = geo.Polygon([(0, 0), (0, 1), (1, 1), (0, 0)])
DATA = {"$gt": 1}  # a document that MongoDB would take for an operator
IN_LIST = {"$cond": [{"$isArray": ["$list"]}, {"$in": ["$a", "$list"]}, False]}

ROWS = [
    # comparison
    (F.a == 5, {"a": 5}),
    (F.a != 5, {"a": {"$ne": 5}}),
    (F.a < 5, {"a": {"$lt": 5}}),
    (F.a <= 5, {"a": {"$lte": 5}}),
    (F.a > 5, {"a": {"$gt": 5}}),
    (F.a >= 5, {"a": {"$gte": 5}}),
    (5 < F.a, {"a": {"$gt": 5}}),
    (F.a.eq(5), {"a": {"$eq": 5}}),
    (F.a.ne(5), {"a": {"$ne": 5}}),
    (F.a.gt(5), {"a": {"$gt": 5}}),
    (F.a.gte(5), {"a": {"$gte": 5}}),
    (F.a.lt(5), {"a": {"$lt": 5}}),
    (F.a.lte(5), {"a": {"$lte": 5}}),
    (F.a.between(1, 5), {"a": {"$gte": 1, "$lte": 5}}),
    (F.a.in_([1, "b", None]), {"a": {"$in": [1, "b", None]}}),
    (F.a.in_({3, 1, 2}), {"a": {"$in": [1, 2, 3]}}),
    (F.a.in_(x for x in (1, 2)), {"a": {"$in": [1, 2]}}),
    (F.a.in_([]), {"a": {"$in": []}}),
    (F.a.not_in([1]), {"a": {"$nin": [1]}}),
    (F.a.nin([1]), {"a": {"$nin": [1]}}),
    # element
    (F.a.exists(), {"a": {"$exists": True}}),
    (F.a.exists(False), {"a": {"$exists": False}}),
    (F.a.is_null(), {"a": None}),
    (F.a.is_null(False), {"a": {"$ne": None}}),
    (F.a.type_("string"), {"a": {"$type": "string"}}),
    (F.a.type_(2, "null"), {"a": {"$type": [2, "null"]}}),
    # logical
    ((F.a == 1) & (F.b == 2), {"a": 1, "b": 2}),
    ((F.a > 1) & (F.a < 5), {"a": {"$gt": 1, "$lt": 5}}),
    ((F.a == 1) & (F.a > 0), {"a": {"$eq": 1, "$gt": 0}}),
    ((F.a == 1) & (F.a == 2), {"$and": [{"a": 1}, {"a": 2}]}),
    ((F.a > 1) & (F.a > 1), {"a": {"$gt": 1}}),
    (
        (F.a > 1) & (F.a > 2) & (F.b == 3),
        {"b": 3, "$and": [{"a": {"$gt": 1}}, {"a": {"$gt": 2}}]},
    ),
    ((F.a == 1) | (F.b == 2) | (F.c == 3), {"$or": [{"a": 1}, {"b": 2}, {"c": 3}]}),
    (
        ((F.a == 1) | (F.b == 2)) & ((F.c == 3) | (F.d == 4)),
        {"$and": [{"$or": [{"a": 1}, {"b": 2}]}, {"$or": [{"c": 3}, {"d": 4}]}]},
    ),
    (((F.a == 1) | (F.b == 2)) & (F.c == 3), {"$or": [{"a": 1}, {"b": 2}], "c": 3}),
    (((F.a == 1) & (F.b == 2)) | (F.c == 3), {"$or": [{"a": 1, "b": 2}, {"c": 3}]}),
    (Filter(), {}),
    (Filter() & (F.a == 1), {"a": 1}),
    (all_of(), {}),
    (all_of(F.a == 1, F.b == 2), {"a": 1, "b": 2}),
    (any_of(F.a == 1), {"a": 1}),
    (any_of(F.a == 1, F.b == 2), {"$or": [{"a": 1}, {"b": 2}]}),
    (none_of(F.a == 1, F.b == 2), {"$nor": [{"a": 1}, {"b": 2}]}),
    (and_(F.a == 1, F.b == 2), {"$and": [{"a": 1}, {"b": 2}]}),
    (and_(F.a == 1) & (F.b == 2), {"$and": [{"a": 1}], "b": 2}),
    (and_(F.a == 1) & and_(F.b == 2), {"$and": [{"a": 1}, {"b": 2}]}),
    (or_(F.a == 1), {"$or": [{"a": 1}]}),
    (nor(F.a == 1), {"$nor": [{"a": 1}]}),
    (nor(F.a == 1) & nor(F.b == 1), {"$nor": [{"a": 1}, {"b": 1}]}),
    (not_(F.a > 5), {"a": {"$not": {"$gt": 5}}}),
    (not_(F.a == 5), {"a": {"$not": {"$eq": 5}}}),
    # negation goes inwards only where nothing changes
    (~(F.a == 1), {"a": {"$ne": 1}}),
    (~(F.a != 1), {"a": 1}),
    (~(F.a > 1), {"a": {"$not": {"$gt": 1}}}),
    (~~(F.a > 1), {"a": {"$gt": 1}}),
    (~F.a.between(1, 5), {"a": {"$not": {"$gte": 1, "$lte": 5}}}),
    (~F.a.in_([1]), {"a": {"$nin": [1]}}),
    (~F.a.not_in([1]), {"a": {"$in": [1]}}),
    (~F.a.exists(), {"a": {"$exists": False}}),
    (~F.a.eq(1), {"a": {"$ne": 1}}),
    (~F.a.matches("^x"), {"a": {"$not": {"$regex": "^x"}}}),
    (~((F.a == 1) | (F.b == 2)), {"$nor": [{"a": 1}, {"b": 2}]}),
    (~((F.a == 1) & (F.b == 2)), {"$nor": [{"a": 1, "b": 2}]}),
    (~none_of(F.a == 1, F.b == 2), {"$or": [{"a": 1}, {"b": 2}]}),
    (~Filter(), {"$nor": [{}]}),
    (F.a != re.compile("x"), {"a": {"$not": {"$eq": re.compile("x")}}}),
    (~(F.a == re.compile("x")), {"a": {"$not": {"$eq": re.compile("x")}}}),
    (~json_schema({}), {"$nor": [{"$jsonSchema": {}}]}),
    (~raw({"a": 1}), {"$nor": [{"a": 1}]}),
    (~(F.a > F.b), {"$expr": {"$not": [{"$gt": ["$a", "$b"]}]}}),
    # what the server computes
    (F.a > F.b, {"$expr": {"$gt": ["$a", "$b"]}}),
    (F.a == F.b, {"$expr": {"$eq": ["$a", "$b"]}}),
    (F.a + 1 > 5, {"$expr": {"$gt": [{"$add": ["$a", 1]}, 5]}}),
    (F.a > F.b + 1, {"$expr": {"$gt": ["$a", {"$add": ["$b", 1]}]}}),
    (F.a.in_(F.list), {"$expr": IN_LIST}),
    (F.a.not_in(F.list), {"$expr": {"$not": [IN_LIST]}}),
    (F.a.in_([F.b, 1]), {"$expr": {"$in": ["$a", ["$b", 1]]}}),
    # Documents that MongoDB would take for operators in a list.
    (F.a.in_([DATA]), {"a": {"$eq": DATA}}),
    (F.a.in_([1, DATA]), {"$or": [{"a": {"$in": [1]}}, {"a": {"$eq": DATA}}]}),
    (F.a.not_in([1, DATA]), {"a": {"$nin": [1], "$ne": DATA}}),
    (F.a.all_([1, DATA]), {"a": {"$all": [1], "$eq": DATA}}),
    (~F.a.all_([1, DATA]), {"$nor": [{"a": {"$all": [1], "$eq": DATA}}]}),
    (
        not_(F.a.in_([1, DATA])),
        {"$nor": [{"$or": [{"a": {"$in": [1]}}, {"a": {"$eq": DATA}}]}]},
    ),
    (not_(F.a.in_([DATA])), {"a": {"$not": {"$eq": DATA}}}),
    (F.a.any(lambda i: i.in_([DATA])), {"a": {"$elemMatch": {"$eq": DATA}}}),
    (
        F.a.any(lambda i: i.not_in([1, DATA])),
        {"a": {"$elemMatch": {"$nin": [1], "$ne": DATA}}},
    ),
    (
        F.a.all_([1, F.b > 1]),
        {
            "$and": [
                {"a": {"$all": [1]}},
                {"a": {"$all": [{"$elemMatch": {"b": {"$gt": 1}}}]}},
            ]
        },
    ),
    (
        keyword_filter(None, {"a": {"$all": [{"$elemMatch": {"b": 1}}]}}),
        {"a": {"$all": [{"$elemMatch": {"b": 1}}]}},
    ),
    (
        (F.a > 1) & F.a.in_([1, DATA]),
        {"a": {"$gt": 1}, "$or": [{"a": {"$in": [1]}}, {"a": {"$eq": DATA}}]},
    ),
    (F.a.in_(param("list")).bind(list=[DATA]), {"a": {"$eq": DATA}}),
    (F.a.between(1, F.b), {"a": {"$gte": 1}, "$expr": {"$lte": ["$a", "$b"]}}),
    (expr(fn.gt(F.a, 1)), {"$expr": {"$gt": ["$a", 1]}}),
    # text
    (F.a.matches("^x"), {"a": {"$regex": "^x"}}),
    (F.a.matches("^x", case=False), {"a": {"$regex": "^x", "$options": "i"}}),
    (F.a.matches("^x", "mi"), {"a": {"$regex": "^x", "$options": "im"}}),
    (
        F.a.matches(re.compile("^x", re.IGNORECASE | re.DOTALL)),
        {"a": {"$regex": "^x", "$options": "is"}},
    ),
    (F.a.matches(Regex("^x", "m")), {"a": {"$regex": "^x", "$options": "m"}}),
    (F.a.contains("a.b"), {"a": {"$regex": r"a\.b"}}),
    (F.a.startswith("a^"), {"a": {"$regex": r"^a\^"}}),
    (F.a.startswith("a", case=False), {"a": {"$regex": "^a", "$options": "i"}}),
    (F.a.endswith("z"), {"a": {"$regex": r"z$(?!\n)"}}),
    (
        text("coffee", case_sensitive=True),
        {"$text": {"$search": "coffee", "$caseSensitive": True}},
    ),
    # evaluation
    (F.a.mod(4), {"a": {"$mod": [4, 0]}}),
    (F.a.mod(4, 1), {"a": {"$mod": [4, 1]}}),
    (json_schema({"required": ["a"]}), {"$jsonSchema": {"required": ["a"]}}),
    (comment("why") & (F.a == 1), {"$comment": "why", "a": 1}),
    (sample_rate(0.5), {"$sampleRate": 0.5}),
    (where("this.a"), {"$where": "this.a"}),
    # arrays
    (F.a.all_([1, 2]), {"a": {"$all": [1, 2]}}),
    (F.a.all_([F.x == 1]), {"a": {"$all": [{"$elemMatch": {"x": 1}}]}}),
    (F.a.size_(2), {"a": {"$size": 2}}),
    (F.a.any(F.x > 1), {"a": {"$elemMatch": {"x": {"$gt": 1}}}}),
    (
        F.a.any((F.x > 1) | (F.y > 1)),
        {"a": {"$elemMatch": {"$or": [{"x": {"$gt": 1}}, {"y": {"$gt": 1}}]}}},
    ),
    (F.a.elem_match(lambda i: i == 1), {"a": {"$elemMatch": {"$eq": 1}}}),
    (F.a.any(lambda i: (i > 1) & (i < 5)), {"a": {"$elemMatch": {"$gt": 1, "$lt": 5}}}),
    (F.a.any(lambda i: ~(i > 1)), {"a": {"$elemMatch": {"$not": {"$gt": 1}}}}),
    (F.a.contains(5), {"a": 5}),
    (F.a[0].b == 1, {"a.0.b": 1}),
    # bits
    (F.a.bits_all_set(6), {"a": {"$bitsAllSet": 6}}),
    (F.a.bits_any_set([1, 5]), {"a": {"$bitsAnySet": [1, 5]}}),
    (F.a.bits_all_clear(b"\x01"), {"a": {"$bitsAllClear": b"\x01"}}),
    (F.a.bits_any_clear(6), {"a": {"$bitsAnyClear": 6}}),
    # places
    (
        F.a.near(PARIS, max_distance=500, min_distance=1),
        {
            "a": {
                "$near": {
                    "$geometry": PARIS.to_geojson(),
                    "$maxDistance": 500,
                    "$minDistance": 1,
                }
            }
        },
    ),
    (F.a.near((2.35, 48.85)), {"a": {"$near": {"$geometry": PARIS.to_geojson()}}}),
    (F.a.near_sphere(PARIS), {"a": {"$nearSphere": {"$geometry": PARIS.to_geojson()}}}),
    (F.a.within(SQUARE), {"a": {"$geoWithin": {"$geometry": SQUARE.to_geojson()}}}),
    (
        F.a.within(geo.Center((0, 0), 2)),
        {"a": {"$geoWithin": {"$center": [[0, 0], 2]}}},
    ),
    (
        F.a.intersects(PARIS),
        {"a": {"$geoIntersects": {"$geometry": PARIS.to_geojson()}}},
    ),
    # raw
    (raw({"a": {"$gt": 1}}) & (F.a < 5), {"a": {"$gt": 1, "$lt": 5}}),
    (raw({"a": 1}) | (F.b == 1), {"$or": [{"a": 1}, {"b": 1}]}),
    ((F.b == 1) & raw({"$where": "x"}), {"b": 1, "$where": "x"}),
    (F.a == raw({"$gt": 1}), {"a": {"$gt": 1}}),
    (
        raw({"a": re.compile("x")}) & (F.a > 1),
        {"$and": [{"a": re.compile("x")}, {"a": {"$gt": 1}}]},
    ),
    # a value is a value
    (F.a == {"$gt": ""}, {"a": {"$eq": {"$gt": ""}}}),
    (F.a == {"b": {"$gt": ""}}, {"a": {"b": {"$gt": ""}}}),
    (F.a == {}, {"a": {}}),
    (F.a == [1, 2], {"a": [1, 2]}),
    (F.a == "$b", {"a": "$b"}),
    (F.a == re.compile("x"), {"a": {"$eq": re.compile("x")}}),
    (F.a == Decimal("1.5"), {"a": Decimal128("1.5")}),
    (F.a == UUID(int=1), {"a": Binary.from_uuid(UUID(int=1))}),
    (F.a == dt.date(2024, 1, 2), {"a": dt.datetime(2024, 1, 2, tzinfo=UTC)}),
    (
        F.a == dt.datetime(2024, 1, 2, 3, 4, 5, 678999, tzinfo=UTC),
        {"a": dt.datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)},
    ),
    (F.a == dt.datetime(2024, 1, 2), {"a": dt.datetime(2024, 1, 2, tzinfo=UTC)}),  # noqa: DTZ001
    (F.a == Status.SHIPPED, {"a": "shipped"}),
    (F.a == {1, 2}, {"a": [1, 2]}),
    (F.a == PARIS, {"a": PARIS.to_geojson()}),
    (F.a == bytearray(b"x"), {"a": b"x"}),
    (F.a == Int64(5), {"a": Int64(5)}),
    # document classes know stored names, types and converters
    (q.id == OID, {"_id": OID}),
    (q.id == str(OID), {"_id": OID}),
    (q["_id"] == OID, {"_id": OID}),
    (q.email == "x", {"mail": "x"}),
    (q.email == None, {"mail": None}),  # noqa: E711
    (q.status == Status.SHIPPED, {"status": "shipped"}),
    (q.status == "shipped", {"status": "shipped"}),
    (q.status.in_([Status.PENDING]), {"status": {"$in": ["pending"]}}),
    (q.address.zip == "1", {"address.zip_code": "1"}),
    (q.address["size"] == 1, {"address.size": 1}),
    (q["address.city"] == "x", {"address.city": "x"}),
    (q.address == Address("x"), {"address": {"city": "x", "zip_code": "", "size": 0}}),
    (q.addresses.zip == "1", {"addresses.zip_code": "1"}),
    (q.addresses[1].zip == "1", {"addresses.1.zip_code": "1"}),
    (q["addresses.1.zip"] == "1", {"addresses.1.zip_code": "1"}),
    (
        q.addresses.any(lambda a: a.zip == "1"),
        {"addresses": {"$elemMatch": {"zip_code": "1"}}},
    ),
    (
        q.items.any((F.sku == "a") & (F.qty > 1)),
        {"items": {"$elemMatch": {"sku": "a", "qty": {"$gt": 1}}}},
    ),
    (q.tags == "a", {"tags": "a"}),
    (q.tags == ["a"], {"tags": ["a"]}),
    (q.tags.contains("a"), {"tags": "a"}),
    (q.tags[0] == "a", {"tags.0": "a"}),
    (
        q.scores.any(lambda s: s.between(1, 2)),
        {"scores": {"$elemMatch": {"$gte": 1, "$lte": 2}}},
    ),
    (q.settings.theme == 1, {"settings.theme": 1}),
    (q.age > 17.5, {"age": {"$gt": 17.5}}),
    (q.score > 17, {"score": {"$gt": 17}}),
    (q.balance >= Decimal("1.5"), {"balance": {"$gte": Decimal128("1.5")}}),
    (q.born == dt.date(2024, 1, 2), {"born": dt.datetime(2024, 1, 2, tzinfo=UTC)}),
    (q.extra.any_.depth == 1, {"extra.any_.depth": 1}),
    (q.name.contains("x"), {"name": {"$regex": "x"}}),
    (q.age > q.score, {"$expr": {"$gt": ["$age", "$score"]}}),
    (q.place == PARIS, {"place": PARIS.to_geojson()}),
    # holes
    ((F.a > param("n")).bind(n=5), {"a": {"$gt": 5}}),
    (F.a.in_(param("n")).bind(n=[1, 2]), {"a": {"$in": [1, 2]}}),
    (F.a.between(param("x"), param("y")).bind(x=1, y=2), {"a": {"$gte": 1, "$lte": 2}}),
    ((q.status == param("s")).bind(s=Status.SHIPPED), {"status": "shipped"}),
    ((q.id == param("s")).bind(s=str(OID)), {"_id": OID}),
]


@pytest.mark.parametrize(
    ("filter_", "mql"), ROWS, ids=[str(mql)[:70] for _, mql in ROWS]
)
def test_compiles(filter_, mql):
    """Every way to write a condition has its one MQL form."""
    compiled = filter_.compile()
    assert compiled == mql
    assert repr(compiled) == repr(mql)  # types and the order of keys count


@pytest.mark.parametrize("filter_", [f for f, _ in ROWS], ids=range(len(ROWS)))
def test_is_a_value(filter_):
    """Filters pickle, hash and compile twice to equal, unshared results."""
    if not isinstance(filter_, Filter):
        filter_ = filter_ & Filter()
    twin = pickle.loads(pickle.dumps(filter_))  # noqa: S301
    assert twin == filter_
    assert hash(twin) == hash(filter_)
    assert filter_.compile() == filter_.compile()
    assert filter_.compile() is not filter_.compile()
    assert repr(filter_)


REFUSED = [
    (
        lambda: q.agee,
        UnknownFieldError,
        "User has no field 'agee'; did you mean 'age'?; its fields are: id, name, email, age, score, active, status, tags, scores, address, addresses, items, settings, balance, token, born, created_at, friend, place, extra",
    ),
    (
        lambda: q.address.cit,
        UnknownFieldError,
        "User.address has no field 'cit'; did you mean 'city'?; its fields are: city, zip, size",
    ),
    (
        lambda: q.age.betwen(1, 2),
        UnknownFieldError,
        "User.age is int and has no field 'betwen'; did you mean 'between'?",
    ),
    (
        lambda: F.a.betwen(1, 2),
        OperandError,
        "field 'a' has no method 'betwen'; did you mean 'between'?",
    ),
    (
        lambda: q.age > "x",
        OperandError,
        "User.age is int and can't be compared with or set to 'x', a str",
    ),
    (
        lambda: q.age == True,
        OperandError,
        "User.age is int and can't be compared with or set to True, a bool",
    ),
    (
        lambda: q.age > None,
        OperandError,
        "User.age has no order against None; use is_null() or == None",
    ),
    (
        lambda: q.status == "lost",
        OperandError,
        "User.status is Status and can't be compared with or set to 'lost', a str",
    ),
    (
        lambda: q.id == "xyz",
        OperandError,
        "User.id is ObjectId | None and can't be compared with or set to 'xyz', a str",
    ),
    (
        lambda: q.tags.in_([1]),
        OperandError,
        "User.tags is list[str] and can't be compared with or set to 1, an int",
    ),
    (lambda: F.a.in_("abc"), OperandError, "in_ got 'abc'; it takes a list of values"),
    (lambda: F.a.in_(5), OperandError, "in_ got 5; it takes a list of values"),
    (
        lambda: F.a == object,
        OperandError,
        "<class 'object'> is a type, which has no BSON form",
    ),
    (
        lambda: F.a == 2**63,
        ArgumentError,
        "the integer 9223372036854775808 has more than 64 bits; BSON can't store it",
    ),
    (
        lambda: F.a == {1: 2},
        OperandError,
        "a key of a document is 1; BSON keys are strings",
    ),
    (
        lambda: F.a == {"a\0": 2},
        ArgumentError,
        "the key 'a\\x00' holds a NUL byte; BSON can't store it",
    ),
    (
        lambda: F.a == Decimal("1." + "1" * 40),
        ArgumentError,
        f"the decimal Decimal('1.{'1' * 40}') has no exact decimal128 form; it holds 34 digits",
    ),
    (
        lambda: F["$where"],
        ArgumentError,
        "the field name '$where' has the part '$where'; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: F["a..b"],
        ArgumentError,
        "the field name 'a..b' has the part ''; parts are not empty, hold no NUL byte and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    (
        lambda: F.a.type_(99),
        ArgumentError,
        "type_ got 99, which is no BSON type; the types are: array, binData, bool, date, dbPointer, decimal, double, int, javascript, javascriptWithScope, long, maxKey, minKey, null, number, object, objectId, regex, string, symbol, timestamp, undefined",
    ),
    (
        lambda: F.a > re.compile("x"),
        OperandError,
        "field 'a' has no order against re.compile('x'); use matches(...)",
    ),
    (
        lambda: F.a.any(F.b > F.c),
        CompileError,
        "the items of an array can't be matched by what the server computes; fn.filter_ and fn.any_element_true look at items in expressions",
    ),
    (
        lambda: F.a.any(lambda i: i.in_([1, DATA])).compile(),
        CompileError,
        "$in got documents that MongoDB would take for operators, beside other values; that has no form for an array's item, but for its fields and beside '|'",
    ),
    (
        lambda: F.a.pull(lambda i: i.all_([DATA, DATA])).compile(),
        CompileError,
        "$all got documents that MongoDB would take for operators, beside other values; that has no form for an array's item, but for its fields and beside '|'",
    ),
    (lambda: F[0], OperandError, "F got the key 0; it takes a field's name"),
    (lambda: q[0], OperandError, "User.q got the key 0; it takes a field's name"),
    (
        lambda: F.a[1.5],
        OperandError,
        "field 'a' got the key 1.5; it takes a name or a place",
    ),
    (lambda: F.a[-1], ArgumentError, "field 'a' got the place -1; places count from 0"),
    (lambda: list(F), OperandError, "F can't be iterated over; it has every name"),
    (
        lambda: list(q),
        OperandError,
        "User.q can't be iterated over; dir(User.q) lists its fields",
    ),
    (
        lambda: F.a.type_(),
        ArgumentError,
        "type_ got no types; it takes aliases such as 'string', or numbers",
    ),
    (
        lambda: F.a.type_("text"),
        ArgumentError,
        "type_ got 'text', which is no BSON type; the types are: array, binData, bool, date, dbPointer, decimal, double, int, javascript, javascriptWithScope, long, maxKey, minKey, null, number, object, objectId, regex, string, symbol, timestamp, undefined",
    ),
    (
        lambda: F.a.matches("x", "q"),
        ArgumentError,
        "matches got the option 'q'; options are i, m, s, x and u",
    ),
    (lambda: F.a.matches(5), OperandError, "matches got 5; it takes a pattern of text"),
    (
        lambda: F.a.matches("\0"),
        ArgumentError,
        "matches got '\\x00', which holds a NUL byte; MongoDB refuses those",
    ),
    (lambda: F.a.startswith(5), OperandError, "startswith got 5; it takes text"),
    (
        lambda: F.a.endswith("\0"),
        ArgumentError,
        "endswith got '\\x00', which holds a NUL byte; MongoDB's patterns can't",
    ),
    (
        lambda: F.a.mod(0),
        ArgumentError,
        "mod got the divisor 0; it takes any other number",
    ),
    (
        lambda: F.a.bits_all_set("x"),
        OperandError,
        "bits_all_set got 'x'; it takes an integer, bytes or a list of positions",
    ),
    (
        lambda: F.a.bits_any_set(-1),
        ArgumentError,
        "bits_any_set got -1; masks and positions are not negative",
    ),
    (lambda: F.a.all_("x"), OperandError, "all_ got 'x'; it takes a list of values"),
    (lambda: F.a.size_(-1), ArgumentError, "size_ got -1; a length is not negative"),
    (
        lambda: F.a.any(lambda i: (i > 1) | (i < 0)),
        CompileError,
        "plain items can't be matched by '|', by '~' of several conditions or beside fields; combine conditions on the item with '&', or write one any(...) for each choice",
    ),
    (
        lambda: F.a.any(5),
        OperandError,
        "any got 5; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (lambda: F.a.near(SQUARE), OperandError, f"near got {SQUARE!r}; it takes a point"),
    (
        lambda: F.a.near(PARIS, max_distance=-1),
        ArgumentError,
        "$near got the maxDistance -1; distances are not negative",
    ),
    (
        lambda: F.a.near(PARIS, min_distance="x"),
        OperandError,
        "$near got the minDistance 'x'; it takes metres",
    ),
    (
        lambda: F.a.within(PARIS),
        OperandError,
        f"within got {PARIS!r}, which has no area; it takes polygons and circles",
    ),
    (
        lambda: F.a.intersects(geo.Box((0, 0), (1, 1))),
        OperandError,
        f"intersects got {geo.Box((0, 0), (1, 1))!r}; it takes GeoJSON, such as geo.Polygon",
    ),
    (
        lambda: (F.a == 1) & 5,
        OperandError,
        "& got 5; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (
        lambda: (F.a == 1) | {"b": 1},
        OperandError,
        "| got {'b': 1}; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (lambda: any_of(), ArgumentError, "any_of got no filters; it takes at least one"),
    (lambda: none_of(), ArgumentError, "none_of got no filters; it takes at least one"),
    (lambda: and_(), ArgumentError, "and_ got no filters; it takes at least one"),
    (
        lambda: not_(text("x")),
        OperandError,
        f"not_ got {text('x')!r}; it takes conditions on one field, ~ takes all others",
    ),
    (
        lambda: ~text("x"),
        CompileError,
        "$text can't be negated; MongoDB has no form for that",
    ),
    (
        lambda: ~F.a.near(PARIS),
        CompileError,
        "$near can't be negated; MongoDB has no form for that",
    ),
    (
        lambda: sample_rate(2),
        ArgumentError,
        "sample_rate got 2; it takes a probability from 0 to 1",
    ),
    # truth
    (
        lambda: bool(F.a == 1),
        TruthValueError,
        "a filter has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and 'not', and write field.between(1, 3) instead of 1 < field < 3",
    ),
    (
        lambda: (F.a == 1) and (F.b == 2),
        TruthValueError,
        "a filter has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and 'not', and write field.between(1, 3) instead of 1 < field < 3",
    ),
    (
        lambda: 1 < F.a < 3,
        TruthValueError,
        "a filter has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and 'not', and write field.between(1, 3) instead of 1 < field < 3",
    ),
    (
        lambda: not F.a,
        TruthValueError,
        "field 'a' has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and 'not', and write field.between(1, 3) instead of 1 < field < 3",
    ),
    (
        lambda: bool(F.a + 1),
        TruthValueError,
        "an expression has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and 'not', and write field.between(1, 3) instead of 1 < field < 3",
    ),
    (
        lambda: 1 in q.tags,
        TruthValueError,
        "field 'User.tags' can't answer 'in'; write field.any(...), field.contains(x) or x.in_([...])",
    ),
    (
        lambda: list(q.tags),
        TruthValueError,
        "field 'User.tags' can't be iterated over; the server has its items",
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


def test_fields_are_keys():
    """Fields are interned, so they serve as keys of dictionaries."""
    assert User.q.address.city is User.q.address.city
    assert {User.q.age: 1}[User.q.age] == 1
    assert pickle.loads(pickle.dumps(q.address.zip)) is q.address.zip  # noqa: S301
    assert pickle.loads(pickle.dumps(F.a.b)) is F.a.b  # noqa: S301
    assert pickle.loads(pickle.dumps(F)) is F  # noqa: S301


def test_untyped_fields_are_not_kept():
    """A field that nobody holds is forgotten, beyond the first thousand."""
    import gc

    from mongo_dsl.fields.face import _untyped

    before = len(_untyped)
    for number in range(3000):
        F[f"made_{number}"]
        getattr(F, f"made_too_{number}")
        getattr(F.made, f"below_{number}")
    gc.collect()
    assert len(_untyped) <= before + 1024 + 256


def test_five_thousand_terms_do_not_recurse():
    """Chains are flat: compiling, hashing and showing them needs no deep stack."""
    chain = Filter()
    choice = F.x == -1
    for number in range(5000):
        chain = chain & (F[f"f{number}"] == number)
        choice = choice | (F.x == number)
    assert len(chain.compile()) == 5000
    assert len(choice.compile()["$or"]) == 5001
    assert hash(chain) == hash(chain)
    assert repr(chain)


def test_literals_compare_by_type():
    """1, True and 1.0 are three values in BSON."""
    filters = {F.a == 1, F.a == True, F.a == 1.0, F.a == 0.0, F.a == -0.0}
    assert len(filters) == 5


def test_completion_lists_fields():
    """A shell completes the names of fields, nested ones too."""
    assert "address" in dir(q)
    assert {"city", "zip", "size"} <= set(dir(q.address))
    assert repr(q.address.city) == "User.q.address.city"
    assert repr(F.a.b) == "F['a.b']"
    assert repr(q) == "User.q"
    assert repr(F) == "F"


def test_reads_as_json_and_shell():
    """A filter reads as Extended JSON and as mongosh."""
    found = (F.age >= 18) & (F["_id"] == OID)
    assert (
        found.to_json()
        == '{"age": {"$gte": 18}, "_id": {"$oid": "0123456789abcdef01234567"}}'
    )
    shell = '{ age: { $gte: 18 }, _id: ObjectId("0123456789abcdef01234567") }'
    assert found.to_shell() == str(found) == shell
    assert repr(found) == (
        '(F.age >= 18) & (F["_id"] == ObjectId("0123456789abcdef01234567"))'
    )
    assert repr(F.age > param("n")) == 'F.age > param("n")'


@pytest.mark.parametrize("value", [acc.sum_(F.x), win.rank(), stages.limit(5)])
def test_only_expressions_are_conditions(value):
    """What a group computes is no truth value of a document."""
    message = (
        f"all_of got {value!r}; it takes filters, such as F.age > 18, or raw({{...}})"
    )
    with pytest.raises(OperandError, match=f"^{re.escape(message)}$"):
        all_of(value)


@pytest.mark.parametrize(
    ("root", "shown"), [(F, "F"), (User.q, "User.q")], ids=["F", "User.q"]
)
def test_fields_are_not_assigned(root, shown):
    """A slip for ``==`` would change the fields of everybody."""
    message = f"{shown}.age can't be assigned; write == 3, or .set(3)"
    with pytest.raises(OperandError, match=f"^{re.escape(message)}$"):
        root.age = 3
