"""Namespaces: functions as methods of what they are applied to."""

import inspect

import attrs
import pytest

from mongo_dsl import F, Fields, fn
from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError
from mongo_dsl.expressions import (
    array,
    binding,
    date,
    date_parts,
    objects,
    sets,
    strings,
)
from mongo_dsl.expressions.namespaces.arrays import ArrayNamespace
from mongo_dsl.expressions.namespaces.dates import DateNamespace
from mongo_dsl.expressions.namespaces.documents import DocumentNamespace
from mongo_dsl.expressions.namespaces.texts import TextNamespace


@attrs.define
class Line:
    price: float
    str: str


@attrs.define
class Order:
    lines: list[Line]
    first: Line


# Functions that are called otherwise in their namespace.
RENAMED = {
    "array_elem_at": "elem_at",
    "array_to_object": "to_object",
    "concat_arrays": "concat",
    "filter_": "filter",
    "in_": "contains",
    "index_of_array": "index_of",
    "map_": "map",
    "merge_objects": "merge",
    "object_to_array": "to_array",
    "reverse_array": "reverse",
    "slice_": "slice",
    "sort_array": "sort",
    "str_len_bytes": "len_bytes",
    "str_len_cp": "len_cp",
    "strcasecmp": "casecmp",
    "to_lower": "lower",
    "to_upper": "upper",
    "zip_": "zip",
}
# Functions of no such value, and of text.
ELSEWHERE = {"TimeUnit", "date_from_parts", "date_from_string", "let", "range_"}
CHAPTERS = [
    ("dt", DateNamespace, [date, date_parts], "date_"),
    ("str", TextNamespace, [strings], None),
    ("arr", ArrayNamespace, [array, sets, binding], None),
    ("obj", DocumentNamespace, [objects], None),
]
ROWS = [
    pytest.param(
        called,
        function,
        RENAMED.get(function, function.removeprefix(prefix or "\0")),
        id=f"{called}-{function}",
    )
    for called, _, chapters, prefix in CHAPTERS
    for chapter in chapters
    for function in chapter.__all__
    if function not in ELSEWHERE
] + [pytest.param("str", "date_from_string", "date_from_string", id="str-date")]
RECEIVERS = {
    "bottom": "input_",
    "bottom_n": "input_",
    "get_field": "input_",
    "in_": "array",
    "set_field": "input_",
    "top": "input_",
    "top_n": "input_",
    "unset_field": "input_",
}


@pytest.mark.parametrize(("called", "function", "name"), ROWS)
def test_signatures(called, function, name):
    """A method has the arguments of its function, but the receiver."""
    method = inspect.signature(getattr(getattr(F.x, called), name))
    found = dict(inspect.signature(getattr(fn, function)).parameters)
    first = next(iter(found))
    if function == "zip_":
        assert list(method.parameters) == ["inputs", *list(found)[1:]]
        return
    if found[first].kind is not inspect.Parameter.VAR_POSITIONAL:
        del found[RECEIVERS.get(function, first)]
    assert list(method.parameters.values()) == list(found.values())


@pytest.mark.parametrize(("called", "function", "name"), ROWS)
def test_methods_are_their_functions(called, function, name):
    """A method builds what its function builds."""
    namespace = getattr(F.x, called)
    method = getattr(namespace, name)
    assert method.__doc__.splitlines()[0].endswith(".")
    taken = inspect.signature(method).parameters
    given = {
        key: _argument(key)
        for key, parameter in taken.items()
        if parameter.kind is not parameter.VAR_POSITIONAL
    }
    expected = {RECEIVERS.get(function, _first(function)): F.x, **given}
    if len(given) < len(taken):
        positional = [[F.x, F.y]] if function == "zip_" else [F.x, F.y]
        assert method(F.y, **given).same_as(getattr(fn, function)(*positional, **given))
    else:
        assert method(**given).compile() == getattr(fn, function)(**expected).compile()


def _first(function):
    return next(iter(inspect.signature(getattr(fn, function)).parameters))


def _argument(name):
    """Return something that an argument takes."""
    known = {"unit": "month", "as_": "item", "value_as": "total", "sort_by": "a"}
    return known.get(name, "place" if name == "array_index_as" else F[name])


@pytest.mark.parametrize(("called", "cls"), [row[:2] for row in CHAPTERS])
def test_nothing_else_is_there(called, cls):
    """A namespace has the methods of its functions, sorted for completion."""
    names = {row.values[2] for row in ROWS if row.values[0] == called}
    assert set(dir(getattr(F.x, called))) == names
    assert type(getattr(F.x, called)) is cls


ROWS_OF_MQL = {
    "of a field": (
        F.at.dt.trunc("month"),
        {"$dateTrunc": {"date": "$at", "unit": "month"}},
    ),
    "of an expression": (
        (F.a + F.b).arr.first(),
        {"$first": {"$add": ["$a", "$b"]}},
    ),
    "of a variable": (
        fn.ROOT.user.str.lower(),
        {"$toLower": "$$ROOT.user"},
    ),
    "of a lambda's argument": (
        F.lines.arr.map(lambda line: line.sku.str.upper()),
        {
            "$map": {
                "input": "$lines",
                "as": "line",
                "in": {"$toUpper": "$$line.sku"},
            }
        },
    ),
    "of a nested name": (F.a["str"].str.lower(), {"$toLower": "$a.str"}),
    "of a document class": (Fields(Order).first.str.len_cp(), {"$strLenCP": "$first"}),
    "in the order of the call": (
        F.at.dt.to_string(on_null="?", format_="%Y"),
        {"$dateToString": {"date": "$at", "onNull": "?", "format": "%Y"}},
    ),
    "with the order of the call kept by our own": (
        F.a.arr.top_n(output=F.b, n=2, sort_by="c"),
        {"$topN": {"output": "$b", "n": 2, "sortBy": {"c": 1}, "input": "$a"}},
    ),
    "zip": (
        F.a.arr.zip([1, 2], use_longest_length=True, defaults=[0, 0]),
        {
            "$zip": {
                "inputs": ["$a", [1, 2]],
                "useLongestLength": True,
                "defaults": [0, 0],
            }
        },
    ),
}


@pytest.mark.parametrize(("found", "mql"), ROWS_OF_MQL.values(), ids=ROWS_OF_MQL)
def test_mql(found, mql):
    """Methods write what their functions write, in the same order."""
    assert found.compile() == mql
    operator, body = next(iter(mql.items()))
    if isinstance(body, dict):
        assert list(found.compile()[operator]) == list(body)


def test_items_keep_their_class():
    """The function of an array's items knows what they are made of."""
    total = Fields(Order).lines.arr.map(lambda line: line.price * 2)
    assert total.compile()["$map"]["in"] == {"$multiply": ["$$line.price", 2]}
    with pytest.raises(UnknownFieldError):
        Fields(Order).lines.arr.map(lambda line: line.prize)


def test_a_field_of_the_same_name():
    """A namespace wins over a nested field, which is reached by item."""
    first = Fields(Order).first
    assert isinstance(first.str, TextNamespace)
    assert (first["str"] == "x").compile() == {"first.str": "x"}


REFUSED = {
    "an unknown method": (
        lambda: F.at.dt.trunk,
        UnknownFieldError,
        "dt has no method 'trunk'; did you mean 'trunc'?; a field that is called 'dt' is"
        " reached by item: ['dt']",
    ),
    "a namespace as a value": (
        lambda: fn.concat(F.a.str, "x"),
        OperandError,
        "F['a'].str is a TextNamespace, which has no BSON form",
    ),
    "a wrong argument": (
        lambda: F.at.dt.trunc("mnth"),
        ArgumentError,
        "date_trunc got the unit 'mnth'; did you mean 'month'?; the units are: year,"
        " quarter, month, week, day, hour, minute, second, millisecond",
    ),
}


@pytest.mark.parametrize(("build", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(build, error, message):
    """What is wrong is said where it is written."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


def test_names_are_asked_for_without_surprise():
    """Protocols that look for special methods find none."""
    assert not hasattr(F.a.dt, "__array__")
    assert DateNamespace.trunc is fn.date_trunc
    assert repr(F.a.obj) == "F['a'].obj"
