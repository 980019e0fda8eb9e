"""Window functions and the bounds of their windows."""

import pickle
import re

import pytest

from mongo_dsl import F, acc, param, win
from mongo_dsl.errors import ArgumentError, OperandError, TruthValueError
from mongo_dsl.frames import window_output
from mongo_dsl.values import node


ROWS = {
    "documents": (
        win.sum_(F.a).over(documents=("unbounded", "current")),
        {"$sum": "$a", "window": {"documents": ["unbounded", "current"]}},
    ),
    "places": (
        win.avg(F.a).over(documents=[-2, 1]),
        {"$avg": "$a", "window": {"documents": [-2, 1]}},
    ),
    "a place and the current one": (
        win.max_(F.a).over(documents=("current", 3)),
        {"$max": "$a", "window": {"documents": ["current", 3]}},
    ),
    "only what went before": (
        win.max_(F.a).over(documents=("unbounded", -1)),
        {"$max": "$a", "window": {"documents": ["unbounded", -1]}},
    ),
    "the current document": (
        win.max_(F.a).over(documents=("current", "current")),
        {"$max": "$a", "window": {"documents": ["current", "current"]}},
    ),
    "a range": (
        win.push(F.a).over(range=(-1.5, "unbounded")),
        {"$push": "$a", "window": {"range": [-1.5, "unbounded"]}},
    ),
    "a range of time": (
        win.count().over(range=(-7, 0), unit="day"),
        {"$count": {}, "window": {"range": [-7, 0], "unit": "day"}},
    ),
    "a hole": (
        win.sum_(F.a).over(documents=(param("n"), 0)).bind(n=-3),
        {"$sum": "$a", "window": {"documents": [-3, 0]}},
    ),
    "an accumulator": (
        acc.top_n(2, sort_by="-b.c", output=F.a).over(documents=(-1, 1)),
        {
            "$topN": {"n": 2, "sortBy": {"b.c": -1}, "output": "$a"},
            "window": {"documents": [-1, 1]},
        },
    ),
    "derivative": (
        win.derivative(F.a, unit="hour").over(range=(-30, 0), unit="second"),
        {
            "$derivative": {"input": "$a", "unit": "hour"},
            "window": {"range": [-30, 0], "unit": "second"},
        },
    ),
    "integral": (win.integral(F.a), {"$integral": {"input": "$a"}}),
    "exp_moving_avg by documents": (
        win.exp_moving_avg(F.a, n=2),
        {"$expMovingAvg": {"input": "$a", "N": 2}},
    ),
    "exp_moving_avg by weight": (
        win.exp_moving_avg(F.a, alpha=0.75),
        {"$expMovingAvg": {"input": "$a", "alpha": 0.75}},
    ),
    "locf": (win.locf(F.a), {"$locf": "$a"}),
    "shift": (
        win.shift(F.a, by=-1),
        {"$shift": {"output": "$a", "by": -1}},
    ),
    "shift with a default": (
        win.shift(F.a, by=1, default="$none"),
        {"$shift": {"output": "$a", "by": 1, "default": {"$literal": "$none"}}},
    ),
    "covariance": (win.covariance_pop(F.a, F.b), {"$covariancePop": ["$a", "$b"]}),
    "min_max_scaler": (
        win.min_max_scaler(F.a, min_=0, max_=100),
        {"$minMaxScaler": {"input": "$a", "min": 0, "max": 100}},
    ),
}


@pytest.mark.parametrize(("made", "mql"), ROWS.values(), ids=list(ROWS))
def test_compiles(made, mql):
    """Every function has its MQL form, and is a value."""
    assert made.compile() == mql
    assert list(made.compile()) == list(mql)
    twin = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert twin == made
    assert hash(twin) == hash(made)


def test_bounds_are_replaced():
    """A window has the bounds that came last."""
    made = win.integral(F.a).over(documents=(-1, 1))
    assert made.over(documents=(-2, 2)).compile() == {
        "$integral": {"input": "$a"},
        "window": {"documents": [-2, 2]},
    }


def test_reads_as_json_and_shell():
    """A window function reads as Extended JSON and as mongosh."""
    assert win.rank().to_json() == '{"$rank": {}}'
    assert str(win.locf(F.a)) == '{ $locf: "$a" }'
    assert repr(win.locf(F.a)) == "win.locf(F.a)"


@pytest.mark.parametrize(
    "made",
    [acc.sum_(F.a), win.rank(), win.derivative(F.a).over(documents=(-1, 0))],
    ids=str,
)
def test_outputs(made):
    """What windows can compute may be their output."""
    assert window_output("x", node(made)) == node(made)


ERRORS = {
    "a unit alone": (
        lambda: win.sum_(F.a).over(unit="day"),
        ArgumentError,
        "over got the unit 'day' without a range; give it one",
    ),
    "both kinds of bounds": (
        lambda: win.sum_(F.a).over(documents=(-1, 0), range=(-1, 0)),
        ArgumentError,
        "over got documents=(-1, 0) and range=(-1, 0); it takes one of them",
    ),
    "a unit of documents": (
        lambda: win.sum_(F.a).over(documents=(-1, 0), unit="day"),
        ArgumentError,
        "over got the unit 'day' with documents; only a range has a unit",
    ),
    "no unit": (
        lambda: win.sum_(F.a).over(range=(-1, 0), unit="days"),
        ArgumentError,
        (
            "over got the unit 'days'; did you mean 'day'?; the units are: year, quarter, "
            "month, week, day, hour, minute, second, millisecond"
        ),
    ),
    "one bound": (
        lambda: win.sum_(F.a).over(documents=5),
        OperandError,
        "over got documents=5; it takes two bounds, such as ('unbounded', 'current')",
    ),
    "three bounds": (
        lambda: win.sum_(F.a).over(range=(1, 2, 3)),
        OperandError,
        "over got range=(1, 2, 3); it takes two bounds, such as ('unbounded', 'current')",
    ),
    "the end before the start": (
        lambda: win.sum_(F.a).over(documents=(1, "current")),
        ArgumentError,
        "over got documents=(1, 'current'), which ends before it starts; swap the bounds",
    ),
    "half a document": (
        lambda: win.sum_(F.a).over(documents=(-0.5, 0)),
        OperandError,
        (
            "over got the bound -0.5 of documents; a bound is a whole number, 'current' or "
            "'unbounded'"
        ),
    ),
    "half a day": (
        lambda: win.sum_(F.a).over(range=(-0.5, 0), unit="day"),
        OperandError,
        (
            "over got the bound -0.5 of range; a bound is a whole number, 'current' or "
            "'unbounded'"
        ),
    ),
    "another word": (
        lambda: win.sum_(F.a).over(range=("start", 0)),
        OperandError,
        (
            "over got the bound 'start' of range; a bound is a number, 'current' or "
            "'unbounded'"
        ),
    ),
    "a truth value": (
        lambda: win.sum_(F.a).over(range=(False, 0)),
        OperandError,
        (
            "over got the bound False of range; a bound is a number, 'current' or "
            "'unbounded'"
        ),
    ),
    "bounds of a rank": (
        lambda: win.rank().over(documents=(-1, 0)),
        OperandError,
        "$rank got bounds; it sees the whole partition, leave out over(...)",
    ),
    "a slow unit": (
        lambda: win.derivative(F.a, unit="month"),
        ArgumentError,
        (
            "derivative got the unit 'month'; the units are: week, day, hour, minute, second, "
            "millisecond"
        ),
    ),
    "no weight": (
        lambda: win.exp_moving_avg(F.a),
        ArgumentError,
        "exp_moving_avg got n=MISSING and alpha=MISSING; it takes exactly one of them",
    ),
    "two weights": (
        lambda: win.exp_moving_avg(F.a, n=2, alpha=0.5),
        ArgumentError,
        "exp_moving_avg got n=2 and alpha=0.5; it takes exactly one of them",
    ),
    "all the weight": (
        lambda: win.exp_moving_avg(F.a, alpha=1),
        ArgumentError,
        "exp_moving_avg got alpha=1; it takes a number between 0 and 1",
    ),
    "no documents": (
        lambda: win.exp_moving_avg(F.a, n=0),
        ArgumentError,
        "exp_moving_avg got n=0; it takes a whole number above 0",
    ),
    "half a place": (
        lambda: win.shift(F.a, by=0.5),
        OperandError,
        "shift got by=0.5; it takes a whole number of places",
    ),
    "a truth value asked": (
        lambda: bool(win.rank()),
        TruthValueError,
        "a window function has no truth value; it is an output of set_window_fields",
    ),
    "an output without bounds": (
        lambda: window_output("speed", node(win.derivative(F.a))),
        ArgumentError,
        "$derivative got no bounds for 'speed'; give it some by over(...)",
    ),
    "an output for groups": (
        lambda: window_output("x", node(acc.merge_objects(F.a))),
        OperandError,
        "$mergeObjects has no form in windows; it is for groups",
    ),
}


@pytest.mark.parametrize(
    ("wrong", "error", "message"), ERRORS.values(), ids=list(ERRORS)
)
def test_errors(wrong, error, message):
    """What can't work fails where it is written, and says what would."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        wrong()
