"""Prepared queries that execute, pipelines that start from queries, and picking values."""

import pickle

import attrs
import pytest

from mapper import SyncDocument, field
from mapper.errors import DocumentNotFoundError, DocumentsMissingError, MapperError
from mapper.query import Query
from mongo_dsl import F, acc, param
from mongo_dsl.errors import (
    ArgumentError,
    OperandError,
    ParameterError,
    UnknownFieldError,
)


@attrs.define
class Address:
    city: str
    zip: str = field(default="", db_name="z")


class User(SyncDocument):
    id: int
    name: str = field(db_name="n")
    age: int = 0
    address: Address | None = None
    homes: list[Address] = field(factory=list)
    settings: dict[str, int] = field(factory=dict)


@pytest.fixture
def models(driver):
    """Return a class on each driver, and documents of it."""

    class User(driver.document):
        id: int
        name: str = field(db_name="n")
        age: int = 0
        address: Address | None = None
        homes: list[Address] = field(factory=list)

    driver.mongo.user.insert_many(
        [
            {
                "_id": n,
                "n": f"u{n}",
                **({"age": n} if n else {}),
                "address": {"city": f"c{n % 2}", "z": "1"} if n != 2 else None,
                "homes": [{"city": "a", "z": "1"}, {"city": f"b{n}"}],
            }
            for n in range(5)
        ]
    )
    return User


class TestPrepared:
    """`prepare` of the mapper's queries."""

    async def test_it_executes(self, driver, models):
        """What is bound is a query like any other."""
        query = driver.mapper.find(models).filter(models.q.age >= param("min", int))
        prepared = query.sort("-age").limit(param("n")).prepare()
        bound = prepared.bind(min=2, n=2)
        assert type(bound) is type(query)
        assert [u.age for u in await driver.done(bound.to_list())] == [4, 3]
        assert (await driver.done(bound.first())).age == 4
        assert await driver.done(bound.count()) == 2
        assert await driver.done(prepared.bind(min=9, n=2).exists()) is False
        narrowed = bound.filter(models.q.age < 4)
        assert [u.age for u in await driver.done(narrowed.to_list())] == [3, 2]
        with pytest.raises(DocumentNotFoundError) as caught:
            await driver.done(prepared.bind(min=9, n=5).one())
        assert str(caught.value) == (
            "no User matches { age: { $gte: 9 } }; first() and one_or_none() return None then"
        )

    def test_it_is_the_query(self):
        """Nothing tells it from one that was bound, in text and by comparison."""
        query = User.filter(User.q.age > param("age"), name=param("name")).sort("age")
        bound = query.prepare().bind(age=5, name="Ann")
        expected = query.bind(age=5, name="Ann")
        assert bound == expected
        assert expected == bound
        assert hash(bound) == hash(expected)
        assert (str(bound), repr(bound)) == (str(expected), repr(expected))
        assert bound.compile() == expected.compile()
        assert (bound & User.filter(id=1)) == (expected & User.filter(id=1))
        assert (User.filter(id=1) & bound) == (User.filter(id=1) & expected)
        assert isinstance(bound, Query)

    def test_parameters_are_checked(self):
        """All of them are needed, with values they take, and no others."""
        prepared = User.filter(User.q.age > param("age")).limit(param("n")).prepare()
        assert repr(prepared) == "<PreparedQuery age, n>"
        assert repr(User.all().prepare()) == "<PreparedQuery without parameters>"
        with pytest.raises(ParameterError) as caught:
            prepared.bind(n=1)
        assert str(caught.value) == (
            "parameter 'age' is unbound; fill it with bind(age=...)"
        )
        with pytest.raises(ParameterError) as caught:
            prepared.bind(age=1).compile()
        assert str(caught.value) == "parameter 'n' is unbound; fill it with bind(n=...)"
        with pytest.raises(ParameterError) as caught:
            prepared.bind(age=1, n=2, x=3)
        assert str(caught.value) == (
            "bind got 'x', which no parameter is called; there are: age, n"
        )
        with pytest.raises(OperandError):
            prepared.bind(age="x", n=1)

    def test_it_travels(self):
        """Prepared queries are pickled as what they were made of."""
        prepared = User.filter(User.q.age > param("age")).prepare()
        copied = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
        assert copied.bind(age=1) == prepared.bind(age=1)


class TestPipelines:
    """`pipeline` of queries."""

    async def test_it_goes_on(self, driver, models, sent):
        """Filter, order, part and fields become the first stages."""
        query = driver.mapper.find(models, age__gt=0).sort("-age")[1:3].only("age")
        pipeline = query.pipeline().group(None, total=acc.sum_(models.q.age))
        assert pipeline.compile() == [
            {"$match": {"age": {"$gt": 0}}},
            {"$sort": {"age": -1}},
            {"$skip": 1},
            {"$limit": 2},
            {"$project": {"age": 1}},
            {"$group": {"_id": None, "total": {"$sum": "$age"}}},
        ]
        sent.clear()
        rows = await driver.done(pipeline.to_list())
        assert rows == [{"_id": None, "total": 5}]
        assert sent == ["aggregate"]

    def test_fields_are_tracked(self):
        """Stages know what the query loads."""
        with pytest.raises(UnknownFieldError):
            User.all().only("age").pipeline().group(User.q.name)
        with pytest.raises(UnknownFieldError):
            User.all().omit("name").pipeline().group(User.q.name)
        assert User.all().omit("name").pipeline().compile() == [{"$unset": "n"}]
        selected = User.all().select(attrs.make_class("Row", ["age"])).pipeline()
        assert selected.compile() == [{"$project": {"age": 1, "_id": 0}}]
        assert User.all().pipeline().compile() == []


class TestPicking:
    """`values`, `get_many` and `last`."""

    async def test_values(self, driver, models, sent):
        """Tuples of typed values; only these fields are loaded."""
        query = driver.mapper.find(models).sort("id")
        sent.clear()
        assert await driver.done(query.values("name", models.q.age)) == [
            ("u0", 0),
            *((f"u{n}", n) for n in range(1, 5)),
        ]
        assert sent == ["find"]
        assert await driver.done(query.values("id", flat=True)) == [0, 1, 2, 3, 4]
        cities = await driver.done(query.values("address.city", flat=True))
        assert cities == ["c0", "c1", None, "c1", "c0"]
        homes = await driver.done(
            query.limit(1).values("homes.zip", "homes", "address")
        )
        assert homes == [
            (["1"], [Address("a", "1"), Address("b0")], Address("c0", "1"))
        ]

    @pytest.mark.parametrize(
        ("fields", "flat", "message"),
        [
            ((), False, "values got 0 fields; it takes at least one"),
            (
                ("name", "age"),
                True,
                "values got 2 fields; it takes exactly one with flat=True",
            ),
        ],
    )
    def test_bad_fields(self, mapper, fields, flat, message):
        """Some fields are needed, and one where tuples aren't wanted."""
        with pytest.raises(ArgumentError) as caught:
            mapper.find(User).values(*fields, flat=flat)
        assert str(caught.value) == message
        with pytest.raises(UnknownFieldError):
            mapper.find(User).values("agee")

    async def test_get_many(self, driver, models, sent):
        """One command, in the order of the ids."""
        query = driver.mapper.find(models)
        sent.clear()
        found = await driver.done(query.get_many([3, 1, 3]))
        assert [u.id for u in found] == [3, 1, 3]
        assert found[0] is found[2]
        assert sent == ["find"]
        sent.clear()
        assert await driver.done(query.get_many([])) == []
        assert sent == []
        with pytest.raises(DocumentsMissingError) as caught:
            await driver.done(query.get_many([9, 1, 8]))
        assert str(caught.value) == (
            "no User has the ids 9, 8 (2 of 3); strict=False leaves them out"
        )
        assert caught.value.missing == [9, 8]
        assert [u.id for u in caught.value.found] == [1]
        found = await driver.done(query.get_many([9, 1, 8], strict=False))
        assert [u.id for u in found] == [1]

    @pytest.mark.parametrize("part", ["skip", "limit"])
    def test_get_many_of_a_part(self, mapper, part):
        """What was cut off isn't called missing."""

        class Part(SyncDocument):
            id: int

        with pytest.raises(ArgumentError) as caught:
            getattr(mapper.find(Part), part)(1).get_many([1, 2])
        assert str(caught.value) == (
            f"get_many got a query with {part}(...), and all that are asked for come; leave"
            " it out"
        )

    def test_get_many_without_ids(self, mapper):
        """Rows without an id can't be put in order."""
        query = mapper.find(User).select(attrs.make_class("Row", ["age"]))
        with pytest.raises(ArgumentError) as caught:
            query.get_many([1])
        assert str(caught.value) == (
            "get_many got a query that leaves out the id; load it, too"
        )

    async def test_last(self, driver, models, sent):
        """The other end of the order, by one document."""
        query = driver.mapper.find(models)
        sent.clear()
        assert (await driver.done(query.sort("-age").last())).id == 0
        assert (await driver.done(query.last())).id == 4
        assert await driver.done(query.filter(id=99).last()) is None
        assert sent == ["find"] * 3
        with pytest.raises(ArgumentError) as caught:
            await driver.done(query.limit(2).last())
        assert str(caught.value) == (
            "last got a query with limit(...), which counts from the other end; leave it out"
        )


class TestPartialDocuments:
    """What was loaded in part is saved in part."""

    async def test_nested_parts(self, driver, models, sent):
        """A part of a field can't be saved; other fields can."""
        query = driver.mapper.find(models, id=1).only("name", "address.city")
        part = await driver.done(query.one())
        assert part.address == Address("c1")
        part.name = "new"
        sent.clear()
        await driver.done(driver.mapper.save(part))
        assert sent == ["update"]
        stored = driver.mongo.user.find_one({"_id": 1})
        assert (stored["n"], stored["address"]) == ("new", {"city": "c1", "z": "1"})
        part.address = Address("x")
        with pytest.raises(MapperError) as caught:
            await driver.done(driver.mapper.save(part))
        assert str(caught.value) == (
            "User was loaded with a part of 'address' and can't save it; load the whole"
            " field, or update it by a query"
        )
        with pytest.raises(AttributeError):
            part.age  # noqa: B018 - it isn't there

    async def test_omitted_fields(self, driver, models):
        """What wasn't loaded stays as it is; what is set anew is stored."""
        query = driver.mapper.find(models, id=1).omit("age", "homes")
        part = await driver.done(query.one())
        part.name, part.age = "new", 50
        await driver.done(driver.mapper.save(part))
        stored = driver.mongo.user.find_one({"_id": 1})
        assert (stored["n"], stored["age"], len(stored["homes"])) == ("new", 50, 2)


def test_keys_with_dots():
    """Dots lead into dictionaries; keys that have some are read by an expression."""
    with pytest.raises(UnknownFieldError) as caught:
        User.q.settings["a.b"]
    assert str(caught.value) == (
        "User.settings.a is int and has no field 'b'; dots lead further down,"
        " fn.get_field reads the key 'a.b' itself"
    )
    assert F.settings["a.b"].eq(1).compile() == {"settings.a.b": {"$eq": 1}}
