"""Prepared queries give what binding and compiling gives."""

import datetime as dt
import pickle
import re

import pytest
from bson import Decimal128, Regex
from hypothesis import given
from hypothesis import strategies as st

from mongo_dsl import F, Pipeline, QuerySet, Update, fn, param, stages
from mongo_dsl.errors import OperandError, ParameterError
from tests.models import User


q = User.q
X, Y = param("x"), param("y")

QUERIES = {
    "equal": (F.a == X) & (F.b == Y),
    "ordered": (F.a > X) & (F.b <= Y),
    "merged": (F.a > X) & (F.a < Y) & (F.b == 5),
    "merged with an equal one": (F.a == X) & (F.a < Y),
    "in conflict": (F.a > X) & (F.a > Y),
    "a list": F.a.in_([X, 1, Y]),
    "negated": ~(F.a == X) & ~((F.b > Y) & (F.c == 1)),
    "or": (F.a == X) | (F.b == Y),
    "of items": F.items.any((F.sku == X) & (F.qty > Y)),
    "an expression": fn.add(F.a, X) > Y,
    "the other form": fn.cond(F.a == X, Y, F.b),
    "a document": F.a == {"x": X, "y": {"z": [Y]}},
    "an update": F.a.set(X) & F.tags.push(Y, slice_=5),
    "a pipeline": Pipeline().match(F.a == X).set(b=X, c=fn.concat(F.d, Y)),
    "a text": F.a.eq(X) & F.b.eq(Y),
    "a stage": stages.set_(a=X, b=[Y, "$x"]),
    "a query": QuerySet().filter(F.a > X, F.b != Y).sort("-a").only("a"),
    "without holes": F.a > 5,
}
values = st.recursive(
    st.sampled_from(
        [
            *(None, True, 0, 1, 1.5, -(2**63), "", "a", "$a", "$$ROOT", b"x"),
            *(Regex("a"), re.compile("a"), Decimal128("1")),
            dt.datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=dt.timezone.utc),
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "$gt", "a.b"]), inner, max_size=2)
    ),
    max_leaves=4,
)
PREPARED = {name: query.prepare() for name, query in QUERIES.items()}


@pytest.mark.parametrize("name", QUERIES)
@given(values, values)
def test_bind_and_compile(name, x, y):
    """Filling what is compiled is compiling what is filled."""
    query, prepared = QUERIES[name], PREPARED[name]
    given_ = {"x": x, "y": y} if name != "without holes" else {}
    try:
        expected = query.bind(**given_).compile()
    except OperandError as error:
        with pytest.raises(OperandError, match=f"^{re.escape(str(error))}$"):
            prepared.bind(**given_)
    else:
        assert repr(prepared.bind(**given_)) == repr(expected)


def test_what_can_be_is_filled_in():
    """Only where a value decides the form is the query compiled anew."""
    made = [name for name, prepared in PREPARED.items() if prepared._fill is None]
    assert made == ["in conflict"]


def test_fields_check_what_is_bound():
    """Values pass the same checks as when they are compared."""
    prepared = (q.age >= param("age", int)).prepare()
    assert prepared.bind(age=18) == {"age": {"$gte": 18}}
    message = "parameter 'age' is bound to 'x', a str; it takes int"
    with pytest.raises(OperandError, match=f"^{re.escape(message)}$"):
        prepared.bind(age="x")
    with pytest.raises(OperandError, match="can't be compared with or set to 'x'"):
        (q.age >= param("age")).prepare().bind(age="x")


def test_integers_have_64_bits():
    """A bound integer is checked as any other."""
    prepared = (F.a > X).prepare()
    assert prepared.bind(x=2**63 - 1) == {"a": {"$gt": 2**63 - 1}}
    with pytest.raises(ValueError, match="has more than 64 bits"):
        prepared.bind(x=2**63)


def test_limits_are_checked():
    """The number of documents may be a parameter."""
    prepared = QuerySet(User).filter(q.age > 5).limit(X).prepare()
    assert prepared.bind(x=5).limit == 5
    with pytest.raises(ValueError, match=r"^limit got 0; it takes"):
        prepared.bind(x=0)


def test_names():
    """Every parameter is bound, and nothing else."""
    prepared = ((F.a > X) & (F.b > Y)).prepare()
    message = "parameter 'y' is unbound; fill it with bind(y=...)"
    with pytest.raises(ParameterError, match=f"^{re.escape(message)}$"):
        prepared.bind(x=1)
    message = "bind got 'z', which no parameter is called; there are: x, y"
    with pytest.raises(ParameterError, match=f"^{re.escape(message)}$"):
        prepared.bind(x=1, y=2, z=3)
    assert repr(prepared) == "<Prepared x, y>"
    assert repr((F.a > 1).prepare()) == "<Prepared without parameters>"


def test_results_do_not_meet():
    """What leads to a parameter is copied: two results share only the rest."""
    prepared = Update(F.a.set({"x": X})).prepare()
    one, other = prepared.bind(x=[1]), prepared.bind(x=[2])
    assert one == {"$set": {"a": {"x": [1]}}}
    assert other == {"$set": {"a": {"x": [2]}}}


@pytest.mark.parametrize("name", QUERIES)
def test_pickling(name):
    """A prepared query goes to other processes as queries do."""
    copied = pickle.loads(pickle.dumps(PREPARED[name]))  # noqa: S301
    values = {} if name == "without holes" else {"x": 3, "y": 5}
    assert copied.bind(**values) == PREPARED[name].bind(**values)
    assert repr(copied) == repr(PREPARED[name])


def test_array_filters_stand_beside_the_update():
    """A prepared update would lose them."""
    message = "an update with array filters can't be prepared; bind it instead"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        F.items.where(F.sku == X).qty.inc(1).prepare()
