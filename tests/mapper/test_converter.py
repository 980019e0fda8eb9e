"""Values to BSON and back: nothing is coerced, nothing shared, every misfit is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import types
import typing
import uuid
from collections import OrderedDict, abc, deque
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Dict,
    Generic,
    List,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)

import attrs
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
from bson.codec_options import CodecOptions
from bson.son import SON
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import NotRequired, Required

from mapper import SyncDocument, field
from mapper.conversion import classes
from mapper.conversion.problems import NoFormError
from mapper.converter import (
    converter,
    decode,
    decode_document,
    encode,
    encode_document,
    make_converter,
)
from mapper.errors import DecodeError, DefinitionError, ValidationError
from mongo_dsl import F, geo
from mongo_dsl.compile import compile_value
from mongo_dsl.values import node


UTC = dt.timezone.utc
EAST = dt.timezone(dt.timedelta(hours=2))
OID = ObjectId("0123456789abcdef01234567")
UID = uuid.UUID("12345678-1234-5678-1234-567812345678")
UserId = NewType("UserId", int)
T = TypeVar("T")


class Color(Enum):
    """An enum stored by its value."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


class Mark(Enum):
    """An enum whose values have parts."""

    PAIR = (1, 2)
    DOC = {"x": [1]}


class Rights(Flag):
    """Flags, which combine."""

    READ = 1
    WRITE = 2


class Old(Enum):
    """An enum that knows an older spelling."""

    NEW = "new"

    @classmethod
    def _missing_(cls, value):
        return cls.NEW if value == "old" else None


class Text(str):
    """A string of a class of its own."""

    __slots__ = ()


class Celsius(float):
    """A number that callers register hooks for."""


class Pair(NamedTuple):
    """A named tuple."""

    name: str
    day: dt.date


class Entry(TypedDict, total=False):
    """A typed dict with an optional key."""

    key: Required[str]
    day: dt.date


class Record(TypedDict):
    """A typed dict with an optional key, said the other way."""

    key: str
    day: NotRequired[dt.date]


@attrs.define
class Address:
    """An embedded document."""

    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "zip_code"})


@attrs.define
class Villa(Address):
    """A subclass of an embedded document."""

    pool: bool = False


@attrs.define
class Cat:
    """A member of a union."""

    name: str


@attrs.define
class Dog:
    """Another member of it, with the same field."""

    name: str
    tricks: list[str] = attrs.field(factory=list)


@attrs.define
class Tree:
    """A class that names itself."""

    value: int
    children: list[Tree] = attrs.field(factory=list)
    parent: Tree | None = None


@attrs.define
class Box(Generic[T]):
    """A generic class."""

    content: T
    more: list[T] = attrs.field(factory=list)


class OldAlias(types.GenericAlias):
    """``list[T]`` as Python 3.10 has it: an instance of `type`."""

    __class__ = property(lambda _: type)


@dataclasses.dataclass
class Size:
    """A dataclass."""

    width: int
    area: float = dataclasses.field(default=1.0, metadata={"db_name": "a"})
    hidden: int = dataclasses.field(default=0, init=False)


@attrs.define
class Checked:
    """A class with a validator and a private field."""

    count: int = attrs.field(validator=attrs.validators.gt(3))
    _secret: int = 0


@attrs.define
class Own:
    """A class with a field that converts itself."""

    path: Path = attrs.field(
        metadata={"encode": lambda value: value.as_posix(), "decode": Path}
    )
    list: Any = attrs.field(
        factory=list, metadata={"encode": lambda v: v, "decode": lambda v: v}
    )


@attrs.define
class Person:
    """A document of many fields."""

    id: ObjectId = attrs.field(metadata={"db_name": "_id"})
    age: int
    name: str
    address: Address | None = None
    addresses: list[Address] = attrs.field(factory=list)
    scores: dict[str, float] = attrs.field(factory=dict)
    pet: Cat | Dog | None = None


class Member(SyncDocument):
    """A document class."""

    name: str
    tags: list[str] = []
    size: int = field(default=0, converter=int)
    double: int = attrs.field(
        default=attrs.Factory(lambda self: self.size * 2, takes_self=True)
    )

    def __init__(self, name, **values):
        """Take the name by position, which decoding must not care about."""
        super().__init__(name=name, **values)


SYDNEY = dt.datetime(2024, 5, 6, 7, 8, 9, 123987, tzinfo=EAST)
CUT = dt.datetime(2024, 5, 6, 5, 8, 9, 123000, tzinfo=UTC)
MIDNIGHT = dt.datetime(2024, 5, 6, tzinfo=UTC)

# annotation, value, what is stored, what is read back (the value itself if left out)
FORMS = {
    "int": (int, 5, 5),
    "int of an enum": (int, Level.HIGH, 2, 2),
    "longest int": (int, 2**63 - 1, 2**63 - 1),
    "float": (float, 1.5, 1.5),
    "float of an int": (float, 2, 2.0, 2.0),
    "str": (str, "$x\0", "$x\0"),
    "str of a subclass": (str, Text("a"), "a", "a"),
    "bool": (bool, True, True),
    "bytes": (bytes, b"\0x", b"\0x"),
    "ObjectId": (ObjectId, OID, OID),
    "None": (None, None, None),
    "datetime": (dt.datetime, SYDNEY, CUT, CUT),
    "naive datetime": (dt.datetime, CUT.replace(tzinfo=None), CUT, CUT),
    "date": (dt.date, dt.date(2024, 5, 6), MIDNIGHT),
    "time": (dt.time, dt.time(7, 8, 9, 5), "07:08:09.000005"),
    "timedelta": (dt.timedelta, dt.timedelta(seconds=-1), -1000),
    "Decimal": (Decimal, Decimal("1.10"), Decimal128("1.10")),
    "UUID": (uuid.UUID, UID, Binary(UID.bytes, 4)),
    "Pattern": (
        re.Pattern,
        re.compile("a", re.IGNORECASE),
        re.compile("a", re.IGNORECASE),
    ),
    "Pattern[str]": (re.Pattern[str], re.compile("a"), re.compile("a")),
    "Enum": (Color, Color.RED, "red"),
    "IntEnum": (Level, Level.HIGH, 2),
    "Enum of tuples": (Mark, Mark.PAIR, [1, 2]),
    "Flag": (Rights, Rights.READ | Rights.WRITE, 3),
    "Literal": (Literal["a", 1, None], 1, 1),
    "Literal of a bool": (Literal[True, 1], True, True),
    "Literal of an enum": (Literal[Color.RED], Color.RED, "red"),
    "Any": (
        Any,
        {"a": (1, {2}), "d": SYDNEY},
        {"a": [1, [2]], "d": CUT},
        {"a": [1, [2]], "d": CUT},
    ),
    "object": (object, Color.RED, "red", "red"),
    "Optional": (Optional[int], None, None),
    "Optional twice": (Optional[Annotated[int | None, "x"]], None, None),
    "Optional, with a value": (Optional[int], 5, 5),
    "union, str": (int | str | None, "a", "a"),
    "union, date": (dt.date | int, dt.date(2024, 5, 6), MIDNIGHT),
    "union, enum and int": (Color | int, Color.BLUE, "blue"),
    "union, list": (list[int] | int, [1], [1]),
    "union, float for an int": (int | float, 2.0, 2.0),
    "NewType": (UserId, 5, 5),
    "Annotated": (Annotated[int, "years"], 5, 5),
    "Annotated in list": (list[Annotated[UserId, "x"]], [5], [5]),
    "list": (list[dt.date], [dt.date(2024, 5, 6)], [MIDNIGHT]),
    "tuple of one type": (tuple[int, ...], (1, 2), [1, 2]),
    "tuple of types": (tuple[int, str], (1, "a"), [1, "a"]),
    "empty tuple": (tuple[()], (), []),
    "named tuple": (Pair, Pair("a", dt.date(2024, 5, 6)), ["a", MIDNIGHT]),
    "set": (set[int], {3, 1, 2}, [1, 2, 3]),
    "frozenset": (frozenset[str], frozenset("ba"), ["a", "b"]),
    "deque": (deque[int], deque([1]), [1]),
    "Sequence": (abc.Sequence[int], [1], [1]),
    "Sequence of a tuple": (abc.Sequence[int], (1,), [1], [1]),
    "dict": (dict[str, int], {"a": 1}, {"a": 1}),
    "dict by enum": (dict[Color, int], {Color.RED: 1}, {"red": 1}),
    "dict by int": (dict[int, int], {-1: 1}, {"-1": 1}),
    "dict by UUID": (dict[uuid.UUID, int], {UID: 1}, {str(UID): 1}),
    "dict by ObjectId": (dict[ObjectId, int], {OID: 1}, {str(OID): 1}),
    "dict by date": (dict[dt.date, int], {dt.date(2024, 5, 6): 1}, {"2024-05-06": 1}),
    "dict by literal": (dict[Literal["a"], int], {"a": 1}, {"a": 1}),
    "dict by NewType": (dict[UserId, int], {1: 1}, {"1": 1}),
    "Mapping": (abc.Mapping[str, int], {"a": 1}, {"a": 1}),
    "OrderedDict": (OrderedDict[str, int], OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "bare list": (list, [1, {"a": [2]}], [1, {"a": [2]}]),
    "bare dict": (dict, {"a": {"b": 1}}, {"a": {"b": 1}}),
    "bare set": (set, {1}, [1]),
    "bare frozenset": (frozenset, frozenset({1}), [1]),
    "bare tuple": (tuple, (1, "a"), [1, "a"]),
    "bare List": (List, [1], [1]),
    "bare Dict": (Dict, {"a": 1}, {"a": 1}),
    "bare Tuple": (typing.Tuple, (1, 2), [1, 2]),
    "bare Set": (typing.Set, {1}, [1]),
    "bare Mapping": (typing.Mapping, {"a": 1}, {"a": 1}),
    "List[dict]": (List[dict], [{"a": 1}], [{"a": 1}]),
    "Dict[str, Any]": (Dict[str, Any], {"a": [1]}, {"a": [1]}),
    "Int64": (Int64, Int64(5), Int64(5)),
    "Decimal128": (Decimal128, Decimal128("1"), Decimal128("1")),
    "Binary": (Binary, Binary(b"a", 5), Binary(b"a", 5)),
    "Regex": (Regex, Regex("a", "i"), Regex("a", "i")),
    "Timestamp": (Timestamp, Timestamp(1, 2), Timestamp(1, 2)),
    "DBRef": (DBRef, DBRef("a", OID), DBRef("a", OID)),
    "Code": (Code, Code("x", {"a": 1}), Code("x", {"a": 1})),
    "MinKey": (MinKey, MinKey(), MinKey()),
    "MaxKey": (MaxKey, MaxKey(), MaxKey()),
    "Point": (
        geo.Point,
        geo.Point(1.5, 2.5),
        {"type": "Point", "coordinates": [1.5, 2.5]},
    ),
    "any geometry": (
        geo.Geometry,
        geo.Point(1, 2),
        {"type": "Point", "coordinates": [1, 2]},
    ),
    "class": (Address, Address("Rome", "1"), {"city": "Rome", "zip_code": "1"}),
    "class or None": (Address | None, None, None),
    "class in a union": (
        Cat | Dog,
        Dog("a"),
        {"_type": "Dog", "name": "a", "tricks": []},
    ),
    "class or int": (Cat | int, Cat("a"), {"name": "a"}),
    "list of unions": (list[Cat | Dog], [Cat("a")], [{"_type": "Cat", "name": "a"}]),
    "class or mapping: class": (Cat | dict, Cat("a"), {"_type": "Cat", "name": "a"}),
    "class or mapping: mapping": (Cat | dict, {"name": "a"}, {"name": "a"}),
    "class or anything: class": (Cat | Any, Cat("a"), {"_type": "Cat", "name": "a"}),
    "class or anything: mapping": (Cat | Any, {"name": "a"}, {"name": "a"}),
    "class or anything: value": (Cat | Any, 5, 5),
    "class or dict": (Cat | dict[str, int], {"a": 1}, {"a": 1}),
    "forward reference": (
        Tree,
        Tree(1, [Tree(2)], Tree(3)),
        {
            "value": 1,
            "children": [{"value": 2, "children": [], "parent": None}],
            "parent": {"value": 3, "children": [], "parent": None},
        },
    ),
    "generic": (
        Box[dt.date],
        Box(dt.date(2024, 5, 6)),
        {"content": MIDNIGHT, "more": []},
    ),
    "dataclass": (Size, Size(1, 2.0), {"width": 1, "a": 2.0, "hidden": 0}),
    "typed dict": (Entry, {"key": "a"}, {"key": "a"}),
    "typed dict, whole": (
        Entry,
        {"key": "a", "day": dt.date(2024, 5, 6)},
        {"key": "a", "day": MIDNIGHT},
    ),
    "other typed dict": (Record, {"key": "a"}, {"key": "a"}),
    "private field": (Checked, Checked(5, 6), {"count": 5, "_secret": 6}),
    "own conversion": (Own, Own(Path("a/b")), {"path": "a/b", "list": []}),
}


def _rows(table):
    return [pytest.param(*row, id=name) for name, row in table.items()]


def _four(row):
    annotation, value, stored, *read = row
    return annotation, value, stored, *(read or [value])


class TestForms:
    """How each kind of value is stored and read."""

    @pytest.mark.parametrize(
        ("annotation", "value", "stored", "read"),
        _rows({name: _four(row) for name, row in FORMS.items()}),
    )
    def test_both_ways(self, annotation, value, stored, read):
        """A value is stored in its form and read back from it, types included."""
        found = encode(value, annotation)
        assert (found, type(found)) == (stored, type(stored))
        back = decode(stored, annotation)
        assert (back, type(back)) == (read, type(read))

    @pytest.mark.parametrize("aware", [True, False], ids=["aware", "naive"])
    @pytest.mark.parametrize(
        ("annotation", "value", "stored", "read"),
        _rows({name: _four(row) for name, row in FORMS.items()}),
    )
    def test_through_the_driver(self, annotation, value, stored, read, aware):
        """What the driver makes of the stored form is read as the same value."""
        wire = bson.encode(
            {"x": encode(value, annotation)}, codec_options=_options(True)
        )
        found = bson.decode(wire, codec_options=_options(aware))["x"]
        assert decode(found, annotation) == read

    READ = {
        "integral double": (int, 5.0, 5),
        "Int64": (int, Int64(5), 5),
        "int as float": (float, 5, 5.0),
        "Int64 as float": (float, Int64(5), 5.0),
        "short Int64": (Int64, 5, Int64(5)),
        "native UUID": (uuid.UUID, UID, UID),
        "bytes as Binary": (Binary, b"a", Binary(b"a", 0)),
        "UUID as Binary": (Binary, UID, Binary(UID.bytes, 4)),
        "naive datetime": (dt.datetime, dt.datetime(2024, 5, 6), MIDNIGHT),  # noqa: DTZ001
        "datetime of another zone": (dt.datetime, SYDNEY, SYDNEY.astimezone(UTC)),
        "naive datetime in Any": (Any, [dt.datetime(2024, 5, 6)], [MIDNIGHT]),  # noqa: DTZ001
        "enum of numbers as double": (Level, 2.0, Level.HIGH),
        "enum's own reading": (Old, "old", Old.NEW),
        "literal as Int64": (Literal[1], Int64(1), 1),
        "Regex": (re.Pattern, Regex("a", "i"), re.compile("a", re.IGNORECASE)),
        "double in int | str": (int | str, 2.0, 2),
        "int in float | str": (float | str, 2, 2.0),
        "SON": (dict[str, int], SON(a=1), {"a": 1}),
        "SON as Any": (Any, SON(a=1), {"a": 1}),
        "SON in a union of classes": (Cat | Dog, SON(_type="Cat", name="a"), Cat("a")),
        "unknown fields": (Cat, {"name": "a", "age": 3}, Cat("a")),
        "missing fields": (Address, {"city": "Rome"}, Address("Rome")),
    }

    @pytest.mark.parametrize(("annotation", "stored", "read"), _rows(READ))
    def test_other_stored_forms(self, annotation, stored, read):
        """What other programs store for the same value is read, too."""
        found = decode(stored, annotation)
        assert (found, type(found)) == (read, type(read))

    def test_moments_are_in_utc(self):
        """Moments that were read carry Python's own UTC."""
        assert decode(SYDNEY, dt.datetime).tzinfo is UTC
        assert decode([dt.datetime(2024, 5, 6)], Any)[0].tzinfo is UTC  # noqa: DTZ001

    def test_nan(self):
        """NaN comes back as NaN."""
        assert str(decode(encode(float("nan"), float), float)) == "nan"


def _options(aware):
    standard = bson.binary.UuidRepresentation.STANDARD
    return CodecOptions(tz_aware=aware, uuid_representation=standard)


UNREADABLE = {
    "int from bool": (int, True, "int: it must be int, got True, a bool"),
    "int from str": (int, "5", "int: it must be int, got '5', a str"),
    "int from a fraction": (int, 2.5, "int: it must be int, got 2.5, a float"),
    "int from infinity": (int, float("inf"), "int: it must be int, got inf, a float"),
    "int from None": (int, None, "int: it must be int, got None"),
    "float from bool": (float, True, "float: it must be float, got True, a bool"),
    "float from str": (float, "1", "float: it must be float, got '1', a str"),
    "float from Decimal128": (
        float,
        Decimal128("1"),
        "float: it must be float, got Decimal128('1'), a Decimal128",
    ),
    "str from int": (str, 5, "str: it must be str, got 5, an int"),
    "str from bytes": (str, b"a", "str: it must be str, got b'a', a bytes"),
    "str from ObjectId": (
        str,
        OID,
        f"str: it must be str, got {OID!r}, an ObjectId",
    ),
    "bool from int": (bool, 1, "bool: it must be bool, got 1, an int"),
    "bytes from str": (bytes, "a", "bytes: it must be bytes, got 'a', a str"),
    "bytes of a subtype": (
        bytes,
        Binary(b"a", 5),
        "bytes: it must be bytes, got Binary(b'a', 5), a Binary",
    ),
    "ObjectId from str": (
        ObjectId,
        str(OID),
        f"ObjectId: it must be ObjectId, got '{OID}', a str",
    ),
    "datetime from str": (
        dt.datetime,
        "2024-05-06",
        "datetime: it must be datetime, got '2024-05-06', a str",
    ),
    "date from noon": (
        dt.date,
        dt.datetime(2024, 5, 6, 12),  # noqa: DTZ001
        "date: it must be date (midnight in UTC), got"
        " datetime.datetime(2024, 5, 6, 12, 0), a datetime",
    ),
    "time": (
        dt.time,
        "noon",
        "time: it must be time (an ISO 8601 string), got 'noon', a str",
    ),
    "timedelta": (
        dt.timedelta,
        "1",
        "timedelta: it must be timedelta (in milliseconds), got '1', a str",
    ),
    "Decimal from str": (Decimal, "1", "Decimal: it must be Decimal, got '1', a str"),
    "Decimal from float": (
        Decimal,
        1.5,
        "Decimal: it must be Decimal, got 1.5, a float",
    ),
    "UUID from str": (
        uuid.UUID,
        str(UID),
        f"UUID: it must be UUID, got '{UID}', a str",
    ),
    "UUID of the old subtype": (
        uuid.UUID,
        Binary(b"a" * 16, 3),
        "UUID: it must be UUID, got Binary(b'aaaaaaaaaaaaaaaa', 3), a Binary",
    ),
    "Pattern": (re.Pattern, "a", "Pattern: it must be Pattern, got 'a', a str"),
    "Pattern that Python can't read": (
        re.Pattern,
        Regex("(", 0),
        "Pattern: it must be Pattern in Python's syntax, got Regex('(', 0), a Regex",
    ),
    "Enum": (
        Color,
        "green",
        "Color: it must be one of 'red', 'blue', got 'green', a str",
    ),
    "Enum by name": (
        Color,
        "RED",
        "Color: it must be one of 'red', 'blue', got 'RED', a str",
    ),
    "Enum from bool": (Level, True, "Level: it must be one of 1, 2, got True, a bool"),
    "Enum of documents": (
        Mark,
        [1, 3],
        "Mark: it must be one of [1, 2], {'x': [1]}, got [1, 3], a list",
    ),
    "Flag": (Rights, "1", "Rights: it must be int, got '1', a str"),
    "Flag unknown": (
        Rights,
        8,
        "Rights: it must be a sum of 1, 2, got 8, an int",
    ),
    "Literal": (
        Literal["a", 1],
        "b",
        "'a' | 1: it must be one of 'a', 1, got 'b', a str",
    ),
    "Literal from bool": (Literal[1], True, "1: it must be one of 1, got True, a bool"),
    "None": (None, 0, "None: it must be None, got 0, an int"),
    "list from str": (
        list[str],
        "ab",
        "list[str]: it must be list[str], got 'ab', a str",
    ),
    "list from dict": (list, {}, "list: it must be list, got {}, a dict"),
    "items": (
        list[int],
        [1, "a", 2.5],
        "list[int]: 1 must be int, got 'a', a str; 2 must be int, got 2.5, a float",
    ),
    "set of lists": (
        set[list],
        [[1]],
        "set[list]: it is refused: unhashable type: 'list'",
    ),
    "row too short": (
        tuple[int, str],
        [1],
        "tuple[int, str]: it must have 2 items, got 1: [1], a list",
    ),
    "row": (
        tuple[int, str],
        ["a", 1],
        "tuple[int, str]: 0 must be int, got 'a', a str; 1 must be str, got 1, an int",
    ),
    "dict": (
        dict[str, int],
        [],
        "dict[str, int]: it must be dict[str, int], got [], a list",
    ),
    "values": (
        dict[str, dict[str, int]],
        {"a": {"b": 1, "c": "x"}, "d": 5},
        "dict[str, dict[str, int]]: a.c must be int, got 'x', a str;"
        " d must be dict[str, int], got 5, an int",
    ),
    "keys": (
        dict[int, int],
        {"01": 1, "x": 1},
        "dict[int, int]: it has a key that must be int, got '01', a str;"
        " it has a key that must be int, got 'x', a str",
    ),
    "keys of an enum": (
        dict[Color, int],
        {"green": 1},
        "dict[Color, int]: it has a key that must be one of 'red', 'blue',"
        " got 'green', a str",
    ),
    "union": (
        int | bytes,
        2.5,
        "int | bytes: it must be int | bytes, got 2.5, a float",
    ),
    "Optional": (Optional[int], "a", "int | None: it must be int, got 'a', a str"),
    "classes, no name": (
        Cat | Dog,
        {"name": "a"},
        "Cat | Dog: it has no _type; known are: Cat, Dog",
    ),
    "class or mapping": (
        Cat | dict,
        {"_type": "Cat", "name": 5},
        "Cat | dict: name must be str, got 5, an int",
    ),
    "class or mapping of numbers": (
        Cat | dict[str, int],
        {"a": "b"},
        "Cat | dict[str, int]: a must be int, got 'b', a str",
    ),
    "classes, unknown name": (
        Cat | Dog,
        {"_type": "Cow"},
        "Cat | Dog: it has the unknown _type 'Cow'; known are: Cat, Dog",
    ),
    "classes, no document": (
        Cat | Dog,
        5,
        "Cat | Dog: it must be Cat | Dog, got 5, an int",
    ),
    "classes, nested": (
        Cat | Dog | None,
        {"_type": "Dog", "name": 1, "tricks": [2]},
        "Cat | Dog | None: name must be str, got 1, an int; tricks.0 must be str, got 2, an int",
    ),
    "long values are cut": (
        int,
        "x" * 99,
        f"int: it must be int, got '{'x' * 58}…, a str",
    ),
}


def test_arguments_of_old_aliases():
    """Type arguments reach the items of arrays on Python 3.10, too."""
    alias = OldAlias(list, (T,))
    assert isinstance(alias, type)
    assert classes._filled(alias, {T: dt.date}) == list[dt.date]


class TestUnreadable:
    """What isn't read, and what is said then."""

    @pytest.mark.parametrize(("annotation", "stored", "told"), _rows(UNREADABLE))
    def test_values(self, annotation, stored, told):
        """A stored value of another type is an error that tells rule and value."""
        with pytest.raises(DecodeError) as caught:
            decode(stored, annotation)
        assert str(caught.value) == f"a stored value doesn't fit {told}"
        assert caught.value.cls == annotation

    def test_documents(self):
        """The error names the class, the id and every failing field by its path."""
        stored = {
            "_id": 7,
            "age": "x",
            "address": {"zip_code": 5},
            "addresses": [{"city": "Rome"}, {"city": 1}, 3],
            "scores": {"a": 1, "b": "c"},
            "pet": {"_type": "Dog", "name": None},
        }
        with pytest.raises(DecodeError) as caught:
            decode_document(stored, Person)
        problems = (
            ("id", "must be ObjectId, got 7, an int"),
            ("age", "must be int, got 'x', a str"),
            ("name", "is missing"),
            ("address.city", "is missing"),
            ("address.zip", "must be str, got 5, an int"),
            ("addresses.1.city", "must be str, got 1, an int"),
            ("addresses.2", "must be Address, got 3, an int"),
            ("scores.b", "must be float, got 'c', a str"),
            ("pet.name", "must be str, got None"),
        )
        told = "; ".join(f"{path} {text}" for path, text in problems)
        assert str(caught.value) == f"Person 7 doesn't fit its class: {told}"
        assert caught.value.cls is Person
        assert caught.value.document_id == 7
        assert caught.value.problems == problems

    def test_keys_and_values(self):
        """The keys of a mapping are told together with its values."""
        with pytest.raises(DecodeError) as caught:
            decode({"1": "x", "b": 2}, dict[int, int])
        assert caught.value.problems == (
            ("", "has a key that must be int, got 'b', a str"),
            ("1", "must be int, got 'x', a str"),
        )

    def test_no_id(self):
        """A document without an id is named by its class alone."""
        with pytest.raises(DecodeError) as caught:
            decode({}, Cat)
        assert str(caught.value) == "Cat doesn't fit its class: name is missing"
        assert caught.value.document_id is None

    def test_no_document(self):
        """What is no document can't be read as a class."""
        with pytest.raises(DecodeError) as caught:
            decode([1], Cat)
        told = "Cat doesn't fit its class: it must be Cat, got [1], a list"
        assert str(caught.value) == told

    def test_validators(self):
        """Validators of embedded classes run, and their errors are kept as the cause."""
        with pytest.raises(DecodeError) as caught:
            decode([{"count": 5}, {"count": 1}], list[Checked])
        assert str(caught.value) == (
            "a stored value doesn't fit list[Checked]: 1 is refused: 'count' must be > 3: 1"
        )
        assert isinstance(caught.value.__cause__, ValueError)

    def test_own_conversion(self):
        """An error of a field's own conversion tells field, value and reason."""
        with pytest.raises(DecodeError) as caught:
            decode({"path": 5}, Own)
        assert str(caught.value).startswith(
            "Own doesn't fit its class: path is refused, got 5, an int: "
        )

    def test_typed_dict(self):
        """A typed dict needs its required keys."""
        with pytest.raises(DecodeError) as caught:
            decode({"day": 1}, Entry)
        assert str(caught.value) == (
            "Entry doesn't fit its class: key is missing; "
            "day must be date (midnight in UTC), got 1, an int"
        )

    SHAPES = {
        "other shape": (
            {"type": "Point", "coordinates": [1, 2]},
            "it must be LineString, got {'type': 'Point', 'coordinates': [1, 2]}, a dict",
        ),
        "no shape": (
            5,
            "it is refused, got 5, an int: shape can't be read from 5; give a geo shape, a"
            " GeoJSON mapping or an object with __geo_interface__",
        ),
    }

    @pytest.mark.parametrize(("stored", "told"), _rows(SHAPES))
    def test_shapes(self, stored, told):
        """Only the shape that is asked for is read."""
        with pytest.raises(DecodeError) as caught:
            decode(stored, geo.LineString)
        assert str(caught.value) == f"a stored value doesn't fit LineString: {told}"


UNSTORABLE = {
    "int from bool": (int, True, "int: it must be int, got True, a bool"),
    "int from str": (int, "5", "int: it must be int, got '5', a str"),
    "int from float": (int, 5.0, "int: it must be int, got 5.0, a float"),
    "long int": (
        int,
        2**63,
        "int: it must be an integer of 64 bits, got 9223372036854775808, an int",
    ),
    "float from bool": (float, True, "float: it must be float, got True, a bool"),
    "float that drops digits": (
        float,
        2**53 + 1,
        "float: it must be a number that a double holds exactly, got 9007199254740993, an int",
    ),
    "str from int": (str, 5, "str: it must be str, got 5, an int"),
    "str from enum": (
        str,
        Color.RED,
        "str: it must be str, got <Color.RED: 'red'>, a Color",
    ),
    "bool from int": (bool, 1, "bool: it must be bool, got 1, an int"),
    "bytes": (
        bytes,
        bytearray(b"a"),
        "bytes: it must be bytes, got bytearray(b'a'), a bytearray",
    ),
    "ObjectId": (
        ObjectId,
        str(OID),
        f"ObjectId: it must be ObjectId, got '{OID}', a str",
    ),
    "datetime": (
        dt.datetime,
        dt.date(2024, 5, 6),
        "datetime: it must be datetime, got datetime.date(2024, 5, 6), a date",
    ),
    "datetime out of range": (
        dt.datetime,
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1), "C")),
        "datetime: it is refused, got datetime.datetime(1, 1, 1, 0, 0,"
        " tzinfo=datetime.timezone(d…, a datetime: date value out of range",
    ),
    "date": (
        dt.date,
        MIDNIGHT.replace(tzinfo=None),
        "date: it must be date, got datetime.datetime(2024, 5, 6, 0, 0), a datetime",
    ),
    "time": (dt.time, "07:00", "time: it must be time, got '07:00', a str"),
    "timedelta": (dt.timedelta, 5, "timedelta: it must be timedelta, got 5, an int"),
    "Decimal": (Decimal, 1.5, "Decimal: it must be Decimal, got 1.5, a float"),
    "long Decimal": (
        Decimal,
        Decimal("1." + "1" * 34),
        "Decimal: it must be a decimal of at most 34 digits, got"
        f" Decimal('1.{'1' * 34}'), a Decimal",
    ),
    "UUID": (uuid.UUID, str(UID), f"UUID: it must be UUID, got '{UID}', a str"),
    "Pattern of bytes": (
        re.Pattern,
        re.compile(b"a"),
        "Pattern: it must be Pattern of str, got re.compile(b'a'), a Pattern",
    ),
    "Enum": (Color, "red", "Color: it must be Color, got 'red', a str"),
    "Flag": (Rights, 1, "Rights: it must be Rights, got 1, an int"),
    "Literal": (
        Literal["a", 1],
        True,
        "'a' | 1: it must be one of 'a', 1, got True, a bool",
    ),
    "unhashable literal": (Literal[1], [], "1: it must be one of 1, got [], a list"),
    "Int64": (Int64, 5, "Int64: it must be Int64, got 5, an int"),
    "Any": (
        Any,
        [Path],
        f"Any: it is refused: {Path!r} is a type, which has no BSON form",
    ),
    "key of Any": (
        dict,
        {"a": {1: 2}},
        "dict: a is refused: a key of a document is 1; BSON keys are strings",
    ),
    "query": (
        Any,
        {"a": F.age > 1},
        "Any: it must be data, got {'a': F.age > 1}, a dict",
    ),
    "list": (list[int], (1,), "list[int]: it must be list[int], got (1,), a tuple"),
    "Sequence from str": (
        abc.Sequence[str],
        "ab",
        "Sequence[str]: it must be Sequence[str], got 'ab', a str",
    ),
    "items": (
        list[int],
        [1, "a", None],
        "list[int]: 1 must be int, got 'a', a str; 2 must be int, got None",
    ),
    "row": (
        tuple[int, str],
        (1, 2, 3),
        "tuple[int, str]: it must have 2 items, got 3: (1, 2, 3), a tuple",
    ),
    "dict": (
        dict[str, int],
        [1],
        "dict[str, int]: it must be dict[str, int], got [1], a list",
    ),
    "key": (
        dict[str, int],
        {1: 1},
        "dict[str, int]: it has a key that must be str, got 1, an int",
    ),
    "key with NUL": (
        dict[str, int],
        {"\0": 1},
        "dict[str, int]: it has a key that must hold no NUL byte, got '\\x00', a str",
    ),
    "key of a bool": (
        dict[int, int],
        {True: 1},
        "dict[int, int]: it has a key that must be int, got True, a bool",
    ),
    "union": (
        int | bytes,
        True,
        "int | bytes: it must be int | bytes, got True, a bool",
    ),
    "classes": (
        Address | Cat,
        Villa("Rome"),
        "Address | Cat: it must be Address | Cat, got"
        " Villa(city='Rome', zip='', pool=False), a Villa",
    ),
    "mapping that names a class": (
        Cat | dict,
        {"_type": "Cat", "name": "a"},
        "Cat | dict: it has the key _type, where classes keep their name",
    ),
    "classes, nested": (
        Cat | Dog,
        Cat(5),
        "Cat | Dog: name must be str, got 5, an int",
    ),
}


class TestUnstorable:
    """What isn't stored, and what is said then."""

    @pytest.mark.parametrize(("annotation", "value", "told"), _rows(UNSTORABLE))
    def test_values(self, annotation, value, told):
        """A value of another type is never written; the error tells rule and value."""
        with pytest.raises(ValidationError) as caught:
            encode(value, annotation)
        assert str(caught.value) == f"a value can't be stored as {told}"

    def test_documents(self):
        """The error names the class and every failing field by its path."""
        person = Person(
            OID, "x", 5, Address(1), [Villa("a")], {"a": True}, Dog("a", [1])
        )
        with pytest.raises(ValidationError) as caught:
            encode_document(person)
        problems = (
            ("age", "must be int, got 'x', a str"),
            ("name", "must be str, got 5, an int"),
            ("address.city", "must be str, got 1, an int"),
            (
                "addresses.0",
                "must be Address itself, whose subclasses need a union or"
                " @discriminated, got"
                " Villa(city='a', zip='', pool=False), a Villa",
            ),
            ("scores.a", "must be float, got True, a bool"),
            ("pet.tricks.0", "must be str, got 1, an int"),
        )
        told = "; ".join(f"{path} {text}" for path, text in problems)
        assert str(caught.value) == f"Person can't be stored: {told}"
        assert caught.value.cls is Person
        assert caught.value.document_id == OID
        assert caught.value.problems == problems

    def test_deleted_attribute(self):
        """A field without a value is told as missing."""
        cat = Cat("a")
        del cat.name
        with pytest.raises(ValidationError) as caught:
            encode_document(cat)
        assert str(caught.value) == "Cat can't be stored: name is missing"

    def test_typed_dict(self):
        """A typed dict holds its required keys and none that it doesn't know."""
        with pytest.raises(ValidationError) as caught:
            encode({"day": dt.date(2024, 5, 6), "other": 1}, Entry)
        told = "Entry can't be stored: key is missing; other is no key of it"
        assert str(caught.value) == told

    def test_typed_dict_of_another_type(self):
        """A list is no typed dict."""
        with pytest.raises(ValidationError) as caught:
            encode([], Entry)
        assert (
            str(caught.value)
            == "Entry can't be stored: it must be Entry, got [], a list"
        )

    def test_own_conversion(self):
        """An error of a field's own conversion tells field, value and reason."""
        with pytest.raises(ValidationError) as caught:
            encode(Own("a"), Own)
        assert str(caught.value) == (
            "Own can't be stored: path is refused, got 'a', a str:"
            " 'str' object has no attribute 'as_posix'"
        )

    def test_long_reason(self):
        """A long reason is cut, as long values are."""
        with pytest.raises(ValidationError) as caught:
            encode({"y" * 500 + "\0": 1}, Any)
        told = f"is refused: the key '{'y' * 170}…"
        assert caught.value.problems == (("", told),)

    def test_own_conversion_without_form(self):
        """What a field's own conversion makes must have a BSON form."""
        with pytest.raises(ValidationError) as caught:
            encode(Own(Path("a"), {1: 2}), Own)
        assert str(caught.value) == (
            "Own can't be stored: list is refused: a key of a document is 1; BSON keys"
            " are strings"
        )


@attrs.define
class BadField:
    """A class with a field that can't be stored."""

    name: str
    files: list[Path]


@attrs.define
class BadKey:
    """A class with keys that can't be stored."""

    counts: dict[float, int]


@attrs.define
class BadTwins:
    """A class with a union that can't be read back."""

    when: dt.date | dt.datetime


@attrs.define
class BadArrays:
    """A class with a union of arrays that can't be read back."""

    items: list[int] | set[int]


@attrs.define
class Named:
    """A class that stores a field where unions keep the name of the class."""

    kind: str = attrs.field(metadata={"db_name": "_type"})


@attrs.define
class BadTag:
    """A class with a union of such a class."""

    one: Named | Cat


@attrs.define
class Lost:
    """A class with an annotation that names nothing."""

    x: Nowhere  # noqa: F821 - the point


def _twin():
    return attrs.make_class("Cat", {"other": attrs.field(type=int)})


@attrs.define
class BadNames:
    """A class with a union of classes of one name."""

    pet: Union[Cat, _twin()]  # noqa: UP007


ADVICE = "; annotate another type, or give the field encode and decode"

UNDEFINED = {
    "no form": (
        BadField,
        "BadField.files can't be stored: Path has no BSON form" + ADVICE,
    ),
    "keys": (
        BadKey,
        "BadKey.counts can't be stored: keys of mappings can't be float; they may be str,"
        " int, UUID, ObjectId, date and enums of strings" + ADVICE,
    ),
    "twins": (
        BadTwins,
        "BadTwins.when can't be stored: date | datetime can't be read back; date and"
        " datetime are stored alike" + ADVICE,
    ),
    "arrays": (
        BadArrays,
        "BadArrays.items can't be stored: list[int] | set[int] can't be read back;"
        " list[int] and set[int] are stored alike" + ADVICE,
    ),
    "name taken": (
        BadTag,
        "BadTag.one can't be stored: Named stores a field as '_type'; unions keep its name"
        " there" + ADVICE,
    ),
    "one name": (
        BadNames,
        "BadNames.pet can't be stored: the classes of a union need different names, got Cat"
        " more than once" + ADVICE,
    ),
    "unresolved": (
        Lost,
        "Lost has an annotation that can't be resolved: name 'Nowhere' is not defined;"
        " define what it names at module level",
    ),
}


class TestUndefined:
    """Annotations that can't be stored."""

    @pytest.mark.parametrize(("cls", "told"), _rows(UNDEFINED))
    def test_fields(self, cls, told):
        """A field without a BSON form is an error of the class, both ways."""
        value = cls.__new__(cls)
        for name in attrs.fields_dict(cls):
            setattr(value, name, None)
        with pytest.raises(DefinitionError) as caught:
            encode_document(value)
        assert str(caught.value) == told
        with pytest.raises(DefinitionError) as caught:
            decode_document({}, cls)
        assert str(caught.value) == told

    def test_nested(self):
        """The class that has the field is named, not the one that asks."""
        with pytest.raises(DefinitionError) as caught:
            decode([{}], list[BadField])
        assert str(caught.value) == UNDEFINED["no form"][1]

    @pytest.mark.parametrize(
        "annotation", [Path, list[Path], dict[str, Path], Path | None]
    )
    def test_alone(self, annotation):
        """An annotation outside of a class is named itself."""
        for convert in (encode, decode):
            with pytest.raises(NoFormError) as caught:
                convert({}, annotation)
            assert str(caught.value) == "Path has no BSON form"


class TestSharing:
    """Values and stored documents share no container."""

    SHARED = {
        "Any": Any,
        "object": object,
        "dict": dict,
        "Dict": Dict,
        "dict[str, Any]": dict[str, Any],
        "dict[str, dict]": dict[str, dict],
        "dict[str, list]": Any | None,
        "union": dict[str, Any] | int,
        "own conversion": Own,
    }

    @staticmethod
    def _containers(value):
        if isinstance(value, dict):
            return {id(value)}.union(*map(TestSharing._containers, value.values()))
        if isinstance(value, list):
            return {id(value)}.union(*map(TestSharing._containers, value))
        return set()

    @pytest.mark.parametrize("annotation", SHARED.values(), ids=SHARED)
    def test_documents(self, annotation):
        """No dictionary or list is in both, however deep."""
        value = {"path": {"b": [1, {"c": []}]}, "list": {"d": [[]]}}
        stored = value if annotation is not Own else {"path": "a", "list": [{"x": [1]}]}
        read = decode(stored, annotation)
        parts = self._containers(read.list if annotation is Own else read)
        assert parts
        assert not parts & self._containers(stored)
        written = encode(read, annotation)
        assert not parts & self._containers(written)

    @pytest.mark.parametrize(
        "annotation", [list, List, list[dict], List[Any], abc.Sequence]
    )
    def test_arrays(self, annotation):
        """No dictionary or list is in both, however deep."""
        stored = [{"a": [1]}, {"b": {}}]
        read = decode(stored, annotation)
        assert not self._containers(read) & self._containers(stored)
        assert not self._containers(encode(read, annotation)) & self._containers(read)

    @pytest.mark.parametrize("annotation", [tuple, tuple[Any, ...], tuple[dict, dict]])
    def test_items_of_tuples(self, annotation):
        """What a tuple holds is copied, too."""
        stored = [{"a": [1]}, {"b": {}}]
        read = decode(stored, annotation)
        read[0]["a"].append(2)
        assert stored == [{"a": [1]}, {"b": {}}]

    def test_mutation(self):
        """Changing a loaded document leaves the stored one as it was."""
        stored = {"content": {"a": [1, {"b": 2}]}, "more": [{"c": []}]}
        box = decode(stored, Box[Any])
        box.content["a"][1]["b"] = 3
        box.content["new"] = 1
        box.more[0]["c"].append(1)
        box.more.append(5)
        assert stored == {"content": {"a": [1, {"b": 2}]}, "more": [{"c": []}]}

    def test_defaults(self):
        """Two documents that were read don't share a default."""
        first, second = decode({"name": "a"}, Member), decode({"name": "a"}, Member)
        first.tags.append("x")
        assert second.tags == []

    def test_enums(self):
        """What an enum's value became belongs to the document alone."""
        encode(Mark.DOC, Mark)["x"].append(2)
        assert encode(Mark.DOC, Mark) == {"x": [1]}

    @pytest.mark.parametrize("annotation", [Code, Any])
    def test_code(self, annotation):
        """The scope of a code is copied."""
        stored = Code("x", {"a": 1})
        decode(stored, annotation).scope["a"] = 2
        assert stored.scope == {"a": 1}


class TestDocuments:
    """Document classes, which are built around their ``__init__``."""

    def test_both_ways(self):
        """A document is stored with its id first, and read back."""
        member = Member("Ann", tags=["a"], size="3")
        stored = encode_document(member)
        expected = {"_id": None, "name": "Ann", "tags": ["a"], "size": 3, "double": 6}
        assert stored == expected
        assert list(stored) == list(expected)
        assert decode_document(stored, Member) == member

    def test_defaults(self):
        """Missing fields take their defaults, computed ones those of the other fields."""
        member = decode_document({"_id": OID, "name": "Ann", "size": 4}, Member)
        assert (member.id, member.tags, member.size, member.double) == (OID, [], 4, 8)

    def test_missing(self):
        """A field without a default must be stored."""
        with pytest.raises(DecodeError) as caught:
            decode_document({"_id": OID, "size": "x"}, Member)
        assert str(caught.value) == (
            f"Member {OID!r} doesn't fit its class: name is missing;"
            " size must be int, got 'x', a str"
        )

    def test_default_with_a_full_converter(self):
        """A converter that asks for the instance gets it."""

        class Sized(SyncDocument):
            size: int = field(
                default=1,
                converter=attrs.Converter(
                    lambda value, self, attribute: value + len(attribute.name),
                    takes_self=True,
                    takes_field=True,
                ),
            )

        assert decode_document({}, Sized).size == 5


class TestHooks:
    """Hooks that callers register."""

    def test_hooks_explain(self):
        """A hook registered for a type is used by the error's second look as well."""

        @attrs.define
        class Weather:
            heat: Annotated[Celsius, "registered"] | None = None
            place: str = ""

        converter().register_unstructure_hook(Celsius, float)
        converter().register_structure_hook(Celsius, lambda value, _: Celsius(value))
        globals().update(Weather=Weather)
        assert encode(Celsius(2.5), Celsius) == 2.5
        assert type(decode(2.5, Celsius)) is Celsius
        with pytest.raises(DecodeError) as caught:
            decode({"a": "x", "b": 1}, dict[str, Celsius])
        assert str(caught.value) == (
            "a stored value doesn't fit dict[str, Celsius]: a is refused: could not convert"
            " string to float: 'x'"
        )

    def test_decorator(self):
        """A hook may be registered by its annotations."""
        own = make_converter()

        @own.register_structure_hook
        def read(value: Any, _: Any) -> Celsius:
            return Celsius(value)

        globals().update(read=read)
        assert type(own.structure(1.5, Celsius)) is Celsius

    def test_hook_that_fails_once(self):
        """An error that doesn't come again is told as it was."""
        calls = []

        def once(value):
            calls.append(value)
            if len(calls) == 1:
                raise RuntimeError("busy")
            return value

        @attrs.define
        class Shy:
            x: Any = attrs.field(default=1, metadata={"encode": once})

        with pytest.raises(ValidationError) as caught:
            encode(Shy(), Shy)
        assert str(caught.value).endswith("is refused, got 1, an int: busy")


SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- Properties ----------------------------------------------------------------------

_MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)
)
_DECIMALS = st.decimals(
    allow_nan=False, places=3, min_value=-(10**20), max_value=10**20
)
_SCALARS = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    str: st.text(),
    bool: st.booleans(),
    bytes: st.binary(),
    ObjectId: st.binary(min_size=12, max_size=12).map(ObjectId),
    dt.datetime: _MOMENTS,
    dt.date: st.dates(),
    Decimal: _DECIMALS,
    uuid.UUID: st.uuids(),
    Color: st.sampled_from(Color),
    Level: st.sampled_from(Level),
}
_KEYS = {
    str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    int: _SCALARS[int],
    uuid.UUID: _SCALARS[uuid.UUID],
    ObjectId: _SCALARS[ObjectId],
    dt.date: _SCALARS[dt.date],
    Color: _SCALARS[Color],
}
_EXACT = [(kind, values) for kind, values in _SCALARS.items() if kind is not None]


def _pairs():
    """Generate annotations, each with a strategy of its values."""
    plain = st.sampled_from([*_EXACT, (Cat, st.builds(Cat, _SCALARS[str]))])
    return st.recursive(plain, _nested, max_leaves=4)


def _nested(pairs):
    keys = st.sampled_from(list(_KEYS.items()))
    return st.one_of(
        pairs.map(lambda pair: (list[pair[0]], st.lists(pair[1], max_size=3))),
        pairs.map(
            lambda pair: (tuple[pair[0], ...], st.lists(pair[1], max_size=3).map(tuple))
        ),
        pairs.map(lambda pair: (Optional[pair[0]], st.none() | pair[1])),
        pairs.map(lambda pair: (Annotated[pair[0], "note"], pair[1])),
        pairs.map(
            lambda pair: (
                Box[pair[0]],
                st.builds(Box, pair[1], st.lists(pair[1], max_size=2)),
            )
        ),
        st.tuples(pairs, pairs).map(
            lambda two: (tuple[two[0][0], two[1][0]], st.tuples(two[0][1], two[1][1]))
        ),
        st.tuples(keys, pairs).map(
            lambda two: (
                dict[two[0][0], two[1][0]],
                st.dictionaries(two[0][1], two[1][1], max_size=3),
            )
        ),
        st.sampled_from(_EXACT).map(
            lambda pair: (frozenset[pair[0]], st.frozensets(pair[1], max_size=3))
        ),
    )


@st.composite
def typed_values(draw):
    """Draw an annotation and a value of it."""
    annotation, values = draw(_pairs())
    return annotation, draw(values)


_UNION = (
    int
    | float
    | str
    | bool
    | bytes
    | ObjectId
    | dt.datetime
    | Decimal
    | uuid.UUID
    | None
)
_MEMBERS = st.none() | st.one_of(
    [_SCALARS[kind] for kind in typing.get_args(_UNION) if kind is not type(None)]
)
_DATA = st.recursive(
    _MEMBERS,
    lambda items: (
        st.lists(items, max_size=3) | st.dictionaries(_KEYS[str], items, max_size=3)
    ),
    max_leaves=8,
)
_PLAIN = {kind: _SCALARS[kind] for kind in _SCALARS if kind is not float}


class TestProperties:
    """What holds of all values."""

    @SLOWLY
    @given(typed_values())
    def test_round_trip(self, pair):
        """Reading undoes storing."""
        annotation, value = pair
        assert decode(encode(value, annotation), annotation) == value

    @SLOWLY
    @given(typed_values(), st.booleans())
    def test_round_trip_through_the_driver(self, pair, aware):
        """Reading undoes storing, whatever the driver makes of time zones."""
        annotation, value = pair
        wire = bson.encode(
            {"x": encode(value, annotation)}, codec_options=_options(True)
        )
        stored = bson.decode(wire, codec_options=_options(aware))["x"]
        back = decode(stored, annotation)
        assert back == value
        assert type(back) is type(value)

    @SLOWLY
    @given(typed_values())
    def test_storing_is_stable(self, pair):
        """What is stored again after reading is what was stored."""
        annotation, value = pair
        stored = encode(value, annotation)
        assert encode(decode(stored, annotation), annotation) == stored

    @SLOWLY
    @given(_MEMBERS)
    def test_unions_keep_types(self, value):
        """A union gives back the type that went in."""
        wire = bson.encode({"x": encode(value, _UNION)}, codec_options=_options(True))
        back = decode(bson.decode(wire, codec_options=_options(True))["x"], _UNION)
        assert (back, type(back)) == (value, type(value))

    @SLOWLY
    @given(_DATA)
    def test_untyped_values_agree_with_queries(self, value):
        """What no annotation describes is stored as queries write it."""
        assert encode(value, Any) == compile_value(node(value))
        stored = encode(value, Any)
        assert decode(stored, Any) == stored

    @pytest.mark.parametrize("kind", _SCALARS, ids=lambda kind: kind.__name__)
    @SLOWLY
    @given(data=st.data())
    def test_typed_values_agree_with_queries(self, kind, data):
        """A field is stored as a query compares it, or the query would find nothing."""
        value = data.draw(_SCALARS[kind])
        for annotation, whole in (
            (kind, value),
            (list[kind], [value]),
            (dict[str, kind], {"a": value}),
        ):
            assert encode(whole, annotation) == compile_value(node(whole))

    @SLOWLY
    @given(typed_values(), typed_values())
    def test_misfits_are_our_errors(self, one, other):
        """A value of another type is stored as it should be, or told; never another error."""
        annotation, _ = one
        _, value = other
        try:
            stored = encode(value, annotation)
        except ValidationError:
            return
        assert encode(decode(stored, annotation), annotation) == stored
