"""Every expression of the manual's examples, rebuilt by the public functions.

The examples lie beside the repository and are not ours to ship; without them the module
is skipped.
"""

from pathlib import Path

import pytest
from bson.json_util import DEFAULT_JSON_OPTIONS, dumps, loads

from mongo_dsl import F, acc, fn, win
from tests.spec.specification import OPERATORS, snake_case


FILE = next(
    (
        folder / "shared/mql/examples.json"
        for folder in Path(__file__).parents
        if (folder / "shared/mql/examples.json").exists()
    ),
    None,
)
if FILE is None:
    pytest.skip("the manual's examples are not here", allow_module_level=True)

EXAMPLES = loads(
    FILE.read_text(), json_options=DEFAULT_JSON_OPTIONS.with_options(tz_aware=True)
)
SPECIFIED = {(o["category"], o["name"]): o for o in OPERATORS}
QUERIES = {"$match", "$elemMatch", "query", "restrictSearchWithMatch", "filter"}
GROUPS = {"$group", "$bucket", "$bucketAuto"}


def expressions(value, *, query=False):
    """Yield every operator in *value* that stands for an expression, with its namespace.

    In a query only what is below ``$expr`` does.
    """
    if isinstance(value, list):
        for item in value:
            yield from expressions(item, query=query)
    elif isinstance(value, dict):
        if not query and (operator := name_of(value, "expression")):
            yield fn, operator, value
        for name, body in value.items():
            yield from below(name, body, query=query)


def below(name, body, *, query):
    """Yield what is below the key *name*."""
    if name in GROUPS and not query:
        yield from outputs(acc, "accumulator", body.get("output", body))
    elif name == "$setWindowFields":
        yield from outputs(win, "accumulator", body["output"])
        yield from expressions(body.get("partitionBy"))
    elif name != "$literal":
        in_query = (query or name in QUERIES) and name != "$expr"
        yield from expressions(body, query=in_query)


def outputs(namespace, category, fields):
    """Yield what a group or a window computes, and the expressions in it."""
    for body in fields.values():
        if isinstance(body, dict) and name_of(body, category):
            yield namespace, name_of(body, category), body
            yield from expressions([v for k, v in body.items() if k != "window"])
        else:
            yield from expressions(body)


def name_of(value, category):
    """Return the operator that *value* consists of, a window aside."""
    names = [name for name in value if name != "window"]
    return SPECIFIED.get((category, names[0])) if len(names) == 1 else None


def rebuilt(value):
    """Build *value* by the public functions."""
    if isinstance(value, str) and value[:1] == "$":
        return fn.var(value[2:]) if value[1:2] == "$" else F[value[1:]]
    if isinstance(value, list):
        return [rebuilt(item) for item in value]
    if not isinstance(value, dict):
        return value
    operator = name_of(value, "expression")
    if operator is None:
        return {name: rebuilt(item) for name, item in value.items()}
    return call(fn, operator, value[operator["name"]])


def call(namespace, operator, body):
    """Call the function of *operator* with the arguments that *body* has."""
    function = getattr(namespace, snake_case(operator["name"]))
    arguments = operator["arguments"]
    if operator["name"] == "$literal":
        return function(body)
    if operator["encode"] == "object":
        return function(**{snake_case(n): argument(n, v) for n, v in body.items()})
    if operator["encode"] == "single" and isinstance(body, list):
        return function(*rebuilt(body))
    if operator["encode"] == "single":
        return function(rebuilt(body))
    needed = [a["name"] for a in arguments if "optional" not in a]
    names = needed if len(body) == len(needed) else [a["name"] for a in arguments]
    given = zip(names, body, strict=False)
    return function(**{snake_case(name): rebuilt(value) for name, value in given})


def argument(name, value):
    """Build an argument; branches are pairs."""
    if name == "branches":
        return [fn.case(rebuilt(b["case"]), rebuilt(b["then"])) for b in value]
    return value if name == "sortBy" else rebuilt(value)


FOUND = [
    pytest.param(*found, id=f"{example['id']}-{found[1]['name']}-{number}")
    for example in EXAMPLES
    for number, found in enumerate(
        [
            *expressions(example.get("pipeline", [])),
            *expressions(example.get("filter", {}), query=True),
        ]
    )
]


@pytest.mark.parametrize(("namespace", "operator", "mql"), FOUND)
def test_rebuilt(namespace, operator, mql):
    """What the functions build compiles to what the manual writes."""
    made = call(namespace, operator, mql[operator["name"]])
    if "window" in mql:
        made = made.over(**mql["window"])
    assert made.compile() == mql
    assert dumps(made.compile(), sort_keys=True) == dumps(mql, sort_keys=True)


def test_the_examples_are_many():
    """Nothing above is skipped by mistake."""
    assert len(FOUND) == 394
