"""Generated classes, and what may be stored of them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import attrs
import bson
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex, Timestamp
from hypothesis import strategies as st

from mapper import SyncDocument
from mapper.conversion.trees import discriminated


class Colour(Enum):
    RED = "red"
    DARK = "dark"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        return cls.RED if value == "rouge" else None


class Level(Enum):
    LOW = 1
    HIGH = 2


@attrs.define
class Point:
    x: float
    y: float = 0.0


@attrs.frozen
class Frozen:
    name: str
    size: int = attrs.field(default=3, validator=attrs.validators.lt(100))


@attrs.define(slots=False)
class Open:
    name: str
    tags: list[str] = attrs.Factory(list)


@attrs.define
class Node:
    """A class that holds itself."""

    value: int
    left: Node | None = None
    children: list[Node] = attrs.Factory(list)


@discriminated("kind")
@attrs.define
class Shape:
    name: str


@discriminated(value="circle")
@attrs.define
class Circle(Shape):
    radius: float


@attrs.define
class Derived:
    """A class with a default that asks for another field."""

    first: int
    second: int = attrs.Factory(lambda self: self.first + 1, takes_self=True)


@attrs.frozen
class Kind:
    """An annotation, and a strategy of what may be stored for it."""

    annotation: Any
    stored: st.SearchStrategy[Any]

    def many(self, make: Any) -> Kind:
        """Return arrays of it."""
        inner = (self.annotation, ...) if make is tuple else self.annotation
        return Kind(make[inner], st.lists(self.stored, max_size=4))

    def entries(self) -> Kind:
        """Return dictionaries of it."""
        return Kind(dict[str, self.annotation], st.dictionaries(KEYS, self.stored))  # type: ignore[name-defined]

    def maybe(self) -> Kind:
        """Return it, or None."""
        return Kind(self.annotation | None, st.none() | self.stored)


KEYS = st.sampled_from(["a", "b", "c", "é", "$ref", "$id", "0", "name", "kind", ""])
INTEGERS = st.one_of(
    st.integers(-(1 << 31), (1 << 31) - 1),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.integers(-3, 3).map(Int64),
)
MOMENTS = st.datetimes(timezones=st.just(dt.timezone.utc))
IDS = st.binary(min_size=12, max_size=12).map(ObjectId)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
FLOATS = st.floats()
POINTS = st.fixed_dictionaries({"x": FLOATS | INTEGERS}, optional={"y": FLOATS})
NODES = st.recursive(
    st.fixed_dictionaries({"value": INTEGERS}),
    lambda inner: st.fixed_dictionaries(
        {"value": INTEGERS},
        optional={"left": inner, "children": st.lists(inner, max_size=2)},
    ),
    max_leaves=4,
)
SHAPES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["circle", "Shape", "else"]), "name": TEXTS},
    optional={"radius": FLOATS},
)
SCALARS = (
    Kind(str, TEXTS),
    Kind(int, INTEGERS),
    Kind(float, FLOATS | INTEGERS),
    Kind(bool, st.booleans()),
    Kind(bytes, st.binary(max_size=5)),
    Kind(ObjectId, IDS),
    Kind(dt.datetime, MOMENTS),
    Kind(dt.date, MOMENTS.map(lambda one: one.replace(hour=0, minute=0, second=0))),
    Kind(uuid.UUID, st.uuids().map(Binary.from_uuid)),
    Kind(Decimal, st.sampled_from([Decimal128("1.5"), Decimal128("NaN")])),
    Kind(Int64, INTEGERS),
    Kind(Colour, st.sampled_from(["red", "dark", "rouge", "blue"])),
    Kind(Level, st.sampled_from([1, 2, 2.0, 3, Int64(1)])),
    Kind(Literal["a", 1], st.sampled_from(["a", 1, "b", 1.0])),
)
CLASSES = (
    Kind(Point, POINTS),
    Kind(Frozen, st.fixed_dictionaries({"name": TEXTS}, optional={"size": INTEGERS})),
    Kind(
        Open, st.fixed_dictionaries({"name": TEXTS}, optional={"tags": st.lists(TEXTS)})
    ),
    Kind(Node, NODES),
    Kind(Shape, SHAPES),
    Kind(
        Derived,
        st.fixed_dictionaries({"first": INTEGERS}, optional={"second": INTEGERS}),
    ),
)
ODD = st.one_of(
    st.none(),
    TEXTS,
    INTEGERS,
    FLOATS,
    st.booleans(),
    MOMENTS,
    st.sampled_from([Code("x"), Code("x", {"a": 1}), Regex("a", "i"), Timestamp(1, 2)]),
    st.sampled_from([bson.MinKey(), bson.MaxKey(), Binary(b"x", 5), DBRef("a", 1)]),
    st.recursive(
        TEXTS,
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
"""Values of which most fit no field."""

ANY = Kind(Any, ODD)
MAYBE_NONE = Kind(type(None), st.none())


def _around(inner: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    return st.one_of(
        inner.map(lambda kind: kind.many(list)),
        inner.map(lambda kind: kind.many(tuple)),
        inner.map(Kind.entries),
        inner.map(Kind.maybe),
    )


KINDS = st.one_of(
    st.recursive(
        st.sampled_from((*SCALARS, *CLASSES, ANY, MAYBE_NONE)), _around, max_leaves=3
    ),
    st.sampled_from(SCALARS[:6]).map(lambda kind: kind.many(set)),
    st.sampled_from(SCALARS[:6]).map(lambda kind: kind.many(frozenset)),
)

_NAMES = ("one", "two", "three", "four", "five")


@attrs.frozen
class Made:
    """A class with the *kinds* of its fields, by stored name; *optional* ones have defaults."""

    cls: Any
    kinds: dict[str, Kind]
    optional: frozenset[str]


@st.composite
def embedded(draw: Any) -> Made:
    """Make attrs classes."""
    kinds = draw(st.lists(KINDS, max_size=5))
    optional = draw(st.sets(st.sampled_from(_NAMES)))
    named = dict(zip(_NAMES, kinds, strict=False))
    fields = {
        name: attrs.field(
            type=kind.annotation, **({"default": None} if name in optional else {})
        )
        for name, kind in named.items()
    }
    how = draw(st.sampled_from([{}, {"slots": False}, {"frozen": True}]))
    cls = attrs.make_class("Made", fields, kw_only=True, **{"slots": True, **how})
    return Made(cls, named, frozenset(optional))


@st.composite
def documents(draw: Any) -> Made:
    """Make document classes."""
    kinds = dict(zip(_NAMES, draw(st.lists(KINDS, max_size=5)), strict=False))
    meta = {"abstract": False, "collection_name": "made"}
    meta["unknown"] = draw(st.sampled_from(["ignore", "preserve", "refuse"]))
    body: dict[str, Any] = {"Meta": type("Meta", (), meta), "__module__": __name__}
    body["__annotations__"] = {name: kind.annotation for name, kind in kinds.items()}
    optional = draw(st.sets(st.sampled_from(_NAMES)))
    body |= {name: None for name in kinds if name in optional}
    cls = type(SyncDocument)("Made", (SyncDocument,), body)
    kinds["_id"] = Kind(ObjectId, IDS)
    return Made(cls, kinds, frozenset(optional))


@st.composite
def stored(draw: Any, made: Made) -> dict[str, Any]:
    """Make what is stored of a class: some fit, some don't, in any order."""
    found: dict[str, Any] = {}
    for name, kind in made.kinds.items():
        how = draw(st.integers(0, 11))
        if how == 0 or (how < 4 and name in made.optional):
            continue
        found[name] = draw(ODD if how == 11 else kind.stored)
    if draw(st.integers(0, 4)) == 0:
        found |= draw(st.dictionaries(KEYS, ODD, max_size=2))
    names = draw(st.permutations(list(found))) if draw(st.booleans()) else list(found)
    return {name: found[name] for name in names}


def batches(made: Made) -> st.SearchStrategy[bytes]:
    """Make batches of documents of a class."""
    encoded = stored(made).map(lambda row: bson.encode(row))
    return st.lists(encoded, max_size=4).map(b"".join)
