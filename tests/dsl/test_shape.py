"""Which fields each stage leaves, what is refused, and which rows fit."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import attrs
import pytest
from bson import ObjectId, Regex

from mongo_dsl import F, Fields, Pipeline, acc, fn, geo, param, raw, stages, win
from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError
from mongo_dsl.nodes import Body, Collection, Op, Stages, Value
from mongo_dsl.predicates import Query
from mongo_dsl.shape import OPEN, after, check_row, flow, of_class
from mongo_dsl.shape.kinds import NOTHING
from mongo_dsl.shape.stages import STAGES as KNOWN_STAGES
from mongo_dsl.values import node
from tests.models import User
from tests.spec.specification import OPERATORS


class Colour(Enum):
    RED = "red"


@attrs.define
class Address:
    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "zip_code"})


@attrs.define
class Line:
    sku: str
    price: float
    qty: int = 1


@attrs.define
class Order:
    """A document class without a mapper."""

    id: int = attrs.field(metadata={"db_name": "_id"})
    buyer: str
    total: int
    at: dt.datetime
    ship_to: Address | None = attrs.field(default=None, metadata={"db_name": "to"})
    lines: list[Line] = attrs.field(factory=list)
    notes: dict[str, str] = attrs.field(factory=dict)


@attrs.define
class Category:
    """A class that holds itself."""

    name: str
    parts: list[Category] = attrs.field(factory=list)


@attrs.define
class Tree:
    """Rows like categories."""

    name: str
    parts: list[Tree] | None = None


@attrs.define
class Cat:
    lives: int


@attrs.define
class Dog:
    name: str


@attrs.define
class Odd:
    """Fields of every kind that isn't looked into."""

    spot: geo.Point
    pet: Cat | Dog
    any: Any
    bare: dict
    secret: str = attrs.field(metadata={"encode": str.encode, "decode": bytes.decode})


ORDER = of_class(Order)
ORDERS = Collection("orders", Order)
CLASSES = [
    (
        Order,
        "{_id: int, buyer: str, total: int, at: datetime, to: Address | None, "
        "lines: list[Line], notes: dict[str, str]}",
    ),
    (Category, "{_id: Any, name: str, parts: list[Category]}"),
    (Odd, "{_id: Any, spot: Point, pet: Cat | Dog, any: Any, bare: dict, secret: Any}"),
]


@pytest.mark.parametrize(("cls", "expected"), CLASSES)
def test_classes(cls, expected):
    """A class gives its fields, by stored name."""
    assert str(of_class(cls)) == expected
    assert repr(of_class(cls)) == f"<Shape {expected}>"


def stage(name: str, **body: Any) -> stages.Stage:
    """Make a stage of its arguments' nodes."""
    items = tuple((key.rstrip("_"), node(value)) for key, value in body.items())
    return stages.Stage(Op(name, Body(items)))


def op(name: str, argument: Any) -> stages.Stage:
    """Make a stage of one argument."""
    return stages.Stage(Op(name, node(argument)))


def body(**items: Any) -> Body:
    """Make a document of ours."""
    return Body(tuple((name, node(item)) for name, item in items.items()))


def condition(found: Any) -> Query:
    """Make the node of a filter that is an argument."""
    return Query(found._node)


def pipeline(*found: stages.Stage) -> Stages:
    """Make the node of a pipeline."""
    return Stages(tuple(one._node for one in found))


AS_IT_WAS = str(ORDER)
STAGES = [
    ([stages.project({"new.x": fn.REMOVE})], "{_id: int, new: {}}"),
    ([stages.match(F.total > 5), stages.limit(1), stages.skip(2)], AS_IT_WAS),
    ([stages.sort("-total", "to.city"), stages.sample(3)], AS_IT_WAS),
    ([stages.sort({"score": fn.meta("textScore")})], AS_IT_WAS),
    ([stages.project("buyer")], "{_id: int, buyer: str}"),
    ([stages.project("buyer", _id=False)], "{buyer: str}"),
    (
        [stages.project("to.city", "lines.sku")],
        "{_id: int, to: {city: str} | None, lines: list[{sku: str}]}",
    ),
    (
        [stages.project(lines=False, at=0, to=0)],
        "{_id: int, buyer: str, total: int, notes: dict[str, str]}",
    ),
    ([stages.project(_id=False)], AS_IT_WAS.replace("_id: int, ", "")),
    ([stages.project(lines={"sku": True})], "{_id: int, lines: list[{sku: str}]}"),
    (
        [stages.project(**{"to.zip_code": 0}), stages.project("to")],
        "{_id: int, to: {city: str} | None}",
    ),
    (
        [stages.project("lines.sku", lines={"n": F.total})],
        "{_id: int, lines: list[{sku: str, n: int}]}",
    ),
    ([stages.project(x={"y": {"z": F.total}})], "{_id: int, x: {y: {z: int}}}"),
    ([stages.project(x=raw(1))], "{...}"),
    ([stages.project(x=fn.literal({"y": 1}))], "{_id: int, x: {y: int}}"),
    ([stages.project("notes.any")], "{_id: int, notes: {any: str | None}}"),
    (
        [stages.set_({F.to.street: "x"}, total=F.buyer), stages.project("to", "total")],
        "{_id: int, to: {city: str | None, zip_code: str | None, street: str}, total: str}",
    ),
    (
        [stages.add_fields(lines={"sum": 1}), stages.project("lines")],
        "{_id: int, lines: list[{sku: str, price: float, qty: int, sum: int}]}",
    ),
    (
        [stages.set_(total=fn.REMOVE), stages.unset("lines", F.to, "notes", "at")],
        "{_id: int, buyer: str}",
    ),
    (
        [stages.group(F.buyer, n=acc.count(), all=acc.push(F.total))],
        "{_id: str, n: int, all: list[int]}",
    ),
    ([stages.group(None, n=acc.sum_(1))], "{_id: None, n: int}"),
    (
        [stages.group({"c": F.to.city}, n=raw({"$sum": 1}))],
        "{_id: {c: str | None}, n: Any}",
    ),
    ([stages.unwind(F.lines), stages.project("lines")], "{_id: int, lines: Line}"),
    (
        [
            stages.unwind("lines", include_array_index="i"),
            stages.project("lines.sku", "i"),
        ],
        "{_id: int, lines: {sku: str}, i: int}",
    ),
    ([stages.count("n")], "{n: int}"),
    ([op("$sortByCount", F.buyer)], "{_id: str, count: int}"),
    (
        [stage("$bucket", groupBy=F.total, boundaries=[0, 5], default="more")],
        "{_id: int | str, count: int}",
    ),
    (
        [
            stage(
                "$bucket",
                groupBy=F.total,
                boundaries=[0, 5],
                output=body(n=acc.sum_(F.total)),
            )
        ],
        "{_id: int, n: int}",
    ),
    (
        [stage("$bucketAuto", groupBy=F.total, buckets=2)],
        "{_id: {min: int, max: int}, count: int}",
    ),
    ([stages.replace_root(F.to)], "{city: str | None, zip_code: str | None}"),
    (
        [
            op("$replaceWith", fn.merge_objects({"n": 1}, fn.ROOT)),
            stages.project("n", "buyer"),
        ],
        "{_id: int, n: int, buyer: str}",
    ),
    ([op("$replaceWith", F.notes)], "{...: str}"),
    (
        [stages.unwind("lines"), op("$replaceWith", F.lines)],
        "{sku: str, price: float, qty: int}",
    ),
    (
        [stages.facet(a=stages.limit(1), b=stages.count()), stages.project("b")],
        "{b: list[{count: int}]}",
    ),
    (
        [
            stage(
                "$lookup",
                from_=ORDERS,
                localField="buyer",
                foreignField="buyer",
                as_="more",
            ),
            stages.project("more.total"),
        ],
        "{_id: int, more: list[{_id: int, total: int}]}".replace(
            "_id: int, total", "total"
        ),
    ),
    (
        [
            stage(
                "$lookup",
                from_=ORDERS,
                let=body(b=F.buyer),
                pipeline=pipeline(
                    stages.match(F.buyer == fn.var("b")), stages.count("n")
                ),
                as_="more",
            ),
            stages.project("more"),
        ],
        "{_id: int, more: list[{n: int}]}",
    ),
    (
        [
            stage(
                "$lookup",
                from_="unknown",
                localField="buyer",
                foreignField="x.y",
                as_="more",
            ),
            stages.project("more.any"),
        ],
        "{_id: int, more: list[{any: Any}]}",
    ),
    (
        [
            stage(
                "$graphLookup",
                from_=ORDERS,
                startWith=F.buyer,
                connectFromField="buyer",
                connectToField="buyer",
                as_="tree",
                depthField="depth",
            ),
            stages.project("tree.depth"),
        ],
        "{_id: int, tree: list[{depth: int}]}",
    ),
    (
        [
            stages.project("buyer"),
            stage(
                "$unionWith", coll=ORDERS, pipeline=pipeline(stages.project("total"))
            ),
        ],
        "{_id: int, buyer: str | None, total: int | None}",
    ),
    (
        [stages.project("buyer"), op("$unionWith", ORDERS), stages.project("at")],
        "{_id: int, at: datetime | None}",
    ),
    (
        [stages.project("buyer"), stages.Stage(Op("$unionWith", Value("unknown")))],
        "{_id: Any, buyer: Any, ...}",
    ),
    (
        [
            stage(
                "$setWindowFields",
                partitionBy=F.buyer,
                sortBy=body(at=1),
                output=body(
                    rank=win.rank(),
                    sum=acc.sum_(F.total).over(documents=("unbounded", "current")),
                ),
            ),
            stages.project("rank", "sum"),
        ],
        "{_id: int, rank: int, sum: int}",
    ),
    (
        [
            stage(
                "$fill",
                sortBy=body(at=1),
                output=body(total=body(method="linear"), new=body(value=0)),
            ),
            stages.project("total", "new"),
        ],
        "{_id: int, total: int, new: int | None}",
    ),
    (
        [
            stage(
                "$densify",
                field="at",
                partitionByFields=["buyer"],
                range=body(step=1, bounds="full"),
            )
        ],
        AS_IT_WAS,
    ),
    (
        [
            stage(
                "$geoNear",
                near={"x": 1},
                distanceField="far.away",
                includeLocs="where",
                key="to",
            ),
            stages.project("far", "where"),
        ],
        "{_id: int, far: {away: float}, where: Any}",
    ),
    ([op("$documents", [{"a": 1}, {"b": "x"}])], "{a: int | None, b: str | None}"),
    ([op("$redact", fn.KEEP), op("$search", 1)], AS_IT_WAS),
    ([op("$indexStats", {})], "{...}"),
    ([stages.Stage(Op("$out", Value("there")))], "{}"),
    ([stages.Stage(raw({"$limit": 1})._node)], "{...}"),
]


@pytest.mark.parametrize(
    ("found", "expected"), STAGES, ids=[str(r[0][0])[:50] for r in STAGES]
)
def test_stages(found, expected):
    """Every stage leaves what the server leaves."""
    assert str(flow(ORDER, [one._node for one in found])) == expected


EXPRESSIONS = [
    (
        fn.let({"x": fn.cond(F.total, F.to, F.lines)}, fn.var("x.city")),
        "list[nothing] | str | None",
    ),
    (F.buyer, "str"),
    (F.to, "Address | None"),
    (F.lines.sku, "list[str]"),
    (F.lines[0].sku, "str | None"),
    (F.notes["any"], "str | None"),
    (fn.ROOT.total, "int"),
    (fn.NOW, "datetime"),
    (fn.REMOVE, "nothing"),
    (5, "int"),
    ("$x", "str"),
    (None, "None"),
    ([1, "a"], "list[int | str]"),
    ({"a": F.total}, "{a: int}"),
    ({"a.b": 1}, "{a.b: int}"),
    (F.total > 5, "bool"),
    (F.lines.any(F.sku == "a") & (F.total > F.at), "bool"),
    (F.total + 1, "int"),
    (F.at + 1, "Any"),
    (F.total / 2, "float"),
    (fn.concat(F.buyer, "!"), "str"),
    (fn.split(F.buyer, " ")[0], "str | None"),
    (fn.year(F.at), "int"),
    (fn.date_trunc(F.at, unit="day"), "datetime"),
    (fn.sum_(F.lines.price), "float"),
    (fn.max_(F.lines.qty), "int"),
    (fn.max_(F.total, F.buyer), "int | str"),
    (fn.if_null(F.to.city, "-"), "str | None"),
    (fn.cond(F.total > 1, F.buyer, F.total), "str | int"),
    (fn.cond(F.total > 1, F.lines, None), "list[Line] | None"),
    (fn.cond(F.total > 1, F.lines, {"a": 1}), "{a: int} | list[Line]"),
    (fn.cond(F.total > 1, F.lines, F.lines.sku), "list[Line | str]"),
    (fn.switch([(F.total > 1, 1)], default="x"), "str | int"),
    (fn.map_(F.lines, lambda line: line.price * line.qty), "list[float]"),
    (fn.filter_(F.lines, lambda line: line.qty > 1), "list[Line]"),
    (fn.reduce(F.lines, 0, lambda total, line: total + line.qty), "Any"),
    (fn.let({"x": F.total}, fn.var("x")), "int"),
    (fn.let({"CURRENT": F.to}, F.city), "str | None"),
    (fn.merge_objects(F.to, {"zip_code": 5}), "{city: str | None, zip_code: int}"),
    (fn.object_to_array(F.to), "list[{k: str, v: Any}]"),
    (fn.get_field("city", F.to), "str | None"),
    (fn.get_field(F.buyer, F.to), "Any"),
    (
        fn.set_field("x", input_=F.to, value=1),
        "{city: str | None, zip_code: str | None, x: int}",
    ),
    (fn.unset_field("city", F.to), "{zip_code: str} | None"),
    (fn.sort_array(F.lines, {"sku": 1}), "list[Line]"),
    (fn.zip_([F.lines, [1]]), "list[list[Line | int]]"),
    (fn.convert(F.buyer, to="int"), "int | None"),
    (fn.convert(F.buyer, to="int", on_error=0, on_null="x"), "int | str"),
    (fn.concat_arrays(F.lines.sku, [1]), "list[str | int]"),
    (fn.literal([{"a": "$b"}]), "list[{a: str}]"),
    (fn.meta("textScore"), "Any"),
    (fn.first(F.lines), "Line | None"),
    (raw({"$anything": 1}), "Any"),
]


@pytest.mark.parametrize(
    ("expression", "kind"), EXPRESSIONS, ids=[str(e)[:60] for e, _ in EXPRESSIONS]
)
def test_expressions(expression, kind):
    """Expressions have kinds where these are certain."""
    replaced = Op("$replaceWith", Body((("x", node(expression)),)))
    found = after(ORDER, replaced).fields.get("x", "nothing")
    assert str(found) == kind


def reads(*found: stages.Stage) -> Any:
    """Return a function that follows the stages."""
    return lambda: flow(ORDER, [one._node for one in found])


FIELDS = "_id, buyer, total, at, to, lines, notes"
GROUPED = stages.group(F.buyer, n=acc.count())
REFUSED = [
    (
        reads(GROUPED, stages.sort("total")),
        "$sort reads 'total', which $group in stage 1 left out; there are: _id, n",
    ),
    (
        reads(
            stages.match(F.total > 1),
            stages.project("buyer"),
            stages.limit(1),
            stages.unset("at"),
        ),
        "$unset reads 'at', which $project in stage 2 left out; there are: _id, buyer",
    ),
    (
        reads(stages.match(F.totl > 1)),
        f"$match reads 'totl', which isn't there; did you mean 'total'?; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.ship_to.city == "x")),
        f"$match reads 'ship_to.city', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.to.town == "x")),
        "$match reads 'to.town', which isn't there; there are: to.city, to.zip_code",
    ),
    (
        reads(stages.match(F.buyer.name == "x")),
        "$match reads 'buyer.name', which isn't there; 'buyer' is str",
    ),
    (
        reads(stages.unset("to.city"), stages.match(F.to.city == "x")),
        "$match reads 'to.city', which $unset in stage 1 left out; there are: to.zip_code",
    ),
    (
        reads(stages.match((F.total > 1) | ~(F.x == 1))),
        f"$match reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.buyer.fits(Regex("^a")) & ~F.x.fits(Regex("b")))),
        f"$match reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.x.fits(Regex("b")))),
        f"$match reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.set_(found=F.x.fits(Regex("b")))),
        f"$set reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.total > F.x)),
        f"$match reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.match(F.lines.any((F.sku == "a") & (F.x == 1)))),
        "$match reads 'x', which isn't there; there are: sku, price, qty",
    ),
    (
        reads(stages.match(F.lines.any(lambda line: line.buyer == 1))),
        "$match reads 'buyer', which isn't there; there are: sku, price, qty",
    ),
    (
        reads(stages.match(~(F.notes.x > 1)), GROUPED, stages.match(F.total == 1)),
        "$match reads 'total', which $group in stage 2 left out; there are: _id, n",
    ),
    (
        reads(stages.project("x")),
        f"$project reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.project("to.x")),
        "$project reads 'to.x', which isn't there; there are: to.city, to.zip_code",
    ),
    (
        reads(stages.project(x=0)),
        f"$project reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.project(y={"z": F.x})),
        f"$project reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.set_(kg=1, b=F.kg)),
        f"$set reads 'kg', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.set_(b=fn.ROOT.x)),
        "$set reads '$$ROOT.x', which isn't there; there are: "
        + ", ".join(f"$$ROOT.{n}" for n in FIELDS.split(", ")),
    ),
    (
        reads(stages.set_(b=fn.map_(F.lines, lambda line: fn.var("line.x")))),
        "$set reads '$$line.x', which isn't there; there are: $$line.sku, $$line.price, $$line.qty",
    ),
    (
        reads(stages.set_(b=F.lines[0].x)),
        "$set reads 'lines.0.x', which isn't there; there are: lines.0.sku, lines.0.price, lines.0.qty",
    ),
    (
        reads(stages.set_(b=fn.let({"CURRENT": F.to}, F.x))),
        "$set reads 'x', which isn't there; there are: city, zip_code",
    ),
    (
        reads(stages.set_(b=fn.switch([(F.x, 1)], default=2))),
        f"$set reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.set_(b=fn.filter_(F.lines, F.x))),
        f"$set reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.set_(b=fn.sum_(F.x, 1))),
        f"$set reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.group(None, n=acc.sum_(F.x))),
        f"$group reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.group(None, n=acc.top("x", F.total))),
        f"$group reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.group(None, n=acc.first_n(F.total, F.x))),
        f"$group reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.unwind("x")),
        f"$unwind reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.sort("lines.x")),
        "$sort reads 'lines.x', which isn't there; there are: lines.sku, lines.price, lines.qty",
    ),
    (
        reads(op("$sortByCount", F.x)),
        f"$sortByCount reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(op("$replaceWith", F.x)),
        f"$replaceWith reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(GROUPED, stages.facet(a=[stages.limit(1), stages.sort("at")])),
        "$sort reads 'at', which $group in stage 1 left out; there are: _id, n",
    ),
    (
        reads(stages.facet(a=[stages.project("at"), stages.sort("total")])),
        "$sort reads 'total', which $project in stage 1 left out; there are: _id, at",
    ),
    (
        reads(
            stage("$lookup", from_=ORDERS, localField="x", foreignField="_id", as_="y")
        ),
        f"$lookup reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(
            stage("$lookup", from_=ORDERS, localField="_id", foreignField="x", as_="y")
        ),
        f"$lookup reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(
            stage(
                "$lookup",
                from_=ORDERS,
                let=body(b=F.to),
                pipeline=pipeline(stages.match(fn.eq(F.total, fn.var("b.x")))),
                as_="y",
            )
        ),
        "$match reads '$$b.x', which isn't there; there are: $$b.city, $$b.zip_code",
    ),
    (
        reads(
            stage(
                "$graphLookup",
                from_=ORDERS,
                startWith=F.buyer,
                connectFromField="x",
                connectToField="buyer",
                as_="y",
            )
        ),
        f"$graphLookup reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(
            stage(
                "$graphLookup",
                from_=ORDERS,
                startWith=F.buyer,
                connectFromField="to",
                connectToField="buyer",
                as_="y",
                restrictSearchWithMatch=condition(F.x == 1),
            )
        ),
        f"$graphLookup reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$unionWith", coll=ORDERS, pipeline=pipeline(stages.sort("x")))),
        f"$sort reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$setWindowFields", sortBy=body(x=1), output=body(n=win.rank()))),
        f"$setWindowFields reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(
            stage(
                "$setWindowFields",
                partitionBy=F.x,
                output=body(n=win.covariance_pop(F.total, F.total)),
            )
        ),
        f"$setWindowFields reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$fill", sortBy=body(at=1), output=body(x=body(method="locf")))),
        f"$fill reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$densify", field="x")),
        f"$densify reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$geoNear", distanceField="d", key="x")),
        f"$geoNear reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stage("$geoNear", distanceField="d", query=condition(F.x == 1))),
        f"$geoNear reads 'x', which isn't there; there are: {FIELDS}",
    ),
    (
        reads(stages.Stage(Op("$out", Value("o"))), stages.match(F.total == 1)),
        "$match reads 'total', which isn't there; the document is {}",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"), REFUSED, ids=[m[:60] for _, m in REFUSED]
)
def test_refuses(build, message):
    """What is certainly not there can't be read; the error says why, and what is."""
    with pytest.raises(UnknownFieldError) as caught:
        build()
    assert str(caught.value) == message


PASSED = [
    reads(stages.match(F.notes.anything == "x")),
    reads(stages.match(F["lines.0.sku"] == "x")),
    reads(stages.match(F.lines[0].sku == "x")),
    reads(stages.project(_id=0), stages.project("buyer", _id=0)),
    reads(stages.match(raw({"x": 1}))),
    reads(stages.set_(x=raw("$anything"))),
    reads(op("$redact", fn.cond(F.level == 1, fn.KEEP, fn.DESCEND))),
    reads(stages.set_(x=raw("$anything")), stages.match(F.x.y.z == 1)),
    reads(stages.Stage(raw({"$limit": 1})._node), stages.match(F.anything == 1)),
    reads(stages.set_(x=fn.reduce(F.lines, {}, lambda total, line: total.anything))),
    reads(stages.set_(x=fn.get_field("x", F.to))),
    lambda: flow(
        of_class(Odd),
        [
            stages.match(
                F.spot.type == "Point",
                F.pet._type == "Cat",
                F.pet.lives == 1,
                F.pet.name == "Rex",
                F.bare.x == 1,
                F.secret.x == 1,
            )._node
        ],
    ),
    lambda: flow(
        of_class(Category), [stages.match(F.parts.parts.parts.name == "x")._node]
    ),
    lambda: flow(OPEN, [stages.match(F.x == 1)._node]),
]


@pytest.mark.parametrize("build", PASSED)
def test_passes(build):
    """What may be there can be read."""
    build()


@attrs.define
class Row:
    buyer: str = attrs.field(metadata={"db_name": "_id"})
    n: int = 0
    unused: str = ""


def row_of(**fields: Any) -> type:
    """Make a class of rows."""
    return attrs.make_class("Made", {n: attrs.field(type=t) for n, t in fields.items()})


def test_rows():
    """A class of rows fits if its fields are there, or have defaults."""
    check_row(Row, flow(ORDER, [GROUPED._node]))
    check_row(Order, ORDER)
    check_row(User, of_class(User))
    check_row(Order, OPEN)
    check_row(Tree, of_class(Category))
    check_row(Odd, of_class(Odd))


WHOLE = of_class(Order)
TYPES = [
    ({"total": float}, None),
    ({"total": Decimal}, None),
    ({"total": int | None}, None),
    ({"total": Any}, None),
    (
        {"total": dict},
        "into got Made.total, which is dict; the pipeline gives int under 'total'",
    ),
    (
        {"at": row_of(x=int)},
        "into got Made.at, which is Made; the pipeline gives datetime under 'at'",
    ),
    (
        {"total": Line},
        "into got Made.total, which is Line; the pipeline gives int under 'total'",
    ),
    (
        {"total": str},
        "into got Made.total, which is str; the pipeline gives int under 'total'",
    ),
    ({"total": Literal[1]}, None),
    (
        {"total": Literal["a"]},
        "into got Made.total, which is 'a'; the pipeline gives int under 'total'",
    ),
    ({"buyer": Colour}, None),
    (
        {"total": Colour},
        "into got Made.total, which is Colour; the pipeline gives int under 'total'",
    ),
    ({"at": dt.date}, None),
    (
        {"at": ObjectId},
        "into got Made.at, which is ObjectId; the pipeline gives datetime under 'at'",
    ),
    (
        {"buyer": bytes},
        "into got Made.buyer, which is bytes; the pipeline gives str under 'buyer'",
    ),
    ({"lines": list[Any]}, None),
    (
        {"lines": Line},
        "into got Made.lines, which is Line; the pipeline gives list[Line] under 'lines'",
    ),
    ({"to": Address}, None),
    ({"lines": list[row_of(sku=str)]}, None),
    (
        {"lines": tuple[row_of(sku=int), ...]},
        "into got Made.sku, which is int; the pipeline gives str under 'lines.sku'",
    ),
    (
        {"to": list[str]},
        "into got Made.to, which is list[str]; the pipeline gives Address | None under 'to'",
    ),
]


@pytest.mark.parametrize(("fields", "message"), TYPES, ids=str)
def test_types_of_rows(fields, message):
    """A type that can't be read from what is there is refused, one that may be isn't."""
    if message is None:
        check_row(row_of(**fields), WHOLE)
        return
    with pytest.raises(OperandError) as caught:
        check_row(row_of(**fields), WHOLE)
    assert str(caught.value) == message


MISSING = [
    (
        lambda: check_row(row_of(totl=int), WHOLE),
        "into got Made.totl, which the pipeline doesn't give under 'totl'; did you mean "
        f"'total'?; there are: {FIELDS}",
    ),
    (
        lambda: check_row(row_of(to=Line), WHOLE),
        "into got Line.sku, which the pipeline doesn't give under 'to.sku'; there are: "
        "city, zip_code",
    ),
    (
        lambda: check_row(Row, after(ORDER, Op("$out", Value("x")))),
        "into got Row.buyer, which the pipeline doesn't give under '_id'; there are: "
        "no fields",
    ),
]


@pytest.mark.parametrize(("build", "message"), MISSING, ids=[m for _, m in MISSING])
def test_missing_from_rows(build, message):
    """A field without default that is certainly not there is refused."""
    with pytest.raises(UnknownFieldError) as caught:
        build()
    assert str(caught.value) == message


def test_rows_are_attrs_classes():
    """Rows are made by attrs classes alone."""
    with pytest.raises(OperandError) as caught:
        check_row(dict, WHOLE)
    assert str(caught.value) == "into got <class 'dict'>; it takes an attrs class"


@attrs.define
class Contract:
    """A document class of another collection."""

    owner: str
    value: int

    __collection__ = "contracts"


@attrs.define
class Sales:
    sold: int
    buyer: str = attrs.field(metadata={"db_name": "_id"})


SALES = Pipeline(Order).group(F.buyer, sold=acc.sum_(F.total))


class TestPipelines:
    """Pipelines follow their shape, stage by stage."""

    def test_started_from_a_class(self):
        """A pipeline of a class refuses what is not there, however it is built."""
        message = "$sort reads 'total', which $group in stage 1 left out; there are: _id, sold"
        builds = [
            lambda: SALES.sort("total"),
            lambda: SALES.then(stages.sort("total")),
            lambda: SALES + Pipeline().sort("total"),
            lambda: Pipeline(Order, SALES, stages.sort("total")),
        ]
        for build in builds:
            with pytest.raises(UnknownFieldError) as caught:
                build()
            assert str(caught.value) == message

    def test_started_from_nothing(self):
        """Without a class nothing is refused before it is asked for."""
        made = Pipeline().group(F.buyer, n=acc.count()).sort("total")
        message = (
            "$sort reads 'total', which $group in stage 1 left out; there are: _id, n"
        )
        for ask in (lambda: made.shape, lambda: made.into(Row)):
            with pytest.raises(UnknownFieldError) as caught:
                ask()
            assert str(caught.value) == message

    def test_shapes(self):
        """The shape is no part of the value, and comes back after pickling."""
        twin = pickle.loads(pickle.dumps(SALES))  # noqa: S301
        assert twin == SALES
        assert hash(twin) == hash(SALES)
        assert twin._shape is None
        assert repr(twin.shape) == repr(SALES.shape) == "<Shape {_id: str, sold: int}>"
        assert SALES.shape == of_class(Sales).having("sold", SALES.shape.fields["sold"])
        assert not SALES.shape.is_open
        assert Pipeline().shape == OPEN
        assert OPEN.is_open
        assert copy.deepcopy(SALES.shape) == SALES.shape
        assert copy.copy(NOTHING) is pickle.loads(pickle.dumps(NOTHING)) is NOTHING  # noqa: S301

    def test_lookups(self):
        """Lookups know the shape of a document class."""
        joined = Pipeline(User).lookup(
            User, local_field=User.q.friend, foreign_field="_id", as_="friends"
        )
        assert str(joined.project("friends.name").shape) == (
            "{_id: ObjectId | None, friends: list[{name: str}]}"
        )
        with pytest.raises(UnknownFieldError) as caught:
            joined.match(F.friends.nam == "x")
        assert str(caught.value).startswith(
            "$match reads 'friends.nam', which isn't there; did you mean 'name'?; there are: friends._id, friends.name,"
        )

    def test_conditions_of_lookups(self):
        """Conditions between classes, and pipelines that look outside, are followed."""
        u, c = User.q, Fields(Contract)
        kept = (c.owner == u.name) & (u.active == True) & (c.value > 5)
        for joined in (
            Pipeline(User).lookup(Contract, on=kept, as_="found"),
            Pipeline(User).lookup(("db", Contract), pipeline=[], as_="found"),
            Pipeline(User).lookup(
                Contract,
                pipeline=lambda outer: Pipeline(Contract).match(
                    c.owner == outer.q.name
                ),
                as_="found",
            ),
        ):
            assert str(joined.project("found").shape.fields["found"]) == (
                "list[{_id: Any, owner: str, value: int}]"
            )
        with pytest.raises(UnknownFieldError) as caught:
            Pipeline(User).project("age").lookup(Contract, on=kept, as_="found")
        assert str(caught.value) == (
            "$lookup reads 'name', which $project in stage 1 left out; there are: _id, age"
        )

    def test_parameters(self):
        """Parameters are values of which nothing is known."""
        assert Pipeline(Order).limit(param("n")).shape == ORDER
        made = Pipeline(Order).project(total=param("x"))
        assert str(made.shape) == "{_id: int, total: Any}"
        assert str(made.bind(x="free").shape) == "{_id: int, total: str}"

    @pytest.mark.parametrize(
        ("stage", "message"),
        [
            (
                stages.project("to.city", "to"),
                "$project names 'to' and 'to.city'; a stage names a field or parts of it, once",
            ),
            (
                stages.project({"to": {"city": 1}, "to.city": 1}),
                "$project names 'to.city' twice; a stage names a field or parts of it, once",
            ),
            (
                stages.set_({"to": 1, "to.city": 1}),
                "$set names 'to' and 'to.city'; a stage names a field or parts of it, once",
            ),
            (
                stages.unset("to", "to"),
                "$unset names 'to' twice; a stage names a field or parts of it, once",
            ),
            (
                stages.project("buyer", "_id", total=False),
                "$project keeps 'buyer' and leaves out 'total'; it does one or the other,"
                " but for '_id'",
            ),
        ],
    )
    def test_collisions(self, stage, message):
        """A stage that the server refuses whatever the documents are."""
        with pytest.raises(ArgumentError) as caught:
            Pipeline(Order).then(stage)
        assert str(caught.value) == message

    @pytest.mark.parametrize(
        "stage",
        [
            stages.project({"to": {"city": 1}, "to.zip_code": 1}),
            stages.project("_id", buyer=fn.literal(0), _total=F.total),
            stages.project("_id", buyer=False),
            stages.set_({"to": {"city": "x"}, "to.zip_code": "1"}),
            stages.set_({"to": raw({"city": "x"}), "to.zip_code": "1"}),
            stages.set_({"to": param("x"), "to.zip_code": "1"}),
            stages.project({"to": raw({"city": 1}), "to.zip_code": 1}),
        ],
    )
    def test_no_collisions(self, stage):
        """Parts of a field go together, and what isn't told may be parts."""
        assert len(Pipeline(Order).then(stage)) == 1

    def test_rows(self):
        """`into` names the class of the rows, and later stages must keep to it."""
        made = SALES.into(Sales)
        assert made.row is Sales
        assert made != SALES
        assert made == SALES.into(Sales)
        assert made.compile() == SALES.compile()
        assert made.sort("-sold").limit(5).row is Sales
        assert made.bind().row is Sales
        assert repr(made) == f"{SALES!r}.into(Sales)"
        assert pickle.loads(pickle.dumps(made)).row is Sales  # noqa: S301
        with pytest.raises(UnknownFieldError) as caught:
            made.project("sold", _id=False)
        assert str(caught.value) == (
            "into got Sales.buyer, which the pipeline doesn't give under '_id'; there are: sold"
        )
        with pytest.raises(OperandError) as caught:
            Pipeline().group(None, sold=acc.push(F.x)).into(Sales)
        assert str(caught.value) == (
            "into got Sales.sold, which is int; the pipeline gives list[Any] under 'sold'"
        )


@pytest.mark.parametrize(
    "name", [o["name"] for o in OPERATORS if o["category"] == "stage"]
)
def test_every_stage_has_a_shape(name):
    """The table knows every stage of the specification."""
    assert name in KNOWN_STAGES
