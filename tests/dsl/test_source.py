"""`repr` is Python that rebuilds the value; source breaks where it is too wide."""

import datetime  # noqa: ICN001 - the name that source has
import re

import bson
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
from hypothesis import given
from hypothesis import strategies as st

import mongo_dsl
from mongo_dsl import (
    F,
    Fields,
    Filter,
    Pipeline,
    QuerySet,
    Update,
    acc,
    all_of,
    and_,
    comment,
    expr,
    fn,
    json_schema,
    nor,
    not_,
    or_,
    param,
    raw,
    sample_rate,
    search,
    stages,
    text,
    where,
    win,
)
from mongo_dsl.source import laid_out
from mongo_dsl.source.layout import Call, Chain, Infix, Prefix
from tests.models import Address, Status, User


q = User.q
NAMES = {
    **vars(mongo_dsl),
    **{name: getattr(bson, name) for name in ("ObjectId", "Int64", "Regex", "Binary")},
    **{
        name: getattr(bson, name) for name in ("Decimal128", "Code", "MinKey", "MaxKey")
    },
    "Timestamp": Timestamp,
    "DBRef": DBRef,
    "datetime": datetime,
    "re": re,
    "User": User,
    "Address": Address,
}
NOW = datetime.datetime(2024, 5, 1, 12, 30, 0, 123000, tzinfo=datetime.timezone.utc)


def rebuilt(value):
    """Evaluate what `repr` shows."""
    return eval(repr(value), dict(NAMES))  # noqa: S307 - our own source


def same(one, other):
    """Tell whether two values are one; ``==`` of expressions builds a filter."""
    return one.same_as(other) if hasattr(one, "same_as") else one == other


VALUES = [
    F.a > 5,
    F.a.b.eq("x"),
    F["a-b"].ne(None),
    F["_id"] == ObjectId("0123456789abcdef01234567"),
    F.items[0].sku == "a",
    F.first > 1,
    F.a["first"] > 1,
    (F.a > 5) & (F.b == "x") | ~(F.c.in_([1, "a"])),
    (F.a > 1) & (F.a < 5) & (F.a != 3),
    F.a.between(1, 5),
    F.a.exists() & F.b.exists(False) & F.c.is_null(),
    F.a.type_("string") & F.b.type_("int", "long"),
    F.a.size_(3) & F.b.mod(4, 0) & F.c.all_(["a", "b"]),
    F.items.any((F.sku == "a") & (F.qty > 5)),
    F.scores.any(lambda score: score.between(80, 85)),
    F.a.matches("^x", case=False) | F.b.startswith("y") | F.c.contains("z"),
    ~F.a.matches("x"),
    F.a == Regex("x", "i"),
    F.a == {"$gt": 1},
    F.a.bits_all_set(5) & F.b.bits_any_clear([1, 5]),
    F.a > F.b,
    (F.a + 1 > F.b * 2) & (F.c == 1),
    not_(F.a > 5),
    nor(F.a > 5, F.b > 5),
    and_(F.a > 5, F.b > 5) & (F.c == 1),
    or_(F.a > 5),
    or_(or_(F.a > 5, F.b > 5), F.c == 1),
    all_of(*(F[f"f{n}"] > n for n in range(50))),
    Filter(),
    expr(fn.and_(F.a, F.b)),
    text("coffee shop", language="en"),
    comment("nightly") & json_schema({"required": ["name"]}),
    sample_rate(0.25),
    where("this.a > this.b"),
    raw({"a": {"$gt": 1}}),
    (F.a > 1) & raw({"$where": "1"}),
    q.age.between(18, 30) & (q.name == "Ann"),
    q.status == Status.PENDING,
    q.address.city == "Rome",
    q.tags[0] == "a",
    Fields(Address).city == "Rome",
    F.a > param("low"),
    q.age >= param("low", int),
    F.a.in_(param("many", list)),
    F.a + 1,
    1 - F.a,
    -(F.a * (F.b + 2)) / 3,
    F.a["b"],
    fn.cond(F.a > 5, "x", F.b),
    fn.switch([(F.a < 5, "low"), (F.a < 9, "mid")], default="high"),
    fn.map_(F.items, lambda item: item.price * item.qty),
    fn.filter_(F.items, lambda item: item.qty > 5),
    fn.reduce(F.words, "", lambda joined, word: fn.concat(joined, word)),
    fn.let({"total": F.a * F.b}, lambda total: total + 1),
    fn.date_to_string(format_="%Y", date=F.d),
    fn.date_trunc(F.d, unit="month"),
    fn.literal("$x"),
    fn.abs_(fn.as_is([F.x])),
    fn.not_(fn.as_is(F.x)),
    fn.value({"a": F.b, "c": [1, "$x"]}),
    fn.get_field("a.b", F.c),
    fn.NOW,
    fn.ROOT.a,
    fn.var("this.price"),
    F.name.str.lower(),
    acc.sum_(1),
    acc.sum_([F.a, F.b]),
    acc.top_n(3, F.score.desc(), [F.name, F.score]),
    acc.percentile(F.a, [0.5, 0.95]),
    acc.avg(F.a).over(documents=("unbounded", "current")),
    win.rank(),
    win.shift(F.a, by=-1, default=0),
    win.derivative(F.a, "hour").over(range=(-4, 0), unit="hour"),
    F.a.set(1) & F.b.unset() & F.c.inc(2) & F.d.mul(2) & F.e.rename("f"),
    F.a.min_(1) & F.b.max_(2) & F.c.set_on_insert("x") & F.d.current_date(),
    F.a.push(1) & F.b.push("x", "y", slice_=-5, sort=-1, position=0),
    F.a.add_to_set(1, 2) & F.b.pull(5) & F.c.pull_all([1, 2]) & F.d.pop(-1),
    F.a.pull(F.qty > 5) & F.b.pull(lambda item: item > 5) & F.c.bit(or_=5),
    F.a.push({"sku": "a"}) & F.b.push({"$each": 1}),
    F.items.where(F.sku == "a").qty.inc(1),
    F.grid.every().x.set(1) & F.items.matched().y.set(2),
    F.a.set(F.b + 1),
    q.age.inc(1) & q.tags.push("x"),
    Update(),
    Update(raw({"$set": {"a": 1}})),
    stages.match(F.a > 1, F.b == 2),
    stages.set_({"a.b": 1}, c=F.d),
    stages.project("a", b=True, c=F.d + 1),
    stages.group({"x": F.a}, n=acc.count()),
    stages.unwind(F.a, preserve_null_and_empty_arrays=True),
    stages.lookup("o", local_field="a", foreign_field="b", as_="c"),
    stages.set_window_fields(sort_by="a", rank=win.rank(), m=acc.max_(F.x)),
    Pipeline().match(F.a > 5).group(F.c, n=acc.count()).sort("-n").limit(5),
    Pipeline(User).match(q.age > 5).set(x=q.age + 1).unset("x"),
    Pipeline().facet(a=Pipeline().limit(5), b=Pipeline().count("n")),
    Pipeline().lookup("o", as_="o", pipeline=lambda o: Pipeline().match(F.x == o.q.y)),
    QuerySet(),
    QuerySet(User).filter(q.age > 3, name="Ann").sort("-age", "name").skip(5).limit(10),
    QuerySet().only("a", "b").hint("x").comment("y").max_time(1.5).raw(),
    QuerySet().omit("a").collation("en", strength=2).hint({"a": 1}),
    search.text(F.title, "surf", fuzzy=search.fuzzy(max_edits=1)),
    search.compound(must=[search.text("a", "b")], should=[search.exists("c")]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:60])
def test_repr_rebuilds(value):
    """What `repr` shows evaluates to an equal value."""
    assert same(rebuilt(value), value), repr(value)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.sampled_from(
        [
            *(Int64(5), Decimal128("1.50"), ObjectId("0" * 24), Binary(b"x", 5), NOW),
            *(Regex("a", "im"), re.compile("a.b", re.IGNORECASE), Timestamp(1, 2)),
            *(MinKey(), MaxKey(), DBRef("c", 1), Code("f"), Code("f", {"x": 1})),
            *('"', "'", "\\", "\"'", "$x", "$$ROOT", "\n", float("inf")),
        ]
    ),
)
keys = st.text(st.characters(exclude_characters="\0"), max_size=4) | st.just("$gt")
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=5,
)
names = st.sampled_from(["a", "a.b", "a-b", "first", "class", "a.0", "_id", "é", "set"])
plain = values.filter(lambda value: not isinstance(value, (Regex, re.Pattern)))
comparisons = st.one_of(
    st.builds(lambda name, value: F[name] == value, names, values),
    st.builds(lambda name, value: F[name].eq(value), names, values),
    st.builds(lambda name, value: F[name] > value, names, plain),
    st.builds(lambda name, given: F[name].in_(given), names, st.lists(values)),
    st.builds(lambda name, value: F[name].between(value, 5), names, plain),
    st.builds(lambda name: F[name].any(F.x > 1), names),
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(lambda one, other: one & other, inner, inner),
        st.builds(lambda one, other: one | other, inner, inner),
        st.builds(lambda one: ~one, inner),
        st.builds(lambda one, other: and_(one, other), inner, inner),
        st.builds(lambda one, other: nor(one, other), inner, inner),
    ),
    max_leaves=6,
)
expressions = st.recursive(
    st.builds(lambda name: F[name] + 1, names) | st.builds(fn.literal, values),
    lambda inner: st.one_of(
        st.builds(lambda one, other: one * other, inner, inner),
        st.builds(lambda one, value: fn.concat_arrays(one, [value]), inner, values),
        st.builds(lambda test, one: fn.cond(test, one, 5), comparisons, inner),
    ),
    max_leaves=4,
)
updates = st.builds(lambda name, value: F[name].set(value), names, values)


@given(filters | expressions | updates)
def test_repr_rebuilds_whatever_was_built(value):
    """Names that are no attributes, hostile values and every nesting survive."""
    assert same(rebuilt(value), value), repr(value)


def test_layout():
    """What fits stays on a line; what doesn't is broken with trailing commas."""
    short = Call("f", ("a", Prefix("b=", "c")))
    assert laid_out(short) == "f(a, b=c)"
    wide = "x" * 50
    chain = Chain("P()", (Call(".a", (wide,)), Call(".b", (wide, short))))
    assert laid_out(chain) == (
        f"(\n    P()\n    .a({wide})\n    .b({wide}, f(a, b=c))\n)"
    )
    infix = Infix("&", (wide, Infix("|", ("a", "b"))))
    assert laid_out(infix) == f"{wide} & (a | b)"
    assert laid_out(Infix("&", (wide, wide))) == f"(\n    {wide}\n    & {wide}\n)"
    assert laid_out(Call("f", (wide, wide))) == f"f(\n    {wide},\n    {wide},\n)"
