"""Values are data: whatever a user enters, the server compares and stores it as it is."""

import re

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from mongo_dsl import F, Pipeline, QuerySet, acc, expr, fn, param, stages
from mongo_dsl.errors import ArgumentError, CompileError
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.rewriting import compile_pipeline


DECOY = {"decoy": True, "password": "secret", "a": "x", "k": 1, "n": 9}
texts = st.sampled_from(
    ["$where", "$gt", "$password", "$$ROOT", "$$NOW", "a.b", "$", "", "nul\0", "$a.$[]"]
)
keys = st.sampled_from(
    [
        "$where",
        "$gt",
        "$ne",
        "$each",
        "$elemMatch",
        "$literal",
        "$expr",
        "$ref",
        "$id",
        "$regex",
        "$in",
        "a.b",
        "$a.b",
        ".",
        "k",
        "0",
        "",
    ]
)
scalars = st.one_of(texts, texts, st.integers(0, 1), st.booleans(), st.none())
mappings = st.deferred(lambda: st.dictionaries(keys, values, max_size=3))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=6,
)
# Lists are compared by their items, too, and null with what is missing: not here.
whole = st.one_of(texts, st.integers(0, 1), mappings)
on_the_server = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None
)


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return a collection."""
    with MongoClient(mongo_uri, document_class=bson.raw_bson.RawBSONDocument) as client:
        yield client["safety"]["documents"]
        client.drop_database("safety")


def same(left, right):
    """Compare as BSON does: types, keys and their order; a DBRef is a document there."""
    return bson.encode({"v": left}) == bson.encode({"v": right})


def stored(collection, **fields):
    """Store one document with *fields*, and a decoy."""
    collection.delete_many({})
    collection.insert_many([{"_id": 1, **fields}, {"_id": 2, **DECOY}])


def found(collection, filter_):
    """Return what a filter finds."""
    return [document["_id"] for document in collection.find(filter_.compile())]


def computed(collection, expression):
    """Return what the server computes of the first document."""
    rows = collection.aggregate(
        [
            {"$match": {"_id": 1}},
            stages.project(x=expression, _id=False).compile(),
        ]
    )
    return next(rows)["x"]


def after(collection, update, **options):
    """Return the first document as *update* leaves it."""
    mql = update if isinstance(update, list) else update.compile()
    collection.update_one({"_id": 1}, mql, **options)
    return collection.find_one({"_id": 1})


@on_the_server
@given(value=whole, others=st.lists(whole, max_size=3))
def test_filters_find_the_value(collection, value, others):
    """Every way to ask for a value finds it, and nothing else."""
    stored(collection, v=value, list=[value, "other"], deep=[{"x": value}])
    equal_others = [1] if any(same(value, other) for other in others) else []
    listed = [value, *others]
    match = Pipeline().match(F.v == value).compile()
    positive = [
        F.v == value,
        F.v.eq(value),
        F.v.in_(listed),
        F.v.in_(param("values")).bind(values=listed),
        F.v.all_([value]),
        (F.v == value) & (F.v == value),
        (F.v == value) & F.v.in_(listed) & F.v.all_([value, value]),
        F.list == value,
        F.list == [value, "other"],
        F.list.all_([value, "other"]),
        F.list.any(lambda item: item == value),
        F.list.any(lambda item: item.in_([value])),
        F.deep.any(F.x == value),
        F.deep.any(F.x.in_(listed)),
        F.deep == [{"x": value}],
        ~~(F.v == value),
        ~F.v.not_in(listed),
        keyword_filter(None, {"v": value}, operator_dicts=False)
        if not isinstance(value, dict)
        else keyword_filter(None, {"v__eq": value}),
        keyword_filter(None, {"v__in": listed}),
        expr(fn.eq(F.v, value)),
        expr(F.v == value),
        expr(F.v.in_(listed)),
        expr(F.list.all_([value, "other"])),
        expr(F.list.any(lambda item: item == value)),
        expr(fn.in_(value, fn.if_null(F.list, []))),
    ]
    for made in positive:
        assert found(collection, made) == [1], made
    assert [row["_id"] for row in collection.aggregate(match)] == [1]
    command = QuerySet().filter(F.v == value).compile()
    assert [row["_id"] for row in collection.find(**command.as_dict())] == [1]
    for made in [F.v != value, ~(F.v == value), F.v.not_in(listed), ~F.v.in_(listed)]:
        assert found(collection, made) == [2], made
    assert found(collection, F.v.in_(others)) == equal_others


@on_the_server
@given(value=values)
def test_contains_finds_the_value(collection, value):
    """An array holds the value; text contains it."""
    stored(collection, v=f"<{value}>", list=["x", value])
    if not isinstance(value, str):
        assert found(collection, F.list.contains(value)) == (
            [1, 2] if value is None else [1]
        )
    elif "\0" not in value:
        assert 1 in found(collection, F.v.contains(value))
        assert found(collection, F.v.startswith(f"<{value}")) == [1]
        assert found(collection, F.v.endswith(f"{value}>")) == [1]
        assert found(collection, expr(F.v.endswith(f"{value}>"))) == [1]


@on_the_server
@given(value=values)
def test_updates_store_the_value(collection, value):
    """Every way to store a value stores this value."""
    stored(collection, list=[], v={"old": 1})
    for update in (
        F.v.set(value),
        compile_pipeline([F.v.set(value)]),
        [stages.set_(v=fn.literal(value)).compile()],
        F.v.set(param("x")).bind(x=value),
    ):
        after(collection, F.v.set({"old": 1}))
        assert same(after(collection, update)["v"], value), update
    assert same(after(collection, F.list.push(value))["list"], [value])
    assert same(after(collection, F.list.push(value, value))["list"], [value] * 3)
    assert same(after(collection, F.list.add_to_set(value))["list"], [value] * 3)
    assert same(
        after(collection, F.list.add_to_set("new"))["list"], [value] * 3 + ["new"]
    )


@on_the_server
@given(value=values)
def test_pulling_removes_the_value(collection, value):
    """What is pulled equals the value; what merely matches it as a pattern stays."""
    kept = {"k": 5, "password": "secret"}
    for update in (
        F.list.pull(value),
        F.list.pull_all([value]),
        F.list.pull(lambda item: item == value),
        F.list.pull(lambda item: item.in_([value])),
    ):
        stored(collection, list=[value, kept, "kept"])
        assert same(after(collection, update)["list"], [kept, "kept"]), update


@on_the_server
@given(value=values)
def test_expressions_yield_the_value(collection, value):
    """Wherever an expression takes a value, that very value comes out."""
    stored(collection, k=1, list=[1])
    for expression in (
        fn.literal(value),
        fn.if_null(F.missing, value),
        fn.cond(F.k == 1, value, 0),
        fn.cond(fn.eq(value, fn.literal(value)), value, 0),
        fn.switch([(F.k == 1, value)]),
        fn.let({"v": value}, lambda v: v),
        fn.first([value]),
        fn.map_(F.list, lambda _: value)[0],
        fn.reduce(F.list, value, lambda total, _: total),
        fn.filter_([value], lambda item: fn.eq(item, value))[0],
        fn.get_field("v", fn.set_field("v", input_={}, value=value)),
        fn.array_to_object([["v", value]])["v"],
        fn.concat_arrays([value], [])[0],
    ):
        assert same(computed(collection, expression), value), expression


@on_the_server
@given(value=values)
def test_stages_take_the_value(collection, value):
    """Stages keep values apart from what they say."""
    stored(collection, k=1)
    rows = Pipeline().match(F.decoy.exists(False))
    cases = {
        "set": rows.set(x=value),
        "group": rows.group({"x": value}).replace_root(F["_id"]),
        "group by a constant": rows.group(fn.literal(value)).set(x=F["_id"]),
        "accumulators": rows.group(None, x=acc.first(value)),
        "let": rows.lookup(
            "documents",
            let={"v": value},
            pipeline=[stages.limit(1), stages.set_(x=fn.var("v"))],
            as_="j",
        ).replace_root(fn.first(F.j)),
        "replace_root": rows.replace_root({"x": value}),
    }
    for name, pipeline in cases.items():
        row = next(collection.aggregate(pipeline.compile()))
        assert same(row["x"], value), name


@on_the_server
@given(value=values, name=st.sampled_from(["$price", "a.b", "", "$$ROOT", "$a.b", "."]))
def test_fields_of_any_name(collection, value, name):
    """Fields whose names hold dots or begin with ``$`` are read, set and removed."""
    stored(collection, sub={name: value, "k": 1})
    assert same(computed(collection, fn.get_field(name, F.sub)), value)
    assert same(
        computed(collection, fn.set_field(name, input_=F.sub, value=fn.literal(5))),
        {name: 5, "k": 1},
    )
    assert same(computed(collection, fn.unset_field(name, F.sub)), {"k": 1})
    assert same(computed(collection, fn.first([{name: F.k, "v": value}])), {"v": value})
    mixed = {"x": 1, name: F.sub.k, "v": value}
    assert same(computed(collection, fn.first([mixed])), {"x": 1, name: 1, "v": value})


def test_fields_of_the_document_of_any_name(collection):
    """The whole document is `CURRENT` or `ROOT`."""
    collection.delete_many({})
    collection.insert_one({"_id": 1, "$price": 5, "a.b": 6})
    assert found(collection, fn.get_field("$price", fn.CURRENT) == 5) == [1]
    assert found(collection, fn.get_field("a.b", fn.ROOT) > 5) == [1]
    assert found(collection, fn.get_field(fn.as_is("$price")) == 5) == [1]
    changed = fn.set_field("a.b", input_=fn.ROOT, value=fn.get_field("$price", fn.ROOT))
    row = next(collection.aggregate([stages.replace_root(changed).compile()]))
    assert same(row, {"_id": 1, "$price": 5, "a.b": 5})


def test_patterns_are_data(collection):
    """A compiled pattern is compared as a value; only lists and `matches` apply it."""
    pattern = re.compile("^a")
    stored(collection, v=bson.Regex("^a"), text="abc")
    stored_pattern = bson.Regex.from_native(pattern)
    collection.update_one({"_id": 1}, {"$set": {"v": stored_pattern}})
    assert found(collection, F.v == stored_pattern) == [1]
    assert found(collection, F.v != stored_pattern) == [2]
    assert found(collection, F.text == pattern) == []
    assert found(collection, F.text.in_([pattern])) == [1]
    assert after(collection, F.text.set("x") & F.list.push(stored_pattern))["list"] == [
        stored_pattern
    ]
    assert after(collection, F.list.pull(stored_pattern))["list"] == []


def test_a_mapping_replaces(collection):
    """A pipeline update sets a field to a mapping, as a plain one does."""
    stored(collection, v={"old": 1}, k=7)
    for update, value in (
        ({"new": 1}, {"new": 1}),
        ({}, {}),
        ({"a": {}}, {"a": {}}),
        ({"new": F.k}, {"new": 7}),
        ({"a.b": F.k, "c": "$k"}, {"a.b": 7, "c": "$k"}),
    ):
        row = after(collection, compile_pipeline([F.v.set(update)]))
        assert same(row["v"], value)


NUL = {
    "a key": (
        lambda: F.v == {"a\0b": 1},
        "the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    "a key in a list": (
        lambda: F.v.push([{"a\0b": 1}]),
        "the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    "a path": (
        lambda: F["a\0b"],
        (
            "the field name 'a\\x00b' has the part 'a\\x00b'; parts are not empty, hold no "
            "NUL byte and don't begin with '$'; fn.get_field reads fields of such names"
        ),
    ),
    "get_field": (
        lambda: fn.get_field("a\0b", F.v),
        "the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    "set_field": (
        lambda: fn.set_field("a\0b", input_=F.v, value=1),
        "the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    "unset_field": (
        lambda: fn.unset_field("a\0b", F.v),
        "the key 'a\\x00b' holds a NUL byte; BSON can't store it",
    ),
    "a part of text": (
        lambda: F.v.contains("a\0b"),
        "contains got 'a\\x00b', which holds a NUL byte; MongoDB's patterns can't",
    ),
}


@pytest.mark.parametrize(("build", "message"), NUL.values(), ids=list(NUL))
def test_nul_bytes(build, message):
    """Keys can't hold a NUL byte; BSON would end them there."""
    with pytest.raises(ArgumentError) as caught:
        build()
    assert str(caught.value) == message


def nested(depth, wrap):
    """Return 1, wrapped *depth* times."""
    made = 1
    for _ in range(depth):
        made = wrap(made)
    return made


@pytest.mark.parametrize("wrap", [lambda x: {"a": x}, lambda x: [x], lambda x: (x,)])
def test_values_of_endless_depth(wrap):
    """A value that nobody can store is refused in words."""
    value = nested(5000, wrap)
    for build in (F.a.__eq__, F.a.set, fn.value, lambda x: stages.set_(a=x)):
        with pytest.raises(ArgumentError) as caught:
            build(value)
        assert str(caught.value) == (
            "a value is nested deeper than Python follows; MongoDB stores 100 levels"
        )


@pytest.mark.parametrize(
    "query",
    [
        nested(5000, lambda x: F.a - x),
        (F.a == 1) & expr(nested(5000, lambda x: F.a - x)),
        QuerySet().filter(nested(5000, lambda x: F.a - x) > 1),
    ],
)
def test_queries_of_endless_depth(query):
    """So is a query."""
    with pytest.raises(CompileError) as caught:
        query.compile()
    assert str(caught.value) == (
        "the query is nested deeper than Python follows; MongoDB takes 100 levels"
    )
