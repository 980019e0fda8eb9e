"""Accumulators: what a group computes; they are values, and no expressions."""

import pickle
import re

import pytest
from bson import Code

from mongo_dsl import F, acc, fn, param, raw
from mongo_dsl.errors import ArgumentError, OperandError, ParameterError


JS = Code("function() {}")

ROWS = {
    "an expression": (acc.sum_(F.a * F.b), {"$sum": {"$multiply": ["$a", "$b"]}}),
    "a condition": (
        acc.sum_(fn.cond(F.a > 1, 1, 0)),
        {"$sum": {"$cond": {"if": {"$gt": ["$a", 1]}, "then": 1, "else": 0}}},
    ),
    "text": (acc.push("$a"), {"$push": {"$literal": "$a"}}),
    "a document": (acc.push({"x": F.a, "y": 1}), {"$push": {"x": "$a", "y": 1}}),
    "a list": (acc.push([F.a, F.b]), {"$push": {"$concatArrays": [["$a", "$b"]]}}),
    "raw": (acc.max_(raw("$a")), {"$max": "$a"}),
    "a sort by a nested field": (
        acc.top({"a.b": -1}, [F.x, F.y]),
        {"$top": {"sortBy": {"a.b": -1}, "output": ["$x", "$y"]}},
    ),
    "a sort by several": (
        acc.bottom_n(2, sort_by=[F.a.desc(), "b"], output=F.x),
        {"$bottomN": {"n": 2, "sortBy": {"a": -1, "b": 1}, "output": "$x"}},
    ),
    "a sort by score": (
        acc.top({"score": {"$meta": "textScore"}}, F.x),
        {"$top": {"sortBy": {"score": {"$meta": "textScore"}}, "output": "$x"}},
    ),
    "a computed number": (
        acc.first_n(F.a, F.n),
        {"$firstN": {"input": "$a", "n": "$n"}},
    ),
    "javascript": (
        acc.accumulator(
            JS, accumulate=JS, accumulate_args=[F.a], merge=JS, finalize=JS
        ),
        {
            "$accumulator": {
                "init": JS,
                "accumulate": JS,
                "accumulateArgs": ["$a"],
                "merge": JS,
                "finalize": JS,
                "lang": "js",
            }
        },
    ),
}


@pytest.mark.parametrize(("made", "mql"), ROWS.values(), ids=list(ROWS))
def test_compiles(made, mql):
    """Every accumulator has its MQL form, and is a value."""
    assert made.compile() == mql
    twin = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert twin == made
    assert hash(twin) == hash(made)


def test_equality_is_structural():
    """Equal accumulators are equal, as 1 and True are not."""
    assert acc.sum_(F.a) == acc.sum_(F.a)
    assert acc.sum_(F.a) != acc.avg(F.a)
    assert acc.sum_(1) != acc.sum_(True)


def test_parameters():
    """A hole is filled by bind."""
    made = acc.sum_(F.a * param("rate"))
    assert made.bind(rate=3).compile() == {"$sum": {"$multiply": ["$a", 3]}}
    with pytest.raises(ParameterError):
        made.compile()


def test_no_arithmetic():
    """A field of a group can't be computed from; the next stage can."""
    with pytest.raises(TypeError):
        acc.sum_(F.a) + 1


ERRORS = {
    "no number of documents": (
        lambda: acc.top_n(0, sort_by="a", output=F.a),
        ArgumentError,
        "top_n got n=0; it takes a whole number above 0",
    ),
    "text for a number": (
        lambda: acc.min_n(F.a, "3"),
        ArgumentError,
        "min_n got n='3'; it takes a whole number above 0",
    ),
    "no sort order": (
        lambda: acc.top({}, F.a),
        ArgumentError,
        "sort_by got {}; it takes at least one field",
    ),
    "groups only": (
        lambda: acc.merge_objects(F.a).over(documents=(-1, 0)),
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
