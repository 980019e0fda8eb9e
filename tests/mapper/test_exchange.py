"""Documents from and to dictionaries and JSON, and the JSON Schema of classes."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import OrderedDict
from decimal import Decimal
from enum import Enum, IntFlag
from typing import Any, Literal, NamedTuple, TypedDict

import attrs
import jsonschema
import pytest
from bson import Decimal128, Int64, ObjectId, Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import Document, SyncDocument, discriminated, field
from mapper.errors import DefinitionError, ValidationError
from mapper.exchange import from_dict, from_json, json_schema, to_dict, to_json
from mapper.exchange.documents import form_of
from mongo_dsl import geo
from tests.mapper.test_converter import _MEMBERS, _UNION, typed_values


UTC = dt.timezone.utc
OID = ObjectId("0123456789abcdef01234567")


class Color(Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


class Moment(Enum):
    """An enum that JSON has no values for."""

    EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


class Right(IntFlag):
    """Rights that combine."""

    READ = 1
    WRITE = 2


@attrs.define
class Address:
    """Where someone lives.

    More is not told.
    """

    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "z"})
    _code: int = 0
    made: int = attrs.field(default=5, init=False)


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
    count: int


def _even(_, __, value):
    if value % 2:
        msg = "it is odd"
        raise ValueError(msg)


class User(SyncDocument):
    """Someone who uses it."""

    name: str
    age: int = field(default=0, validator=_even)
    address: Address | None = field(default=None, db_name="a")
    homes: list[Address] = field(factory=list)
    pet: Cat | Dog | None = None
    tags: set[str] = field(factory=set)
    colors: dict[Color, int] = field(factory=dict)
    born: dt.datetime | None = None
    spent: Decimal = Decimal(0)
    friends: list[User] = field(factory=list)


FULL = User(
    id=OID,
    name="Ann",
    address=Address("Rome", "001", 7),
    homes=[Address("Oslo")],
    pet=Dog("Rex"),
    tags={"b", "a"},
    colors={Color.RED: 1},
    born=dt.datetime(2000, 1, 2, 3, 4, 5, tzinfo=UTC),
    spent=Decimal("1.10"),
    friends=[User(name="Bob")],
)


def test_dictionaries():
    """A document has Python's names and values, documents within as dictionaries."""
    found = FULL.to_dict()
    assert found == {
        "id": OID,
        "name": "Ann",
        "age": 0,
        "address": {"city": "Rome", "zip": "001", "_code": 7, "made": 5},
        "homes": [{"city": "Oslo", "zip": "", "_code": 0, "made": 5}],
        "pet": {"_type": "Dog", "name": "Rex", "legs": 4},
        "tags": ["a", "b"],
        "colors": {Color.RED: 1},
        "born": dt.datetime(2000, 1, 2, 3, 4, 5, tzinfo=UTC),
        "spent": Decimal("1.10"),
        "friends": [User(name="Bob").to_dict()],
    }
    assert User.from_dict(found) == FULL
    assert not User.from_dict(found).is_stored


def test_json():
    """JSON has dates in ISO 8601, ids in hexadecimal digits, decimals as text."""
    found = json.loads(FULL.to_json())
    assert {k: found[k] for k in ("id", "tags", "colors", "born", "spent")} == {
        "id": "0123456789abcdef01234567",
        "tags": ["a", "b"],
        "colors": {"red": 1},
        "born": "2000-01-02T03:04:05+00:00",
        "spent": "1.10",
    }
    assert User.from_json(FULL.to_json()) == FULL
    assert User.from_json(FULL.to_json().encode()) == FULL
    assert User.from_dict(found) == FULL  # what a request's body holds
    assert '\n  "name": "Ann"' in FULL.to_json(indent=2)


def test_partial_documents(mapper):
    """Of a partial document only what was loaded is written."""
    with mapper.ambient():
        User.create(id=OID, name="Ann")
        partial = User.find().only("name").first()
    assert partial.to_dict() == {"id": OID, "name": "Ann"}


def test_both_faces():
    """Documents for asyncio are exchanged like the others; nothing is awaited."""

    class Note(Document):
        text: str

    assert Note.from_json('{"text": "hi"}').to_dict() == {"id": None, "text": "hi"}


def test_fields_called_like_methods():
    """A field that would hide one of the methods is refused with its class."""
    with pytest.raises(DefinitionError) as caught:

        class Letter(SyncDocument):
            to_json: str

    assert str(caught.value) == (
        "Letter.to_json would hide the method 'to_json' of documents; name the field "
        "otherwise, and pass db_name='to_json'"
    )
    with pytest.raises(DefinitionError, match=r"Switch\.on would hide the method 'on'"):

        class Switch(SyncDocument):
            on: bool


# -- Errors --------------------------------------------------------------------------

FIELDS = "its fields are: id, name, age, address, homes, pet, tags, colors, born, spent, friends"
REFUSED = [
    (
        {"name": "Ann", "address": {"city": 5}},
        "address.city must be str, got 5, an int",
    ),
    ({}, "name is missing"),
    (
        {"nam": "Ann", "name": "x"},
        f"nam is no field of User; did you mean 'name'?; {FIELDS}",
    ),
    ({"name": "Ann", "homes": [{"city": "x"}, {}]}, "homes.1.city is missing"),
    ({"name": "Ann", "age": 3}, "age is invalid, got 3, an int: it is odd"),
    (
        {"name": "Ann", "friends": [{"name": "Bob", "age": 3}]},
        "friends.0.age is invalid, got 3, an int: it is odd",
    ),
    (
        {
            "name": 1,
            "born": "x",
            "spent": "y",
            "id": "z",
            "tags": "abc",
            "homes": {"a": 1},
        },
        "id must be ObjectId (24 hexadecimal digits), got 'z', a str; name must be str, got 1, "
        "an int; homes must be list[Address], got {'a': 1}, a dict; tags must be set[str], got "
        "'abc', a str; born must be datetime (ISO 8601), got 'x', a str; spent must be Decimal "
        "(as text), got 'y', a str",
    ),
    (
        {"name": "Ann", "pet": {"name": "x"}},
        "pet has no _type; known are: Cat, Dog",
    ),
    (
        {"name": "Ann", "pet": {"_type": "Cow"}},
        "pet has the unknown _type 'Cow'; known are: Cat, Dog",
    ),
    (
        {"name": "Ann", "pet": {"_type": "Cat", "name": 1}},
        "pet.name must be str, got 1, an int",
    ),
    (
        {"name": "Ann", "colors": {"green": 1}},
        "colors has a key that must be one of 'red', 'blue', got 'green', a str",
    ),
    (
        {"name": "Ann", "colors": [1]},
        "colors must be dict[Color, int], got [1], a list",
    ),
    (
        {"name": "Ann", "address": {"city": {"$ne": ""}}},
        "address.city must be str, got {'$ne': ''}, a dict",
    ),
    ({"name": True}, "name must be str, got True, a bool"),
    ([], "it must be User, got [], a list"),
]


@pytest.mark.parametrize(
    ("data", "told"), REFUSED, ids=[told[:50] for _, told in REFUSED]
)
@pytest.mark.parametrize("text", [False, True], ids=["dict", "json"])
def test_refuses(data, told, text):
    """Everything that doesn't fit is told at once, by path."""
    with pytest.raises(ValidationError) as caught:
        User.from_json(json.dumps(data)) if text else User.from_dict(data)
    assert str(caught.value) == f"User can't be read: {told}"
    assert caught.value.cls is User
    assert caught.value.problems


NO_JSON = [
    (
        "{",
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    ('{"age": NaN}', "NaN is no number in JSON"),
]


@pytest.mark.parametrize(("text", "told"), NO_JSON)
def test_no_json(text, told):
    """Text that is no JSON is our error."""
    with pytest.raises(ValidationError) as caught:
        User.from_json(text)
    assert str(caught.value) == f"User can't be read: it is no JSON: {told}"


def test_unfit_documents():
    """What its annotations don't allow isn't written."""
    user = User(name="Ann")
    user.tags.add(5)
    user.homes.append("x")
    for write in (user.to_dict, user.to_json):
        with pytest.raises(ValidationError) as caught:
            write()
        assert str(caught.value) == (
            "User can't be written: homes.0 must be Address, got 'x', a str; "
            "tags.0 must be str, got 5, an int"
        )


# -- Forms ---------------------------------------------------------------------------

FORMS = [
    (int, 5, 5),
    (Int64, Int64(5), 5),
    (float, 1, 1.0),
    (float, float("inf"), {"$numberDouble": "Infinity"}),
    (Decimal, Decimal("NaN"), "NaN"),
    (Decimal128, Decimal128("1.0"), "1.0"),
    (bytes, b"\xff", "/w=="),
    (uuid.UUID, uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (dt.date, dt.date(2024, 2, 29), "2024-02-29"),
    (dt.time, dt.time(1, 2, 3), "01:02:03"),
    (dt.timedelta, dt.timedelta(days=1, seconds=2, microseconds=500_000), "P1DT2.5S"),
    (dt.timedelta, dt.timedelta(seconds=-1), "-P0DT1S"),
    (Color, Color.RED, "red"),
    (Right, Right.READ | Right.WRITE, 3),
    (Literal["a", 1], 1, 1),
    (Moment, Moment.EPOCH, {"$date": "1970-01-01T00:00:00Z"}),
    (Pair, Pair(1, "a"), [1, "a"]),
    (tuple[int, str], (1, "a"), [1, "a"]),
    (Entry, {"word": "a"}, {"word": "a"}),
    (geo.Point, geo.Point(1, 2), {"type": "Point", "coordinates": [1, 2]}),
    (Timestamp, Timestamp(1, 2), {"$timestamp": {"t": 1, "i": 2}}),
    (Any, {"a": [OID, 1, "x"]}, {"a": [{"$oid": str(OID)}, 1, "x"]}),
    (dict[int, dt.date], {1: dt.date(2024, 1, 1)}, {"1": "2024-01-01"}),
    (str | dt.date, dt.date(2024, 1, 1), {"$date": "2024-01-01T00:00:00Z"}),
    (str | dt.date, "2024-01-01", "2024-01-01"),
    (int | float, 1.0, 1.0),
    (float | int, 1, 1),
    (Color | str, "green", "green"),
    (Color | str, Color.RED, "red"),
    (Cat | dict[str, int], Cat("x"), {"_type": "Cat", "name": "x"}),
    (Cat | dict[str, int], {"a": 1}, {"a": 1}),
]


@pytest.mark.parametrize(("annotation", "value", "plain"), FORMS, ids=repr)
def test_forms(annotation, value, plain):
    """Every kind of value has a form in JSON, and is read back as it was."""
    form = form_of(annotation, True)
    written = form.write(value)
    assert (written, type(written)) == (plain, type(plain))
    back = form.read(json.loads(json.dumps(written)))
    assert repr(back) == repr(value) or back == value
    if annotation is not float:
        assert type(back) is type(value)
    python = form_of(annotation, False)
    # In a dictionary, what no annotation describes is taken as it is.
    for data in (python.write(value), value if annotation is Any else plain):
        again = python.read(data)
        assert repr(again) == repr(value) or again == value


READ = [
    (dt.datetime, "2024-01-01T00:00:00Z", dt.datetime(2024, 1, 1, tzinfo=UTC)),
    (dt.datetime, "2024-01-01T00:00:00", dt.datetime(2024, 1, 1, tzinfo=UTC)),
    (dt.timedelta, "PT1H2M", dt.timedelta(hours=1, minutes=2)),
    (float, 1, 1.0),
]


@pytest.mark.parametrize(("annotation", "plain", "value"), READ)
def test_other_spellings(annotation, plain, value):
    """Usual spellings of moments and durations are read, too."""
    assert form_of(annotation, True).read(plain) == value


MISFITS = [
    (dt.timedelta, "P"),
    (dt.timedelta, "5 days"),
    (bytes, "€"),
    (float, True),
    (float, "1"),
    (int, 1.5),
    (Decimal, 1.5),
    (geo.Point, {"type": "Point"}),
    (geo.Point, {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}),
    (Timestamp, {"$timestamp": 5}),
    (Timestamp, "x"),
    (Pair, [1]),
    (Pair, "ab"),
    (Entry, {"wrd": "a"}),
    (int | str, []),
]


@pytest.mark.parametrize(("annotation", "plain"), MISFITS, ids=repr)
def test_misfits(annotation, plain):
    """Nothing is read as what it isn't."""

    @attrs.define
    class Box:
        x: Any

    Box.__annotations__["x"] = annotation
    for read in (
        lambda: from_dict(Box, {"x": plain}),
        lambda: from_json(Box, json.dumps({"x": plain})),
    ):
        with pytest.raises(ValidationError, match="Box can't be read: x"):
            read()


def test_embedded_classes():
    """Classes that are no documents are exchanged by functions."""
    address = Address("Rome")
    assert from_dict(Address, to_dict(address)) == address
    assert from_json(Address, to_json(address)) == address


def test_what_is_written_is_not_shared():
    """Changing a dictionary doesn't change the document it came from."""

    @attrs.define
    class Bag:
        items: Any

    bag = Bag({"a": [1]})
    to_dict(bag)["items"]["a"].append(2)
    assert bag == Bag({"a": [1]})


@discriminated("kind")
@attrs.define
class Shape:
    name: str
    parts: list[Shape] = attrs.field(factory=list)


@attrs.define
class Circle(Shape):
    radius: float = 1.0


def test_subclasses():
    """A subclass says what it is, by the key that does so in the database."""
    value = Circle("a", [Circle("b"), Shape("c")], 2.0)
    plain = {
        "kind": "Circle",
        "name": "a",
        "parts": [
            {"kind": "Circle", "name": "b", "parts": [], "radius": 1.0},
            {"kind": "Shape", "name": "c", "parts": []},
        ],
        "radius": 2.0,
    }
    assert to_dict(value) == json.loads(to_json(value)) == plain
    assert from_dict(Shape, plain) == from_json(Circle, json.dumps(plain)) == value
    assert from_dict(Circle, {"name": "a", "radius": 3.0}) == Circle("a", [], 3.0)
    assert checks(json_schema(Shape), plain)
    assert not checks(json_schema(Shape), {**plain, "kind": "Shape"})
    with pytest.raises(ValidationError) as caught:
        from_dict(Shape, {"kind": "Square"})
    assert str(caught.value) == (
        "Shape can't be read: kind names no class of Shape, got 'Square', a str; known are: "
        "Shape, Circle"
    )
    with pytest.raises(ValidationError) as caught:
        from_dict(Shape, {"kind": "Circle", "name": "a", "radius": "x"})
    assert (
        str(caught.value) == "Shape can't be read: radius must be float, got 'x', a str"
    )
    form = form_of(Shape | Cat, True)
    assert form.read(form.write(value)) == value


SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(typed_values(), st.booleans())
def test_round_trip(pair, in_json):
    """Reading undoes writing, for every annotation that can be stored."""
    annotation, value = pair
    form = form_of(annotation, in_json)
    written = form.write(value)
    if in_json:
        written = json.loads(json.dumps(written, allow_nan=False))
    assert form.read(written) == value


@SLOWLY
@given(_MEMBERS)
def test_unions_keep_types(value):
    """A union gives back the type that went in, through JSON, too."""
    form = form_of(_UNION, True)
    back = form.read(json.loads(json.dumps(form.write(value))))
    assert (back, type(back)) == (value, type(value))


# -- JSON Schema ---------------------------------------------------------------------


def checks(schema: Any, plain: Any) -> bool:
    """Tell whether *plain* fits *schema*, by another library's judgement."""
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid(plain)


def test_json_schema():
    """A class is described with those it holds, each once, by its docstring's first line."""
    schema = User.json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$ref"] == "#/$defs/User"
    assert list(schema["$defs"]) == ["User", "Address", "Cat.tagged", "Dog.tagged"]
    assert schema["$defs"]["Address"] == {
        "type": "object",
        "title": "Address",
        "description": "Where someone lives.",
        "properties": {
            "city": {"type": "string"},
            "zip": {"type": "string"},
            "_code": {"type": "integer"},
            "made": {"type": "integer"},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
    user = schema["$defs"]["User"]
    assert (user["required"], user["description"]) == (["name"], "Someone who uses it.")
    assert user["properties"]["address"] == {
        "anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]
    }
    assert checks(schema, json.loads(FULL.to_json()))
    for data, told in REFUSED:
        if "is invalid" not in told:  # a schema has no validators
            assert checks(schema, data) is bool("ISO" in told and "name" not in told), (
                told
            )


@SLOWLY
@given(typed_values())
def test_what_is_written_fits_the_schema(pair):
    """The JSON of any value fits the schema of its annotation."""
    annotation, value = pair

    @attrs.define
    class Box:
        x: Any

    Box.__annotations__["x"] = annotation
    written = json.loads(to_json(Box(value)))
    if "$numberDouble" not in json.dumps(written):
        assert checks(json_schema(Box), written)


@pytest.mark.parametrize(("annotation", "value", "plain"), FORMS, ids=repr)
def test_schemas_of_forms(annotation, value, plain):
    """Every kind of value fits its schema, and an array of one doesn't."""

    @attrs.define
    class Box:
        x: Any

    Box.__annotations__["x"] = annotation
    schema = json_schema(Box)
    if value != float("inf"):
        assert checks(schema, {"x": plain})
    if annotation is not Any:
        assert not checks(schema, {"x": [[[plain]]]})
    assert not checks(schema, {})


def test_names_of_classes():
    """Two classes of one name have two descriptions."""

    @attrs.define
    class Outer:
        one: Any
        two: Any

    first = attrs.make_class("Cat", {"a": attrs.field(type=int)})
    Outer.__annotations__.update(one=first, two=Cat)
    found = json_schema(Outer)["$defs"]
    assert list(found) == ["Outer", "Cat", "Cat_2"]
    assert list(found["Cat_2"]["properties"]) == ["name"]


def test_ordered_dictionaries_come_back_as_such():
    """What `to_json` writes of them is read as them again."""

    class Ranked(Document):
        places: OrderedDict[str, int]

    ranked = Ranked(places=OrderedDict(b=1, a=2))
    read = Ranked.from_json(ranked.to_json())
    assert read.places == ranked.places
    assert type(read.places) is OrderedDict
    assert Ranked.from_dict({"places": {"b": 1, "a": 2}}) == ranked
