"""One predicate, two lowerings: as an expression it means what it means as a filter."""

import operator
import re

import pytest
from bson import Decimal128, Int64, MinKey, ObjectId, Regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from mongo_dsl import (
    F,
    Filter,
    acc,
    comment,
    expr,
    fn,
    geo,
    json_schema,
    raw,
    sample_rate,
    stages,
    text,
    where,
)
from mongo_dsl.compile import compile_expression
from mongo_dsl.errors import CompileError
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.nodes import Op, Path
from mongo_dsl.predicates import Where
from mongo_dsl.rewriting import compile_pipeline


ITEMS = {"$cond": [{"$isArray": ["$a"]}, "$a", []]}
HELD = {"$cond": [{"$isArray": ["$a"]}, "$a", ["$a"]]}
NULLED = {"$ifNull": ["$a", None]}
INTEGER = {"input": "$a", "to": "long", "onError": None}
PATTERN = re.compile("^x")


def text_test(pattern, field="$a", **options):
    """Return the guarded form of a pattern."""
    found = {"$regexMatch": {"input": field, "regex": pattern, **options}}
    return {"$cond": [{"$eq": [{"$type": field}, "string"]}, found, False]}


def item_test(test, items=ITEMS):
    """Return the form of a test of items."""
    return {"$anyElementTrue": [{"$map": {"input": items, "as": "item", "in": test}}]}


def document_test(test):
    """Return the form of a test of items' fields."""
    return {"$cond": [{"$eq": [{"$type": "$$item"}, "object"]}, test, False]}


def bit_test(*weights):
    """Return the form of the bits that are looked at."""
    shifted = {"$floor": [{"$divide": [{"$toLong": "$a"}, "$$bit"]}]}
    bits = [Decimal128(weight) for weight in weights]
    return [{"$map": {"input": bits, "as": "bit", "in": {"$mod": [shifted, 2]}}}]


def integer_test(test):
    """Return the guarded form of a bit test."""
    whole = {"$convert": {**INTEGER, "onNull": False}}
    return {"$cond": [{"$eq": ["$a", whole]}, test, False]}


def remainder_test(divisor, remainder):
    """Return the guarded form of a remainder."""
    test = {"$eq": [{"$mod": [{"$convert": INTEGER}, divisor]}, remainder]}
    return {"$cond": [{"$isNumber": "$a"}, test, False]}


ROWS = [
    (F.a == None, {"$eq": [NULLED, None]}),  # noqa: E711 - builds a filter
    (F.a.is_null(False), {"$ne": [NULLED, None]}),
    (F.a.in_([None, 1]), {"$in": [NULLED, [None, 1]]}),
    (F.a.in_([{"$gt": 1}]), {"$in": ["$a", [{"$literal": {"$gt": 1}}]]}),
    (F.a.in_([PATTERN]), text_test(PATTERN)),
    (F.a.in_([PATTERN, 1]), {"$or": [{"$in": ["$a", [1]]}, text_test(PATTERN)]}),
    (F.a == PATTERN, {"$eq": ["$a", PATTERN]}),
    (F.a.matches("x", "i"), text_test("x", options="i")),
    (F.a.matches("$"), text_test({"$literal": "$"})),
    (keyword_filter(None, {"a": {"$regex": PATTERN}}), text_test(PATTERN)),
    (
        keyword_filter(None, {"a": {"$regex": PATTERN, "$options": "i"}}),
        text_test("^x", options="i"),
    ),
    (keyword_filter(None, {"a": {"$not": PATTERN}}), {"$not": [text_test(PATTERN)]}),
    (F.a.mod(4, 1), remainder_test(4, 1)),
    (F.a.mod(4.9, 1), remainder_test({"$trunc": [4.9]}, 1)),
    (
        F.a.size_(2),
        {"$cond": [{"$isArray": ["$a"]}, {"$eq": [{"$size": "$a"}, 2]}, False]},
    ),
    (F.a.all_([1, 2]), {"$setIsSubset": [[1, 2], HELD]}),
    (F.a.all_([]), False),
    (
        F.a.all_([[1]]),
        {
            "$setIsSubset": [
                [[1]],
                {
                    "$cond": [
                        {"$isArray": ["$a"]},
                        {"$concatArrays": ["$a", ["$a"]]},
                        ["$a"],
                    ]
                },
            ]
        },
    ),
    (
        F.a.all_([PATTERN, F.b > 1]),
        {
            "$and": [
                item_test(text_test(PATTERN, "$$item"), HELD),
                item_test(document_test({"$gt": ["$$item.b", 1]})),
            ]
        },
    ),
    (F.a.any(F.b == 1), item_test(document_test({"$eq": ["$$item.b", 1]}))),
    (F.a.any(lambda item: item > 1), item_test({"$gt": ["$$item", 1]})),
    (
        F.a.any((F.b > 1) & (F.b < 5) & (F["c.d"] == 2)),
        item_test(
            document_test(
                {
                    "$and": [
                        {"$gt": ["$$item.b", 1]},
                        {"$lt": ["$$item.b", 5]},
                        {"$eq": ["$$item.c.d", 2]},
                    ]
                }
            )
        ),
    ),
    (
        F.a.any(F.b[0] == 1),
        item_test(document_test({"$eq": [{"$arrayElemAt": ["$$item.b", 0]}, 1]})),
    ),
    (F.a.type_("string"), {"$eq": [{"$type": "$a"}, "string"]}),
    (F.a.type_(2), {"$eq": [{"$type": "$a"}, "string"]}),
    (
        F.a.type_("number", -1),
        {"$in": [{"$type": "$a"}, ["int", "long", "double", "decimal", "minKey"]]},
    ),
    (F.a.bits_all_set(5), integer_test({"$allElementsTrue": bit_test("1", "4")})),
    (F.a.bits_any_set([1]), integer_test({"$anyElementTrue": bit_test("2")})),
    (
        F.a.bits_all_clear(b"\x00\x01"),
        integer_test({"$not": [{"$anyElementTrue": bit_test("256")}]}),
    ),
    (
        F.a.bits_any_clear([64]),
        integer_test({"$not": [{"$allElementsTrue": bit_test(str(2**63))}]}),
    ),
    (sample_rate(0.5), {"$lt": [{"$rand": {}}, 0.5]}),
    (comment("x"), True),
    (comment("x") & (F.a > 1), {"$gt": ["$a", 1]}),
    (
        F.a.between(1, 2) & (F.b == 3),
        {"$and": [{"$gte": ["$a", 1]}, {"$lte": ["$a", 2]}, {"$eq": ["$b", 3]}]},
    ),
]


@pytest.mark.parametrize(("made", "mql"), ROWS, ids=[str(m)[:60] for _, m in ROWS])
def test_lowers(made, mql):
    """Every condition has a form that doesn't fail on values of other types."""
    assert compile_expression(made._node) == mql


PLACES = {
    "cond": (
        fn.cond(F.a > 1, 1, 0),
        {"$cond": {"if": {"$gt": ["$a", 1]}, "then": 1, "else": 0}},
    ),
    "expr": (expr(F.a > 1), {"$expr": {"$gt": ["$a", 1]}}),
    "set": (stages.set_(x=F.a > 1), {"$set": {"x": {"$gt": ["$a", 1]}}}),
    "project": (stages.project(x=F.a > 1), {"$project": {"x": {"$gt": ["$a", 1]}}}),
    "group": (
        stages.group({"x": F.a > 1}, n=acc.max_(F.b == 1)),
        {
            "$group": {
                "_id": {"x": {"$gt": ["$a", 1]}},
                "n": {"$max": {"$eq": ["$b", 1]}},
            }
        },
    ),
    "and": (fn.and_(F.a > 1, F.b), {"$and": [{"$gt": ["$a", 1]}, "$b"]}),
    "a comparison": (F.a == (F.b > 1), {"$expr": {"$eq": ["$a", {"$gt": ["$b", 1]}]}}),
    "switch": (
        fn.switch([(F.a > 1, 2)]),
        {"$switch": {"branches": [{"case": {"$gt": ["$a", 1]}, "then": 2}]}},
    ),
}


@pytest.mark.parametrize(("made", "mql"), PLACES.values(), ids=list(PLACES))
def test_filters_stand_wherever_expressions_do(made, mql):
    """A filter among expressions is a truth value."""
    assert made.compile() == mql


def test_pipeline_updates_take_filters():
    """A truth value can be stored, where a plain update would need it beforehand."""
    assert compile_pipeline([F.x.set(F.a > 1)]) == [{"$set": {"x": {"$gt": ["$a", 1]}}}]


FORMLESS = [
    (F.a.near((1, 2)), "$near"),
    (F.a.near_sphere((1, 2)), "$nearSphere"),
    (F.a.within(geo.Box((0, 0), (2, 2))), "$geoWithin"),
    (F.a.intersects(geo.Point(1, 2)), "$geoIntersects"),
    (text("x"), "$text"),
    (where("true"), "$where"),
    (json_schema({}), "$jsonSchema"),
    (raw({"a": 1}) & F.a.exists(), "a raw filter"),
    (F.a.any(raw({"b": 1})), "a raw filter"),
    (F.a == raw({"$gt": 1}), "a raw condition"),
    (keyword_filter(None, {"a": {"$elemMatch": {"b": 1}}}), "a raw $elemMatch"),
    (keyword_filter(None, {"a": {"$all": raw([1])}}), "a raw $all"),
    (Filter(Where(Path("a"), (Op("$not", raw({})._node),))), "$not"),
    (
        Filter(Where(Path("a"), (Op("$elemMatch", expr(F.b)._node),))),
        "a computed condition on an array's items",
    ),
]


@pytest.mark.parametrize(("made", "name"), FORMLESS, ids=[n for _, n in FORMLESS])
def test_some_filters_have_no_expression(made, name):
    """What only the query language can say is an error in an expression."""
    with pytest.raises(CompileError) as caught:
        fn.cond(made, 1, 2).compile()
    assert (
        str(caught.value) == f"{name} has no form as an expression; use it in a filter"
    )


def test_unknown_types():
    """Keywords take any ``$type``; as an expression only what exists has a form."""
    with pytest.raises(CompileError) as caught:
        expr(keyword_filter(None, {"a": {"$type": "text"}})).compile()
    assert str(caught.value) == (
        "$type got 'text', which is no BSON type; it takes aliases such as 'string', or "
        "numbers"
    )


# -- On the server -------------------------------------------------------------------


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return an empty collection."""
    with MongoClient(mongo_uri) as client:
        yield client["lowerings"]["documents"]
        client.drop_database("lowerings")


def selected(collection, documents, made):
    """Return which of *documents* each lowering of *made* selects."""
    collection.delete_many({})
    if documents:
        collection.insert_many([{**d, "_id": n} for n, d in enumerate(documents)])
    found = (collection.find(f.compile(), {"_id": 1}) for f in (made, expr(made)))
    return tuple({document["_id"] for document in each} for each in found)


# The rule: a field that is compared by order holds a number; of the others any may be
# missing, null or of any type, but an array only where the condition is about arrays.
numbers = st.one_of(
    st.integers(-9, 9),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.integers(-40, 40).map(lambda n: n / 4),
    st.integers(-99, 99).map(lambda n: Decimal128(str(n))),
)
words = st.sampled_from(["", "a", "ab", "b\n", "$a", "$", "A"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    words,
    words.map(str.encode),
    st.just(ObjectId("0" * 24)),
    st.just(MinKey()),
    st.fixed_dictionaries({}, optional={"k": st.integers(0, 2), "$gt": st.just(1)}),
)
things = st.fixed_dictionaries({"n": numbers}, optional={"s": scalars})
documents = st.lists(
    st.fixed_dictionaries(
        {"n": numbers},
        optional={
            "s": scalars,
            "items": st.lists(st.one_of(things, st.integers(0, 3)), max_size=3),
            "nums": st.lists(numbers, max_size=4),
            "tags": st.one_of(scalars, st.lists(scalars, max_size=3)),
        },
    ),
    max_size=6,
)
orders = st.sampled_from([operator.lt, operator.le, operator.gt, operator.ge])
equalities = st.sampled_from([operator.eq, operator.ne])
masks = st.one_of(
    st.integers(0, 9),
    st.lists(st.integers(0, 70), max_size=3),
    st.sampled_from([b"\x05", b"\x00\x01"]),
)
bits = st.sampled_from(
    ["bits_all_set", "bits_any_set", "bits_all_clear", "bits_any_clear"]
)
whole = st.integers(-9, 9)


def conditions(n, s):
    """Build conditions on the number *n* and on *s*, which holds no array."""
    return st.one_of(
        st.builds(lambda order, value: order(n, value), orders, numbers),
        st.builds(lambda low, high: n.between(low, high), whole, whole),
        st.builds(lambda d, r: n.mod(d or 2, r), whole, whole),
        st.builds(lambda test, value: test(s, value), equalities, scalars),
        st.lists(scalars, max_size=3).map(s.in_),
        st.lists(scalars, max_size=3).map(s.not_in),
        st.booleans().map(s.exists),
        st.booleans().map(s.is_null),
        st.sampled_from(["string", "number", "null", 3, "binData", "bool"]).map(
            s.type_
        ),
        words.map(lambda part: s.contains(part, case=False)),
        words.map(s.startswith),
        words.map(s.endswith),
        words.map(lambda part: s.in_([re.compile(re.escape(part)), 1])),
        st.builds(lambda d, r: s.mod(d or 2, r), whole, whole),
    )


def joined(terms):
    """Join conditions in every way."""
    return st.recursive(
        terms,
        lambda inner: st.one_of(
            st.builds(operator.and_, inner, inner),
            st.builds(operator.or_, inner, inner),
            inner.map(operator.invert),
        ),
        max_leaves=4,
    )


arrays = st.one_of(
    st.integers(0, 3).map(F.tags.size_),
    st.lists(scalars, max_size=2).map(F.tags.all_),
    words.map(lambda part: F.tags.all_([re.compile(re.escape(part))])),
    joined(conditions(F.n, F.s)).map(F["items"].any),
    st.lists(conditions(F.n, F.s), min_size=1, max_size=2).map(F["items"].all_),
    st.builds(lambda order, x: F.nums.any(lambda n: order(n, x)), orders, numbers),
    st.builds(lambda x, y: F.nums.any(lambda n: n.between(x, y)), numbers, numbers),
    scalars.map(lambda x: F.tags.any(lambda tag: tag == x)),
    scalars.map(lambda x: F.tags.any(lambda tag: tag != x)),
    st.builds(lambda name, mask: getattr(F.n, name)(mask), bits, masks),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents, joined(st.one_of(conditions(F.n, F.s), arrays)))
def test_both_select_the_same(collection, stored, made):
    """Under the rule above, both lowerings select the same documents."""
    one, two = selected(collection, stored, made)
    assert one == two, [stored[n] for n in one ^ two]


DIFFERENCES = {
    # what is stored, the predicate, what the filter says, what the expression says
    "an item, by equality": ({"a": [1, 2]}, F.a == 1, True, False),
    "an item, by inequality": ({"a": [1, 2]}, F.a != 1, False, True),
    "an item, by order": ({"a": [1, 9]}, F.a < 5, True, False),
    "an item in a list": ({"a": [1, 2]}, F.a.in_([1]), True, False),
    "an item that is null": ({"a": [None]}, F.a.is_null(), True, False),
    "an item's type": ({"a": ["x"]}, F.a.type_("string"), True, False),
    "an item's text": ({"a": ["x"]}, F.a.contains("x"), True, False),
    "an item that is held": ({"a": [5]}, F.a.contains(5), True, False),
    "an item's remainder": ({"a": [5]}, F.a.mod(4, 1), True, False),
    "an item's bits": ({"a": [5]}, F.a.bits_all_set(1), True, False),
    "a field of an item": ({"a": [{"b": 1}]}, F.a.b == 1, True, False),
    "a field that items lack": ({"a": [{}]}, F.a.b.exists(False), True, False),
    "a missing field, by order": ({}, F.a < 5, False, True),
    "null, by order": ({"a": None}, F.a < 5, False, True),
    "text above numbers": ({"a": "x"}, F.a > 5, False, True),
    "not a number": ({"a": float("nan")}, F.a < 5, False, True),
    "all values are at least null": ({"a": 1}, F.a >= None, False, True),
    "binary bits": ({"a": b"\x01"}, F.a.bits_all_set(1), True, False),
    "a pattern that is stored": ({"a": Regex("x")}, F.a.matches("x"), True, False),
}


@pytest.mark.parametrize(
    ("stored", "made", "as_filter", "as_expression"),
    DIFFERENCES.values(),
    ids=list(DIFFERENCES),
)
def test_differences(collection, stored, made, as_filter, as_expression):
    """Where the two differ, they differ as the documentation says."""
    one, two = selected(collection, [stored], made)
    assert (bool(one), bool(two)) == (as_filter, as_expression)


def test_any_asks_for_items_in_both_places(collection):
    """What a filter says of items in passing, an expression says by ``any``."""
    made = F.a.any(lambda item: item == 1)
    assert selected(collection, [{"a": [1, 2]}, {"a": 1}, {}], made) == ({0}, {0})


def test_lists_that_are_no_arrays(collection):
    """A list from the document may be missing; the query doesn't fail."""
    stored = [{"a": 1, "list": [1]}, {"a": 1}, {"a": 1, "list": 1}, {"list": []}]
    assert selected(collection, stored, F.a.in_(F.list)) == ({0}, {0})
    assert selected(collection, stored, F.a.not_in(F.list)) == ({1, 2, 3}, {1, 2, 3})


def test_chance(collection):
    """A rate of 0 selects nothing, one of 1 everything."""
    assert selected(collection, [{}, {}], sample_rate(0)) == (set(), set())
    assert selected(collection, [{}, {}], sample_rate(1)) == ({0, 1}, {0, 1})
