"""Every stage is there, as a function and a method, as the manual has it."""

import inspect
import re
import typing

import pytest
from bson.json_util import dumps

from mongo_dsl import Pipeline, fn, stages
from tests.spec.specification import OPERATORS, snake_case


OLDEST = (4, 4)
STAGES = [operator for operator in OPERATORS if operator["category"] == "stage"]
ALL = pytest.mark.parametrize(
    "operator", [pytest.param(operator, id=operator["name"]) for operator in STAGES]
)

# Where we know better than the specification.
OPTIONAL = {
    # Keywords give the output, too.
    ("$setWindowFields", "output"),
    ("$fill", "output"),
    # The server sorts nothing without it (6.0.5).
    ("$setWindowFields", "sortBy"),
    # The pipeline may begin with documents of its own (6.0.5).
    ("$unionWith", "coll"),
    # The manual's own default, in its examples.
    ("$count", "field"),
}
MORE = {
    # Lookups by document class.
    "$lookup": {"on", "local"},
    # The manual has it.
    "$planCacheStats": {"all_hosts"},
    # The fields of each bucket, document or gap, as keywords.
    "$bucket": {"accumulators"},
    "$bucketAuto": {"accumulators"},
    "$setWindowFields": {"outputs"},
    "$fill": {"outputs"},
}
# Stages of one filter, or of fields by their names.
VARIADIC = {
    "$addFields",
    "$facet",
    "$group",
    "$match",
    "$project",
    "$set",
    "$sort",
    "$unset",
}


def function_of(operator):
    """Return the function of *operator*."""
    return getattr(stages, snake_case(operator["name"]))


def method_of(operator):
    """Return the method of *operator*, which hides no builtin and needs no underscore."""
    return getattr(Pipeline, snake_case(operator["name"]).rstrip("_"))


def test_the_specification_is_whole():
    """All stages are asked for, and nothing else is public."""
    assert len(STAGES) == 47
    names = {snake_case(operator["name"]) for operator in STAGES}
    assert set(stages.__all__) == names | {"Stage"}


@ALL
def test_arguments(operator):
    """Functions have the stage's arguments, optional where the stage's are."""
    if operator["name"] in VARIADIC:
        return
    found = dict(inspect.signature(function_of(operator)).parameters)
    for name in MORE.get(operator["name"], ()):
        del found[name]
    names = {snake_case(a["name"]): a for a in operator["arguments"]}
    assert sorted(found) == sorted(names)
    for name, argument in names.items():
        key = operator["name"], argument["name"]
        optional = "optional" in argument or key in OPTIONAL
        assert (found[name].default is not inspect.Parameter.empty) is optional
    by_place = [p for p in found.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len(by_place) <= 2


@ALL
def test_methods_are_functions(operator):
    """The method takes what the function takes, and says the same."""
    function = inspect.signature(function_of(operator)).parameters
    method = dict(inspect.signature(method_of(operator)).parameters)
    assert method.pop("self")
    expected = {k: p for k, p in function.items() if k != "local"}
    assert method == expected
    first = function_of(operator).__doc__.splitlines()[0]
    assert method_of(operator).__doc__.splitlines()[0] == first.replace("set_", "set")


@ALL
def test_functions_show_what_they_return(operator):
    """Signatures and annotations speak of stages, not of what they are made of."""
    function = function_of(operator)
    assert inspect.signature(function).return_annotation is stages.Stage
    assert typing.get_type_hints(function)["return"] is stages.Stage


@ALL
def test_docstrings(operator):
    """Docstrings have a first line, the manual's page, the version and an example."""
    for documented in (function_of(operator), method_of(operator)):
        doc = documented.__doc__
        assert re.match(r"[A-Z].*\.$", doc.splitlines()[0])
        assert "https://www.mongodb.com/docs/" in doc
        assert ">>> " in doc
        if tuple(map(int, operator["minVersion"].split("."))) > OLDEST:
            assert f"Needs MongoDB {operator['minVersion']}." in doc


@ALL
def test_whole_arguments(operator):
    """What `as_is` holds follows the operator as it is."""
    if not operator["arguments"] or operator["name"] == "$planCacheStats":
        return
    if operator["name"] == "$match":
        return  # takes filters, and raw ones
    written = {"b.c": [1, {"x": True}], "a": "text"}
    made = function_of(operator)(fn.as_is(written))
    assert dumps(made.compile()) == dumps({operator["name"]: written})
