"""Every operator of Atlas Search is there, as the manual has it, and writes its examples."""

import inspect
import re
from pathlib import Path

import pytest
from bson.json_util import DEFAULT_JSON_OPTIONS, dumps, loads

from mongo_dsl import search
from tests.spec.specification import OPERATORS, snake_case


SPECIFIED = {o["name"]: o for o in OPERATORS if o["category"] == "search"}
ALL = pytest.mark.parametrize("operator", SPECIFIED.values(), ids=SPECIFIED)
SCORE = search.score_constant(1)
EXISTS = search.exists("x")
SENT = {"exists": {"path": "x"}}
POINT = {"type": "Point", "coordinates": [1, 2]}
POLYGON = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
# What to call the functions with, and what MongoDB gets.
VALUES = {
    "allowAnalyzedField": (True, True),
    "ancestorPath": ("a", "a"),
    "box": (
        search.box((0, 0), (1, 1)),
        {
            "bottomLeft": {"type": "Point", "coordinates": [0, 0]},
            "topRight": {"type": "Point", "coordinates": [1, 1]},
        },
    ),
    "circle": (search.circle((1, 2), 3), {"center": POINT, "radius": 3}),
    "defaultPath": ("a", "a"),
    "doesNotAffect": (["a", "b"], ["a", "b"]),
    "exact": (True, True),
    "facets": (
        {"f": search.string_facet("a")},
        {"f": {"type": "string", "path": "a"}},
    ),
    "filter": (EXISTS, SENT),
    "fuzzy": (search.fuzzy(), {}),
    "geometry": (POLYGON, POLYGON),
    "gt": (1, 1),
    "gte": (2, 2),
    "like": ({"a": "$b"}, {"a": "$b"}),
    "limit": (3, 3),
    "lt": (4, 4),
    "lte": (5, 5),
    "matchCriteria": ("all", "all"),
    "minimumShouldMatch": (1, 1),
    "must": ([EXISTS], [SENT]),
    "mustNot": ([EXISTS], [SENT]),
    "numCandidates": (10, 10),
    "operator": (EXISTS, SENT),
    "origin": (POINT, POINT),
    "path": ("a.b", "a.b"),
    "pivot": (6, 6),
    "query": ("$q", "$q"),
    "queryVector": ([0.5, 1], [0.5, 1]),
    "relation": ("within", "within"),
    "score": (SCORE, {"constant": {"value": 1}}),
    "should": (EXISTS, SENT),
    "slop": (7, 7),
    "synonyms": ("s", "s"),
    "tokenOrder": ("any", "any"),
    "value": ("$v", "$v"),
}
# What excludes another argument.
WITHOUT = {
    ("text", "synonyms"),
    ("range", "gte"),
    ("range", "lte"),
    ("geoWithin", "box"),
    ("geoWithin", "circle"),
}


def function_of(operator):
    """Return the function of *operator*."""
    return getattr(search, snake_case(operator["name"]))


def parameters_of(operator):
    """Return the parameters of the function of *operator*, by name."""
    return inspect.signature(function_of(operator)).parameters


def test_there_are_all():
    """The specification is whole."""
    assert len(SPECIFIED) == 20


@ALL
def test_the_function_exists(operator):
    """The function has the operator's name and is public."""
    assert snake_case(operator["name"]) in search.__all__
    assert callable(function_of(operator))


@ALL
def test_arguments(operator):
    """The function has the operator's arguments, in the operator's order."""
    names = [snake_case(argument["name"]) for argument in operator["arguments"]]
    needed = [n for n in names if not is_optional(operator, n)]
    optional = [n for n in names if is_optional(operator, n)]
    assert list(parameters_of(operator)) == [*needed, *optional]


@ALL
def test_optional_arguments(operator):
    """What the operator can do without has a default and a name, and nothing else has."""
    for name, parameter in parameters_of(operator).items():
        given = parameter.default is not parameter.empty
        assert given is is_optional(operator, name)
        alone = name == "operator" and operator["name"] == "facet"
        assert given is (parameter.kind is parameter.KEYWORD_ONLY) or alone


def is_optional(operator, name):
    """Tell whether the specification lets one leave out the argument *name*."""
    found = next(a for a in operator["arguments"] if snake_case(a["name"]) == name)
    return "optional" in found


def arguments_of(operator):
    """Return the arguments of *operator* that go together, on the wire."""
    return [
        argument["name"]
        for argument in operator["arguments"]
        if (operator["name"], argument["name"]) not in WITHOUT
    ]


@ALL
def test_wire_form(operator):
    """All arguments stand where MongoDB looks for them, in the order of the call."""
    for names in (arguments_of(operator), arguments_of(operator)[::-1]):
        given = {snake_case(name): VALUES[name][0] for name in names}
        expected = {operator["name"]: {name: VALUES[name][1] for name in names}}
        made = function_of(operator)(**given).compile()
        assert dumps(made) == dumps(expected)


@ALL
def test_docstring(operator):
    """The docstring has a first line, the version and an example."""
    doc = function_of(operator).__doc__
    assert re.match(r"[A-Z].*\.$", " ".join(doc.splitlines()[0].split()))
    assert f"Needs MongoDB {operator['minVersion']}." in " ".join(doc.split())
    assert ">>> " in doc


@pytest.mark.parametrize("name", search.__all__)
def test_what_is_public_is_described(name):
    """Everything public exists and says what it is."""
    assert getattr(search, name).__doc__


def test_what_is_public():
    """The namespace has the operators, what they are made of, and the classes of both."""
    parts = {"fuzzy", "multi", "wildcard_path", "box", "circle"}
    parts |= {"string_facet", "number_facet", "date_facet"}
    operators = {snake_case(name) for name in SPECIFIED}
    rest = set(search.__all__) - operators - parts
    assert {name for name in rest if not name.startswith("score_")} == {
        "Box",
        "Circle",
        "Facet",
        "Fuzzy",
        "Score",
        "ScoreExpression",
        "SearchOperator",
        "SearchPath",
    }
    assert list(search.__all__) == sorted(set(search.__all__))


FILE = next(
    (
        folder / "shared/mql/examples.json"
        for folder in Path(__file__).parents
        if (folder / "shared/mql/examples.json").exists()
    ),
    None,
)
EXAMPLES = (
    []
    if FILE is None
    else loads(
        FILE.read_text(), json_options=DEFAULT_JSON_OPTIONS.with_options(tz_aware=True)
    )
)


def searches(value):
    """Yield the bodies of all stages in *value* that search."""
    if isinstance(value, list):
        for item in value:
            yield from searches(item)
    elif isinstance(value, dict):
        for name, body in value.items():
            if name in {"$search", "$searchMeta"} and isinstance(body, dict):
                yield body
            else:
                yield from searches(body)


def rebuilt(mql):
    """Build an operator by the public functions."""
    if isinstance(mql, list):
        return [rebuilt(item) for item in mql]
    ((name, body),) = mql.items()
    given = {snake_case(n): argument(n, value) for n, value in body.items()}
    return getattr(search, snake_case(name))(**given)


def argument(name, value):
    """Build an argument."""
    if name in {"must", "mustNot", "should", "filter", "operator"}:
        return rebuilt(value)
    if name == "facets":
        return {key: facet(body) for key, body in value.items()}
    if name == "fuzzy":
        return search.fuzzy(**{snake_case(n): v for n, v in value.items()})
    if name == "path" and isinstance(value, dict):
        return search.wildcard_path(value["wildcard"])
    return value


def facet(body):
    """Build the definition of a facet."""
    given = {snake_case(name): value for name, value in body.items()}
    return getattr(search, f"{body['type']}_facet")(**given)


FOUND = [
    pytest.param({name: body[name]}, id=f"{example['id']}-{name}-{number}")
    for example in EXAMPLES
    for number, body in enumerate(searches(example.get("pipeline", [])))
    for name in body
    if name in SPECIFIED
]


@pytest.mark.skipif(FILE is None, reason="the manual's examples are not here")
@pytest.mark.parametrize("mql", FOUND)
def test_rebuilt(mql):
    """What the functions build compiles to what the manual writes, to the last key."""
    assert dumps(rebuilt(mql).compile()) == dumps(mql)


@pytest.mark.skipif(FILE is None, reason="the manual's examples are not here")
def test_the_examples_are_many():
    """Nothing above is skipped by mistake."""
    assert len(FOUND) == 46
