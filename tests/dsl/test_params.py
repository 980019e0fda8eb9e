"""Parameters: what is bound is built and checked like what is given at once."""

import datetime as dt
import inspect
import pickle
import re
from enum import Enum

import attrs
import pytest
from bson import Decimal128, Int64, ObjectId, Regex

from mongo_dsl import (
    F,
    Fields,
    Pipeline,
    QuerySet,
    acc,
    comment,
    expr,
    fn,
    geo,
    json_schema,
    not_,
    param,
    raw,
    sample_rate,
    stages,
    text,
    where,
    win,
)
from mongo_dsl.errors import DslError, OperandError


class Color(Enum):
    RED = "red"


@attrs.define
class Item:
    qty: int


@attrs.define
class User:
    name: str
    age: int
    born: dt.datetime | None
    tags: list[str]
    items: list[Item]
    color: Color
    friend: ObjectId


q = Fields(User)

# -- Functions of expressions, groups and windows -------------------------------------

ANY = [5, "$x", "plain", [1, 2], [], {"$gt": 1}, {"a": [1]}, None, True]
VALUES = {
    "alpha": [0.5],
    "by": [-1, 2],
    "limit": [3],
    "n": [3],
    "sort_by": ["-a", {"a": 1}, ["a", "-b"]],
    "unit": ["week", "day"],
}
NAMES = {"as_", "value_as", "array_index_as"}
REFUSED = {
    ("accumulator", "init"),
    ("accumulator", "accumulate"),
    ("accumulator", "merge"),
    ("accumulator", "finalize"),
    ("function", "body"),
    ("let", "vars_"),
    ("switch", "branches"),
}


def functions():
    """Yield every function with each of its arguments."""
    for space in (fn, acc, win):
        for name in space.__all__:
            function = getattr(space, name)
            if not inspect.isfunction(function) or name in {"as_is", "var"}:
                continue
            for argument in inspect.signature(function).parameters.values():
                yield pytest.param(
                    function, argument, id=f"{space.__name__}.{name}-{argument.name}"
                )


def others(function, name):
    """Return values for the arguments beside *name* that can't be left out."""
    found = inspect.signature(function).parameters.values()
    given = {
        p.name: VALUES.get(p.name, [F[p.name]])[0]
        for p in found
        if p.default is p.empty and p.kind is not p.VAR_POSITIONAL and p.name != name
    }
    if function is win.exp_moving_avg and name == "input_":
        given["n"] = 3
    if function is fn.date_from_parts and name not in ("year", "iso_week_year"):
        given["year"] = 2020
    if function is fn.switch:
        given["branches"] = [(True, 1)]
    if function is fn.let:
        given["vars_"] = {"x": 1}
    given.pop(name, None)
    return given


def call(function, argument, value):
    """Call *function* with *value* for *argument*."""
    given = others(function, argument.name)
    if argument.kind is argument.VAR_POSITIONAL:
        return function(F.first, value, **given)
    return function(**given, **{argument.name: value})


@pytest.mark.parametrize(("function", "argument"), list(functions()))
def test_functions(function, argument):
    """Every argument takes a parameter, or is refused one."""
    hole = param("x")
    if argument.name in NAMES or (function.__name__, argument.name) in REFUSED:
        with pytest.raises(DslError):
            call(function, argument, hole)
        return
    held = call(function, argument, hole)
    for value in VALUES.get(argument.name, ANY):
        assert held.bind(x=value)._node == call(function, argument, value)._node
        assert held.bind(x=value).compile() == call(function, argument, value).compile()


# -- Everything else ------------------------------------------------------------------

NOW = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
POLYGON = geo.Polygon([(0, 0), (0, 1), (1, 1), (0, 0)])
AREA = {
    "coordinates": [[[0, 0.0], [3, 0], [0, 3], [0, 0]]],
    "type": "Polygon",
    "bbox": [0, 0, 3, 3],
}
# How it is built, what is right, what is wrong.
TAKEN = {
    "==": (lambda x: F.a == x, [5, "$x", {"$gt": 1}, [1], None], []),
    "== of an int": (lambda x: q.age == x, [5, 5.5], ["x", [1], {}]),
    "== of an enum": (lambda x: q.color == x, [Color.RED, "red"], ["blue", 5]),
    "== of an id": (lambda x: q.friend == x, ["5" * 24], ["5"]),
    "!=": (lambda x: F.a != x, [5, {"$gt": 1}], []),
    "<": (lambda x: F.a < x, [5, "x"], [re.compile("x")]),
    "< of an int": (lambda x: q.age < x, [5], [None, "x"]),
    "< of a date": (lambda x: q.born < x, [NOW], [5]),
    "<=": (lambda x: q.age <= x, [5], [None]),
    ">": (lambda x: q.age > x, [5], [None]),
    ">=": (lambda x: q.age >= x, [5], [None]),
    "eq": (lambda x: q.age.eq(x), [5], ["x"]),
    "ne": (lambda x: q.age.ne(x), [5], ["x"]),
    "gt": (lambda x: q.age.gt(x), [5], [None, "x"]),
    "gte": (lambda x: q.age.gte(x), [5], [None]),
    "lt": (lambda x: q.age.lt(x), [5], [None]),
    "lte": (lambda x: q.age.lte(x), [5], [None]),
    "an item of an array": (lambda x: q.tags == x, ["a", ["a", "b"]], [5]),
    "between, low": (lambda x: q.age.between(x, 9), [5], ["x", None]),
    "between, high": (lambda x: q.age.between(1, x), [5], ["x", None]),
    "in_": (lambda x: q.age.in_(x), [[1, 2], (), {3}], [5, "x", ["x"]]),
    "in_, an item": (lambda x: q.age.in_([1, x]), [2], ["x"]),
    "not_in": (lambda x: F.a.not_in(x), [[1, {"$gt": 1}]], [5, {"a": 1}]),
    "exists": (lambda x: F.a.exists(x), [True, False, 1, Decimal128("0")], ["x", []]),
    "type_": (
        lambda x: F.a.type_(x),
        ["int", 2, 2.0, ["int"], ("int", Int64(2))],
        ["integer", 99, True, {}, [], [True], ["int", 99]],
    ),
    "type_, of several": (
        lambda x: F.a.type_("int", x),
        ["long"],
        ["integer", ["int"]],
    ),
    "type_, of a list": (lambda x: F.a.type_([x]), ["long", 2.0], ["integer", []]),
    "mod": (lambda x: F.a.mod(x, 1), [4, 4.5, Decimal128("4")], [0, 0.5, "x", True]),
    "mod, the remainder": (
        lambda x: F.a.mod(4, x),
        [1, Int64(0), 0.5],
        ["x", float("nan")],
    ),
    "bits_all_set": (
        lambda x: F.a.bits_all_set(x),
        [6, [1], b"x", 3.0, Int64(3), [1, 1.0]],
        ["x", -1, [-1], 1.5, ["x"]],
    ),
    "bits_any_set": (lambda x: F.a.bits_any_set(x), [6], ["x"]),
    "bits_all_clear": (lambda x: F.a.bits_all_clear(x), [6], ["x"]),
    "bits_any_clear": (lambda x: F.a.bits_any_clear(x), [6], ["x"]),
    "matches": (lambda x: F.a.matches(x), ["^a$", re.compile("a")], [5, "a\0", b"x"]),
    "matches with options": (lambda x: F.a.matches(x, "m", case=False), ["a"], [5]),
    "regex": (
        lambda x: F.a.regex(x),
        ["^a$", re.compile("a", re.IGNORECASE), Regex("a", "i")],
        [5, "a\0", b"x", None],
    ),
    "regex with options": (
        lambda x: F.a.regex(x, "i"),
        ["a", Regex("a")],
        [5, re.compile("a"), Regex("a", "m")],
    ),
    "regex, its options": (lambda x: F.a.regex("a", x), ["mi", ""], ["q", 5]),
    "options": (lambda x: F.a.options(x) & F.a.regex("a"), ["i"], ["q", 5, None]),
    "fits": (
        lambda x: F.a.fits(x),
        [re.compile("a"), Regex("a", "i")],
        ["a", 5, re.compile(b"a"), Regex("\0")],
    ),
    "not_ of fits": (lambda x: not_(F.a.fits(x)), [Regex("a")], ["a"]),
    "not_": (lambda x: not_((F.a > x) & F.a.exists(x)), [5], []),
    "contains": (lambda x: F.a.contains(x), ["a.b"], ["a\0"]),
    "contains of text": (lambda x: q.name.contains(x, case=False), ["a.b"], [5]),
    "contains of an array": (lambda x: q.tags.contains(x), ["a"], [5]),
    "startswith": (lambda x: F.a.startswith(x), ["a.b"], [5, "a\0"]),
    "endswith": (lambda x: F.a.endswith(x, case=False), ["a.b"], [5]),
    "all_": (lambda x: q.tags.all_(x), [["a", "b"]], [5, "x", [5]]),
    "all_, an item": (lambda x: q.tags.all_(["a", x]), ["b"], [5]),
    "size_": (lambda x: F.a.size_(x), [2, 0, 2.0, Int64(2)], [-1, 2.5, "x", True]),
    "any": (lambda x: F.a.any(F.b > x), [5, {"$gt": 1}], []),
    "any of an item": (lambda x: q.items.any(lambda i: i.qty > x), [5], ["x"]),
    "near": (
        lambda x: F.a.near(x, max_distance=5),
        [(1, 2), [1, 2], geo.Point(1, 2), {"coordinates": [1, 2], "type": "Point"}],
        [5, (200, 100), POLYGON, {"type": "Pt"}],
    ),
    "near_sphere": (lambda x: F.a.near_sphere(x), [(1, 2)], [POLYGON]),
    "near, far": (
        lambda x: F.a.near((1, 2), max_distance=x),
        [5, 5.5, Int64(5), Decimal128("5")],
        ["x", -1, None],
    ),
    "near a legacy pair, far": (
        lambda x: F.a.near(geo.LegacyPair(1, 2), min_distance=0, max_distance=x),
        [5, Int64(5)],
        ["x", -1.0],
    ),
    "near as it is": (lambda x: F.a.near(fn.as_is([x, 2])), [1, Int64(5)], []),
    "near, close": (lambda x: F.a.near((1, 2), min_distance=x), [5], ["x", -1, True]),
    "within": (
        lambda x: F.a.within(x),
        [POLYGON, geo.Box((0, 0), (1, 1)), POLYGON.__geo_interface__, AREA],
        [geo.Point(1, 2), 5, geo.LegacyPair(1, 2)],
    ),
    "intersects": (
        lambda x: F.a.intersects(x),
        [POLYGON, AREA],
        [geo.Box((0, 0), (1, 1)), 5, geo.LegacyPair(1, 2)],
    ),
    "set": (lambda x: q.age.set(x), [5], ["x", None]),
    "set to anything": (lambda x: F.a.set(x), [{"$gt": 1}, [1], "$x"], []),
    "set_on_insert": (lambda x: q.age.set_on_insert(x), [5], ["x"]),
    "min_": (lambda x: q.age.min_(x), [5], ["x"]),
    "max_": (lambda x: q.age.max_(x), [5], ["x"]),
    "inc": (lambda x: F.a.inc(x), [5, 1.5], ["x", None, True]),
    "mul": (lambda x: F.a.mul(x), [5], ["x"]),
    "unset": (lambda x: F.a.unset(x), ["", 1, {"x": True}], []),
    "bit": (lambda x: F.a.bit(xor=x), [5, Int64(5)], ["x", 1.5, True]),
    "bit, of several": (lambda x: F.a.bit(xor=1, and_=x), [5], ["x"]),
    "current_date": (
        lambda x: F.a.current_date(x),
        ["date", "timestamp", True, False],
        ["day", 1],
    ),
    "pop": (
        lambda x: F.a.pop(x),
        [1, -1, -1.0, Int64(1), Decimal128("-1")],
        [0, "x", True],
    ),
    "push": (lambda x: F.a.push(x), [5, [1], {"a": 1}, {"$each": [1]}], []),
    "push of text": (lambda x: q.tags.push(x), ["a"], [5]),
    "push of several": (lambda x: F.a.push(1, x), [5, {"$each": [1]}], []),
    "push, each": (lambda x: q.tags.push(each=x), [["a"], [], ()], [5, "x", {}, [5]]),
    "push, an item of each": (lambda x: q.tags.push(each=["a", x]), ["b"], [5]),
    "push, each among others": (
        lambda x: F.a.push(slice_=3, each=x, position=0),
        [[1, {"$each": [1]}]],
        [5],
    ),
    "push, slice_": (
        lambda x: F.a.push(1, slice_=x),
        [5, -5, 0, 3.0, Int64(3)],
        ["x", 1.5, True],
    ),
    "push, position": (lambda x: F.a.push(1, position=x), [5, Int64(0)], ["x"]),
    "push, sort": (
        lambda x: F.a.push(1, sort=x),
        [1, -1.0, "-a", {"a": 1}, ["a", "-b"]],
        [{"a": 5}, 2, 0.5],
    ),
    "add_to_set": (lambda x: F.a.add_to_set(x), [5, [1], {"$each": [1]}], []),
    "add_to_set, each": (
        lambda x: q.tags.add_to_set(each=x),
        [["a"], []],
        [5, "x", [5]],
    ),
    "pull": (
        lambda x: F.a.pull(x),
        [5, [1], [1, {"$gt": 2}], {"$gt": 1}, re.compile("x"), Regex("x")],
        [],
    ),
    "pull what fits": (lambda x: F.a.pull(lambda i: i.fits(x)), [Regex("x")], ["x"]),
    "pull of text": (lambda x: q.tags.pull(x), ["a"], [5]),
    "pull by a test": (lambda x: F.a.pull(F.b > x), [5], []),
    "pull_all": (lambda x: q.tags.pull_all(x), [["a", "b"]], [5, "x", {}, [5]]),
    "where of an update": (lambda x: F.a.where(F.b == x).c.inc(1), [5], []),
    "text": (lambda x: text(x), ["a b"], [5]),
    "text, by name": (lambda x: text(language="en", search=x), ["a b"], [5]),
    "text, language": (lambda x: text("a", language=x), ["en"], [5]),
    "text, case": (lambda x: text("a", case_sensitive=x), [True], []),
    "json_schema": (lambda x: json_schema(x), [{"required": ["a"]}], [5]),
    "comment": (lambda x: comment(x), ["a"], []),
    "sample_rate": (
        lambda x: sample_rate(x),
        [0.5, 0, Decimal128("1")],
        [2, "x", True],
    ),
    "expr": (lambda x: expr(fn.gt(F.a, x)), [5, "$x", {"$gt": 1}], []),
    "a comparison of an expression": (lambda x: F.a + 1 > x, [5, "$x"], []),
    "arithmetic": (lambda x: F.a * x + 1, [5], []),
    "raw": (lambda x: raw({"a": {"$gt": x}}), [5, "x", {"a": [1]}], []),
    "a variable": (lambda x: fn.map_(F.a, lambda i: i + x), [5], []),
    "a window's start": (
        lambda x: win.sum_(F.a).over(documents=(x, 0)),
        [-3, 0, "unbounded", "current"],
        [5, "x", 1.5, None],
    ),
    "a window's end": (
        lambda x: win.sum_(F.a).over(range=[-1, x], unit="day"),
        [3, "current"],
        [-5, "x", 1.5],
    ),
    "a window's unit": (
        lambda x: win.sum_(F.a).over(range=(-1, 0), unit=x),
        ["day"],
        ["dy"],
    ),
    "unit": (lambda x: fn.date_trunc(F.a, unit=x), ["day"], ["dy"]),
    "rate": (lambda x: win.integral(F.a, unit=x), ["day"], ["month"]),
    "n": (lambda x: fn.first_n(F.a, x), [3], [0, "x", 1.5]),
    "limit of a function": (lambda x: fn.filter_(F.a, True, limit=x), [3], [0]),
    "sort_by": (lambda x: acc.top(x, F.a), ["-a", {"a": 1}], [5, {"a": 9}, []]),
    "sort_array": (lambda x: fn.sort_array(F.a, x), [1, -1, "-a"], [{"a": 9}]),
    "alpha": (lambda x: win.exp_moving_avg(F.a, alpha=x), [0.5], [1, 0, 2.5]),
    "by": (lambda x: win.shift(F.a, by=x), [-1], ["x", True, 1.5]),
    "literal": (lambda x: fn.literal(x), [5, "$x", {"$gt": 1}], [F.a, fn.abs_(F.a)]),
    "an accumulator": (lambda x: acc.sum_(x), [1, [1, 2], "$x"], []),
    "a namespace": (lambda x: F.a.str.split(x), [" "], []),
    "a keyword": (lambda x: QuerySet().filter(a=x), [5, "x", None, [1]], []),
    "a keyword of a class": (lambda x: QuerySet(User).filter(age=x), [5], ["x"]),
    "a keyword's look-up": (lambda x: QuerySet(User).filter(age__gte=x), [5], ["x"]),
    "a list of a look-up": (lambda x: QuerySet(User).filter(age__in=x), [[5]], [5]),
    "a type of a look-up": (lambda x: QuerySet().filter(a__type=x), ["int"], ["x"]),
    "types of a look-up": (lambda x: QuerySet().filter(a__type=x), [["int"]], [[]]),
    "a pattern of a look-up": (
        lambda x: QuerySet().filter(a__regex=x),
        ["a", Regex("a")],
        [5],
    ),
    "a pair of a look-up": (
        lambda x: QuerySet(User).filter(age__between=(1, x)),
        [5],
        ["x"],
    ),
    "a keyword's operators": (
        lambda x: QuerySet().filter(a={"$gt": x, "$mod": [4, x]}),
        [5],
        [],
    ),
    "a keyword's item": (
        lambda x: QuerySet().filter(a={"$elemMatch": {"b": x}}),
        [5, "$x"],
        [],
    ),
    "skip": (lambda x: QuerySet().skip(x), [5, 0], [-1, "x"]),
    "limit": (lambda x: QuerySet().limit(x), [5], [0, True]),
    "hint": (lambda x: QuerySet().hint(x), ["name_1", {"name": 1}], []),
    "collation": (lambda x: QuerySet().collation(x), ["en"], []),
    "collation, an option": (lambda x: QuerySet().collation("en", strength=x), [2], []),
    "comment of a query set": (lambda x: QuerySet().comment(x), ["a"], []),
    "max_time": (lambda x: QuerySet().max_time(x), [5, 0.5], [0, "x", True]),
    "a stage's limit": (lambda x: stages.limit(x), [5], [0, "x"]),
    "a stage's filter": (lambda x: Pipeline().match(F.a == x), [5, {"$gt": 1}], []),
    "a stage's field": (lambda x: Pipeline().set(a=x), [5, "$x", {"$gt": 1}], []),
    "a stage's number": (
        lambda x: stages.graph_lookup(
            "a",
            start_with=F.a,
            connect_from_field="a",
            connect_to_field="b",
            as_="c",
            max_depth=x,
        ),
        [0, 5],
        [-1, "x"],
    ),
    "a group's key": (lambda x: stages.group({"k": x}), [5, True, "$x", {"a": 1}], []),
    "a set document": (lambda x: stages.set_(a={"b": x}), [5, {}, {"$gt": 1}], []),
    "a bucket's bounds": (
        lambda x: stages.bucket(F.a, boundaries=x),
        [[1, 5], ["$a", "$b"]],
        [[], [1], "x"],
    ),
    "a stage's constant": (
        lambda x: stages.vector_search(index="i", path="a", limit=1, query_vector=x),
        [[0.5], "$x", {"$gt": 1}],
        [],
    ),
    "a stage's choice": (
        lambda x: stages.merge("a", when_not_matched=x),
        ["insert"],
        ["instert"],
    ),
    "a sub-pipeline": (
        lambda x: Pipeline().lookup("a", as_="b", pipeline=Pipeline().limit(x)),
        [5],
        [0],
    ),
}


def node_of(query):
    """Return what is compared: the structure."""
    return query._node


@pytest.mark.parametrize(("build", "right", "_"), TAKEN.values(), ids=TAKEN)
def test_bound_is_built(build, right, _):
    """A value that is bound gives what a value that is given gives."""
    held = build(param("x"))
    for value in right:
        assert node_of(held.bind(x=value)) == node_of(build(value))
        assert held.bind(x=value).compile() == build(value).compile()
        if not getattr(node_of(held), "arrays", ()):  # they stand beside an update
            assert held.prepare().bind(x=value) == build(value).compile()


WRONG = [
    pytest.param(build, value, id=f"{name}-{value!r}")
    for name, (build, _, wrong) in TAKEN.items()
    for value in wrong
    if value is not None or "near" not in name
]


@pytest.mark.parametrize(("build", "value"), WRONG)
def test_bound_is_checked(build, value):
    """A value that is refused when it is given is refused in the same words."""
    with pytest.raises(DslError) as given:
        build(value)
    with pytest.raises(type(given.value)) as bound:
        build(param("x")).bind(x=value)
    assert str(bound.value) == str(given.value)
    with pytest.raises(type(given.value)) as bound:
        build(param("x")).prepare().bind(x=value)
    assert str(bound.value) == str(given.value)


@pytest.mark.parametrize(("build", "right", "_"), TAKEN.values(), ids=TAKEN)
def test_annotations_are_checked(build, right, _):
    """The type of the parameter itself is checked first."""
    with pytest.raises(OperandError) as error:
        build(param("x", set[bytes])).bind(x=right[0])
    kind = type(right[0]).__name__
    article = "an" if kind[0] in "aeiouAEIO" else "a"
    assert str(error.value) == (
        f"parameter 'x' is bound to {right[0]!r}, {article} {kind}; it takes set[bytes]"
    )


@pytest.mark.parametrize(("build", "right", "_"), TAKEN.values(), ids=TAKEN)
def test_holes_are_values(build, right, _):
    """Queries with holes are equal, hash and pickle as others do."""
    one, other = build(param("x")), build(param("x"))
    assert node_of(one) == node_of(other)
    assert hash(node_of(one)) == hash(node_of(other))
    assert node_of(one) != node_of(build(param("y")))
    copied = pickle.loads(pickle.dumps(one))  # noqa: S301
    assert node_of(copied.bind(x=right[0])) == node_of(one.bind(x=right[0]))


@pytest.mark.parametrize("value", [1, 0, True, 2.5, {"password": 1}, {"a.b": "$x"}, {}])
@pytest.mark.parametrize("shape", [lambda x: x, lambda x: {"b": x}])
def test_projected_values(value, shape):
    """A bound value is projected as it is: it neither keeps nor drops a field."""
    held = stages.project(a=shape(param("x")))
    expected = {"$project": {"a": shape({"$literal": value})}}
    assert held.bind(x=value).compile() == held.prepare().bind(x=value) == expected
    computed = {"$project": {"a": shape("$c")}}
    assert held.bind(x=F.c).compile() == computed
    assert str(Pipeline().project(a=param("x")).shape) == "{_id: Any, a: Any}"


def test_left_out_arguments():
    """None leaves an argument out where it is given at once; a parameter stays in."""
    cases = [
        (stages.bucket_auto(F.a, buckets=param("x")), "bucket_auto got buckets=None;"),
        (
            stages.merge("a", when_not_matched=param("x")),
            "merge got when_not_matched=None;",
        ),
    ]
    rules = [
        "it takes a whole number from 1 on",
        "it is one of: insert, discard, fail",
    ]
    for (held, subject), rule in zip(cases, rules, strict=True):
        with pytest.raises(DslError) as error:
            held.bind(x=None)
        assert str(error.value) == f"{subject} {rule}"


def test_the_order_of_two_bounds():
    """Two parameters of a window are checked as soon as both ends are known."""
    held = win.sum_(F.a).over(documents=(param("low"), param("high")))
    assert held.bind(low=-1, high=1).compile()["window"] == {"documents": [-1, 1]}
    with pytest.raises(OperandError):
        held.bind(high="x")


SHAPING = "which decides how the query is written; it takes a value"
NO_HOLES = {
    "is_null": (
        lambda x: F.a.is_null(x),
        f"is_null got the parameter 'x', {SHAPING}",
    ),
    "case": (
        lambda x: F.a.startswith("a", case=x),
        f"startswith got the parameter 'x', {SHAPING}",
    ),
    "options": (
        lambda x: F.a.matches("a", x),
        f"matches got the parameter 'x', {SHAPING}",
    ),
    "rename": (
        lambda x: F.a.rename(x),
        f"rename got the parameter 'x', {SHAPING}",
    ),
    "the name of an array filter": (
        lambda x: F.a.where(F.b == 1, x),
        f"where got the parameter 'x', {SHAPING}",
    ),
    "a slice": (
        lambda x: QuerySet()[x:],
        f"a slice got the parameter 'x', {SHAPING}",
    ),
    "a slice's end": (
        lambda x: QuerySet()[:x],
        f"a slice got the parameter 'x', {SHAPING}",
    ),
    "switch": (
        lambda x: fn.switch(x),
        f"switch got the parameter 'x', {SHAPING}",
    ),
    "where": (
        lambda x: where(x),
        "where got the parameter 'x' for JavaScript; it takes code of your own",
    ),
    "function": (
        lambda x: fn.function(x),
        "function got the parameter 'x' for JavaScript; it takes code of your own",
    ),
    "accumulator": (
        lambda x: acc.accumulator("f", accumulate="f", accumulate_args=[], merge=x),
        "accumulator got the parameter 'x' for JavaScript; it takes code of your own",
    ),
    "a flag of a pattern": (
        lambda x: F.a.matches(x).bind(x=re.compile("a", re.IGNORECASE)),
        "matches got re.compile('a', re.IGNORECASE) for a parameter; write its flags"
        " into the options: matches(..., 'i')",
    ),
    "the name of a filter of arrays": (
        lambda x: F.a.filtered(x),
        f"filtered got the parameter 'x', {SHAPING}",
    ),
    "a legacy pair": (
        lambda x: F.a.near(x, max_distance=5).bind(x=geo.LegacyPair(1, 2)),
        "near got geo.LegacyPair(1, 2) for a parameter; it takes points with $geometry",
    ),
    "a point as it is": (
        lambda x: F.a.near_sphere(x).bind(x=fn.as_is([1, 2])),
        f"near_sphere got {fn.as_is([1, 2])!r} for a parameter; it takes points with"
        " $geometry",
    ),
    "an item that is no text": (
        lambda x: F.a.contains(x).bind(x=5),
        "contains got 5; it takes text",
    ),
    "a document of raw MQL": (
        lambda x: raw({"a": x}).bind(x={"b": {"$gt": 1}}),
        "parameter 'x' is bound to a value with '$gt', which the server would read in"
        " hand-written MQL; it takes plain data",
    ),
    "a text of raw MQL": (
        lambda x: raw({"$add": [1, x]}).bind(x=["$secret"]),
        "parameter 'x' is bound to a value with '$secret', which the server would read"
        " in hand-written MQL; it takes plain data",
    ),
    "operators in a keyword's operators": (
        lambda x: QuerySet().filter(a={"$elemMatch": {"b": x}}).bind(x={"$gt": ""}),
        "parameter 'x' is bound to a value with '$gt', which the server would read in"
        " hand-written MQL; it takes plain data",
    ),
    "code in a keyword's operators": (
        lambda x: QuerySet().filter(a={"$elemMatch": x}).bind(x={"$where": "1"}),
        "parameter 'x' is bound to a value with '$where', which the server would read in"
        " hand-written MQL; it takes plain data",
    ),
}


@pytest.mark.parametrize(("build", "message"), NO_HOLES.values(), ids=NO_HOLES)
def test_where_no_hole_can_be(build, message):
    """What shapes the query, and code, is given at once; data stays data."""
    with pytest.raises(DslError) as error:
        build(param("x"))
    assert str(error.value) == message


@pytest.mark.parametrize("name", ["between", "mod"])
def test_pairs_of_look_ups(name):
    """A look-up of two values takes a pair, and parameters in it."""
    for wrong in (param("x"), 5, (1,), "xy"):
        with pytest.raises(OperandError) as error:
            QuerySet().filter(**{f"a__{name}": wrong})
        assert str(error.value) == f"{name} got {wrong!r}; it takes a pair of values"
