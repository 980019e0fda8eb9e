"""Every expression, accumulator and window operator is there, as the manual has it."""

import inspect
import re
from collections import Counter

import pytest

from mongo_dsl import F, acc, fn, win
from tests.spec.specification import OPERATORS, snake_case


OLDEST = (4, 4)

# Where we know better than the specification.
OPTIONAL = {
    # JavaScript is the only language.
    ("accumulator", "$accumulator", "lang"),
    # "approximate" is the only method of accumulators so far.
    ("accumulator", "$median", "method"),
    ("accumulator", "$percentile", "method"),
    # The server takes $shift without it (6.0.5).
    ("accumulator", "$shift", "default"),
}
SINGLE = {
    # In a group an accumulator takes one expression, and no array (6.0.5).
    ("accumulator", "$concatArrays"),
    ("accumulator", "$setUnion"),
}
WINDOWS_TOO = {
    # The specification says groups only; the server takes them in windows (6.0.5).
    "$top",
    "$topN",
}
VERSIONS = {
    # The specification says 4.4, which is when the expressions of these names came.
    ("accumulator", "$concatArrays"): "8.1",
    ("accumulator", "$setUnion"): "8.1",
    # It says 4.4; 6.0.5 doesn't know it, and the manual says 8.3.
    ("expression", "$createObjectId"): "8.3",
}
REORDERED = {
    # The array comes first, as in all functions that take one.
    ("expression", "$firstN"): ["input_", "n"],
    ("expression", "$lastN"): ["input_", "n"],
    # What can't be left out comes before what can.
    ("expression", "$slice"): ["expression", "n", "position"],
    # The function comes second, names and options are keywords.
    ("expression", "$filter"): ["input_", "cond", "as_", "array_index_as", "limit"],
    ("expression", "$map"): ["input_", "in_", "as_", "array_index_as"],
    # What each document adds comes before what the first state is made of.
    ("accumulator", "$accumulator"): [
        "init",
        "accumulate",
        "accumulate_args",
        "merge",
        "init_args",
        "finalize",
        "lang",
    ],
}


def rows(category, kind):
    """Return the operators of *category* that are of *kind*, as parameters."""
    return [
        pytest.param(operator, id=f"{kind}-{operator['name']}")
        for operator in OPERATORS
        if operator["category"] == category
        and (
            kind in ("expression", *operator["type"])
            or (kind == "window" and operator["name"] in WINDOWS_TOO)
        )
    ]


EXPRESSIONS = rows("expression", "expression")
ACCUMULATORS = rows("accumulator", "accumulator")
WINDOWS = rows("accumulator", "window")
CASES = [
    *((fn, row) for row in EXPRESSIONS),
    *((acc, row) for row in ACCUMULATORS),
    *((win, row) for row in WINDOWS),
]
ALL = pytest.mark.parametrize(
    ("namespace", "operator"),
    [pytest.param(namespace, *row.values, id=row.id) for namespace, row in CASES],
)


def function_of(namespace, operator):
    """Return the function of *operator*."""
    return getattr(namespace, snake_case(operator["name"]))


def parameters_of(namespace, operator):
    """Return the parameters of the function of *operator*, by name."""
    return inspect.signature(function_of(namespace, operator)).parameters


def is_optional(operator, argument):
    """Tell whether the specification, or one of our reasons, lets one leave it out."""
    key = (operator["category"], operator["name"], argument["name"])
    return "optional" in argument or "default" in argument or key in OPTIONAL


@ALL
def test_the_function_exists(namespace, operator):
    """The function has the operator's name and is public."""
    assert callable(function_of(namespace, operator))
    assert snake_case(operator["name"]) in namespace.__all__


@ALL
def test_arguments(namespace, operator):
    """The function has the operator's arguments, in the operator's order."""
    names = [snake_case(argument["name"]) for argument in operator["arguments"]]
    expected = REORDERED.get((operator["category"], operator["name"]), names)
    found = parameters_of(namespace, operator)
    assert sorted(found) == sorted(names)
    by_place = [n for n, p in found.items() if p.kind is not p.KEYWORD_ONLY]
    assert by_place == expected[: len(by_place)]


@ALL
def test_optional_arguments(namespace, operator):
    """What the operator can do without has a default, and nothing else has."""
    found = parameters_of(namespace, operator)
    for argument in operator["arguments"]:
        parameter = found[snake_case(argument["name"])]
        any_number = (
            "variadic" in argument
            and (operator["category"], operator["name"]) not in SINGLE
        )
        assert any_number is (parameter.kind is parameter.VAR_POSITIONAL)
        if not any_number:
            given = parameter.default is not parameter.empty
            assert given is is_optional(operator, argument)


# if, then, else need no names; a function comes after what it is applied to, and texts
# are replaced as Python's are. The windows that are accumulators have their signatures.
BY_PLACE = {"$cond", "$filter", "$map", "$reduce", "$replaceAll", "$replaceOne"} | {
    row.values[0]["name"] for row in ACCUMULATORS
}


@ALL
def test_long_documents_take_keywords(namespace, operator):
    """Of three or more arguments of a document, all but the first two have names."""
    if namespace is acc or operator["encode"] != "object":
        return
    if len(operator["arguments"]) < 3 or operator["name"] in BY_PLACE:
        return
    found = parameters_of(namespace, operator).values()
    by_place = [p for p in found if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len(by_place) <= 2


# What stands for itself in MQL; other arguments are fields, called as the argument.
CONSTANTS = {
    "arrayIndexAs": "place",
    "as": "item",
    "branches": [{"case": True, "then": 1}],
    "by": -1,
    "sortBy": {"a.b": -1},
    "valueAs": "total",
    "vars": {"x": 1},
}
# One of a pair that excludes the other.
WITHOUT = {"alpha", "isoWeekYear"}


def built(namespace, operator):
    """Return *operator* with all its arguments, and what follows its name."""
    names = [a["name"] for a in operator["arguments"] if a["name"] not in WITHOUT]
    given = {name: CONSTANTS.get(name, F[name]) for name in names}
    sent = {name: CONSTANTS.get(name, f"${name}") for name in names}
    if operator["name"] == "$literal":
        given, sent = {"value": 5}, {"value": 5}
    if "branches" in given:
        given["branches"] = [(True, 1)]
    key = (operator["category"], operator["name"])
    variadic = key not in SINGLE and any("variadic" in a for a in operator["arguments"])
    function = function_of(namespace, operator)
    if variadic:
        made, sent = function(F.a, F.b), {"a": "$a", "b": "$b"}
    else:
        made = function(**{snake_case(name): value for name, value in given.items()})
    return made, body(operator["encode"], sent, variadic)


@ALL
def test_wire_form(namespace, operator):
    """All arguments stand where MongoDB looks for them."""
    made, expected = built(namespace, operator)
    if operator["name"] != "$case":  # a branch has no operator's name
        expected = {operator["name"]: expected}
    assert made.compile() == expected


def body(encode, sent, variadic):
    """Return what follows the operator's name."""
    if encode == "object":
        return sent
    if encode == "array" or variadic:
        return list(sent.values())
    return next(iter(sent.values()))


@ALL
def test_docstring(namespace, operator):
    """The docstring has a first line, and the version where that isn't a given."""
    doc = function_of(namespace, operator).__doc__
    assert re.match(r"[A-Z].*\.$", doc.splitlines()[0])
    key = (operator["category"], operator["name"])
    version = VERSIONS.get(key, operator["minVersion"])
    if tuple(map(int, version.split("."))) > OLDEST:
        assert f"Needs MongoDB {version}." in doc


def test_the_specification_is_whole():
    """The counts are those of the specification."""
    assert Counter(operator["category"] for operator in OPERATORS) == {
        "expression": 168,
        "stage": 47,
        "query": 41,
        "accumulator": 37,
        "search": 20,
        "update": 15,
        "pipeline": 2,
    }
    assert len(EXPRESSIONS) == 168
    assert len({row.id.partition("-")[2] for row in [*ACCUMULATORS, *WINDOWS]}) == 37


@pytest.mark.parametrize(
    ("namespace", "others"),
    [
        pytest.param(fn, {"Variable", "TimeUnit", "as_is", "value", "var"}, id="fn"),
        pytest.param(acc, {"Accumulator"}, id="acc"),
        pytest.param(win, {"Window"}, id="win"),
    ],
)
def test_nothing_else_is_public(namespace, others):
    """A namespace holds its operators, and few other names."""
    operators = {
        snake_case(row.values[0]["name"]) for space, row in CASES if space is namespace
    }
    system = {name for name in namespace.__all__ if name.isupper()}
    assert set(namespace.__all__) - system == operators | others
    assert len(namespace.__all__) == len(set(namespace.__all__))
