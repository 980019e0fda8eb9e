"""MQL becomes source that builds the very same MQL; what is no MQL is pointed at."""

import ast
import datetime as dt
import io
import re
import sys
import time

import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex, Timestamp
from hypothesis import assume, given
from hypothesis import strategies as st

from mongo_dsl import F, translate
from mongo_dsl.__main__ import main
from mongo_dsl.errors import ArgumentError, TranslationError
from mongo_dsl.source import identical
from tests.dsl.translations import EXPRESSIONS, FILTERS, PIPELINES, UPDATES, WRONG
from tests.models import User


CASES = [
    pytest.param(kind, mql, id=f"{kind}-{number}")
    for kind, table in (
        ("pipeline", PIPELINES),
        ("expression", EXPRESSIONS),
        ("filter", FILTERS),
        ("update", UPDATES),
    )
    for number, mql in enumerate(table)
]


def built(source):
    """Run *source*, and return the MQL of its query."""
    namespace = {}
    exec(source, namespace)  # noqa: S102 - our own source
    return namespace["query"].compile()


def texts(source):
    """Return the texts in *source*."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def literals(mql):
    """Yield the texts that are data in *mql*: values, and all in ``$literal``."""
    if type(mql) is str:
        yield mql
    elif isinstance(mql, list):
        for item in mql:
            yield from literals(item)
    elif isinstance(mql, dict):
        for key, value in mql.items():
            yield from literals(value)
            if key == "$literal" and isinstance(value, dict):
                yield from value


@pytest.mark.parametrize(("kind", "mql"), CASES)
def test_there_and_back(kind, mql):
    """The source runs alone, and has a function for every operator."""
    source = translate(mql, kind).source
    assert identical(built(source), mql), source
    assert "raw(" not in source
    operators = {text for text in texts(source) if re.fullmatch(r"\$[a-zA-Z]+", text)}
    assert operators <= set(literals(mql)), source


@pytest.mark.parametrize(("kind", "mql"), CASES)
def test_width(kind, mql):
    """Only what can't be broken is wider than a line."""
    for line in translate(mql, kind).source.splitlines():
        assert len(line) <= 88 or re.search(r"[\"'].{60,}[\"']", line), line


@pytest.mark.parametrize(
    ("kind", "mql", "message"), WRONG, ids=[message[:60] for _, _, message in WRONG]
)
def test_wrong(kind, mql, message):
    """What is no MQL is named, and its place."""
    with pytest.raises(TranslationError) as caught:
        translate(mql, kind)
    assert str(caught.value) == message
    assert message.startswith(caught.value.place or "the whole")


READABLE = [
    (
        "expression",
        {"$map": {"input": "$a", "as": "item", "in": {"$add": ["$$item.x", 1]}}},
        "fn.map_(F.a, lambda item: item.x + 1)",
    ),
    (
        "expression",
        {"$map": {"in": "$$x.y-z", "as": "x", "input": "$q"}},
        'fn.map_(in_=lambda x: x["y-z"], input_=F.q)',
    ),
    (
        "expression",
        {"$filter": {"cond": "$$x", "input": "$q", "as": "x"}},
        'fn.filter_(cond=lambda x: x, input_=F.q, as_="x")',
    ),
    (
        "expression",
        {"$filter": {"input": "$a", "cond": "$$this.x"}},
        'fn.filter_(F.a, cond=fn.var("this.x"))',
    ),
    (
        "expression",
        {"$map": {"input": "$a", "as": "class", "in": "$$class"}},
        'fn.map_(F.a, as_="class", in_=fn.var("class"))',
    ),
    (
        "expression",
        {"$map": {"input": "$a", "as": "fn", "in": {"$abs": "$$fn"}}},
        'fn.map_(F.a, as_="fn", in_=fn.abs_(fn.var("fn")))',
    ),
    (
        "expression",
        {"$map": {"input": "$a", "as": "text", "in": "$$text"}},
        "fn.map_(F.a, lambda text: text)",
    ),
    (
        "expression",
        {
            "$map": {
                "input": "$a",
                "as": "x",
                "in": {"$map": {"input": "$$x.b", "as": "x", "in": "$$x"}},
            }
        },
        'fn.map_(F.a, as_="x", in_=fn.map_(fn.var("x.b"), lambda x: x))',
    ),
    (
        "expression",
        {"$reduce": {"input": "$a", "initialValue": 0, "in": {"$add": ["$$value", 1]}}},
        "fn.reduce(F.a, 0, lambda value, this: value + 1)",
    ),
    (
        "expression",
        {"$let": {"vars": {"a": 1, "b": "$b"}, "in": {"$add": ["$$a", "$$b"]}}},
        'fn.let({"a": 1, "b": F.b}, lambda a, b: a + b)',
    ),
    (
        "expression",
        {"$switch": {"branches": [{"then": 1, "case": "$a"}]}},
        "fn.switch([fn.case(then=1, case=F.a)])",
    ),
    ("expression", "$$ROOT.a.b-c", 'fn.ROOT.a["b-c"]'),
    ("filter", {"a.0.b.1": {"$gt": 2}}, "F.a[0].b[1] > 2"),
    (
        "filter",
        {"a": re.compile("x", re.IGNORECASE)},
        'F.a.fits(re.compile("x", re.IGNORECASE))',
    ),
    ("filter", {"a": b"x"}, 'F.a == b"x"'),
    (
        "filter",
        {"a": dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone.utc)},
        "F.a == datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)",
    ),
    ("filter", {"a": {"$ref": "users", "$id": 1}}, 'F.a == DBRef("users", 1)'),
    (
        "pipeline",
        [{"$group": {"_id": "all", "n": {"$sum": 1}}}],
        'Pipeline().group(fn.value("all"), n=acc.sum_(1))',
    ),
    (
        "pipeline",
        [{"$geoNear": {"near": [9, 45], "distanceField": "d"}}],
        'Pipeline().geo_near(geo.LegacyPair(9, 45), distance_field="d")',
    ),
    ("update", {"$set": {"a.0": 1}}, "F.a[0].set(1)"),
]


@pytest.mark.parametrize(("kind", "mql", "source"), READABLE)
def test_readable(kind, mql, source):
    """Variables are arguments of lambdas where they can be; places stand in brackets."""
    found = translate(mql, kind).source
    assert found.split("query = ")[1].strip() == source
    assert identical(built(found), mql)


def test_breaking():
    """A single call is broken in its arguments, several are written below each other."""
    pipeline = [{"$unwind": "$a"}, {"$match": {"a": "x" * 65}}]
    assert translate(pipeline[1:], "pipeline").source == (
        f'from mongo_dsl import F, Pipeline\n\nquery = Pipeline().match(\n    F.a == "{"x" * 65}",\n)\n'
    )
    assert translate(pipeline, "pipeline").source == (
        "from mongo_dsl import F, Pipeline\n\nquery = (\n    Pipeline()\n    .unwind(F.a)\n"
        f'    .match(F.a == "{"x" * 65}")\n)\n'
    )


MODELS = [
    (
        "filter",
        {"age": {"$gte": 18}, "mail": "x"},
        '(User.q.age >= 18) & (User.q.email == "x")',
    ),
    (
        "filter",
        {"tags.0": "a", "items.1.qty": 2},
        '(User.q.tags[0] == "a") & (User.q.items[1].qty == 2)',
    ),
    ("filter", {"age": "x", "other": 1}, '(F.age == "x") & (F.other == 1)'),
    ("filter", {"address.zip_code": "1"}, 'User.q.address.zip == "1"'),
    (
        "filter",
        {"items": {"$elemMatch": {"sku": "a"}}},
        'User.q.items.elem_match(F.sku == "a")',
    ),
    (
        "update",
        {"$set": {"mail": "x"}, "$push": {"tags": "a"}},
        'User.q.email.set("x") & User.q.tags.push("a")',
    ),
    ("expression", {"$add": ["$age", "$other"]}, "User.q.age + F.other"),
    (
        "expression",
        {"$map": {"input": "$tags", "as": "tag", "in": {"$toUpper": "$$tag"}}},
        'fn.map_(User.q.tags, as_="tag", in_=fn.to_upper(fn.var("tag")))',
    ),
    (
        "pipeline",
        [{"$group": {"_id": "$name", "age": {"$sum": "$age"}}}, {"$match": {"age": 5}}],
        "Pipeline().group(User.q.name, age=acc.sum_(User.q.age)).match(F.age == 5)",
    ),
    (
        "pipeline",
        [
            {
                "$lookup": {
                    "from": "o",
                    "as": "o",
                    "let": {"a": "$age"},
                    "pipeline": [{"$match": {"age": 1}}],
                }
            }
        ],
        'Pipeline().lookup(\n    "o",\n    as_="o",\n    let={"a": User.q.age},\n    pipeline=Pipeline().match(F.age == 1),\n)',
    ),
]


@pytest.mark.parametrize(("kind", "mql", "source"), MODELS)
def test_model(kind, mql, source):
    """Fields are those of the class while documents are, and of a kind that fits."""
    found = translate(mql, kind, model=User).source
    assert found.split("query = ")[1].strip() == source
    assert identical(built(found), mql)


@pytest.mark.parametrize("model", [5, int, "User"])
def test_no_model(model):
    """The model is a class with fields."""
    with pytest.raises(ArgumentError) as caught:
        translate({}, "filter", model=model)
    assert str(caught.value) == (
        f"translate got the model {model!r}; it takes a document class"
    )


@pytest.mark.parametrize("kind", ["query", None, ["filter"]])
def test_no_kind(kind):
    """There are four kinds."""
    with pytest.raises(ArgumentError) as caught:
        translate({}, kind)
    assert str(caught.value) == (
        f"translate got the kind {kind!r}; the kinds are: pipeline, filter, update,"
        " expression"
    )


def test_no_values():
    """Parts of queries and other objects are no MQL."""
    with pytest.raises(TranslationError) as caught:
        translate({"a": [F.b]}, "filter")
    assert str(caught.value) == (
        "a[0]: F['b'] is a part of a query; MQL holds plain values"
    )
    with pytest.raises(TranslationError) as caught:
        translate({"a": {"b": print}}, "expression")
    assert caught.value.place == "a.b"


def nested(levels, grow, inner):
    """Return *inner*, grown so many times."""
    for _ in range(levels):
        inner = grow(inner)
    return inner


GROWING = {
    "expression": lambda mql: {"$year": mql},
    "filter": lambda mql: {"$and": [mql, {"b": 1}]},
    "update": lambda mql: {"$set": {"a": mql}},
    "pipeline": lambda mql: [{"$lookup": {"from": "x", "pipeline": mql, "as": "y"}}],
}
INNER = {"expression": "$a", "filter": {"a": 1}, "pipeline": []}


@pytest.mark.parametrize(
    ("kind", "levels"), [("expression", 98), ("filter", 48), ("pipeline", 32)]
)
def test_deep(kind, levels):
    """As deep as MongoDB stores, source is written; and soon, at that."""
    mql = nested(levels, GROWING[kind], INNER[kind])
    assert identical(built(translate(mql, kind).source), mql)


@pytest.mark.parametrize("levels", [100, 400, 20_000])
@pytest.mark.parametrize("kind", ["expression", "filter", "pipeline"])
def test_too_deep(kind, levels):
    """Deeper, there is an error, no recursion."""
    with pytest.raises(TranslationError) as caught:
        translate(nested(levels, GROWING[kind], INNER[kind]), kind)
    assert str(caught.value) == (
        f"{caught.value.place}: this is nested more than 100 levels deep; MongoDB takes"
        " that many"
    )
    assert len(caught.value.place) == 61


SLOW = {
    "two arguments": lambda mql: {"$add": [mql, 1]},
    "a document": lambda mql: {"$cond": {"if": mql, "then": 1, "else": 2}},
    "an array": lambda mql: {"$cond": [mql, 1, 2]},
    "a lambda": lambda mql: {"$map": {"input": "$a", "as": "x", "in": mql}},
}


@pytest.mark.parametrize("grow", SLOW.values(), ids=SLOW)
def test_time_of_nesting(grow):
    """Parts are written once; twice on each level would take a thousand years."""
    start = time.perf_counter()
    translate(nested(45, grow, "$a"), "expression")
    assert time.perf_counter() - start < 5


def test_time_of_stages():
    """A long pipeline takes moments."""
    start = time.perf_counter()
    translate([{"$match": {"a": {"$gt": 1}}}, {"$set": {"b": "$a"}}] * 100, "pipeline")
    assert time.perf_counter() - start < 5


names = st.sampled_from(
    ["a", "b.c", "x-y", "_id", "class", "a.0", "items.1.sku", "é", "set", "text", "F"]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5
    ),
    st.sampled_from(
        [
            *(Int64(5), Decimal128("1.50"), ObjectId("0" * 24), Binary(b"x\"'", 5)),
            *(Timestamp(1, 2), Code("f()"), Code("f", {"x": 1}), DBRef("c", 1)),
            *("$a", "$$ROOT", "a\"b'", float("-inf"), float("nan"), -float("nan")),
        ]
    ),
)
keys = st.sampled_from(["a", "b", "k v", "c"])
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=5,
)
tests = st.one_of(
    st.builds(
        lambda op, value: {op: value}, st.sampled_from(["$eq", "$ne", "$gt"]), data
    ),
    st.builds(
        lambda op, all_: {op: all_}, st.sampled_from(["$in", "$nin"]), st.lists(data)
    ),
    st.builds(lambda flag: {"$exists": flag}, st.booleans()),
    st.builds(
        lambda flags: {"$regex": "^a", "$options": flags}, st.sampled_from(["", "i"])
    ),
    st.just({"$regex": Regex("x", "i")}),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(lambda one: {"$not": one}, inner),
        st.builds(lambda one, other: {**one, **other}, inner, inner),
        st.builds(lambda one: {"$elemMatch": one}, inner),
    ),
    max_leaves=3,
)
junctions = st.sampled_from(["$and", "$or", "$nor"])
filters = st.recursive(
    st.builds(lambda name, one: {name: one}, names, data | conditions),
    lambda inner: st.one_of(
        st.builds(lambda op, all_: {op: all_}, junctions, st.lists(inner, min_size=1)),
        st.builds(lambda one, other: {**one, **other}, inner, inner),
        st.builds(lambda name, one: {name: {"$elemMatch": one}}, names, inner),
    ),
    max_leaves=5,
)


@given(filters)
def test_every_filter(mql):
    """Whatever is nested in whatever comes back."""
    assert identical(built(translate(mql, "filter").source), mql)


variables = st.sampled_from(["item", "x", "class", "fn", "this", "value", "text"])
leaves = st.one_of(
    names.map(lambda name: f"${name}"),
    st.sampled_from(["$$ROOT.a", "$$this.x", "$$value", "$$item.x-y", "$$x", "$$NOW"]),
    scalars.filter(lambda value: not isinstance(value, str) or value[:1] != "$"),
)
several = st.sampled_from(["$add", "$mod", "$eq", "$concat", "$ifNull", "$in", "$or"])
one = st.sampled_from(["$abs", "$size", "$sum", "$not", "$year", "$first", "$isArray"])


def named(name, *keys):
    """Return what builds the operator *name* with arguments of these names."""
    return lambda *values: {name: dict(zip(keys, values, strict=True))}


expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: {op: [a, b]}, several, inner, inner),
        st.builds(lambda op, a: {op: [a]}, one, inner),
        st.builds(lambda op, a: {op: a}, one, inner),
        st.builds(lambda *parts: {"$cond": [*parts]}, inner, inner, inner),
        st.builds(named("$map", "input", "as", "in"), inner, variables, inner),
        st.builds(named("$filter", "input", "cond"), inner, inner),
        st.builds(named("$filter", "as", "cond", "input"), variables, inner, inner),
        st.builds(named("$reduce", "input", "initialValue", "in"), inner, inner, inner),
        st.builds(
            named("$let", "vars", "in"), st.dictionaries(variables, inner), inner
        ),
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=2),
        st.builds(lambda value: {"$literal": value}, data),
    ),
    max_leaves=6,
)


@given(expressions)
def test_every_expression(mql):
    """Variables that hide others, and names that Python keeps for itself, too."""
    try:
        source = translate(mql, "expression").source
    except TranslationError as error:
        assume("argument" not in str(error))  # an array is a list of arguments, too
        raise
    assert identical(built(source), mql), source


def ran(monkeypatch, capsys, text, *arguments):
    """Run the command line on *text*; return its status, and what it wrote."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    try:
        status = main(["translate", *arguments])
    except SystemExit as end:
        status = end.code
    return (status, *capsys.readouterr())


def test_command_line(monkeypatch, capsys):
    """Extended JSON becomes source, with what it needs imported and nothing else."""
    found = ran(
        monkeypatch,
        capsys,
        '{"age": {"$numberInt": "5"}}',
        *("--kind", "filter", "--model", "tests.models:User"),
    )
    assert found == (
        0,
        "from tests.models import User\n\nquery = User.q.age == 5\n",
        "",
    )


UNREAD = {
    "": "standard input is empty; it takes MQL as Extended JSON\n",
    " \n": "standard input is empty; it takes MQL as Extended JSON\n",
    '[{"a": 1},': (
        "standard input is no Extended JSON: Expecting value: line 1 column 11 (char 10)\n"
    ),
    '{"a": {"$oid": "x"}}': (
        "standard input is no Extended JSON: 'x' is not a valid ObjectId, it must be a"
        " 12-byte input or a 24-character hex string\n"
    ),
    '{"a": {"$gtt": 1}}': "a.$gtt: $gtt is no query operator; did you mean '$gt'?\n",
}


@pytest.mark.parametrize(("text", "message"), UNREAD.items())
def test_command_line_input(monkeypatch, capsys, text, message):
    """What is no MQL ends it with the status 1, and a line that says why."""
    assert ran(monkeypatch, capsys, text, "--kind", "filter") == (1, "", message)


def test_command_line_nesting(monkeypatch, capsys):
    """Brackets without end are an error like others."""
    status, out, error = ran(monkeypatch, capsys, "[" * 100_000, "--kind", "pipeline")
    assert (status, out) == (1, "")
    assert error.startswith("standard input is no Extended JSON: ")


MODULES = {
    "nowhere:User": "No module named 'nowhere'",
    "tests.models:Nobody": "module 'tests.models' has no attribute 'Nobody'",
    "tests.models": "it is written package.module:Class",
    ".models:User": "the 'package' argument is required to perform a relative import for '.models'",
}


@pytest.mark.parametrize(("model", "reason"), MODULES.items())
def test_command_line_model(monkeypatch, capsys, model, reason):
    """Wrong arguments end it with the status 2."""
    arguments = ("--kind", "filter", "--model", model)
    status, out, error = ran(monkeypatch, capsys, "{}", *arguments)
    assert (status, out) == (2, "")
    last = error.splitlines()[-1]
    assert last == (
        f"python -m mongo_dsl: error: --model got {model!r}, where there is no class:"
        f" {reason}"
    )


def test_command_line_kind(monkeypatch, capsys):
    """There is no other kind than the four."""
    status, out, error = ran(monkeypatch, capsys, "{}", "--kind", "query")
    assert (status, out) == (2, "")
    assert "argument --kind: invalid choice: 'query'" in error


@pytest.mark.parametrize(
    ("mql", "kind", "message"),
    [
        (
            {"a": {"$ne": Regex("a")}},
            "filter",
            'the whole: no query compiles to it; the nearest one is F.a != Regex("a")',
        ),
        pytest.param(
            [{"$limit": 1}] * 1500,
            "pipeline",
            "the whole: the source is longer, or nests deeper, than Python reads",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 11), reason="Python 3.10 reads longer chains"
            ),
        ),
    ],
)
def test_what_the_whole_is_refused_for(mql, kind, message):
    """Some of what MongoDB refuses, or Python, shows in the end only."""
    with pytest.raises(TranslationError, match=f"^{re.escape(message)}$"):
        translate(mql, kind)
