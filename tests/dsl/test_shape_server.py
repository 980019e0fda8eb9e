"""What shapes say, held against a real server: rows have no other fields or types."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import attrs
import pytest
from bson import Decimal128, Int64
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from mongo_dsl import F, Pipeline, acc, fn, stages
from mongo_dsl.errors import ArgumentError, UnknownFieldError
from mongo_dsl.nodes import Body, Collection, Op, Path, Stages, Value
from mongo_dsl.shape import Array, Shape, Typed, after, of_class
from mongo_dsl.shape.classes import alternatives, documents
from mongo_dsl.shape.kinds import UNKNOWN
from mongo_dsl.shape.paths import child, items
from mongo_dsl.values import node


@attrs.define
class Spot:
    x: float
    y: float = 0.0


@attrs.define
class Home:
    city: str
    spot: Spot | None = None


@attrs.define
class Part:
    sku: str
    qty: int = 1
    marks: list[int] = attrs.field(factory=list)


@attrs.define
class Thing:
    id: int = attrs.field(metadata={"db_name": "_id"})
    n: int = 0
    s: str | None = None
    tags: list[str] = attrs.field(factory=list)
    at: dt.datetime | None = None
    home: Home | None = None
    parts: list[Part] = attrs.field(factory=list)
    counts: dict[str, int] = attrs.field(factory=dict)
    extra: Any = None

    __collection__ = "things"


WHEN = dt.datetime(2024, 2, 29, 12, tzinfo=dt.timezone.utc)
THINGS = [
    {
        "_id": 1,
        "n": 5,
        "s": "b",
        "tags": ["x", "y"],
        "at": WHEN,
        "home": {"city": "Ulm", "spot": {"x": 1.5, "y": 2.0}},
        "parts": [
            {"sku": "p", "qty": 2, "marks": [1, 2]},
            {"sku": "q", "qty": 1, "marks": []},
        ],
        "counts": {"a": 1, "gone": 2},
        "extra": {"z": [1, {"y": 2}]},
    },
    {
        "_id": 2,
        "n": 7,
        "s": None,
        "tags": [],
        "home": None,
        "parts": [],
        "counts": {},
        "extra": 3,
    },
    {
        "_id": 3,
        "n": 5,
        "tags": [],
        "home": {"city": "Bonn", "spot": None},
        "parts": [{"sku": "p", "qty": 4, "marks": []}],
        "counts": {"b": 3},
        "extra": [{"z": 1}],
    },
]


@pytest.fixture(scope="module")
def things(mongo_uri):
    """Return the collection that pipelines run over."""
    with MongoClient(mongo_uri, tz_aware=True) as client:
        found = client["shape_server"]["things"]
        found.drop()
        found.insert_many(THINGS)
        yield found
        client.drop_database("shape_server")


NAMES = [
    "_id",
    "n",
    "s",
    "tags",
    "at",
    "home",
    "home.city",
    "home.spot",
    "home.spot.x",
    "parts",
    "parts.sku",
    "parts.qty",
    "parts.marks",
    "counts",
    "counts.a",
    "counts.a.b",
    "extra",
    "extra.z",
    "n.x",
    "home.town",
    "parts.gone",
    "total",
    "total.x",
    "list",
    "list.sku",
    "doc",
    "doc.c",
    "doc.home.city",
    "count",
    "gone",
    "i",
]
names = st.sampled_from(NAMES)
targets = st.sampled_from(
    [
        "n",
        "s",
        "tags",
        "home",
        "home.city",
        "home.spot",
        "parts",
        "parts.sku",
        "parts.new",
        "home.new.deep",
        "extra",
        "extra.z",
        "total",
        "list",
        "doc",
        "doc.c",
        "gone",
        "counts.b",
    ]
)
fields = names.map(Path)


def _mapped(path: str, inner: str) -> Any:
    return fn.map_(F[path], lambda item: getattr(item, inner))


constants = st.sampled_from([1, 2.5, "t", None, True, WHEN, [], [1, "a"]])
leaves = st.one_of(fields, fields, constants)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: fn.if_null(*pair)),
        st.tuples(inner, inner, inner).map(lambda three: fn.cond(*three)),
        st.tuples(inner, inner).map(lambda pair: fn.eq(*pair)),
        inner.map(lambda one: fn.concat_arrays(fn.if_null(F.parts, []), [one])),
        inner.map(lambda one: {"c": one, "home": F.home}),
        inner.map(lambda one: fn.merge_objects(F.home, {"c": one})),
        inner.map(lambda one: fn.let({"v": one}, fn.var("v"))._node),
        inner.map(lambda one: [one]),
        inner.map(fn.type_),
        inner.map(fn.to_string),
        inner.map(fn.max_),
        inner.map(fn.first),
        inner.map(lambda one: fn.add(one, 1)),
        inner.map(lambda one: fn.slice_(one, 1)),
        inner.map(fn.object_to_array),
        inner.map(lambda one: fn.get_field("city", one)),
        inner.map(lambda one: fn.set_field("city", input_=one, value=F.n)),
    ),
    max_leaves=3,
)
SPECIAL = [
    node(one)
    for one in (
        fn.var("REMOVE"),
        fn.var("ROOT"),
        fn.var("ROOT.home"),
        fn.var("NOW"),
        _mapped("parts", "sku"),
        _mapped("parts", "gone"),
        fn.filter_(F.parts, lambda part: part.qty > 1),
        fn.reduce(F.parts, 0, lambda total, part: total + part.qty),
        fn.sort_array(F.parts, {"sku": 1}),
        fn.array_elem_at(F.parts, 0),
        fn.date_trunc(F.at, unit="day"),
        fn.date_to_parts(F.at),
        fn.year(F.at),
        fn.split(F.s, "b"),
        fn.switch([(fn.eq(F.n, 5), F.home)], default=F.parts),
        fn.literal({"c": "$n"}),
        fn.zip_([F.tags, F.parts]),
        fn.range_(0, F.n),
        fn.size(F.tags),
        fn.to_decimal(F.n),
        fn.cond(fn.eq(F.n, 5), fn.var("REMOVE"), F.n),
        F.parts[0].sku,
    )
]
special = st.sampled_from(SPECIAL)
computed = st.one_of(expressions, special)
accumulators = st.one_of(
    st.just(acc.count()),
    st.tuples(
        st.sampled_from(
            [acc.sum_, acc.avg, acc.max_, acc.first, acc.push, acc.add_to_set]
        ),
        computed,
    ).map(lambda pair: pair[0](pair[1])),
    computed.map(lambda one: acc.top({"n": 1}, one)),
    computed.map(lambda one: acc.first_n(one, 2)),
    fields.map(acc.merge_objects),
)


def op(name: str, **body: Any) -> Any:
    """Make the node of a stage."""
    return Op(name, Body(tuple((key, node(value)) for key, value in body.items())))


def assignments(values: Any) -> Any:
    """Yield mappings of fields to *values*, no field inside another."""
    return st.dictionaries(targets, values, min_size=1, max_size=2).filter(
        lambda found: (
            not any(a != b and b.startswith(f"{a}.") for a in found for b in found)
        )
    )


def _distinct(paths: list[str]) -> bool:
    return not any(a != b and f"{b}.".startswith(f"{a}.") for a in paths for b in paths)


paths = st.lists(names, min_size=1, max_size=3, unique=True).filter(_distinct)


def _project(kept: list[str], one: Any) -> Any:
    given = {} if one is None or "total" in kept else {"total": one}
    return stages.project(*kept, **given)._node


def _nodes(made: Any) -> Any:
    return made.map(lambda stage: stage._node)


THING = Collection("things", Thing)


def around(inner: Any) -> Any:
    """Yield the stages that have pipelines of *inner* stages in them."""
    pipelines = st.lists(inner, max_size=2).map(lambda found: Stages(tuple(found)))
    return st.one_of(
        pipelines.map(lambda one: op("$facet", total=one, list=Stages(()))),
        st.tuples(pipelines, targets).map(
            lambda pair: op(
                "$lookup", **{"from": THING, "pipeline": pair[0], "as": pair[1]}
            )
        ),
        pipelines.map(lambda one: op("$unionWith", coll=THING, pipeline=one)),
    )


def _lookup(local: str, target: str) -> Any:
    fields_ = {"localField": local, "foreignField": "_id", "as": target}
    return op("$lookup", **{"from": THING}, **fields_)


simple = st.one_of(
    _nodes(names.map(lambda name: stages.match(F[name].exists()))),
    _nodes(fields.map(lambda field: stages.match(fn.gt(field, 1)))),
    st.tuples(paths, st.none() | computed).map(lambda pair: _project(*pair)),
    assignments(computed).map(lambda found: stages.set_(found)._node),
    assignments(computed).map(
        lambda found: Op(
            "$project", Body(tuple((k, node(v)) for k, v in found.items()))
        )
    ),
    paths.map(lambda found: stages.unset(*found)._node),
    _nodes(paths.map(lambda found: stages.project(**dict.fromkeys(found, False)))),
    _nodes(
        st.tuples(computed, accumulators).map(
            lambda p: stages.group(
                p[0] if not isinstance(p[0], str) else None, total=p[1]
            )
        )
    ),
    _nodes(names.map(stages.sort)),
    _nodes(
        names.map(lambda name: stages.unwind(name, preserve_null_and_empty_arrays=True))
    ),
    _nodes(names.map(lambda name: stages.unwind(name, include_array_index="i"))),
    st.just(stages.count("total")._node),
    fields.map(lambda field: Op("$sortByCount", field)),
    computed.map(
        lambda one: Op("$replaceWith", node(fn.merge_objects(F.home, {"doc": one})))
    ),
    fields.map(lambda field: Op("$replaceWith", node(field))),
    computed.map(
        lambda one: Op(
            "$replaceRoot",
            Body(
                (("newRoot", node(fn.merge_objects(fn.var("ROOT"), {"total": one}))),)
            ),
        )
    ),
    st.tuples(targets, accumulators).map(
        lambda pair: op(
            "$setWindowFields",
            sortBy=Body((("_id", Value(1)),)),
            output=Body(((pair[0], pair[1]._node),)),
        )
    ),
    st.tuples(fields, accumulators).map(
        lambda pair: op(
            "$bucketAuto",
            groupBy=pair[0],
            buckets=2,
            output=Body((("list", pair[1]._node),)),
        )
    ),
    fields.map(lambda field: op("$bucketAuto", groupBy=field, buckets=2)),
    st.tuples(names, targets).map(lambda pair: _lookup(*pair)),
    st.tuples(fields, targets).map(
        lambda pair: op(
            "$graphLookup",
            **{"from": THING, "as": pair[1]},
            startWith=pair[0],
            connectFromField="n",
            connectToField="_id",
            depthField="i",
        )
    ),
    st.tuples(targets, computed).map(
        lambda pair: op(
            "$fill",
            output=Body(
                (
                    (
                        pair[0],
                        Body((("value", node(pair[1])),)),
                    ),
                )
            ),
        )
    ),
)


@st.composite
def pipelines(draw: Any) -> Any:
    """Draw the nodes of stages; hypothesis needn't write down how."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        nested = draw(st.integers(0, 3)) == 0
        found.append(draw(around(simple) if nested else simple))
    return found


FAMILIES: dict[type, tuple[Any, ...]] = {
    int: (int, float, Int64, Decimal128, Decimal),
    float: (int, float, Int64, Decimal128, Decimal),
    Decimal128: (int, float, Int64, Decimal128, Decimal),
}


def misfit(kind: Any, value: Any, where: str = "") -> str | None:
    """Say where *value* is not of *kind*; null may be everywhere."""
    if value is None or kind == UNKNOWN:
        return None
    found = alternatives(kind)
    if isinstance(value, (dict, list)):
        looked_for = Shape if isinstance(value, dict) else Array
        if any(isinstance(one, looked_for) or one == UNKNOWN for one in found):
            return next(filter(None, _misfits(kind, value, where)), None)
    allowed = [one.annotation for one in found if isinstance(one, Typed)]
    types = tuple(type_ for one in allowed for type_ in FAMILIES.get(one, (one,)))
    if Any in types or isinstance(value, types):
        return None
    return f"{where}: {kind} for {value!r}"


def _misfits(kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, list):
        return (misfit(items(kind), item, f"{where}[]") for item in value)
    shape = documents(kind)
    return (
        misfit(child(shape, name), item, f"{where}.{name}")
        for name, item in value.items()
    )


ELSEWHERE = {"$facet", "$lookup", "$graphLookup", "$unionWith"}
"""The stages that read from documents other than those before them."""


def tracked(nodes: list[Any]) -> tuple[Shape, int, str | None]:
    """Return the last shape, how many stages were taken, and what the next one misses."""
    shape = of_class(Thing)
    for number, one in enumerate(nodes):
        try:
            shape = after(shape, one, number + 1)
        except UnknownFieldError as error:  # noqa: PERF203 - the last round
            return shape, number, str(error)
        except ArgumentError:  # a field beside its parts, which the server refuses, too
            return shape, number, None
    return shape, len(nodes), None


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pipelines())
def test_rows_fit_their_shape(things, nodes):
    """The server's rows have no field and no type that the shape doesn't say.

    What a stage is refused for reads nothing on the server.
    """
    shape, taken, refused = tracked(nodes)
    compiled = Pipeline(*map(stages.Stage, nodes[:taken])).compile()
    note(f"{compiled}\n{shape}\n{refused}")
    try:
        rows = list(things.aggregate(compiled))
    except OperationFailure:
        return  # the server's own rules
    for row in rows:
        assert misfit(shape, row) is None
    if refused is None or "$$" in refused or nodes[taken].name in ELSEWHERE:
        return
    path = re.search(r" reads '(.+?)', which ", refused).group(1)
    # No condition is moved before this stage, where the path may still lead somewhere.
    there = [
        {"$_internalInhibitOptimization": {}},
        {"$match": {path: {"$exists": True}}},
    ]
    assert list(things.aggregate([*compiled, *there])) == []
