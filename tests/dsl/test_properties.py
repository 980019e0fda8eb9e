"""Properties of every query: equal trees compile equal, compiling is pure, pickles last."""

import copy
import operator
import pickle

from hypothesis import given
from hypothesis import strategies as st

from mongo_dsl import F, Filter, all_of, fn
from mongo_dsl.compile import compile_value
from mongo_dsl.values import node


hostile = st.sampled_from(
    ["$where", "$gt", "$ROOT", "$$ROOT", "$password", "a.b", "", "$"]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    hostile,
)
keys = st.one_of(hostile, st.text(st.characters(exclude_characters="\0"), max_size=4))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(["a", "b", "c.d"])
fields = names.map(F.__getitem__)
comparisons = st.builds(
    lambda compare, field, value: compare(field, value),
    st.sampled_from([operator.eq, operator.ne, operator.lt, operator.ge]),
    fields,
    values,
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
        inner.map(operator.invert),
    ),
    max_leaves=6,
)


def same(left, right):
    """Compare compiled queries with their types and the order of their keys."""
    return repr(left) == repr(right)


@given(filters)
def test_compiling_is_pure(made):
    """Compiling twice gives equal results, and copies compile alike."""
    first = made.compile()
    assert same(first, made.compile())
    for twin in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301
        assert twin == made
        assert hash(twin) == hash(made)
        assert same(twin.compile(), first)


@given(filters, filters, filters)
def test_and_is_associative(one, two, three):
    """However "and" is bracketed, one document comes out."""
    assert same(((one & two) & three).compile(), (one & (two & three)).compile())
    assert same(((one & two) & three).compile(), all_of(one, two, three).compile())


@given(filters)
def test_everything_is_neutral(made):
    """The empty filter changes nothing."""
    assert (made & Filter()) == made
    assert (Filter() & made) == made


@given(values)
def test_values_stay_data(value):
    """Whatever is stored, compared or pushed arrives as the same value."""
    assert same(compile_value(node(value)), value)
    assert same(F.a.set(value).compile(), {"$set": {"a": value}})
    compiled = (F.a == value).compile()["a"]
    if isinstance(value, dict) and any(key[:1] == "$" for key in value):
        compiled = compiled["$eq"]
    assert same(compiled, value)


@given(values)
def test_values_in_expressions_are_never_paths(value):
    """In an expression, no string of the caller begins with a bare dollar."""
    assert not list(paths_in(fn.add(value, 1).compile()["$add"][0]))


def paths_in(mql):
    """Yield the strings that the server would take for paths, and keys for operators."""
    if isinstance(mql, str) and mql[:1] == "$":
        yield mql
    elif isinstance(mql, list):
        for item in mql:
            yield from paths_in(item)
    elif isinstance(mql, dict) and list(mql) != ["$literal"]:
        for key, item in mql.items():
            if key[:1] == "$":
                yield key
            yield from paths_in(item)
