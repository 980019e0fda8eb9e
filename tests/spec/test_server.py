"""A real server reads the operators as we write them."""

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from mongo_dsl import F, acc, fn, win
from tests.spec.specification import OPERATORS


DOCUMENT = {
    "_id": 1,
    "a": [1, 2, 3],
    "matrix": [[1, 2], [3]],
    "lines": [{"sku": "x", "qty": 2, "tags": ["p", "q"]}, {"sku": "y", "qty": 3}],
    "n": 2,
    "$odd": 5,
}
UNKNOWN = 168, 31325  # the codes of an unknown expression
NOT_ASKED = {
    "$case",  # a part of $switch
    "$createObjectId",  # the specification says 4.4, and 6.0.5 doesn't know it
}


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return a collection of one document."""
    with MongoClient(mongo_uri) as client:
        found = client["spec_server"]["documents"]
        found.drop()
        found.insert_one(DOCUMENT)
        yield found
        client.drop_database("spec_server")


def computed(collection, expression):
    """Return what the server computes."""
    stage = {"$project": {"_id": 0, "x": expression.compile()}}
    return next(collection.aggregate([stage])).get("x")


ROWS = {
    "map": (fn.map_(F.lines, lambda line: line.qty * 2), [4, 6]),
    "map in a map": (
        fn.map_(F.matrix, lambda n: fn.map_(n, lambda m: m * fn.size(n))),
        [[2, 4], [3]],
    ),
    "filter": (fn.filter_(F.a, lambda n: n > F.n, limit=5), [3]),
    "filter by a literal": (fn.filter_(F.a, lambda n: fn.eq(n, "$n")), []),
    "reduce": (fn.reduce(F.a, 10, lambda total, n: total - n), 4),
    "reduce in a reduce": (
        fn.reduce(
            F.matrix,
            0,
            lambda t, row: fn.reduce(row, t, lambda t, n: t + n * fn.size(row)),
        ),
        9,
    ),
    "map in a reduce": (
        fn.reduce(
            F.matrix, 0, lambda t, row: t + fn.sum_(fn.map_(row, lambda n: n * n))
        ),
        14,
    ),
    "let": (fn.let({"x": F.n}, lambda x: x * x), 4),
    "switch": (fn.switch([(F.n > 5, "many")], default="$few"), "$few"),
    "cond on a filter": (fn.cond(F.n.in_([1, 2]) & ~(F.a == 5), "yes", "no"), "yes"),
    "get_field": (fn.get_field("$odd", fn.ROOT), 5),
    "set_field": (
        fn.set_field("$odd", input_={"k": 1}, value=F.n),
        {"k": 1, "$odd": 2},
    ),
    "size of a list": (fn.size([F.a]), 1),
    "first of a list": (fn.first([F.a, F.n]), [1, 2, 3]),
    "an item": (F.a[1] + 1, 3),
    "an item of a variable": (fn.map_(F.lines, lambda line: line.tags[0]), ["p", None]),
    "an end without a start": (fn.index_of_array(F.a, 3, end=3), 2),
    "slice_": (fn.slice_(F.a, 1, 1), [2]),
    "sort_array": (fn.sort_array(F.lines, "-qty")[0]["sku"], "y"),
    "regex_match": (fn.regex_match("a$", regex="[$]$"), True),
    "merge": (fn.merge_objects({"a": 1}, {"a": F.n}), {"a": 2}),
    "NOW": (fn.gt(fn.NOW, 5), True),
    "REMOVE": (fn.cond(True, fn.REMOVE, 1), None),
}


@pytest.mark.parametrize(("expression", "value"), ROWS.values(), ids=list(ROWS))
def test_computes(collection, expression, value):
    """The server computes what the Python text says."""
    assert computed(collection, expression) == value


def test_a_group_takes_lists(collection):
    """An accumulator of a list gathers lists."""
    group = {"_id": None, "x": acc.push([F.n, F["_id"]]).compile()}
    assert list(collection.aggregate([{"$group": group}])) == [
        {"_id": None, "x": [[2, 1]]}
    ]


@pytest.mark.parametrize(
    "output",
    [
        acc.top("n", F.n),
        acc.top_n(1, "n", F.n).over(documents=("unbounded", "current")),
        win.sum_(F.n).over(range=(-1, "unbounded")),
        win.derivative(F.n).over(documents=(-1, 0)),
        win.integral(F.n),
        win.exp_moving_avg(F.n, n=2),
        win.shift(F.n, by=1),
        win.rank(),
        win.locf(F.n),
        win.linear_fill(F.n),
        win.covariance_pop(F.n, F.n),
        win.push([F.n, F.a]),
    ],
    ids=str,
)
def test_windows(collection, output):
    """The server takes every kind of window."""
    stage = {"sortBy": {"_id": 1}, "output": {"x": output.compile()}}
    assert len(list(collection.aggregate([{"$setWindowFields": stage}]))) == 1


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param(operator, id=operator["name"])
        for operator in OPERATORS
        if operator["category"] == "expression" and operator["name"] not in NOT_ASKED
    ],
)
def test_versions(collection, operator):
    """The server knows an operator if it is old enough."""
    version = tuple(collection.database.client.server_info()["versionArray"][:2])
    old = tuple(map(int, operator["minVersion"].split("."))) <= version
    try:
        collection.aggregate([{"$project": {"x": {operator["name"]: {"none": 1}}}}])
        known = True
    except OperationFailure as error:
        known = error.code not in UNKNOWN
    assert known == old
