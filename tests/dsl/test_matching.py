"""Filters evaluated in memory are held against a real server."""

import copy
import datetime as dt
import itertools
import operator
import re
import uuid
from decimal import Decimal

import attrs
import pytest
from bson import (
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from mongo_dsl import (
    F,
    Filter,
    and_,
    comment,
    geo,
    json_schema,
    nor,
    not_,
    or_,
    param,
    raw,
    sample_rate,
    text,
    where,
)
from mongo_dsl.errors import CompileError, OperandError, ParameterError
from tests.models import Address, Item, Status, User


UTC = dt.timezone.utc
SAYS_NO = "refused"

NUMBERS = [
    *(0, 1, 2, -1, -3, 5, 2**31, 2**53, 2**53 + 1, 2**62, 2**63 - 1, -(2**63)),
    *(1.0, 1.5, -1.5, -2.5, -0.0, 0.1, 2.0**53, 2.0**63, -(2.0**63), 1e300, 5e-324),
    *map(float, ("nan", "inf", "-inf")),
    *map(Int64, (0, 1, 2**40)),
    *map(Decimal128, ("1", "1.50", "0.1", "-0", "2.5", "-3.5", "3.99", "1E+400")),
    *map(Decimal128, ("1E-400", "NaN", "Infinity", "-Infinity", "9007199254740993")),
    *map(Decimal128, ("9223372036854775807", "9223372036854775808")),
    # The decimals on both sides of the double 0.1, which lies between them.
    Decimal128("0.1000000000000000055511151231257827"),
    Decimal128("0.1000000000000000055511151231257828"),
]
OTHERS = [
    *(None, True, False, "", "a", "b", "ab", "A", "é", "\uffff", "\U0001f600", "a\0b"),
    *(b"", b"a", b"\xff\x01", Binary(b"a", 5), Binary(b"a", 2), Binary(b"abcde", 0)),
    *(Binary(b"a" * 16, 4), ObjectId("0" * 24), ObjectId("f" * 24)),
    *(dt.datetime(2020, 1, 1, tzinfo=UTC), dt.datetime(1960, 1, 1, tzinfo=UTC)),
    *(Timestamp(1, 1), Timestamp(1, 2), Timestamp(2, 0), MinKey(), MaxKey()),
    *(Regex("a"), Regex("a", "i"), Regex("b"), Code("a"), Code("b"), DBRef("x", 1)),
]
NESTED = [
    *({}, {"a": 1}, {"a": 1.0}, {"a": None}, {"b": 1}, {"a": 1, "b": 2}),
    *({"b": 2, "a": 1}, {"a": {"b": 1}}, {"a": "x"}, {"0": 1}, {"a": [1]}),
    *([], [1], [[1]], [1, 2], [2, 1], [None], [[]], [{}], [{"a": 1}], ["a", {"a": 2}]),
    *([True], [float("nan")], [MinKey()], [[1, 2], [3]], [{"a": [1, {"a": 1}]}, 1]),
]


@pytest.fixture(scope="module")
def collection(mongo_uri):
    """Return a collection that the tests of this module fill one after the other."""
    with MongoClient(mongo_uri) as client:
        yield client["matching"]["documents"]
        client.drop_database("matching")


def stored(collection, documents):
    """Store *documents*, numbered, instead of what was there."""
    numbered = [{"_id": n, **document} for n, document in enumerate(documents)]
    collection.delete_many({})
    collection.insert_many(numbered)
    return numbered


def by_server(collection, asked):
    """Return the ids that the server finds, or that it refuses."""
    try:
        return [one["_id"] for one in collection.find(asked.compile()).sort("_id")]
    except OperationFailure:
        return SAYS_NO


def in_memory(documents, asked):
    """Return the ids that are found in memory, or that the filter is refused."""
    try:
        return [one["_id"] for one in documents if asked.matches(one)]
    except CompileError:
        return SAYS_NO


# -- Every operator, generated ---------------------------------------------------------

keys = st.sampled_from(["a", "b", "0", "1"])


@st.composite
def scalars(draw):
    """Draw values of every type, plain ones more often."""
    pool = draw(st.sampled_from("pno"))
    plain = [0, 1, 1.0, 2, None, True, "a", "ab"]
    return draw(st.sampled_from({"p": plain, "n": NUMBERS, "o": OTHERS}[pool]))


values = st.recursive(
    scalars(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=6,
)
documents = st.lists(
    st.dictionaries(st.sampled_from(["a", "b"]), values, min_size=1),
    min_size=3,
    max_size=8,
)
PATHS = ["a", "b", "a.b", "a.a", "a.0", "a.0.b", "a.b.0", "a.0.0", "b.1.0.a", "a.0.1.0"]
types = st.sampled_from(
    [
        *("double", "string", "object", "array", "binData", "objectId", "bool", "date"),
        *("null", "regex", "javascript", "int", "timestamp", "long", "decimal"),
        *("minKey", "maxKey", "number", 1, 2, 3, 4, 16, -1, 127),
    ]
)
lists = st.lists(values, max_size=3)
divisors = st.sampled_from([1, 2, 3, -2, 2.7, Decimal128("3.9"), 2**40])
remainders = st.sampled_from([0, 1, -1, 1.5, 2])
masks = st.sampled_from(
    [
        *(0, 1, 5, 2**62, [], [0, 2], [63], [70]),
        *(b"", b"\x01", b"a", Binary(b"a", 2), Binary(b"\x01\x02", 5)),
    ]
)


def call(name, *arguments):
    """Return filters made of a field by its method *name*."""
    return st.tuples(*arguments).map(
        lambda given: lambda field: getattr(field, name)(*given)
    )


ordered = scalars().filter(lambda value: not isinstance(value, Regex))
compared = st.one_of(
    st.builds(
        lambda compare, value: lambda field: compare(field, value),
        st.sampled_from([operator.eq, operator.ne]),
        values,
    ),
    st.builds(
        lambda compare, value: lambda field: compare(field, value),
        st.sampled_from([operator.lt, operator.le, operator.gt, operator.ge]),
        values.filter(lambda value: not isinstance(value, Regex)),
    ),
    call("eq", values),
    call("between", ordered, ordered),
    call("in_", lists),
    call("not_in", lists),
    call("exists", st.booleans()),
    call("is_null", st.booleans()),
    call("type_", types),
    call("type_", types, types),
    call("size_", st.integers(0, 3)),
    call("all_", lists),
    call("mod", divisors, remainders),
    call("matches", st.sampled_from(["a", "^A", "b$"]), st.sampled_from(["", "i"])),
)


def on_items(tests, inner):
    """Return tests of arrays, made of *tests* of their items and filters, *inner*."""
    of_items = tests.map(lambda test: lambda field: field.any(test))
    of_several = st.tuples(tests, tests).map(
        lambda pair: lambda field: field.all_([pair[0], pair[1]])
    )
    return of_items | of_several | inner.map(lambda one: lambda field: field.any(one))


def placed(tests):
    """Put *tests* on paths."""
    paths = st.sampled_from(PATHS)
    return st.builds(lambda test, path: test(F[path]), tests, paths)


def junctions(inner):
    """Join filters in every way there is."""
    pairs = st.tuples(inner, inner)
    joints = [operator.and_, operator.or_, and_, or_, nor]
    return inner.map(operator.invert) | st.builds(
        lambda join, pair: join(*pair), st.sampled_from(joints), pairs
    )


simple = placed(compared)
tests = compared | on_items(compared, simple)
filters = st.recursive(
    placed(tests) | placed(tests).map(operator.invert), junctions, max_leaves=4
)


@settings(max_examples=150, deadline=None)
@given(documents, st.lists(filters, min_size=4, max_size=6))
def test_memory_finds_what_the_server_finds(collection, given_documents, asked):
    """The same documents are found, and the same filters refused."""
    numbered = stored(collection, given_documents)
    for one in asked:
        assert in_memory(numbered, one) == by_server(collection, one), one


bits = st.one_of(
    *(
        call(name, masks)
        for name in ["bits_all_set", "bits_any_set", "bits_all_clear", "bits_any_clear"]
    )
)
undecimal = [value for value in NUMBERS if not isinstance(value, Decimal128)]


@settings(max_examples=100, deadline=None)
@given(st.lists(placed(bits), min_size=4, max_size=6))
def test_bits(collection, asked):
    """Bits are tested of integers, of doubles without a fraction and of bytes."""
    found = [{"a": value} for value in [*undecimal, *OTHERS, [1, b"a"], [2.0], [[1]]]]
    numbered = stored(collection, found)
    for one in asked:
        assert in_memory(numbered, one) == by_server(collection, one), one


# -- Every pair of values --------------------------------------------------------------

ORDER = ["$eq", "$gt", "$gte", "$lt", "$lte"]


@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("around", [lambda value: value, lambda value: [[value]]])
def test_the_order_of_values(collection, name, around):
    """Values of every type compare with values of every type as on the server."""
    everything = [*NUMBERS, *OTHERS, *NESTED]
    numbered = stored(collection, [{"a": around(v)} for v in everything] + [{}])
    for value in everything:
        asked = raw({"a": {name: around(value)}}) & Filter()
        assert in_memory(numbered, asked) == by_server(collection, asked), value


def test_remainders(collection):
    """Fractions are cut off, and the remainder has the sign of the number."""
    numbered = stored(collection, [{"a": value} for value in [*NUMBERS, *OTHERS]])
    divisors = [1, 2, -3, 2.7, Decimal128("3.9"), 2**62]
    for divisor, rest in itertools.product(divisors, [0, 1, -1, -0.5, 2**53 + 1]):
        asked = F.a.mod(divisor, rest)
        assert in_memory(numbered, asked) == by_server(collection, asked), asked


# -- Regular expressions ---------------------------------------------------------------

LETTERS = [
    *("a", "A", "b", "k", "K", "s", "0", "1", "_", " ", ".", "-", "#", "/", "\0"),
    *("\n", "\r", "\t", "\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u2028"),
    *("é", "É", "ß", "İ", "\u0131", "٣", "\U0001f600"),
]
ATOMS = [
    *("a", "b", "k", "S", "0", "_", " ", "#", ".", r"\.", r"\-", "\\\n", r"\d", r"\w"),
    *(r"\s", r"\D", r"\W", r"\S", r"\b", "^", "$", "[ab]", "[^a]", "[a-z]", r"[\w.]"),
    *(r"[^\s]", "[0-9-]", "\n", r"\n", r"\r", r"\t", "]", "}", "[A-Z]", r"[^\W]"),
    *(r"$(?!\n)", "^", "$", "é", r"\é", "[é]"),
]
TIMES = ["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "+?", "??", "{1,2}?"]
patterns = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=2).map("|".join),
        st.tuples(st.sampled_from(["(", "(?:", "(?=", "(?!"]), inner, st.just(")")).map(
            "".join
        ),
        st.tuples(inner, st.sampled_from(TIMES)).map("".join),
    ),
    max_leaves=6,
)
texts = st.lists(st.text(st.sampled_from(LETTERS), max_size=6), min_size=8, max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    texts, st.lists(patterns, min_size=5, max_size=5), st.sets(st.sampled_from("imsu"))
)
def test_patterns_mean_the_same(collection, found, asked, options):
    """A pattern that isn't refused finds the same texts in Python."""
    numbered = stored(collection, [{"a": text} for text in found])
    for pattern in asked:
        one = F.a.matches(pattern, "".join(sorted(options)))
        ours = in_memory(numbered, one)
        assert ours in (SAYS_NO, by_server(collection, one)), one


@pytest.mark.parametrize("part", ["a.b", "a", "A-b", "é", "a\nb", "(", "x{2}", ""])
def test_parts_of_text(collection, part):
    """What `contains` and its kin escape is always read alike."""
    texts = ["a.b", "a.b\n", "xA-B", "A-b", "é", "É", "a\nb", "(", "x{2}", "", "axb"]
    numbered = stored(collection, [{"a": text} for text in texts])
    for one in (F.a.contains, F.a.startswith, F.a.endswith):
        assert in_memory(numbered, one(part)) == by_server(collection, one(part))
        if part.isascii():
            any_case = one(part, case=False)
            assert in_memory(numbered, any_case) == by_server(collection, any_case)


def test_patterns_among_values(collection):
    """Regular expressions stand in lists, under not and beside stored ones."""
    texts = ["ab", "AB", "xb", ["ab", "c"], Regex("^a"), Regex("^a", "i"), 5, None]
    numbered = stored(collection, [{"a": text} for text in texts])
    for one in (
        F.a.in_([Regex("^a"), 5]),
        F.a.not_in([re.compile("^a", re.IGNORECASE), None]),
        F.a.all_([Regex("^a"), "c"]),
        not_(F.a.matches("^a")),
        raw({"a": Regex("^a")}) & Filter(),
        raw({"a": {"$regex": Regex("^a", "i")}}) & Filter(),
        raw({"a": {"$not": Regex("^a")}}) & Filter(),
        F.a == Regex("^a"),
        F.a.any(lambda item: item.matches("^A", case=False)),
    ):
        assert in_memory(numbered, one) == by_server(collection, one), one


# -- Documents and objects -------------------------------------------------------------


@attrs.define
class Line:
    """An object that no mapper knows."""

    sku: str
    price: Decimal = attrs.field(default=Decimal(0), metadata={"db_name": "p"})
    parts: tuple["Line", ...] = ()


ANN = User(
    name="Ann",
    email="ann@example.org",
    age=30,
    status=Status.SHIPPED,
    address=Address(city="Paris", zip="75001"),
    items=[Item("a", 2), Item("b", 5)],
    balance=Decimal("9.90"),
    token=uuid.UUID(int=5),
    born=dt.date(1990, 5, 17),
    place=geo.Point(2.35, 48.86),
)

OBJECTS = {
    "a field": (User.q.age >= 18, ANN, True),
    "a stored name": (User.q.email == "ann@example.org", ANN, True),
    "the stored name by hand": (F.mail == "ann@example.org", ANN, True),
    "not the name in Python": (F.email.exists(), ANN, False),
    "a member of an enum": (User.q.status == Status.SHIPPED, ANN, True),
    "a nested object": (User.q.address.zip == "75001", ANN, True),
    "a whole nested object": (User.q.address == Address("Paris", "75001"), ANN, True),
    "items": (User.q.items.any((F.sku == "a") & (F.qty > 2)), ANN, False),
    "a decimal": (User.q.balance == Decimal("9.9"), ANN, True),
    "a uuid": (User.q.token == uuid.UUID(int=5), ANN, True),
    "a day": (User.q.born < dt.date(2000, 1, 1), ANN, True),
    "a shape": (F.place.type == "Point", ANN, True),
    "None": (User.q.friend.is_null(), ANN, True),
    "an object of attrs": (F.p == Decimal(1), Line("a", Decimal(1)), True),
    "objects in an object": (F.parts.p > 1, Line("a", parts=(Line("b"),)), False),
    "an object in a mapping": (F.line.sku == "a", {"line": Line("a")}, True),
    "objects in a list": (F.lines.sku == "b", {"lines": [Line("b")]}, True),
    "a document in a mapping": (F.user.mail.exists(), {"user": ANN}, True),
    "a set": (F.tags == ["a", "b"], {"tags": {"b", "a"}}, True),
    "a datetime without a zone": (
        F.at == dt.datetime(2020, 1, 1, tzinfo=UTC),
        {"at": dt.datetime(2020, 1, 1, 0, 0, 0, 999)},  # noqa: DTZ001 - UTC is meant
        True,
    ),
    "the empty filter": (Filter(), {}, True),
    "a comment": (comment("nightly") & (F.a == 1), {"a": 1}, True),
    "data that looks like an operator": (F.a == {"$gt": 1}, {"a": 5}, False),
    "a bound parameter": ((F.a > param("low")).bind(low=1), {"a": 2}, True),
}


@pytest.mark.parametrize(
    ("asked", "document", "expected"), OBJECTS.values(), ids=OBJECTS
)
def test_objects(asked, document, expected):
    """Objects match as they are stored."""
    assert asked.matches(document) is expected


@pytest.mark.parametrize(
    ("asked", "document"),
    [(asked, document) for asked, document, _ in OBJECTS.values() if document is ANN],
)
def test_objects_are_found_where_they_are_stored(mapper, asked, document):
    """What memory says of an object is what the server says once it is stored."""
    mapper.insert(copy.deepcopy(document))
    assert mapper.exists(mapper.find(User, asked)) is asked.matches(document)


# -- Refusals --------------------------------------------------------------------------

ASK = "can't be evaluated in memory; ask the server"
TRIANGLE = geo.Polygon([(0, 0), (0, 1), (1, 0), (0, 0)])
REFUSED = {
    "text": (text("coffee"), f"$text {ASK}"),
    "where": (where("this.a"), f"$where {ASK}"),
    "json_schema": (json_schema({}), f"$jsonSchema {ASK}"),
    "sample_rate": (sample_rate(0.5), f"$sampleRate {ASK}"),
    "fields compared": (F.spent > F.budget, f"$expr {ASK}"),
    "near": (F.place.near(geo.Point(0, 0)), f"$near {ASK}"),
    "within": (F.place.within(TRIANGLE), f"$geoWithin {ASK}"),
    "intersects": (F.place.intersects(TRIANGLE), f"$geoIntersects {ASK}"),
    "in a branch that isn't needed": ((F.a == 1) | where("this.a"), f"$where {ASK}"),
    "under not": (not_(F.a.within(TRIANGLE)), f"$geoWithin {ASK}"),
    "in an array": (F.a.any(F.b.within(TRIANGLE)), f"$geoWithin {ASK}"),
    "an unknown operator": ({"a": {"$new": 1}}, f"$new {ASK}"),
    "an empty part of a path": (
        {"a..b": 1},
        "the path 'a..b' can't be followed in memory, for its empty part; ask the server",
    ),
    "no filters": (
        {"$or": []},
        "$or with [] can't be evaluated in memory; it takes a list of filters, at least one",
    ),
    "no list of filters": (
        {"$and": [5]},
        "$and with [5] can't be evaluated in memory; it takes a list of filters, at least "
        "one",
    ),
    "options alone": (
        {"a": {"$options": "i"}},
        "$options with 'i' can't be evaluated in memory; it stands beside $regex",
    ),
    "not": (
        {"a": {"$not": 5}},
        "$not with 5 can't be evaluated in memory; it takes operators or a regular "
        "expression",
    ),
    "elem_match": (
        {"a": {"$elemMatch": 5}},
        "$elemMatch with 5 can't be evaluated in memory; it takes a filter",
    ),
    "all": (
        {"a": {"$all": 5}},
        "$all with 5 can't be evaluated in memory; it takes a list",
    ),
    "operators in all": (
        {"a": {"$all": [{"$gt": 5}]}},
        "$all with [{'$gt': 5}] can't be evaluated in memory; its items can't be operators",
    ),
    "elem_match beside values": (
        {"a": {"$all": [{"$elemMatch": {}}, 5]}},
        "$all with 5 can't be evaluated in memory; $elemMatch stands beside nothing else "
        "there",
    ),
    "operators in in": (
        {"a": {"$in": [{"$gt": 1}]}},
        "$in with {'$gt': 1} can't be evaluated in memory; its values can't be operators",
    ),
    "in": (
        {"a": {"$in": 5}},
        "$in with 5 can't be evaluated in memory; it takes a list of values",
    ),
    "a pattern in ne": (
        {"a": {"$ne": Regex("a")}},
        "$ne with Regex('a', 0) can't be evaluated in memory; MongoDB takes no regular "
        "expression there",
    ),
    "a pattern in gt": (
        {"a": {"$gt": Regex("a")}},
        "$gt with Regex('a', 0) can't be evaluated in memory; MongoDB takes no regular "
        "expression there",
    ),
    "size": (
        {"a": {"$size": -1}},
        "$size with -1 can't be evaluated in memory; it takes an integer from 0",
    ),
    "exists": (
        {"a": {"$exists": "no"}},
        "$exists with 'no' can't be evaluated in memory; it takes true or false",
    ),
    "no types": (
        {"a": {"$type": []}},
        "$type with [] can't be evaluated in memory; it takes at least one type",
    ),
    "an unknown type": (
        {"a": {"$type": "text"}},
        "$type with 'text' can't be evaluated in memory; it takes the aliases and numbers "
        "of BSON's types",
    ),
    "mod": (
        {"a": {"$mod": [2]}},
        "$mod with [2] can't be evaluated in memory; it takes a divisor and a remainder",
    ),
    "mod by nothing": (
        {"a": {"$mod": [0.5, 1]}},
        "$mod with [0.5, 1] can't be evaluated in memory; it takes a divisor and a "
        "remainder",
    ),
    "bits": (
        {"a": {"$bitsAllSet": -1}},
        "$bitsAllSet with -1 can't be evaluated in memory; it takes an integer from 0, "
        "bytes or a list of places",
    ),
    "bits of decimals": (
        F.decimal.bits_all_set(1),
        "$bitsAllSet with Decimal128('1') can't be evaluated in memory; only the server "
        "knows the bits of decimals",
    ),
    "an option": (
        F.a.matches("a b", "x"),
        "$regex with 'a b' can't be evaluated in memory; its option x is read by the server",
    ),
    "letters beyond ASCII": (
        F.a.contains("é", case=False),
        "$regex with 'é' can't be evaluated in memory; its option i knows the cases of "
        "ASCII alone here",
    ),
    "texts beyond ASCII": (
        F.text.contains("s", case=False),
        "$regex with 's' can't be evaluated in memory; its option i meets '\u017f'",
    ),
    "a pattern of PCRE": (
        F.a.matches(r"\p{L}"),
        r"$regex with '\\p{L}' can't be evaluated in memory; what stands at place 0 may "
        "mean something else in Python",
    ),
    "a pattern that isn't one": (
        F.a.matches("(a"),
        "$regex with '(a' can't be evaluated in memory; Python says: missing ), "
        "unterminated subpattern at position 0",
    ),
    "a pattern of bytes": (
        {"a": re.compile(b"a")},
        "$regex with re.compile(b'a') can't be evaluated in memory; it takes a pattern of "
        "text",
    ),
    "a pattern that is no text": (
        {"a": {"$regex": 5}},
        "$regex with 5 can't be evaluated in memory; it takes a pattern, its options are "
        "letters",
    ),
    "options twice": (
        {"a": {"$regex": Regex("a", "m"), "$options": "i"}},
        f"$regex with {Regex('a', 'm')!r} can't be evaluated in memory; give all its "
        "options in one place",
    ),
    "code with a scope": (
        F.code == Code("a", {}),
        "Code('a', {}) can't be compared in memory, for its scope; ask the server",
    ),
}


@pytest.mark.parametrize(("asked", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(asked, message):
    """What memory can't answer for sure is refused."""
    document = {
        "decimal": Decimal128("1"),
        "text": "\u017f",
        "code": Code("a", {}),
    }
    with pytest.raises(CompileError) as caught:
        (Filter() & (raw(asked) if isinstance(asked, dict) else asked)).matches(
            document
        )
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"\v",
            r"\h",
            r"\R",
            r"\1(a)",
            r"\Z",
            r"\x41",
            r"\B",
            r"\Qa\E",
            r"\101",
            "a++",
        ),
        *(
            "(?i)a",
            "(?<n>a)",
            "(?>a)",
            "(?#a)",
            "[[:alpha:]]",
            "[]a]",
            "a{,3}",
            "a{",
            "*",
        ),
        *(
            "(*UCP)a",
            "(?=a)*",
            "[a&&b]",
            "(?<=a)b",
            "(?P<n>a)",
            "[+--]",
            "[b-",
            "[z-a]",
        ),
    ],
)
def test_patterns_of_doubt(pattern):
    """Pieces that PCRE and Python read differently, or may, are refused."""
    with pytest.raises(CompileError, match=r"^\$regex with "):
        F.a.matches(pattern).matches({"a": "a"})


@pytest.mark.parametrize("document", [5, "a", None, [{"a": 1}], Line, geo.Point(0, 0)])
def test_what_is_no_document(document):
    """Mappings and objects of attrs classes have fields; nothing else has."""
    with pytest.raises(OperandError) as caught:
        (F.a == 1).matches(document)
    expected = "it takes a mapping or an object of an attrs class"
    assert str(caught.value) == f"matches got {document!r}; {expected}"


def test_a_value_without_a_form():
    """A document holds what BSON holds."""
    with pytest.raises(OperandError) as caught:
        (F.a == 1).matches({"a": 1j})
    assert str(caught.value) == "1j is a complex, which has no BSON form"


def test_an_open_parameter():
    """A filter with a hole can't be asked."""
    with pytest.raises(ParameterError) as caught:
        (F.a == param("x")).matches({"a": 1})
    assert str(caught.value) == "parameter 'x' is unbound; fill it with bind(x=...)"
