"""Query sets: composition, parts, projections, keyset pages, keywords."""

import pickle

import attrs
import pytest
from bson import ObjectId

from mongo_dsl import F, FindCommand, QuerySet, param, raw
from mongo_dsl.errors import (
    ArgumentError,
    CursorError,
    OperandError,
    ParameterError,
    TruthValueError,
    UnknownFieldError,
)
from mongo_dsl.values import Face
from tests.models import User


@attrs.define
class Row:
    """What a query may select."""

    name: str
    email: str | None


base = QuerySet()
users = QuerySet(User)
q = User.q

ROWS = [
    (base, {"filter": {}}),
    (base.filter(F.a == 1).filter(F.b == 2), {"filter": {"a": 1, "b": 2}}),
    (base.filter(F.a == 1, F.b == 2, c=3), {"filter": {"a": 1, "b": 2, "c": 3}}),
    (base.exclude(F.a == 1), {"filter": {"a": {"$ne": 1}}}),
    (base.exclude(a=1, b=2), {"filter": {"$nor": [{"a": 1, "b": 2}]}}),
    (base.filter(raw({"a": 1})), {"filter": {"a": 1}}),
    (
        base.filter(F.a + 1 > 2),
        {"filter": {"$expr": {"$gt": [{"$add": ["$a", 1]}, 2]}}},
    ),
    (base.sort("-a", "b"), {"filter": {}, "sort": {"a": -1, "b": 1}}),
    (
        base.sort(F.a.desc(), F.b.asc(), F.c),
        {"filter": {}, "sort": {"a": -1, "b": 1, "c": 1}},
    ),
    (base.sort(("a", -1), ("b", "asc")), {"filter": {}, "sort": {"a": -1, "b": 1}}),
    (base.sort([("a", -1)]), {"filter": {}, "sort": {"a": -1}}),
    (base.sort({"a": -1, "b": 1}), {"filter": {}, "sort": {"a": -1, "b": 1}}),
    (
        base.sort({"s": {"$meta": "textScore"}}),
        {"filter": {}, "sort": {"s": {"$meta": "textScore"}}},
    ),
    (base.sort("a").sort("b"), {"filter": {}, "sort": {"b": 1}}),
    (base.sort("a").sort(), {"filter": {}}),
    (base.limit(5).skip(2), {"filter": {}, "skip": 2, "limit": 5}),
    (base[:10], {"filter": {}, "limit": 10}),
    (base[10:], {"filter": {}, "skip": 10}),
    (base[10:30], {"filter": {}, "skip": 10, "limit": 20}),
    (base[10:30][5:10], {"filter": {}, "skip": 15, "limit": 5}),
    (base[10:30][5:], {"filter": {}, "skip": 15, "limit": 15}),
    (base.limit(2).filter(a=1), {"filter": {"a": 1}, "limit": 2}),
    (base.only("a", F.b.c), {"filter": {}, "projection": {"a": 1, "b.c": 1}}),
    (base.only("a").only("b"), {"filter": {}, "projection": {"a": 1, "b": 1}}),
    (base.omit("a"), {"filter": {}, "projection": {"a": 0}}),
    (base.select(Row), {"filter": {}, "projection": {"name": 1, "email": 1, "_id": 0}}),
    (base.hint("a_1"), {"filter": {}, "hint": "a_1"}),
    (base.hint({"a": 1}), {"filter": {}, "hint": {"a": 1}}),
    (
        base.collation("en", strength=2),
        {"filter": {}, "collation": {"locale": "en", "strength": 2}},
    ),
    (base.comment("why"), {"filter": {}, "comment": "why"}),
    (base.max_time(1.5), {"filter": {}, "max_time_ms": 1500}),
    (base.pipe(lambda one, n: one.limit(n), 3), {"filter": {}, "limit": 3}),
    (
        base.filter(a=1).limit(5) & base.filter(b=2).sort("c"),
        {"filter": {"a": 1, "b": 2}, "sort": {"c": 1}, "limit": 5},
    ),
    (base.limit(5) & base.limit(3), {"filter": {}, "limit": 3}),
    (base & (F.a == 1), {"filter": {"a": 1}}),
    (
        base.filter(F.a > param("n")).limit(param("m")).bind(n=1).bind(m=2),
        {"filter": {"a": {"$gt": 1}}, "limit": 2},
    ),
    (users.sort("-email", "id"), {"filter": {}, "sort": {"mail": -1, "_id": 1}}),
    (users.sort({"address.zip": 1}), {"filter": {}, "sort": {"address.zip_code": 1}}),
    (
        users.only("email", q.address.zip),
        {"filter": {}, "projection": {"mail": 1, "address.zip_code": 1}},
    ),
    (users.select(Row), {"filter": {}, "projection": {"name": 1, "mail": 1, "_id": 0}}),
    # keywords
    (
        users.filter(email="x", age__gte=18),
        {"filter": {"mail": "x", "age": {"$gte": 18}}},
    ),
    (users.filter(**{"address.zip": "1"}), {"filter": {"address.zip_code": "1"}}),
    (users.filter(address__zip="1"), {"filter": {"address.zip_code": "1"}}),
    (
        users.filter(address__zip__in=["1"]),
        {"filter": {"address.zip_code": {"$in": ["1"]}}},
    ),
    (users.filter(address__size=1), {"filter": {"address.size": 1}}),
    (users.filter(tags__size=1), {"filter": {"tags": {"$size": 1}}}),
    (
        users.filter(age={"$gte": 1, "$lte": 5}),
        {"filter": {"age": {"$gte": 1, "$lte": 5}}},
    ),
    (
        users.filter(id={"$gt": "0123456789abcdef01234567"}),
        {"filter": {"_id": {"$gt": ObjectId("0123456789abcdef01234567")}}},
    ),
    (
        users.filter(status={"$in": ["shipped"]}),
        {"filter": {"status": {"$in": ["shipped"]}}},
    ),
    (
        users.filter(name={"$regex": "x", "$options": "i"}),
        {"filter": {"name": {"$regex": "x", "$options": "i"}}},
    ),
    (users.filter(age={"$not": {"$gt": 5}}), {"filter": {"age": {"$not": {"$gt": 5}}}}),
    (users.filter(extra={}), {"filter": {"extra": {}}}),
    (users.filter(extra={"a": {"$gt": 1}}), {"filter": {"extra": {"a": {"$gt": 1}}}}),
    (base.filter(a__b__ne=1), {"filter": {"a.b": {"$ne": 1}}}),
    (base.filter(a__startswith="x"), {"filter": {"a": {"$regex": "^x"}}}),
    (
        base.filter(a__icontains="x"),
        {"filter": {"a": {"$regex": "x", "$options": "i"}}},
    ),
    (base.filter(a__between=(1, 2)), {"filter": {"a": {"$gte": 1, "$lte": 2}}}),
    (base.filter(a__exists=False), {"filter": {"a": {"$exists": False}}}),
    (base.filter(a__type="int"), {"filter": {"a": {"$type": "int"}}}),
    (base.filter(_id=5), {"filter": {"_id": 5}}),
    # keyset pages
    (
        base.sort("a").after({"a": 1, "_id": 2}),
        {
            "filter": {"$or": [{"a": {"$gt": 1}}, {"a": 1, "_id": {"$gt": 2}}]},
            "sort": {"a": 1, "_id": 1},
        },
    ),
    (base.after({"_id": 2}), {"filter": {"_id": {"$gt": 2}}, "sort": {"_id": 1}}),
    (
        base.sort("-_id").after({"_id": 2}),
        {"filter": {"_id": {"$lt": 2}}, "sort": {"_id": -1}},
    ),
    (
        base.sort("-a").after({"a": 1, "_id": 2}),
        {
            "filter": {
                "$or": [
                    {"$or": [{"a": {"$lt": 1}}, {"a": None}]},
                    {"a": 1, "_id": {"$gt": 2}},
                ]
            },
            "sort": {"a": -1, "_id": 1},
        },
    ),
    (
        base.sort("a").after({"_id": 2}),
        {
            "filter": {"$or": [{"a": {"$ne": None}}, {"a": None, "_id": {"$gt": 2}}]},
            "sort": {"a": 1, "_id": 1},
        },
    ),
    (
        base.sort("-a").after({"_id": 2}),
        {"filter": {"a": None, "_id": {"$gt": 2}}, "sort": {"a": -1, "_id": 1}},
    ),
]


@pytest.mark.parametrize(
    ("query", "arguments"), ROWS, ids=[str(a)[:70] for _, a in ROWS]
)
def test_compiles(query, arguments):
    """A query set compiles to the arguments of the driver's find."""
    assert repr(query.compile().as_dict()) == repr(arguments)
    twin = pickle.loads(pickle.dumps(query))  # noqa: S301
    assert twin == query
    assert hash(twin) == hash(query)


REFUSED = [
    (lambda: base.limit(0), ArgumentError, "limit got 0; it takes a number from 1 on"),
    (
        lambda: base.limit("5"),
        OperandError,
        "limit got '5'; it takes a number of documents",
    ),
    (lambda: base.skip(-1), ArgumentError, "skip got -1; it takes a number from 0 on"),
    (
        lambda: base.limit(param("n")).bind(n=0),
        ArgumentError,
        "limit got 0; it takes a number from 1 on",
    ),
    (
        lambda: base[5],
        OperandError,
        "a query set got the key 5; it takes slices, such as [:10]",
    ),
    (
        lambda: base[5:5],
        ArgumentError,
        "a query set got [5:5:None]; slices count forward from 0 and hold at least one document",
    ),
    (
        lambda: base[-5:],
        ArgumentError,
        "a query set got [-5:None:None]; slices count forward from 0 and hold at least one document",
    ),
    (
        lambda: base.limit(3)[3:],
        ArgumentError,
        "a query set got a slice from 3, past its limit of 3",
    ),
    (
        lambda: base.limit(param("n"))[1:],
        ArgumentError,
        "a query set can't be sliced while limit is the parameter 'n'; bind it first",
    ),
    (lambda: base.only(), ArgumentError, "only got no fields; it takes at least one"),
    (
        lambda: base.only("a").omit("b"),
        ArgumentError,
        "only and omit exclude each other; a projection keeps fields or drops them",
    ),
    (lambda: base.only(5), OperandError, "only got 5; it takes fields or their names"),
    (
        lambda: base.select(int),
        OperandError,
        "select got <class 'int'>; it takes an attrs class",
    ),
    (
        lambda: base.sort(5),
        OperandError,
        "sort got 5; it takes fields, field.desc(), '-name' or (name, -1)",
    ),
    (
        lambda: base.sort(F.a + 1),
        OperandError,
        f"sort got {F.a + 1!r}; it takes fields, field.desc(), '-name' or (name, -1)",
    ),
    (
        lambda: base.sort(("a", 2)),
        ArgumentError,
        "sort got the direction 2 for 'a'; it is 1 or -1",
    ),
    (
        lambda: base.sort("a", "-a"),
        ArgumentError,
        "sort got 'a' twice; a field has one direction",
    ),
    (
        lambda: base.max_time(0),
        ArgumentError,
        "max_time got 0; it takes a positive number of seconds",
    ),
    (lambda: base.max_time("1"), OperandError, "max_time got '1'; it takes seconds"),
    (
        lambda: base & 5,
        OperandError,
        "& got 5; a query set joins query sets and filters",
    ),
    (
        lambda: users & QuerySet(Row),
        OperandError,
        "& got query sets of User and Row; it takes two of one class",
    ),
    (
        lambda: base.filter({"a": 1}),
        OperandError,
        "filter() got {'a': 1}; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (
        lambda: bool(base),
        TruthValueError,
        "a query set has no truth value; ask exists() or count()",
    ),
    (
        lambda: 1 in base,
        TruthValueError,
        "a query set can't answer 'in'; filter by what you look for and ask exists()",
    ),
    (
        lambda: list(base),
        OperandError,
        "a query set of no document class can't be executed; the mapper's can",
    ),
    (
        lambda: base.bind(x=1),
        ParameterError,
        "bind got 'x', which no parameter is called; there are: none",
    ),
    (
        lambda: base.filter(F.a > param("n")).compile(),
        ParameterError,
        "parameter 'n' is unbound; fill it with bind(n=...)",
    ),
    (
        lambda: param("a b"),
        ParameterError,
        "a parameter is named 'a b'; names are Python identifiers",
    ),
    (
        lambda: (F.a > param("n", int)).bind(n="x"),
        OperandError,
        "parameter 'n' is bound to 'x', a str; it takes int",
    ),
    (
        lambda: base.after("%%%"),
        CursorError,
        "after got '%%%', which is no cursor; pass one that a page or cursor() gave",
    ),
    (
        lambda: base.sort("a").after(base.cursor({"_id": 1})),
        CursorError,
        f"after got the cursor {base.cursor({'_id': 1})!r}, which belongs to a query with another filter or sort order; pass one that this query gave",
    ),
    (
        lambda: base.sort("a").after({"a": 1}),
        OperandError,
        "a keyset page got {'a': 1}; it takes a cursor, or a stored document with its _id",
    ),
    (
        lambda: base.after(5),
        OperandError,
        "a keyset page got 5; it takes a cursor, or a stored document with its _id",
    ),
    (
        lambda: users.filter(name={"$xyzzy": 1}),
        OperandError,
        "User.q.name got the operator '$xyzzy'; keywords take: $all, $bitsAllClear, $bitsAllSet, $bitsAnyClear, $bitsAnySet, $elemMatch, $eq, $exists, $geoIntersects, $geoWithin, $gt, $gte, $in, $lt, $lte, $maxDistance, $minDistance, $mod, $ne, $near, $nearSphere, $nin, $not, $options, $regex, $size, $type",
    ),
    (
        lambda: users.filter(extra={"$elemMatch": {"$where": "1"}}),
        OperandError,
        "a keyword filter got $where; server-side JavaScript needs raw({...})",
    ),
    (
        lambda: users.filter(age={"$gt": "x"}),
        OperandError,
        "User.age is int and can't be compared with or set to 'x', a str",
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


def test_unknown_keywords_are_suggested():
    """An unknown name lists fields and look-ups."""
    with pytest.raises(
        UnknownFieldError, match="User has no field 'agee'; did you mean 'age'"
    ):
        users.filter(agee=1)
    with pytest.raises(
        UnknownFieldError, match="'gtee' is no look-up; did you mean 'gte'"
    ):
        users.filter(age__gtee=1)
    with pytest.raises(UnknownFieldError, match="User has no field 'nme'"):
        users.sort("nme")


def test_a_row_class_must_fit():
    """A row's fields are fields of the documents."""

    @attrs.define
    class Wrong:
        nme: str

    with pytest.raises(
        UnknownFieldError, match="User has no field 'nme'; did you mean 'name'"
    ):
        users.select(Wrong)


def test_methods_return_new_values():
    """No method changes the query set it is called on."""
    shared = base.filter(a=1)
    shared.filter(b=2).sort("c").limit(1)
    assert shared.compile().filter == {"a": 1}
    assert shared == QuerySet().filter(F.a == 1)


def test_cursors_round_trip():
    """A cursor is text that holds the place exactly, types included."""
    ordered = base.sort("a", "-b")
    text = ordered.cursor({"a": 1.0, "b": ObjectId("0" * 24), "_id": 5})
    assert text.isascii()
    page = ordered.after(text)
    assert page == ordered.after({"a": 1.0, "b": ObjectId("0" * 24), "_id": 5})


def test_find_command_is_frozen():
    """A compiled query is a value with the arguments as attributes."""
    command = users.filter(age=5).limit(2).compile()
    assert isinstance(command, FindCommand)
    assert (command.filter, command.limit, command.skip) == ({"age": 5}, 2, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        command.limit = 3


def test_reads_as_json_and_shell():
    """A query set reads as Extended JSON and as mongosh."""
    query = base.filter(F.a > 1).only("a").sort("-a").skip(1).limit(5).max_time(1)
    assert query.to_json() == (
        '{"filter": {"a": {"$gt": 1}}, "projection": {"a": 1}, "sort": {"a": -1}, '
        '"skip": 1, "limit": 5, "max_time_ms": 1000}'
    )
    shell = (
        "db.collection.find({ a: { $gt: 1 } }, { a: 1 })"
        ".sort({ a: -1 }).skip(1).limit(5).maxTimeMS(1000)"
    )
    assert str(query) == shell
    assert repr(query) == (
        "QuerySet().filter(F.a > 1).only(F.a).sort(F.a.desc()).skip(1).limit(5)"
        ".max_time(1.0)"
    )
    assert repr(users) == "QuerySet(User)"
    assert 'param("x")' in repr(base.filter(F.a == param("x")))
    assert query.filters == (F.a > 1)


def test_faces_define_hash_and_eq_together():
    """No face lost its hash to a new ``__eq__``."""
    seen = []
    todo = [Face]
    while todo:
        face = todo.pop()
        todo += face.__subclasses__()
        seen.append(face)
        assert face.__hash__ is not None, face
    assert len(seen) > 8


def test_an_unknown_look_up_names_those_there_are():
    """A keyword that is neither a field nor a look-up is refused with both lists."""
    with pytest.raises(UnknownFieldError) as caught:
        QuerySet(User).filter(age__gtx=1)
    message = str(caught.value)
    assert "'gtx' is no look-up; did you mean 'gt'?; the look-ups are: " in message
    assert " gte, " in message
