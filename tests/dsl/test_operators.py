"""Operators whose form takes more than the specification's encoding; data stays data."""

import datetime as dt
import re

import pytest
from bson import Code

from mongo_dsl import F, Filter, fn, param, raw
from mongo_dsl.errors import ArgumentError, CompileError, OperandError


JS = Code("function(a) { return a }")

ROWS = {
    # Choices.
    "switch of pairs": (
        fn.switch([(F.a > 1, "x"), (F.b, "$y")], default=None),
        {
            "$switch": {
                "branches": [
                    {"case": {"$gt": ["$a", 1]}, "then": "x"},
                    {"case": "$b", "then": {"$literal": "$y"}},
                ],
                "default": None,
            }
        },
    ),
    "switch of cases": (
        fn.switch([fn.case(F.a, 1), raw({"case": "$b", "then": 2})]),
        {
            "$switch": {
                "branches": [{"case": "$a", "then": 1}, {"case": "$b", "then": 2}]
            }
        },
    ),
    "cond": (
        fn.cond(F.a == 1, F.b, None),
        {"$cond": {"if": {"$eq": ["$a", 1]}, "then": "$b", "else": None}},
    ),
    "if_null": (fn.if_null(F.a, F.b, 0), {"$ifNull": ["$a", "$b", 0]}),
    # A list is one value, not a list of arguments.
    "size of a list": (fn.size([F.a]), {"$size": [["$a"]]}),
    "first of a list": (fn.first([F.a, F.b]), {"$first": [["$a", "$b"]]}),
    "is_array of a list": (fn.is_array([1]), {"$isArray": [[1]]}),
    "max_ of a list": (fn.max_([1, 2]), {"$max": [[1, 2]]}),
    "a hole may be a list": (fn.size(param("n")).bind(n=[1, 2]), {"$size": [[1, 2]]}),
    "in_ a list": (fn.in_(F.a, ["$x", 1]), {"$in": ["$a", [{"$literal": "$x"}, 1]]}),
    # What can be left out by place.
    "slice_ from the start": (fn.slice_(F.a, 3), {"$slice": ["$a", 3]}),
    "slice_ from a place": (fn.slice_(F.a, 3, 1), {"$slice": ["$a", 1, 3]}),
    "range_": (fn.range_(0, F.a), {"$range": [0, "$a"]}),
    "round_": (fn.round_(F.a), {"$round": ["$a"]}),
    "index_of_cp to an end": (
        fn.index_of_cp(F.a, "x", end=5),
        {"$indexOfCP": ["$a", "x", 0, 5]},
    ),
    "index_of_array from a start": (
        fn.index_of_array(F.a, "x", 2),
        {"$indexOfArray": ["$a", "x", 2]},
    ),
    # Names of fields.
    "get_field of the document": (
        fn.get_field("$price"),
        {"$getField": {"field": {"$literal": "$price"}}},
    ),
    "get_field of a value": (
        fn.get_field("a.b", F.x),
        {"$getField": {"field": "a.b", "input": "$x"}},
    ),
    "set_field": (
        fn.set_field("$price", input_=fn.ROOT, value=fn.REMOVE),
        {
            "$setField": {
                "field": {"$literal": "$price"},
                "input": "$$ROOT",
                "value": "$$REMOVE",
            }
        },
    ),
    "unset_field": (
        fn.unset_field("$price", F.x),
        {"$unsetField": {"field": {"$literal": "$price"}, "input": "$x"}},
    ),
    # Constants.
    "literal": (fn.literal(1), {"$literal": 1}),
    "literal text": (fn.literal("$a"), {"$literal": "$a"}),
    "literal document": (fn.literal({"$gt": ["$a"]}), {"$literal": {"$gt": ["$a"]}}),
    "literal hole": (fn.literal(param("x")).bind(x="$a"), {"$literal": "$a"}),
    "an operator as data": (
        fn.eq(F.a, {"$where": "1"}),
        {"$eq": ["$a", {"$literal": {"$where": "1"}}]},
    ),
    "null is sent": (
        fn.date_to_string(F.t, on_null=None),
        {"$dateToString": {"date": "$t", "onNull": None}},
    ),
    "meta": (fn.meta("textScore"), {"$meta": "textScore"}),
    "rand": (fn.rand(), {"$rand": {}}),
    # Sort orders.
    "sort_array of plain items": (
        fn.sort_array(F.a, -1),
        {"$sortArray": {"input": "$a", "sortBy": -1}},
    ),
    "sort_array by names": (
        fn.sort_array(F.a, ["-b.c", "d"]),
        {"$sortArray": {"input": "$a", "sortBy": {"b.c": -1, "d": 1}}},
    ),
    "sort_array by fields": (
        fn.sort_array(F.a, F.b.desc()),
        {"$sortArray": {"input": "$a", "sortBy": {"b": -1}}},
    ),
    "sort_array by raw": (
        fn.sort_array(F.a, raw({"b": -1})),
        {"$sortArray": {"input": "$a", "sortBy": {"b": -1}}},
    ),
    "top_n": (
        fn.top_n(2, sort_by={"b.c": -1}, output=F.x, input_=F.a),
        {"$topN": {"n": 2, "sortBy": {"b.c": -1}, "output": "$x", "input": "$a"}},
    ),
    # Values of other kinds.
    "function": (
        fn.function(JS, args=[F.a]),
        {"$function": {"body": JS, "args": ["$a"], "lang": "js"}},
    ),
    "function without arguments": (
        fn.function(JS),
        {"$function": {"body": JS, "args": [], "lang": "js"}},
    ),
    "regex_match": (
        fn.regex_match(F.a, regex="$", options="i"),
        {"$regexMatch": {"input": "$a", "regex": {"$literal": "$"}, "options": "i"}},
    ),
    "a computed unit": (
        fn.date_add(dt.date(2024, 1, 2), unit=F.unit, amount=1),
        {
            "$dateAdd": {
                "startDate": dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc),
                "unit": "$unit",
                "amount": 1,
            }
        },
    ),
    "date_from_parts": (
        fn.date_from_parts(iso_week_year=F.y, iso_week=3),
        {"$dateFromParts": {"isoWeekYear": "$y", "isoWeek": 3}},
    ),
    # Python's operators on expressions.
    "an item": (
        fn.split(F.a, " ")[-1],
        {"$arrayElemAt": [{"$split": ["$a", " "]}, -1]},
    ),
    "a field": (
        fn.first(F.a)["$b"],
        {"$getField": {"field": {"$literal": "$b"}, "input": {"$first": "$a"}}},
    ),
}


@pytest.mark.parametrize(("made", "mql"), ROWS.values(), ids=list(ROWS))
def test_compiles(made, mql):
    """Every form is the one the server reads."""
    assert made.compile() == mql
    assert made.compile() is not made.compile()


FILTERS = {
    "and": (
        fn.gt(F.a, 1) & fn.lt(F.b, 2),
        {"$and": [{"$expr": {"$gt": ["$a", 1]}}, {"$expr": {"$lt": ["$b", 2]}}]},
    ),
    "and a filter": (
        fn.gt(F.a, F.b) & (F.c == 2),
        {"$expr": {"$gt": ["$a", "$b"]}, "c": 2},
    ),
    "or": (
        fn.is_array(F.a) | (F.c == 2),
        {"$or": [{"$expr": {"$isArray": ["$a"]}}, {"c": 2}]},
    ),
    "not": (~fn.is_array(F.a), {"$expr": {"$not": [{"$isArray": ["$a"]}]}}),
}


@pytest.mark.parametrize(("made", "mql"), FILTERS.values(), ids=list(FILTERS))
def test_expressions_combine_to_filters(made, mql):
    """Expressions that yield a truth value combine like filters."""
    assert isinstance(made, Filter)
    assert made.compile() == mql


ERRORS = {
    "no branches": (
        lambda: fn.switch([]),
        ArgumentError,
        "switch got no branches; it takes at least one",
    ),
    "no pair": (
        lambda: fn.switch([1]),
        OperandError,
        "switch got the branch 1; it takes pairs (case, then)",
    ),
    "one value": (
        lambda: fn.if_null(F.a),
        ArgumentError,
        "if_null got 1 arguments; it takes at least 2",
    ),
    "one set": (
        lambda: fn.set_equals(F.a),
        ArgumentError,
        "set_equals got 1 arguments; it takes at least 2",
    ),
    "no constant": (
        lambda: fn.literal(F.a),
        OperandError,
        "literal got F['a'], which the server computes; it takes constants",
    ),
    "no unit": (
        lambda: fn.date_trunc(F.t, unit="days"),  # type: ignore[arg-type]
        ArgumentError,
        (
            "date_trunc got the unit 'days'; did you mean 'day'?; the units are: year, "
            "quarter, month, week, day, hour, minute, second, millisecond"
        ),
    ),
    "two years": (
        lambda: fn.date_from_parts(year=2024, iso_week_year=2024),
        ArgumentError,
        (
            "date_from_parts got both a year and an iso_week_year, or neither of them; it "
            "takes one"
        ),
    ),
    "no year": (
        lambda: fn.date_from_parts(month=3),
        ArgumentError,
        (
            "date_from_parts got both a year and an iso_week_year, or neither of them; it "
            "takes one"
        ),
    ),
    "no number of items": (
        lambda: fn.first_n(F.a, 0),
        ArgumentError,
        "first_n got n=0; it takes a whole number above 0",
    ),
    "half an item": (
        lambda: fn.max_n(F.a, 1.5),
        ArgumentError,
        "max_n got n=1.5; it takes a whole number above 0",
    ),
    "a truth value of items": (
        lambda: fn.top_n(True, sort_by="a", output=F.a, input_=F.b),
        ArgumentError,
        "top_n got n=True; it takes a whole number above 0",
    ),
    "no sort order": (
        lambda: fn.sort_array(F.a, []),
        ArgumentError,
        "sort_by got []; it takes at least one field",
    ),
    "a sort by an expression": (
        lambda: fn.sort_array(F.a, F.a + 1),
        OperandError,
        f"sort got {F.a + 1!r}; it takes fields, field.desc(), '-name' or (name, -1)",
    ),
    "a sort by an operator": (
        lambda: fn.top("$a", output=F.a, input_=F.b),
        ArgumentError,
        (
            "the field name '$a' has the part '$a'; parts are not empty, hold no NUL byte and "
            "don't begin with '$'; fn.get_field reads fields of such names"
        ),
    ),
    "a key that is none": (
        lambda: fn.first(F.a)[1.5],
        OperandError,
        "an expression got the key 1.5; it takes a name or a place",
    ),
    "a value in place of a condition": (
        lambda: fn.gt(F.a, 1) & 5,
        OperandError,
        "& got 5; it takes filters, such as F.age > 18, or raw({...})",
    ),
    "a field inside data": (
        lambda: F.a.size_(F.b).compile(),
        CompileError,
        (
            "'b' is read by the server and can't stand in data; compare it, or use it in an "
            "expression"
        ),
    ),
}


@pytest.mark.parametrize(
    ("wrong", "error", "message"), ERRORS.values(), ids=list(ERRORS)
)
def test_errors(wrong, error, message):
    """What can't work fails where it is written, and says what would."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        wrong()


def test_the_namespace_lists_operators():
    """Completion offers operators and variables, and nothing of how they are made."""
    assert dir(fn) == sorted(fn.__all__)
