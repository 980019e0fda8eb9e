"""Updates merge, and conflicts are errors before the server sees them."""

import pickle
import re

import attrs
import pytest

from mongo_dsl import F, Pipeline, Update, comment, fn, geo, param, raw, stages
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    ParameterError,
    PlacementError,
    TruthValueError,
    UpdateConflictError,
)
from mongo_dsl.rewriting import compile_pipeline
from tests.models import Address, Item, Status, User


q = User.q
ADDRESS = {"city": "Rome", "zip_code": "", "size": 0}

ROWS = [
    (F.a.set(1), {"$set": {"a": 1}}),
    (F.a.set({"$inc": 1}), {"$set": {"a": {"$inc": 1}}}),
    (F.a.set(None), {"$set": {"a": None}}),
    (F.a.unset(), {"$unset": {"a": ""}}),
    (F.a.set_on_insert(1), {"$setOnInsert": {"a": 1}}),
    (F.a.inc(), {"$inc": {"a": 1}}),
    (F.a.inc(-2.5), {"$inc": {"a": -2.5}}),
    (F.a.mul(3), {"$mul": {"a": 3}}),
    (F.a.min_(3), {"$min": {"a": 3}}),
    (F.a.max_(3), {"$max": {"a": 3}}),
    (F.a.rename("b.c"), {"$rename": {"a": "b.c"}}),
    (F.a.current_date(), {"$currentDate": {"a": True}}),
    (F.a.current_date("timestamp"), {"$currentDate": {"a": {"$type": "timestamp"}}}),
    (F.a.bit(or_=4), {"$bit": {"a": {"or": 4}}}),
    (F.a.bit(and_=4), {"$bit": {"a": {"and": 4}}}),
    (F.a.bit(xor=4), {"$bit": {"a": {"xor": 4}}}),
    (F.a.push(1), {"$push": {"a": 1}}),
    (F.a.push(1, 2), {"$push": {"a": {"$each": [1, 2]}}}),
    (F.a.push([1, 2]), {"$push": {"a": [1, 2]}}),
    (F.a.push({"$each": [1]}), {"$push": {"a": {"$each": [{"$each": [1]}]}}}),
    (
        F.a.push({"b": 2}, slice_=-5, sort=F.b.desc(), position=0),
        {
            "$push": {
                "a": {
                    "$each": [{"b": 2}],
                    "$slice": -5,
                    "$sort": {"b": -1},
                    "$position": 0,
                }
            }
        },
    ),
    (F.a.push(slice_=5), {"$push": {"a": {"$each": [], "$slice": 5}}}),
    (F.a.push(1, sort=-1), {"$push": {"a": {"$each": [1], "$sort": -1}}}),
    (
        F.a.push({}, sort=["-b", "c"]),
        {"$push": {"a": {"$each": [{}], "$sort": {"b": -1, "c": 1}}}},
    ),
    (F.a.add_to_set(1), {"$addToSet": {"a": 1}}),
    (F.a.add_to_set(1, 2), {"$addToSet": {"a": {"$each": [1, 2]}}}),
    (F.a.pull(1), {"$pull": {"a": 1}}),
    (F.a.pull({"b": 1}), {"$pull": {"a": {"$eq": {"b": 1}}}}),
    (F.a.pull(F.b > 1), {"$pull": {"a": {"b": {"$gt": 1}}}}),
    (F.a.pull(lambda item: item > 1), {"$pull": {"a": {"$gt": 1}}}),
    (F.a.pull_all([1, 2]), {"$pullAll": {"a": [1, 2]}}),
    (F.a.pop(), {"$pop": {"a": 1}}),
    (F.a.pop(-1), {"$pop": {"a": -1}}),
    (
        F.a.inc(1) & F.b.inc(2) & F.c.set(3),
        {"$inc": {"a": 1, "b": 2}, "$set": {"c": 3}},
    ),
    (Update(F.a.inc(1), F.b.set(2)), {"$inc": {"a": 1}, "$set": {"b": 2}}),
    (Update(), {}),
    (Update(raw({"$set": {"a": "$b"}})), {"$set": {"a": "$b"}}),
    (F.items.every().qty.inc(1), {"$inc": {"items.$[].qty": 1}}),
    (F.items.matched().qty.inc(1), {"$inc": {"items.$.qty": 1}}),
    (q.email.set("x"), {"$set": {"mail": "x"}}),
    (q.address.zip.set("1"), {"$set": {"address.zip_code": "1"}}),
    (q.address.set(Address("Rome")), {"$set": {"address": ADDRESS}}),
    (q.addresses.push(Address("Rome")), {"$push": {"addresses": ADDRESS}}),
    (q.status.set(Status.SHIPPED), {"$set": {"status": "shipped"}}),
    (q.tags.add_to_set("a"), {"$addToSet": {"tags": "a"}}),
    (q.items.pull(Item("a")), {"$pull": {"items": {"$eq": {"sku": "a", "qty": 1}}}}),
    (q.items.pull(lambda i: i.qty > 5), {"$pull": {"items": {"qty": {"$gt": 5}}}}),
    (q.items.every().qty.set(1), {"$set": {"items.$[].qty": 1}}),
    (F.a.set(param("v")).bind(v=1), {"$set": {"a": 1}}),
    (q.age.set(param("v")).bind(v=1), {"$set": {"age": 1}}),
    (q.tags.push(param("v")).bind(v="x"), {"$push": {"tags": "x"}}),
]


@pytest.mark.parametrize(
    ("update", "mql"), ROWS, ids=[str(mql)[:70] for _, mql in ROWS]
)
def test_compiles(update, mql):
    """Every change has its MQL form; updates are values."""
    assert repr(update.compile()) == repr(mql)
    twin = pickle.loads(pickle.dumps(update))  # noqa: S301
    assert twin == update
    assert hash(twin) == hash(update)


ARRAYS = [
    (
        q.items.where(F.sku == "a").qty.inc(1),
        {"$inc": {"items.$[items].qty": 1}},
        [{"items.sku": "a"}],
    ),
    (
        q.items.where(lambda i: i.qty > 1, "big").qty.inc(1),
        {"$inc": {"items.$[big].qty": 1}},
        [{"big.qty": {"$gt": 1}}],
    ),
    (
        F.scores.where(lambda s: s < 5).set(5),
        {"$set": {"scores.$[scores]": 5}},
        [{"scores": {"$lt": 5}}],
    ),
    (
        F.items.where((F.a == 1) | (F.b == 2)).c.set(3),
        {"$set": {"items.$[items].c": 3}},
        [{"$or": [{"items.a": 1}, {"items.b": 2}]}],
    ),
    (
        F.items.where(F.a == 1).x.set(3) & F.items.where(F.a == 1).y.set(4),
        {"$set": {"items.$[items].x": 3, "items.$[items].y": 4}},
        [{"items.a": 1}],
    ),
]


@pytest.mark.parametrize(("update", "mql", "filters"), ARRAYS, ids=range(len(ARRAYS)))
def test_array_filters(update, mql, filters):
    """Items are addressed by predicates, which become array filters."""
    assert update.compile() == mql
    assert update.array_filters == filters


CONFLICTS = [
    (
        lambda: F.a.inc(1) & F.a.inc(1),
        "$inc of 'a' conflicts with $inc of 'a'; an update changes a path and its parts once",
    ),
    (
        lambda: F.a.inc(1) & F["a.b"].set(2),
        "$inc of 'a' conflicts with $set of 'a.b'; an update changes a path and its parts once",
    ),
    (
        lambda: F["a.b.c"].set(1) & F.x.set(1) & F["a.b"].unset(),
        "$unset of 'a.b' conflicts with $set of 'a.b.c'; an update changes a path and its parts once",
    ),
    (
        lambda: F.a.rename("b") & F.b.set(1),
        "$rename of 'b' conflicts with $set of 'b'; an update changes a path and its parts once",
    ),
    (
        lambda: F.items.where(F.a == 1).x.set(3) & F.items.where(F.a == 2).y.set(4),
        "two array filters are called 'items'; give one of them another name",
    ),
]


@pytest.mark.parametrize(("build", "message"), CONFLICTS, ids=range(len(CONFLICTS)))
def test_conflicts(build, message):
    """Two changes of one path, or of a path and its parent, are refused."""
    with pytest.raises(UpdateConflictError) as caught:
        build()
    assert str(caught.value) == message


def test_siblings_do_not_conflict():
    """Names that only begin alike are different fields."""
    update = (
        F.a.set(1) & F.ab.set(2) & F["a_b"].set(3) & F["x.a"].set(4) & F["x.b"].set(5)
    )
    assert len(update.compile()["$set"]) == 5


REFUSED = [
    (lambda: F.a.inc("x"), OperandError, "inc of 'a' got 'x'; it takes a number"),
    (lambda: F.a.mul(None), OperandError, "mul of 'a' got None; it takes a number"),
    (
        lambda: q.age.set("x"),
        OperandError,
        "User.age is int and can't be compared with or set to 'x', a str",
    ),
    (
        lambda: q.tags.push(1),
        OperandError,
        "User.tags is list[str], whose items are str; it can't hold 1, an int",
    ),
    (
        lambda: F.a.push(),
        ArgumentError,
        "push of 'a' got no values; it takes at least one",
    ),
    (
        lambda: F.a.add_to_set(),
        ArgumentError,
        "add_to_set of 'a' got no values; it takes at least one",
    ),
    (
        lambda: F.a.pull_all("ab"),
        OperandError,
        "pull_all got 'ab'; it takes a list of values",
    ),
    (
        lambda: F.a.pop(2),
        ArgumentError,
        "pop got 2; it takes 1 for the last item or -1 for the first",
    ),
    (
        lambda: F.a.rename("$b"),
        ArgumentError,
        "rename got '$b'; it takes a field's new name",
    ),
    (
        lambda: F.a.current_date("time"),
        ArgumentError,
        "current_date got 'time'; it takes 'date', 'timestamp' or a boolean",
    ),
    (
        lambda: F.a.bit(),
        ArgumentError,
        "bit got none of and_, or_ and xor; it takes at least one",
    ),
    (lambda: F.a.bit(or_=1.0), OperandError, "bit got 1.0 for 'or'; it takes integers"),
    (
        lambda: F.a.bit(andd_=1),
        OperandError,
        "bit got the argument 'andd_'; did you mean 'and_'?; it takes and_, or_, xor",
    ),
    (
        lambda: F.a.push(1, each=[2]),
        ArgumentError,
        "push of 'a' got values beside each=[2]; give all of them in one place",
    ),
    (
        lambda: F.a.add_to_set(each="ab"),
        OperandError,
        "add_to_set of 'a' got each='ab'; it takes a list of values",
    ),
    (
        lambda: F.a.push(1, slice_=1.5),
        OperandError,
        "push got slice_=1.5; it takes a whole number",
    ),
    (
        lambda: F.a.push(1, position="x"),
        OperandError,
        "push got position='x'; it takes a whole number",
    ),
    (
        lambda: F.a.push(1, sort=2),
        ArgumentError,
        "push got sort=2; it takes 1, -1 or an order of the items' fields",
    ),
    (
        lambda: F.a.filtered("Big"),
        ArgumentError,
        "filtered got the name 'Big'; it starts with a lower-case letter and goes on with letters and digits",
    ),
    (
        lambda: F.a.filtered(None),
        ArgumentError,
        "filtered got the name None; it starts with a lower-case letter and goes on with letters and digits",
    ),
    (
        lambda: F.a.inc(1) & 5,
        OperandError,
        "an update got 5; it takes changes such as F.age.inc(1), or raw({...})",
    ),
    (
        lambda: F.a.inc(1) & raw({"$set": {}}),
        ArgumentError,
        "raw updates stand alone; write the other changes into the raw one",
    ),
    (
        lambda: F.a.inc(1) and F.b.inc(1),
        TruthValueError,
        "an update has no truth value; combine updates with '&' instead of 'and'",
    ),
    (
        lambda: F.a.where(F.b == 1, "Big"),
        ArgumentError,
        "where got the name 'Big'; it starts with a lower-case letter and goes on with letters and digits",
    ),
    (
        lambda: F.a.where(F.b > F.c),
        CompileError,
        "the items of an array can't be matched by what the server computes; fn.filter_ and fn.any_element_true look at items in expressions",
    ),
    (
        lambda: F.a.set(F.b).compile(),
        CompileError,
        "$set of 'a' is computed from other fields; pass the update in a list, which makes it a pipeline update",
    ),
    (
        lambda: F.a.set(param("x")).compile(),
        ParameterError,
        "parameter 'x' is unbound; fill it with bind(x=...)",
    ),
    (
        lambda: q.age.set(param("x")).bind(x="y"),
        OperandError,
        "User.age is int and can't be compared with or set to 'y', a str",
    ),
    (
        lambda: compile_pipeline([F.a.inc(1)]),
        CompileError,
        "a pipeline update can't $inc; it takes set and unset",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED, ids=[m[:50] for _, _, m in REFUSED]
)
def test_refuses(build, error, message):
    """What can't be meant is an error where it is written, and says what to do."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


def test_items_speak_of_themselves():
    """A condition on the items that starts at the document's root would match nothing."""
    for build in (lambda t: q.items.pull(t), lambda t: q.items.any(t)):
        with pytest.raises(OperandError) as caught:
            build(q.items.qty > 5)
        name = str(caught.value).partition(" ")[0]
        assert str(caught.value) == (
            f"{name} got a condition on 'items.qty' of the whole document; it takes the "
            "item's own: lambda item: item.x > 5"
        )


def test_pipeline_updates_compute():
    """A list of changes computes values from other fields, in order."""
    made = compile_pipeline(
        [F.total.set(F.price * F.qty), F.price.unset(), F.x.set("$y")]
    )
    assert made == [
        {"$set": {"total": {"$multiply": ["$price", "$qty"]}}},
        {"$unset": "price"},
        {"$set": {"x": {"$literal": "$y"}}},
    ]
    assert compile_pipeline([F.now.set(fn.NOW)]) == [{"$set": {"now": "$$NOW"}}]
    assert compile_pipeline([raw({"$unset": "a"})]) == [{"$unset": "a"}]


def test_reads_as_json_and_shell():
    """An update reads as Extended JSON and as mongosh."""
    update = F.a.inc(1) & F.b.set("x")
    assert update.to_json() == '{"$inc": {"a": 1}, "$set": {"b": "x"}}'
    assert str(update) == '{ $inc: { a: 1 }, $set: { b: "x" } }'
    assert repr(update) == 'F.a.inc() & F.b.set("x")'


def test_pipeline_updates_take_stages():
    """Stages and pipelines stand in pipeline updates, beside set and unset."""
    made = compile_pipeline(
        [
            stages.set_(a=F.b),
            Pipeline().add_fields(c="$d").project("a").unset("b"),
            stages.replace_root(F.a),
            stages.replace_with(F.b),
            F.a.set(F.b),
        ]
    )
    assert made == [
        {"$set": {"a": "$b"}},
        {"$addFields": {"c": {"$literal": "$d"}}},
        {"$project": {"a": 1}},
        {"$unset": "b"},
        {"$replaceRoot": {"newRoot": "$a"}},
        {"$replaceWith": "$b"},
        {"$set": {"a": "$b"}},
    ]


@pytest.mark.parametrize(
    "update",
    [stages.limit(1), Pipeline().set(a=1).limit(1), raw({"$limit": 1})],
    ids=str,
)
def test_pipeline_updates_refuse_other_stages(update):
    """A stage that updates don't take is an error before the server sees it."""
    with pytest.raises(PlacementError) as caught:
        compile_pipeline([update])
    assert str(caught.value) == (
        "an update got the stage $limit; its pipeline takes $addFields, $project,"
        " $replaceRoot, $replaceWith, $set, $unset"
    )


def test_two_filters_of_one_array_need_two_names():
    """Without names, both address the same items."""
    message = "$inc of 'items.$[items].qty' comes twice; give one of its where(...) another name"
    with pytest.raises(UpdateConflictError, match=f"^{re.escape(message)}$"):
        F.items.where(F.a == 1).qty.inc(1) & F.items.where(F.b == 2).qty.inc(1)


def test_objects_of_plain_classes():
    """An attrs object is stored by the stored names of its fields."""
    line = attrs.make_class(
        "Line", {"sku": attrs.field(), "qty": attrs.field(metadata={"db_name": "q"})}
    )
    assert F.lines.push(line("a", 1)).compile() == {
        "$push": {"lines": {"sku": "a", "q": 1}}
    }
    with pytest.raises(OperandError, match=r"is a Box, which has no BSON form$"):
        F.place.set(geo.Box((0, 0), (1, 1)))


@pytest.mark.parametrize("amount", [{"$gt": 1}, [1], "x"])
def test_amounts_are_numbers(amount):
    """Bound or given, what is added is a number."""
    message = f"inc of 'a' got {amount!r}; it takes a number"
    for build in (lambda: F.a.inc(amount), lambda: F.a.inc(param("n")).bind(n=amount)):
        with pytest.raises(OperandError, match=f"^{re.escape(message)}$"):
            build()


@pytest.mark.parametrize("test", [comment("x"), comment("x") & (F.a == 1)])
def test_conditions_on_the_whole_document_name_no_items(test):
    """An array filter compares items, or their fields."""
    message = (
        "conditions on the whole document can't speak of an array's items; compare fields"
        " of the item with values"
    )
    with pytest.raises(CompileError, match=f"^{re.escape(message)}$"):
        F.items.where(test)
