"""`assert_compiles` tells what differs, to the BSON type and the order of keys."""

import datetime as dt

import pytest
from bson import Decimal128, Int64

from mongo_dsl import F, Filter, Pipeline, QuerySet, acc, fn, param, stages
from mongo_dsl.errors import OperandError, ParameterError
from mongo_dsl.testing import assert_compiles
from tests.models import User


SAME = {
    "filter": (F.age > 18, {"age": {"$gt": 18}}),
    "update": (F.age.inc(2), {"$inc": {"age": 2}}),
    "expression": (fn.add(F.a, 1), {"$add": ["$a", 1]}),
    "accumulator": (acc.sum_(F.a), {"$sum": "$a"}),
    "stage": (stages.limit(5), {"$limit": 5}),
    "pipeline": (Pipeline().limit(5), [{"$limit": 5}]),
    "query set": (
        QuerySet().filter(F.a == 1).limit(5),
        {"filter": {"a": 1}, "limit": 5},
    ),
    "a field of a class": (User.q.name == "Ann", {"name": "Ann"}),
    "a long integer": (F.a == 2**40, {"a": Int64(2**40)}),
    "not a number": (F.a.eq(float("nan")), {"a": {"$eq": float("nan")}}),
    "a tuple": (F.a == (1, 2), {"a": [1, 2]}),
    "a moment": (
        F.a == dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
        {"a": dt.datetime(2020, 1, 1)},  # noqa: DTZ001 - without a zone it is UTC
    ),
}


@pytest.mark.parametrize(("query", "expected"), SAME.values(), ids=SAME)
def test_what_compiles_alike(query, expected):
    """Everything that compiles can be compared."""
    assert_compiles(query, expected)
    assert_compiles(query, expected, ordered=False)


def difference(expected, compiled):
    """Write the message for two documents of a line each."""
    return (
        "the query compiles to something else:\n--- expected\n+++ compiled\n@@ -1 +1 @@\n"
        f"-{expected}\n+{compiled}"
    )


DIFFERENT = {
    "a double": (F.a == 1, {"a": 1.0}, difference("{ a: Double(1) }", "{ a: 1 }")),
    "true": (F.a == 1, {"a": True}, difference("{ a: true }", "{ a: 1 }")),
    "an Int64": (
        F.a == 1,
        {"a": Int64(1)},
        difference('{ a: Long("1") }', "{ a: 1 }"),
    ),
    "a decimal": (
        F.a == Decimal128("1.0"),
        {"a": Decimal128("1")},
        difference('{ a: Decimal128("1") }', '{ a: Decimal128("1.0") }'),
    ),
    "a negative zero": (
        F.a == 0.0,
        {"a": -0.0},
        difference("{ a: Double(-0) }", "{ a: Double(0) }"),
    ),
    "another value": (F.a == 1, {"a": 2}, difference("{ a: 2 }", "{ a: 1 }")),
    "another kind": (
        Pipeline().limit(5),
        {"$limit": 5},
        difference("{ $limit: 5 }", "[ { $limit: 5 } ]"),
    ),
    "another order": (
        (F.a == 1) & (F.b == 2),
        {"b": 2, "a": 1},
        difference("{ b: 2, a: 1 }", "{ a: 1, b: 2 }"),
    ),
    "a long text": (
        F.name.in_(["a" * 30, "b" * 30]) & (F.city == "c" * 30),
        {"name": {"$in": ["a" * 30, "x" * 30]}, "city": "c" * 30},
        "the query compiles to something else:\n"
        "--- expected\n"
        "+++ compiled\n"
        "@@ -1,4 +1,4 @@\n"
        " {\n"
        f'-  name: {{ $in: [ "{"a" * 30}", "{"x" * 30}" ] }},\n'
        f'+  name: {{ $in: [ "{"a" * 30}", "{"b" * 30}" ] }},\n'
        f'   city: "{"c" * 30}"\n'
        " }",
    ),
}


@pytest.mark.parametrize(
    ("query", "expected", "message"), DIFFERENT.values(), ids=DIFFERENT
)
def test_what_compiles_otherwise(query, expected, message):
    """The message shows both, as mongosh writes them."""
    with pytest.raises(AssertionError) as caught:
        assert_compiles(query, expected)
    assert str(caught.value) == message


def test_any_order_of_keys():
    """The order of keys can be left out, of nested documents, too; not that of items."""
    query = (F.a == 1) & F.b.in_([{"x": 1, "y": 2}])
    assert_compiles(query, {"b": {"$in": [{"y": 2, "x": 1}]}, "a": 1}, ordered=False)
    with pytest.raises(AssertionError) as caught:
        assert_compiles(F.a == [1, 2], {"a": [2, 1]}, ordered=False)
    assert str(caught.value) == difference("{ a: [ 2, 1 ] }", "{ a: [ 1, 2 ] }")


@pytest.mark.parametrize("query", [{"a": 1}, None, Filter, User])
def test_what_does_not_compile(query):
    """A document is compared with ==; a class is no query."""
    with pytest.raises(OperandError) as caught:
        assert_compiles(query, {"a": 1})
    expected = "it takes what has compile(), a filter say"
    assert str(caught.value) == f"assert_compiles got {query!r}; {expected}"


def test_what_is_no_bson():
    """What is expected has a BSON form."""
    with pytest.raises(OperandError) as caught:
        assert_compiles(F.a == 1, {"a": 1j})
    expected = "has no BSON type; use plain Python or a type of bson"
    assert str(caught.value) == f"value 1j {expected}"


def test_an_open_parameter():
    """A query with a hole has no compiled form."""
    with pytest.raises(ParameterError) as caught:
        assert_compiles(F.a == param("x"), {"a": 1})
    assert str(caught.value) == "parameter 'x' is unbound; fill it with bind(x=...)"
