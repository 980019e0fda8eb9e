"""Documents to damage: together they have every type of BSON in every kind of field."""

from __future__ import annotations

import datetime as dt
import re
import struct
import uuid
from typing import Any, Literal

import attrs
import bson
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

from mapper import SyncDocument
from tests.mapper.generated import Colour, Frozen, Node, Open, Point, Shape


@attrs.define
class Everything:
    """A field for each kind of plan."""

    text: str
    number: int
    double: float
    flag: bool
    nothing: None
    data: bytes
    id: ObjectId
    when: dt.datetime
    colour: Colour
    letter: Literal["a", 1]
    maybe: str | None
    texts: list[str]
    numbers: tuple[int, ...]
    letters: set[str]
    fixed: frozenset[int]
    points: list[Point]
    entries: dict[str, int]
    named: dict[str, Point]
    frozen: Frozen
    open: Open
    node: Node
    anything: Any
    key: uuid.UUID
    shape: Shape
    seen: int = 7


class Strict(SyncDocument):
    """A document that refuses what it doesn't know, and remembers its BSON."""

    name: str
    point: Point | None = None
    tags: list[str] = attrs.Factory(list)

    class Meta:
        collection_name = "strict"
        unknown = "refuse"


class Few(SyncDocument):
    """A document that passes over nearly everything that is stored."""

    text: str

    class Meta:
        collection_name = "few"


NODE = {"value": 1, "left": {"value": 2}, "children": [{"value": 3, "children": []}]}
EVERYTHING: dict[str, Any] = {
    "text": "héllo\0x",
    "number": Int64(1 << 40),
    "double": 1.5,
    "flag": True,
    "nothing": None,
    "data": b"\x00\xff",
    "id": ObjectId("0123456789abcdef01234567"),
    "when": dt.datetime(2024, 2, 29, 12, 30, 59, 999000, tzinfo=dt.timezone.utc),
    "colour": "red",
    "letter": "a",
    "maybe": None,
    "texts": ["a", "", "ß"],
    "numbers": [1, -1, Int64(1)],
    "letters": ["a", "b", "a"],
    "fixed": [],
    "points": [{"x": 1.0, "y": 2.0}, {"x": 3}],
    "entries": {"a": 1, "é": 2},
    "named": {"p": {"y": 0.0, "x": 0.0}},
    "frozen": {"name": "n", "size": 4},
    "open": {"tags": ["t"], "name": "o"},
    "node": NODE,
    "anything": {"list": [1, {"deep": None}]},
    "key": Binary.from_uuid(uuid.UUID(int=1)),
    "shape": {"kind": "circle", "name": "c", "radius": 1},
    "seen": 8,
}
UNKNOWN: dict[str, Any] = {
    "text": "t",
    "double": 1.0,
    "string": "s",
    "document": {"a": {"b": [1, "x", None, True]}},
    "array": [1, [2], {"c": 3}],
    "binary": Binary(b"x", 5),
    "old": Binary(b"x", 2),
    "uuid": Binary.from_uuid(uuid.UUID(int=2)),
    "id": ObjectId("0123456789abcdef01234567"),
    "flag": False,
    "when": dt.datetime(1960, 1, 1, tzinfo=dt.timezone.utc),
    "null": None,
    "regex": Regex("a+", "im"),
    "pattern": re.compile("b"),
    "reference": DBRef("c", 1),
    "code": Code("f()"),
    "scoped": Code("f()", {"a": 1}),
    "int": 1,
    "timestamp": Timestamp(1, 2),
    "long": Int64(1),
    "decimal": Decimal128("1.5"),
    "least": MinKey(),
    "most": MaxKey(),
}
STRICT = {"_id": ObjectId("0123456789abcdef01234567"), "name": "n", "point": {"x": 1.5}}


def document(elements: bytes) -> bytes:
    """Return the document of some *elements*."""
    return struct.pack("<i", len(elements) + 5) + elements + b"\0"


def elements_of(row: dict[str, Any]) -> bytes:
    """Return the elements of a document."""
    return bson.encode(row)[4:-1]


TWICE = elements_of({"name": "n", "tags": ["a"]}) + elements_of({"tags": ["bcd"]})

SEEDS: tuple[tuple[Any, bytes], ...] = (
    (Everything, bson.encode(EVERYTHING)),
    (Few, bson.encode(UNKNOWN)),
    (Strict, bson.encode({**STRICT, "tags": ["a"]})),
    (Strict, document(TWICE)),
    (Strict, bson.encode(STRICT) + bson.encode({"name": "m"})),
    (Shape, bson.encode({"kind": "circle", "name": "c", "radius": 2.0})),
    (Shape, bson.encode({"name": "s", "kind": "Shape"}) + bson.encode({"name": "s"})),
)
