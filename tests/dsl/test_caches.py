"""What is remembered is bounded, or goes with what it was made of."""

import functools
import gc
import pickle
import sys
import weakref

import attrs
import pytest

import mongo_dsl.translation  # noqa: F401 - the caches of every room are looked at
from mongo_dsl import (
    F,
    Filter,
    Pipeline,
    QuerySet,
    acc,
    fn,
    param,
    sorting,
    stages,
    translate,
)
from mongo_dsl.errors import OperandError, PlacementError, UnknownFieldError
from mongo_dsl.fields.documents import Fields
from mongo_dsl.memory import Memory
from mongo_dsl.pipeline import remembering
from mongo_dsl.variants import variants


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


def memories():
    """Return the tables of what calls gave, by name."""
    modules = [(n, m) for n, m in sys.modules.items() if n.startswith("mongo_dsl")]
    found = [(n, k, one) for n, m in modules for k, one in vars(m).items()]
    return {f"{n}.{k}": one for n, k, one in found if type(one) is Memory}


def forget():
    """Empty all tables."""
    for memory in memories().values():
        memory.clear()


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
    grouped = Pipeline(Whole).match(wanted).unwind(q.parts).set(half=q.age / 2)
    grouped.group(q.name, n=acc.count()).project("n").compile()
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
    forget()
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


def spent(pipeline):
    """Add stages of all kinds that are remembered."""
    joined = pipeline.lookup(
        "spends", local_field=q.name, foreign_field="who", as_="all"
    )
    joined = joined.unwind(F.all, preserve_null_and_empty_arrays=True)
    joined = joined.set(left=q.age - q.visits).add_fields(both=F.age * F.left)
    grouped = joined.group(F.name, n=acc.count(), left=acc.sum_(F.left))
    return grouped.sort(F.left.desc(), "n").project("n", least=F.left, _id=0)


@attrs.define
class Spender:
    """Whose stages are remembered."""

    name: str
    age: int
    visits: int


q = Fields(Spender)


@pytest.mark.parametrize("model", [(), (Spender,)], ids=["untyped", "typed"])
def test_stages_are_remembered(model):
    """The same calls give the same stages and shapes, which compile to documents anew."""
    forget()
    first = spent(Pipeline(*model))
    expected = first.compile()
    for _ in range(3):
        again = spent(Pipeline(*model))
        pairs = zip(first._node.items, again._node.items, strict=True)
        assert all(one is other for one, other in pairs)
        assert again == first
        assert again._shape is first._shape
        found = again.compile()
        assert found == expected
        spoil(found)
    forget()
    assert spent(Pipeline(*model)).compile() == expected


def spoil(found):
    """Change all containers of *found*."""
    for item in found.values() if isinstance(found, dict) else found:
        if isinstance(item, (dict, list)):
            spoil(item)
    found.clear()


def test_shapes_are_remembered():
    """Values that differ leave the same shape, as long as it says the same, in this order."""
    forget()

    def after_(*stages_):
        return Pipeline(Spender).then(*stages_)._shape

    first = after_(stages.set_(a=5, b=[1.5], c=F.age))
    assert after_(stages.set_(a=6, b=[2.5, 3.5], c=q.age)) is first
    others = (
        stages.set_(a=5.5, b=[1.5], c=F.age),
        stages.set_(a=5, b=[1], c=F.age),
        stages.set_(a=5, b=[1.5], c=F.name),
        stages.set_(b=[1.5], a=5, c=F.age),
        stages.set_(a=5, b=[1.5]),
    )
    for one in others:
        shape = after_(one)
        forget()
        assert str(shape) == str(after_(one)) != str(first)
    assert after_(stages.limit(1), stages.set_(a=5, b=[1.5], c=F.age)) is not first


def test_values_are_not_remembered():
    """What users may have part in is in no table."""
    forget()

    def built(number):
        found = Pipeline(Spender).match(q.age > number, q.name == f"n{number}")
        found = found.set(a=f"a{number}", b=number, c=q.age * number, d=[number])
        found = found.set(e=F.a + F.b, f={"x": number}).project(x=fn.literal(number))
        return found.limit(number + 2).skip(number + 2).match(F.x > number)

    built(0)
    sizes = {name: len(memory) for name, memory in memories().items()}
    for number in range(2, 50):
        built(number)
    assert {name: len(memory) for name, memory in memories().items()} == sizes


def test_tables_have_bounds():
    """A full table starts anew."""
    forget()
    pipeline = Pipeline()
    for number in range(3000):
        name = f"n{number}"
        pipeline.unwind(F[name]).sort(F[name].asc()).group(F[name] + F[name])
        pipeline.group(None, n=acc.max_(F[name]))
    assert len(memories()) == 6
    assert all(len(memory) <= 1024 for memory in memories().values())
    forget()


def test_places_are_told_apart():
    """A stage that left a field out is named by its place, whatever came before."""
    for limits in (0, 1, 0, 2):
        pipeline = Pipeline(Spender)
        for _ in range(limits):
            pipeline = pipeline.limit(5)
        counted = pipeline.group(q.age, n=acc.count())
        msg = (
            f"$sort reads 'name', which $group in stage {limits + 1} left out;"
            " there are: _id, n"
        )
        with pytest.raises(UnknownFieldError) as raised:
            counted.sort(q.name.desc())
        assert str(raised.value) == msg


def test_nothing_follows_the_last():
    """What was added elsewhere before is still refused after the last stage."""
    for pipeline in (Pipeline(), Pipeline(Spender)):
        pipeline.limit(1).unwind(F.name).limit(1)
        for last in ({"$out": "x"}, stages.out("x")):
            ended = pipeline.then(last)
            for add in (
                lambda p: p.unwind("name"),
                lambda p: p.limit(1),
                lambda p: p.skip(1),
                lambda p: p.match(F.name == "x"),
            ):
                with pytest.raises(PlacementError) as raised:
                    add(ended)
                msg = "$out is stage 1 of the pipeline; it must be the last stage"
                assert str(raised.value) == msg


def test_what_is_unchecked_is_checked():
    """Copies know no shape: it is found before stages are added that were added before."""
    counted = Pipeline(Spender).group(q.age, n=acc.count())
    Pipeline().then(counted).sort(q.name.desc())
    copied = pickle.loads(pickle.dumps(counted))  # noqa: S301
    assert copied == counted
    for add in (
        lambda p: p.sort(q.name.desc()),
        lambda p: p.match(q.name == "x"),
    ):
        with pytest.raises(UnknownFieldError):
            add(copied)
    assert copied.limit(3).compile()[-1] == {"$limit": 3}


def test_rows_are_checked():
    """A pipeline that makes rows checks every stage, remembered or not."""
    Row = attrs.make_class("Row", {"name": attrs.field(type=str)})  # noqa: N806
    pipeline = Pipeline(Spender).into(Row)
    Pipeline(Spender).unset("name")
    with pytest.raises(UnknownFieldError):
        pipeline.unset("name")
    assert len(pipeline.match(q.age > 1).limit(2).unset("age")) == 3


def test_subclasses_may_come_later():
    """What classes decide that may yet be defined isn't remembered."""

    @attrs.define
    class Pet:
        __discriminator__ = "_type"
        name: str

    @attrs.define
    class Owner:
        pet: Pet

    def shown():
        return Pipeline(Owner).replace_root(F.pet).shape

    assert str(shown()) == str(shown()) == "{name: str, _type: str}"

    @attrs.define
    class Dog(Pet):
        barks: bool

    assert Dog in variants(Pet)
    assert str(shown()) == "{name: str, barks: bool | None, _type: str}"


def test_queries_are_values():
    """A stage of plain comparisons equals the one of their tree, and survives pickling."""
    flat, tree = stages.match(F.a > 1), stages.match(Filter((F.a > 1)._node))
    assert flat._node.body.parts is not None
    assert tree._node.body.parts is None
    again = pickle.loads(pickle.dumps(flat))  # noqa: S301
    assert flat == tree == again
    assert hash(flat) == hash(tree) == hash(again)
    assert again.compile() == flat.compile() == {"$match": {"a": {"$gt": 1}}}
    with pytest.raises(AttributeError) as raised:
        _ = flat._node.body.other
    assert str(raised.value) == "a query has no other"


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


class TestNoOneIsSurprised:
    """What is remembered can't be changed, grows with classes and holds no values."""

    def test_fields_of_classes_that_come_later(self):
        """What is within a class that may have subclasses is asked for anew."""

        @attrs.define
        class Pet:
            __discriminator__ = "kind"
            name: str

        @attrs.define
        class Dog(Pet):
            size: int

        @attrs.define
        class Owner:
            pet: Pet

        fields = Fields(Owner)
        assert fields.pet.size.desc() == Fields(Owner).pet.size.desc()
        assert (fields.pet.size == 3).compile() == {"pet.size": 3}
        with pytest.raises(
            OperandError, match=r"^Owner\.pet\.size is int and can't be"
        ):
            _ = fields.pet.size == "x"

        @attrs.define
        class Cat(Pet):
            size: str

        assert (fields.pet.size == "x").compile() == {"pet.size": "x"}
        assert (Fields(Owner).pet.size == 3).compile() == {"pet.size": 3}
        assert Fields(Owner).pet.size is Fields(Owner).pet.size

    def test_array_filters_are_not_remembered(self):
        """They hold values, which come from users."""
        secret = "told to nobody " * 2
        _ = F.items.where(F.sku == secret).qty.desc()
        held = [
            one
            for entry in sorting._by_field.values()
            for one in gc.get_referents(entry)
        ]
        assert not any("told to nobody" in repr(one) for one in held)

    def test_names_that_are_put_together(self):
        """Names are told apart by their text, however often they are made."""
        before = len(remembering._added)
        for letters in ["name"] * 50:
            Pipeline().match(F.a > 1).sort(f"-{letters}")
        assert len(remembering._added) <= before + 3

    def test_names_by_item_are_not_kept(self):
        """Names come from users where they are no attributes."""
        _ = F["named by someone"]
        assert "named by someone" not in vars(F)

    def test_sorts_are_frozen(self):
        """Who holds a sort can't turn it for all others."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            F.age.desc().direction = None
        assert QuerySet().sort(F.age.desc()).compile().sort == {"age": -1}

    def test_shapes_are_copies(self):
        """Who holds a shape can't change what other pipelines know."""

        @attrs.define
        class User:
            name: str

        shape = Pipeline(User).shape
        shape.fields.pop("name")
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            shape.rest = None
        assert str(Pipeline(User).sort("name").shape) == "{_id: Any, name: str}"
