"""What is remembered is bounded, or goes with what it was made of."""

import functools
import gc
import pickle
import sys
import weakref

import attrs

import mongo_dsl.translation  # noqa: F401 - the caches of every room are looked at
from mongo_dsl import F, Filter, Pipeline, QuerySet, acc, param, translate
from mongo_dsl.fields.documents import Fields


# Caches without bound: what they are asked for are names and functions of this package.
OWN = {
    "mongo_dsl.parsing.arguments._form",
    "mongo_dsl.parsing.arguments._known",
    "mongo_dsl.versions._by_name",
}


def caches():
    """Return the caches of the package's functions by name."""
    kind = type(functools.lru_cache(maxsize=1)(len))
    modules = [m for name, m in sys.modules.items() if name.startswith("mongo_dsl")]
    found = [one for m in modules for one in vars(m).values() if isinstance(one, kind)]
    return {f"{one.__module__}.{one.__qualname__}": one for one in found}


def used(number=0):
    """Define a class, query it in all ways, and return a weak reference to it."""

    @attrs.define
    class Part:
        sku: str
        prices: list[float]

    @attrs.define
    class Whole:
        name: str
        age: int
        parts: list[Part]
        scores: dict[str, int]

    Whole.q = q = Fields(Whole)  # as the mapper's documents do
    assert q.parts[0].sku is q.parts[0].sku
    wanted = (q.age > number) & q.parts.sku.in_(["a", "b"]) & (q.scores.x != 3)
    query = QuerySet(Whole).filter(wanted, name=f"n{number}").sort("-age", q.name)
    query.only("parts.prices", q.age).compile()
    QuerySet(Whole).filter(q.age > param("age", int)).prepare().bind(age=number)
    stages = Pipeline(Whole).match(wanted).unwind(q.parts).set(half=q.age / 2)
    stages.group(q.name, n=acc.count()).project("n").compile()
    return weakref.ref(Whole)


def test_caches_have_bounds():
    """Every cache forgets, but for those that only names of the package go into."""
    translate({"age": {"$gt": 5}}, kind="filter")
    translate({"$abs": ["$x"]}, kind="expression")
    found = caches()
    unbounded = {n for n, one in found.items() if one.cache_info().maxsize is None}
    assert unbounded == OWN
    assert len(found) > len(OWN) + 10


def test_classes_go():
    """Interned fields don't keep a class: it lasts as long as bounded caches know it."""
    known = used()
    for cache in caches().values():
        cache.cache_clear()
    gc.collect()
    assert known() is None


def test_fields_go_with_their_class():
    """The table of a class is empty once nobody holds its fields."""
    from mongo_dsl.fields.face import _interned

    @attrs.define
    class Whole:
        scores: dict[str, int]

    fields = Fields(Whole)
    for number in range(1000):
        assert fields.scores[f"s{number}"] is not None
    kept = len(_interned[Whole])
    assert 2 <= kept < 300
    del fields
    gc.collect()
    assert len(_interned[Whole]) == 0


def test_values_go():
    """Queries of many values leave nothing behind that knows them."""

    def built(number):
        query = QuerySet().filter(F.age > number, name=f"name {number}")
        query.sort("-age").limit(number + 1).compile()
        filled = (F.age == param("age")).prepare().bind(age=number)
        Pipeline().match(F.age > number).limit(number + 1).compile()
        assert filled == {"age": number}

    built(0)
    gc.collect()
    sizes = {name: one.cache_info().currsize for name, one in caches().items()}
    before = len(gc.get_objects())
    for number in range(3000):
        built(number)
    gc.collect()
    assert {n: one.cache_info().currsize for n, one in caches().items()} == sizes
    assert len(gc.get_objects()) < before + 500


def test_filters_hold_nothing_to_set():
    """A filter has no attribute that a caller may set, and no place for others."""
    adults = F.age > 18
    for name in ("compile", "_node", "other"):
        try:
            setattr(adults, name, 1)
        except AttributeError:
            continue
        raise AssertionError(name)
    again = pickle.loads(pickle.dumps(adults))  # noqa: S301
    assert again == adults
    assert type(again) is Filter
