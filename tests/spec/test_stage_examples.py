"""Every stage of the manual's examples, rebuilt by the functions."""

import pytest
from bson.json_util import CANONICAL_JSON_OPTIONS, dumps

from mongo_dsl import Pipeline, acc, fn, raw, stages, win
from tests.spec import test_examples
from tests.spec.specification import snake_case


if test_examples.FILE is None:  # where that was skipped it ends before what is needed
    pytest.skip("the manual's examples are not here", allow_module_level=True)

from tests.spec.test_examples import EXAMPLES, call, name_of, rebuilt


FILTERS = {"query", "restrictSearchWithMatch", "filter"}
DATA = {"sortBy", "boundaries", "near", "range", "users", "queryVector"}
# Misprinted in the examples: YAML reads the key "on" as true.
MISPRINTS = {"true": "on"}


def stage(mql):
    """Build the stage that *mql* is."""
    ((name, body),) = mql.items()
    function = getattr(stages, snake_case(name))
    if name in WHOLE:
        return function(*WHOLE[name](body))
    if isinstance(body, dict):
        given = {snake_case(k): argument(name, k, v) for k, v in searched(name, body)}
        return function(**given)
    return function(rebuilt(body))


def searched(name, body):
    """Yield the arguments of a stage; a search's operator has a name of its own."""
    known = {"index", "sort", "count", "returnStoredSource", "returnScope", "highlight"}
    for key, value in body.items():
        if name in ("$search", "$searchMeta") and key not in known:
            yield "operator", raw({key: value})
        else:
            yield MISPRINTS.get(key, key), value


def argument(name, key, value):
    """Build an argument of the stage *name*."""
    if key in FILTERS:
        return raw(value)
    if key in DATA or name in ("$search", "$searchMeta", "$vectorSearch"):
        return value
    build = NESTED.get(key, rebuilt)
    if key == "output" and name != "$fill":
        build = windows if name == "$setWindowFields" else accumulators
    return build(value)


def windows(output):
    """Build the output of a window."""
    return {field: computed(win, item) for field, item in output.items()}


def accumulators(output):
    """Build the output of buckets."""
    return {field: computed(acc, item) for field, item in output.items()}


def pipeline(value):
    """Build a sub-pipeline; choices stand in its place, too."""
    return [stage(item) for item in value] if isinstance(value, list) else value


def pipelines(value):
    """Build the input of a fusion."""
    made = {name: pipeline(item) for name, item in value["pipelines"].items()}
    return {**value, "pipelines": made}


NESTED = {"pipeline": pipeline, "whenMatched": pipeline, "input": pipelines}


def computed(namespace, value):
    """Build what a group or a window computes."""
    made = call(namespace, name_of(value, "accumulator"), body_of(value))
    return made.over(**value["window"]) if "window" in value else made


def body_of(value):
    """Return what follows the accumulator's name."""
    return next(item for name, item in value.items() if name != "window")


def grouped(body):
    """Return the arguments of a group; its ``_id`` may come later."""
    fields = {k: computed(acc, v) for k, v in body.items() if k != "_id"}
    if next(iter(body)) == "_id":
        return rebuilt(body["_id"]), fields
    return (
        fn.as_is({k: rebuilt(v) if k == "_id" else fields[k] for k, v in body.items()}),
    )


def unwound(body):
    """Return the argument of an unwind as it is written."""
    return (fn.as_is(rebuilt(body)),)


WHOLE = {
    "$match": lambda body: (raw(body),),
    "$group": grouped,
    "$unwind": unwound,
    "$unset": lambda body: (body,),
    "$project": lambda body: (rebuilt(body),),
    "$set": lambda body: (rebuilt(body),),
    "$addFields": lambda body: (rebuilt(body),),
    "$facet": lambda body: ({k: [stage(s) for s in p] for k, p in body.items()},),
    "$sort": lambda body: (body,),
    "$sample": lambda body: (body["size"],),
    "$redact": lambda body: (rebuilt(body),),
    "$replaceWith": lambda body: (rebuilt(body),),
    "$replaceRoot": lambda body: (rebuilt(body["newRoot"]),),
}


def corrected(mql):
    """Return *mql* without the misprints of the examples."""
    if isinstance(mql, list):
        return [corrected(item) for item in mql]
    if not isinstance(mql, dict):
        return mql
    return {MISPRINTS.get(k, k): corrected(v) for k, v in mql.items()}


PIPELINES = [
    pytest.param(example["pipeline"], id=example["id"])
    for example in EXAMPLES
    if "pipeline" in example
]


@pytest.mark.parametrize("mql", PIPELINES)
def test_rebuilt(mql):
    """Pipelines of functions compile to what the manual writes, key by key."""
    made = Pipeline(*map(stage, mql))
    expected = dumps(corrected(mql), json_options=CANONICAL_JSON_OPTIONS)
    assert dumps(made.compile(), json_options=CANONICAL_JSON_OPTIONS) == expected


def test_the_examples_are_many():
    """Nothing above is skipped by mistake."""
    assert len(PIPELINES) > 250
