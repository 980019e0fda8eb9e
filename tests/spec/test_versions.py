"""What a server lacks is refused, as the specification has it."""

import pytest

from mongo_dsl.demands import QUERY, SEARCH, STAGE, WINDOW, demands
from mongo_dsl.errors import ServerVersionError
from mongo_dsl.nodes import Body, Op
from mongo_dsl.versions import argument_versions, operators, parsed
from tests.spec.specification import OPERATORS
from tests.spec.test_signatures import ALL, built


CATEGORIES = ["stage", "expression", "accumulator", "query", "update", "search"]
# Where we know better than the specification.
VERSIONS = {
    # It says 4.4, which is when the expressions of these names came.
    ("accumulator", "$concatArrays"): "8.1",
    ("accumulator", "$setUnion"): "8.1",
    # It says 4.4; 6.0.5 doesn't know it, and the manual says 8.3.
    ("expression", "$createObjectId"): "8.3",
    # It says 4.4; the manual says 3.2, and comparisons with arrays need it.
    ("expression", "$isArray"): "3.2",
}
ARGUMENTS = {
    # It says 8.3; 6.0.5 takes it, and the manual says 5.2.
    ("expression", "$filter", "limit"): "5.2",
}
# It doesn't know the argument, the manual does.
ARGUMENTS_TOO = {("stage", "$changeStream"): {"fullDocumentBeforeChange": "6.0"}}


def version_of(operator):
    """Return the version that brought *operator*."""
    key = (operator["category"], operator["name"])
    return VERSIONS.get(key, operator["minVersion"])


@pytest.mark.parametrize("category", CATEGORIES)
def test_operators(category):
    """The table has the operators of the specification, and no others."""
    assert operators(category) == {
        operator["name"]: version_of(operator)
        for operator in OPERATORS
        if operator["category"] == category
    }


def test_no_category_is_missing():
    """What else the specification lists are whole pipelines."""
    assert {operator["category"] for operator in OPERATORS} == {*CATEGORIES, "pipeline"}


@pytest.mark.parametrize(
    "operator",
    [pytest.param(o, id=f"{o['category']}-{o['name']}") for o in OPERATORS],
)
def test_arguments(operator):
    """The table has the arguments that are younger than their operator."""
    key = (operator["category"], operator["name"])
    expected = {
        argument["name"]: ARGUMENTS.get(
            (*key, argument["name"]), argument["minVersion"]
        )
        for argument in operator["arguments"]
        if "minVersion" in argument
    }
    expected |= ARGUMENTS_TOO.get(key, {})
    assert argument_versions(*key) == expected


PLACES = {"stage": STAGE, "query": QUERY, "search": SEARCH, "accumulator": WINDOW}


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param(o, id=f"{o['category']}-{o['name']}")
        for o in OPERATORS
        if o["category"] in PLACES
    ],
)
def test_operators_are_found(operator):
    """An operator demands its version where it stands."""
    found = demands(Op(operator["name"], Body(())), PLACES[operator["category"]])
    assert list(found) == [(operator["name"], version_of(operator))]


def before(version):
    """Return a version just before *version*."""
    major, minor, patch = parsed(version)
    if patch:
        return f"{major}.{minor}.{patch - 1}"
    return f"{major}.{minor - 1}" if minor else f"{major - 1}.99"


@ALL
def test_functions_need_their_operators(namespace, operator):
    """A server that has it compiles the operator, the one before refuses it."""
    made, _ = built(namespace, operator)
    version = version_of(operator)
    key = (operator["category"], operator["name"])
    newest = max([version, *argument_versions(*key).values()], key=parsed)
    assert made.compile(server=newest) == made.compile()
    if operator["name"] == "$case":  # a part of $switch
        return
    with pytest.raises(ServerVersionError) as error:
        made.compile(server=before(version))
    assert str(error.value) == (
        f"{operator['name']} needs MongoDB {version};"
        f" the query is compiled for {before(version)}"
    )
