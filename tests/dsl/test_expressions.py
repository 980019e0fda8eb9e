"""Expressions: Python's operators, functions, lambdas, and the other lowering of filters."""

import pickle
import re

import pytest

from mongo_dsl import F, Pipeline, QuerySet, acc, fn, param, raw, win
from mongo_dsl.errors import ArgumentError, CompileError, OperandError
from mongo_dsl.expressions.face import MISSING
from tests.models import User


q = User.q

ROWS = [
    (F.a + 1, {"$add": ["$a", 1]}),
    (1 + F.a, {"$add": [1, "$a"]}),
    (F.a - F.b, {"$subtract": ["$a", "$b"]}),
    (1 - F.a, {"$subtract": [1, "$a"]}),
    (F.a * 2, {"$multiply": ["$a", 2]}),
    (2 * F.a, {"$multiply": [2, "$a"]}),
    (F.a / 2, {"$divide": ["$a", 2]}),
    (2 / F.a, {"$divide": [2, "$a"]}),
    (F.a % 2, {"$mod": ["$a", 2]}),
    (2 % F.a, {"$mod": [2, "$a"]}),
    (-F.a, {"$multiply": ["$a", -1]}),
    (abs(F.a), {"$abs": "$a"}),
    (F.a + "$b", {"$add": ["$a", {"$literal": "$b"}]}),
    (F.a + {"$gt": 1}, {"$add": ["$a", {"$literal": {"$gt": 1}}]}),
    (F.a + {"x": F.b}, {"$add": ["$a", {"x": "$b"}]}),
    (F.a + raw("$b"), {"$add": ["$a", "$b"]}),
    (F.items[0] + 1, {"$add": [{"$arrayElemAt": ["$items", 0]}, 1]}),
    (
        F.items[0].qty + 1,
        {
            "$add": [
                {
                    "$getField": {
                        "field": "qty",
                        "input": {"$arrayElemAt": ["$items", 0]},
                    }
                },
                1,
            ]
        },
    ),
    (F.a + param("n"), None),
    (
        fn.date_add(F.t, unit="day", amount=3),
        {"$dateAdd": {"startDate": "$t", "unit": "day", "amount": 3}},
    ),
    (fn.concat(F.a, "-", F.b), {"$concat": ["$a", "-", "$b"]}),
    (
        fn.cond(F.a > 1, "yes", "$no"),
        {
            "$cond": {
                "if": {"$gt": ["$a", 1]},
                "then": "yes",
                "else": {"$literal": "$no"},
            }
        },
    ),
    (
        fn.map_(F.items, lambda item: item.price * item.qty),
        {
            "$map": {
                "input": "$items",
                "as": "item",
                "in": {"$multiply": ["$$item.price", "$$item.qty"]},
            }
        },
    ),
    (
        fn.filter_(F.items, lambda item: item.qty > 1),
        {
            "$filter": {
                "input": "$items",
                "as": "item",
                "cond": {"$gt": ["$$item.qty", 1]},
            }
        },
    ),
    (
        fn.reduce(F.a, 0, lambda total, one: total + one),
        {
            "$reduce": {
                "input": "$a",
                "initialValue": 0,
                "in": {"$add": ["$$value", "$$this"]},
            }
        },
    ),
    (fn.literal("$a"), {"$literal": "$a"}),
    (fn.size(F.a), {"$size": "$a"}),
    (fn.and_(F.a > 1, F.b), {"$and": [{"$gt": ["$a", 1]}, "$b"]}),
]


@pytest.mark.parametrize(("made", "mql"), ROWS, ids=[str(mql)[:70] for _, mql in ROWS])
def test_compiles(made, mql):
    """Every expression has its MQL form; expressions are values."""
    if mql is None:
        made, mql = made.bind(n=5), {"$add": ["$a", 5]}
    assert repr(made.compile()) == repr(mql)
    twin = pickle.loads(pickle.dumps(made))  # noqa: S301
    assert twin.same_as(made)
    assert hash(twin) == hash(made)


PREDICATES = [
    (F.a == 5, {"$eq": ["$a", 5]}),
    (F.a != 5, {"$ne": ["$a", 5]}),
    (F.a > 5, {"$gt": ["$a", 5]}),
    (q.email == "$x", {"$eq": ["$mail", {"$literal": "$x"}]}),
    (F.a.between(1, 5), {"$and": [{"$gte": ["$a", 1]}, {"$lte": ["$a", 5]}]}),
    (F.a.in_([1, 2]), {"$in": ["$a", [1, 2]]}),
    (F.a.not_in([1, 2]), {"$not": [{"$in": ["$a", [1, 2]]}]}),
    (F.a.exists(), {"$ne": [{"$type": "$a"}, "missing"]}),
    (F.a.exists(False), {"$eq": [{"$type": "$a"}, "missing"]}),
    (~(F.a > 5), {"$not": [{"$gt": ["$a", 5]}]}),
    (
        ~F.a.between(1, 5),
        {"$not": [{"$and": [{"$gte": ["$a", 1]}, {"$lte": ["$a", 5]}]}]},
    ),
    ((F.a == 1) & (F.b == 2), {"$and": [{"$eq": ["$a", 1]}, {"$eq": ["$b", 2]}]}),
    ((F.a == 1) | (F.b == 2), {"$or": [{"$eq": ["$a", 1]}, {"$eq": ["$b", 2]}]}),
    (
        ~((F.a == 1) | (F.b == 2)),
        {"$not": [{"$or": [{"$eq": ["$a", 1]}, {"$eq": ["$b", 2]}]}]},
    ),
    (F.a > F.b, {"$gt": ["$a", "$b"]}),
]


@pytest.mark.parametrize(
    ("filter_", "mql"), PREDICATES, ids=[str(m)[:60] for _, m in PREDICATES]
)
def test_filters_are_expressions_too(filter_, mql):
    """One predicate has two lowerings: in an expression it computes a truth value."""
    assert fn.cond(filter_, 1, 2).compile()["$cond"]["if"] == mql


def test_expressions_have_no_place_in_data():
    """A computed value where data must stand is an error."""
    with pytest.raises(CompileError) as caught:
        F.tags.push(F.other).compile()
    assert str(caught.value) == (
        "$push of 'tags' is computed from other fields; pass the update in a list, which "
        "makes it a pipeline update"
    )


def test_units_are_checked():
    """A unit that doesn't exist is suggested."""
    with pytest.raises(
        ArgumentError, match="date_add got the unit 'days'; did you mean 'day'"
    ):
        fn.date_add(F.t, unit="days", amount=1)


def test_variables():
    """Variables read like fields; their names are checked."""
    assert fn.var("this.price").compile() == "$$this.price"
    assert (fn.ROOT.a + 1).compile() == {"$add": ["$$ROOT.a", 1]}
    with pytest.raises(ArgumentError, match="a variable is named '1x'"):
        fn.var("1x")
    with pytest.raises(OperandError, match="has no method 'nope'"):
        fn.var("this").nope()


def test_reads_as_json_and_shell():
    """An expression reads as Extended JSON and as mongosh."""
    assert (F.a + 1).to_json() == '{"$add": ["$a", 1]}'
    assert str(F.a + 1) == '{ $add: [ "$a", 1 ] }'
    assert repr(F.a + 1) == "F.a + 1"


@pytest.mark.parametrize(
    ("made", "mql"),
    [
        (fn.abs_(fn.as_is([F.x])), {"$abs": ["$x"]}),
        (fn.not_(fn.as_is(F.x)), {"$not": "$x"}),
        (fn.year(fn.as_is([F.date])), {"$year": ["$date"]}),
        (acc.sum_(fn.as_is([F.x, 1])), {"$sum": ["$x", 1]}),
        (acc.count(), {"$count": {}}),
        (
            win.covariance_pop(fn.as_is(F.pair), MISSING),
            {"$covariancePop": "$pair"},
        ),
    ],
)
def test_as_is(made, mql):
    """The whole argument is written as it was given."""
    assert made.compile() == mql


def test_as_is_stands_alone():
    """Beside other arguments it would be lost."""
    message = "as_is(...) stands among other values; it is an operator's only argument"
    for build in (
        lambda: fn.add(fn.as_is(F.x), 1),
        lambda: fn.trim(fn.as_is(F.x), "x"),
        lambda: F.x == fn.as_is(1),
    ):
        with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
            build()


@pytest.mark.parametrize(
    ("made", "keys"),
    [
        (fn.date_to_string(format_="%Y", date=F.d), ["format", "date"]),
        (fn.date_to_string(F.d, format_="%Y"), ["date", "format"]),
        (fn.date_to_string(timezone="+01", date=F.d), ["timezone", "date"]),
        (fn.filter_(cond=lambda x: x > 1, input_=F.a), ["cond", "as", "input"]),
        (fn.filter_(input_=F.a, cond=lambda x: x > 1), ["input", "as", "cond"]),
        (acc.top_n(output=F.x, n=3, sort_by=F.x), ["output", "n", "sortBy"]),
        (win.exp_moving_avg(n=3, input_=F.x), ["N", "input"]),
    ],
)
def test_named_arguments_keep_the_order_of_the_call(made, keys):
    """What is written first comes first; what the function adds stays in its place."""
    (body,) = made.compile().values()
    assert list(body) == keys


NO_VALUES = {
    "an update": (F.b.set(1), "F.b.set(1) is no value"),
    "a query set": (QuerySet(), "QuerySet() is no value"),
}


@pytest.mark.parametrize("build", [F.a.__eq__, F.a.set, fn.abs_, F.a.__add__, fn.value])
@pytest.mark.parametrize(("value", "subject"), NO_VALUES.values(), ids=NO_VALUES)
def test_what_is_no_value(build, value, subject):
    """What the server can't compute or compare with is refused where it stands."""
    with pytest.raises(OperandError) as caught:
        build(value)
    assert str(caught.value) == (
        f"{subject}; fields, expressions, filters and data are"
    )


@pytest.mark.parametrize("build", [F.a.__eq__, F.a.set])
def test_pipelines_are_no_data(build):
    """Pipelines stand in stages, those written as they are included."""
    with pytest.raises(CompileError) as caught:
        build(Pipeline().limit(1)).compile()
    assert str(caught.value) == (
        "a pipeline stands where data does; stages such as lookup and facet take pipelines"
    )


@pytest.mark.parametrize(
    ("made", "mql"),
    [
        (F.a**2, {"$pow": ["$a", 2]}),
        (2**F.a, {"$pow": [2, "$a"]}),
        (F.a // 2, {"$floor": {"$divide": ["$a", 2]}}),
        (7 // F.a, {"$floor": {"$divide": [7, "$a"]}}),
        (round(F.a), {"$round": ["$a"]}),
        (round(F.a, 2), {"$round": ["$a", 2]}),
    ],
)
def test_more_arithmetic(made, mql):
    """Powers, floors and rounding are Python's operators, too."""
    assert made.compile() == mql
