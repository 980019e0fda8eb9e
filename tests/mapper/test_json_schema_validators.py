"""Validators derived from classes, held against what the mapper stores on a real server."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from enum import Enum, Flag
from typing import Any, Literal, NamedTuple, TypedDict

import attrs
import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex, Timestamp
from hypothesis import HealthCheck, given, settings
from pymongo.errors import WriteError

from mapper import SyncDocument, Validator, discriminated, field
from mapper.collections import validator_of
from mapper.converter import decode, encode
from mapper.errors import DecodeError
from mongo_dsl import geo
from tests.mapper.test_converter import _MEMBERS, _UNION, typed_values


class Color(Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


class Right(Flag):
    """Rights that combine."""

    READ = 1
    WRITE = 2


@attrs.define
class Address:
    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "z"})


@attrs.define
class Cat:
    name: str


@attrs.define
class Dog:
    name: str
    legs: int = 4


class Pair(NamedTuple):
    left: int
    right: str


class Entry(TypedDict, total=False):
    word: str


class User(SyncDocument):
    name: str
    age: int | None = field(default=None, db_name="a")
    home: Address | None = None
    pets: list[Cat | Dog] = field(factory=list)
    friends: list[User] = field(factory=list)

    class Meta:
        validator = True


def test_validators():
    """Stored names and BSON's types; fields with defaults may be missing."""
    address = {
        "bsonType": "object",
        "required": ["city"],
        "properties": {"city": {"bsonType": "string"}, "z": {"bsonType": "string"}},
    }
    cat = {
        "bsonType": "object",
        "required": ["_type", "name"],
        "properties": {"_type": {"enum": ["Cat"]}, "name": {"bsonType": "string"}},
    }
    found = User.collection.validator()
    assert found["required"] == ["name"]
    assert {k: v for k, v in found["properties"].items() if k != "pets"} == {
        "_id": {"bsonType": "objectId"},
        "name": {"bsonType": "string"},
        "a": {"bsonType": ["int", "long", "null"]},
        "home": {"anyOf": [address, {"bsonType": "null"}]},
        "friends": {"bsonType": "array", "items": {"bsonType": "object"}},
    }
    assert found["properties"]["pets"]["items"]["anyOf"][0] == cat


async def test_enforced(driver, sent):
    """The server refuses what the class couldn't read, whoever writes it."""

    class Person(driver.document):
        name: str
        home: Address | None = None

        class Meta:
            validator = True

    people = driver.mongo.person
    with driver.mapper.ambient():
        await driver.done(Person.collection.apply())
        await driver.done(Person.create(name="Ann", home=Address("Rome")))
        sent.clear()
        assert (await driver.done(Person.collection.apply())).is_empty
        assert sent == ["listCollections"]
    for broken in ({}, {"name": 5}, {"name": "x", "home": {"z": "1"}}):
        with pytest.raises(WriteError, match="Document failed validation"):
            people.insert_one(broken)
    people.insert_one({"name": "Bob", "more": 1})


def test_moderate_validators(mapper):
    """Documents that are invalid already may be spared."""
    people = mapper.database.user
    people.insert_one({"_id": ObjectId(), "name": 5})

    class Lenient(SyncDocument):
        name: str

        class Meta:
            collection_name = "user"
            validator = Validator("moderate")

    with mapper.ambient():
        Lenient.collection.apply(change=["validator"])
        assert Lenient.collection.plan().is_empty
    people.update_one({"name": 5}, {"$set": {"name": 6}})
    with pytest.raises(WriteError):
        people.insert_one({"name": 5})


def box(annotation):
    """Return a class with one field."""

    @attrs.define
    class Box:
        x: Any

    Box.__annotations__["x"] = annotation
    return Box


def fits(mapper, annotation, stored):
    """Tell whether the server finds what is *stored* valid as *annotation*."""
    things = mapper.database.things
    found = things.insert_one({"x": stored}).inserted_id
    schema = {"$jsonSchema": validator_of(box(annotation))}
    return things.count_documents({"_id": found, **schema}) == 1


VALUES = [
    (str, "a"),
    (bool, True),
    (int, 5),
    (int, 2**40),
    (Int64, Int64(5)),
    (float, 1.5),
    (Decimal, Decimal("1.5")),
    (Decimal128, Decimal128("1.5")),
    (ObjectId, ObjectId("0123456789ab0123456789ab")),
    (uuid.UUID, uuid.UUID(int=1)),
    (bytes, b"a"),
    (Binary, Binary(b"a", 9)),
    (dt.datetime, dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)),
    (dt.date, dt.date(2024, 1, 1)),
    (dt.time, dt.time(1, 2)),
    (dt.timedelta, dt.timedelta(days=1)),
    (re.Pattern[str], re.compile("a")),
    (Regex, Regex("a")),
    (Timestamp, Timestamp(1, 2)),
    (type(None), None),
    (Color, Color.RED),
    (Right, Right.READ | Right.WRITE),
    (Literal["a", 1], 1),
    (list[int], [1, 2]),
    (set[str], {"a"}),
    (tuple[int, ...], (1, 2)),
    (tuple[int, str], (1, "a")),
    (Pair, Pair(1, "a")),
    (Entry, {"word": "a"}),
    (dict[str, int], {"a": 1}),
    (dict[uuid.UUID, list[float]], {uuid.UUID(int=1): [1.0]}),
    (int | str | None, None),
    (Color | int, 5),
    (Cat | Dog, Dog("Rex")),
    (Cat | dict[str, int], Cat("x")),
    (geo.Point, geo.Point(1, 2)),
    (geo.GeometryCollection, geo.GeometryCollection([geo.Point(1, 2)])),
    (geo.Geometry, geo.LineString([(0, 0), (1, 1)])),
    (Address, Address("Rome")),
]
LATE = dt.datetime(2024, 1, 1, 1, tzinfo=dt.timezone.utc)
OTHERS = [
    *("a", 5, 1.5, True, None, ObjectId(), b"a", LATE, [["a"]]),
    *([1, 2, 3, None], {"q": None}, {"_type": "Cow"}, Decimal128("1"), Timestamp(1, 1)),
    *({"type": "Circle", "coordinates": []}, Regex("a"), [5, "x", "y"]),
]
# What JSON Schema can't tell apart: formats of text, moments of a day, sums of flags.
ALIKE = {
    (str, "a"),
    (dt.time, "a"),
    (float, 5),
    (uuid.UUID, b"a"),
    (dt.date, LATE),
    (Right, 5),
}


@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=repr)
def test_kinds_of_values(mapper, annotation, value):
    """Every kind of value is valid as what it is; what can't be read isn't valid."""
    assert fits(mapper, annotation, encode(value, annotation))
    for other in OTHERS:
        if fits(mapper, annotation, other):
            assert any(
                (annotation is one and other == value) for one, value in ALIKE
            ) or readable(annotation, other), other


def readable(annotation, stored):
    """Tell whether the mapper would read what is *stored*."""
    try:
        decode(stored, annotation)
    except DecodeError:
        return False
    return True


SLOWLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@SLOWLY
@given(typed_values())
def test_what_is_stored_is_valid(mapper, pair):
    """Whatever the mapper stores passes the validator of its annotation."""
    annotation, value = pair
    assert fits(mapper, annotation, encode(value, annotation))


@SLOWLY
@given(typed_values(), typed_values())
def test_what_is_invalid_is_unreadable(mapper, one, other):
    """A validator never refuses what could be read back as it was stored."""
    annotation, _ = one
    stored = encode(other[1], other[0])
    if fits(mapper, annotation, stored) or not readable(annotation, stored):
        return
    # Read with the tolerance of the mapper only: a double as an int.
    assert "int" in repr(annotation)


@SLOWLY
@given(_MEMBERS)
def test_unions(mapper, value):
    """Every member of a union is valid, and no document is."""
    assert fits(mapper, _UNION, encode(value, _UNION))
    assert not fits(mapper, _UNION, {"a": 1})


def test_own_conversion():
    """What a field converts by functions of its own may be stored as anything."""

    @attrs.define
    class Secret:
        text: str = attrs.field(metadata={"encode": str.encode, "decode": bytes.decode})

    assert validator_of(Secret)["properties"] == {"text": {}}
    assert validator_of(box(Any))["properties"] == {"x": {}}
    assert validator_of(box(Any | None))["properties"] == {"x": {}}


@discriminated("kind")
@attrs.define
class Shape:
    name: str
    parts: list[Shape] = attrs.field(factory=list)


@attrs.define
class Circle(Shape):
    radius: float = 1.0


class Animal(SyncDocument):
    name: str

    class Meta:
        discriminator = "kind"
        validator = True


class Bird(Animal):
    wings: int


def test_subclasses(mapper):
    """Where subclasses may stand, each is valid as what it says it is."""
    value = Circle("a", [Shape("b")], 2.0)
    assert fits(mapper, Shape, encode(value, Shape))
    assert fits(mapper, Shape, {"name": "older than its subclasses"})
    assert not fits(mapper, Shape, {"kind": "Circle", "name": "a", "radius": "x"})
    assert not fits(mapper, Shape, {"kind": "Square", "name": "a"})
    assert fits(mapper, Shape | int, encode(value, Shape | int))
    assert fits(mapper, Shape | Cat, encode(value, Shape | Cat))


def test_classes_of_one_collection(mapper):
    """Classes that share a collection share its validator, which holds all of them."""
    assert Bird.collection.validator() == Animal.collection.validator()
    with mapper.ambient():
        Bird.collection.apply()
        assert Animal.collection.apply().is_empty
        Animal.create(name="Rex")
        Bird.create(name="Tit", wings=2)
    with pytest.raises(WriteError):
        mapper.database.animal.insert_one({"kind": "Bird", "name": "Tit"})
