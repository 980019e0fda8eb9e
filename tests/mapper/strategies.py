"""Strategies for classes, for what is stored of them, and for what isn't."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import typing
import uuid
from decimal import Decimal
from enum import Enum

import attrs
from bson import Binary, Decimal128, Int64, ObjectId
from hypothesis import strategies as st

from mapper import SyncDocument, field


UTC = dt.timezone.utc


class Colour(str, Enum):
    """An enum of texts."""

    RED = "red"
    BLUE = "blue"


class Level(Enum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


_numbers = itertools.count()
_moments = st.integers(-(10**12), 10**12).map(
    lambda found: dt.datetime(2024, 1, 1, tzinfo=UTC) + dt.timedelta(milliseconds=found)
)
_texts = st.text(max_size=4)
_ints = st.integers(-(2**63), 2**63 - 1)

# What an annotation is stored as, and what it is in Python.
STORED = {
    int: _ints,
    float: st.floats(),
    str: _texts,
    bool: st.booleans(),
    bytes: st.binary(max_size=4),
    ObjectId: st.builds(ObjectId),
    dt.datetime: _moments,
    dt.date: st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)).map(
        lambda found: dt.datetime(found.year, found.month, found.day, tzinfo=UTC)
    ),
    dt.timedelta: st.integers(-(10**9), 10**9),
    Decimal: st.integers(0, 10**9).map(lambda found: Decimal128(str(found))),
    uuid.UUID: st.uuids(),
    Colour: st.sampled_from(["red", "blue"]),
    Level: st.sampled_from([1, 2]),
    typing.Literal["a", "b", 3]: st.sampled_from(["a", "b", 3]),
    typing.Any: st.sampled_from([1, "a", {"a": [1]}, None]),
    None: st.none(),
}
PYTHON = {
    **STORED,
    dt.date: st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)),
    dt.timedelta: st.integers(-(10**9), 10**9).map(
        lambda n: dt.timedelta(milliseconds=n)
    ),
    Decimal: st.integers(0, 10**9).map(Decimal),
    Colour: st.sampled_from(Colour),
    Level: st.sampled_from(Level),
}

# What may be stored where something else is asked for.
ODD = [
    *(None, True, 5, 5.0, 5.5, "5", "red", "x", b"5", Int64(5), 2**62, float("nan")),
    *(ObjectId(), Decimal128("5"), Binary(b"x", 5), uuid.UUID(int=5)),
    *([], [5], ["a", 5], [[]], {}, {"a": 1}, {"f0": 1}),
    dt.datetime(2024, 1, 1, 5, tzinfo=UTC),
]
GARBAGE = st.sampled_from(ODD)


def annotations(depth=2):
    """Generate annotations of fields, classes among them."""
    plain = st.sampled_from(list(STORED))
    if not depth:
        return plain
    inner = annotations(depth - 1)
    hashable = st.sampled_from([int, str, Colour])
    return st.one_of(
        plain,
        plain,
        inner.map(lambda one: typing.Optional[one]),  # noqa: UP045 - made at run time
        inner.map(lambda one: list[one]),
        inner.map(lambda one: tuple[one, ...]),
        inner.map(lambda one: tuple[one, int]),
        hashable.map(lambda one: set[one]),
        hashable.map(lambda one: frozenset[one]),
        inner.map(lambda one: dict[str, one]),
        inner.map(lambda one: dict[int, one]),
        st.just(int | str),
        classes(depth - 1),
    )


def _attrs(name, annotated, defaults, **options):
    fields = {one: attrs.field(**defaults.get(one, {})) for one in annotated}
    made = type(name, (), {"__annotations__": annotated, **fields})
    return attrs.define(made, kw_only=True, **options)


def _checked(name, annotated, defaults):
    """Make a class that has to be called: it counts what it checked."""

    def fine(_instance, _attribute, _value):
        return None

    fields = {
        one: attrs.field(validator=fine, **defaults.get(one, {})) for one in annotated
    }
    made = type(name, (), {"__annotations__": annotated, **fields})
    return attrs.define(made, kw_only=True)


def _dataclass(name, annotated, defaults):
    fields = [
        (
            one,
            annotation,
            dataclasses.field(kw_only=True, **_in_their_words(defaults.get(one))),
        )
        for one, annotation in annotated.items()
    ]
    return dataclasses.make_dataclass(name, fields)


def _in_their_words(default):
    if default is None:
        return {}
    return {"default_factory": default["factory"]} if "factory" in default else default


def _document(name, annotated, defaults):
    fields = {one: field(**defaults.get(one, {})) for one in annotated}
    return type(SyncDocument)(
        name,
        (SyncDocument,),
        {"__annotations__": annotated, "__module__": __name__, **fields},
    )


MAKERS = (
    _attrs,
    lambda *given: _attrs(*given, frozen=True),
    lambda *given: _attrs(*given, slots=False),
    _checked,
    _dataclass,
)


@st.composite
def classes(draw, depth=2, makers=MAKERS):
    """Generate classes, of which `fields_in` tells the fields."""
    count = draw(st.integers(1, 5))
    names = draw(st.permutations(["f0", "f0_1", "f0_2", "type", "row", "list"]))[:count]
    annotated = {name: draw(annotations(depth)) for name in names}
    defaults = {
        name: draw(st.sampled_from([{"default": None}, {"factory": list}]))
        for name in names
        if draw(st.booleans())
    }
    made = draw(st.sampled_from(makers))(f"C{next(_numbers)}", annotated, defaults)
    _FIELDS[made] = annotated, frozenset(defaults)
    return made


def documents(depth=2):
    """Generate document classes."""
    return classes(depth, (_document,))


_FIELDS = {}


def fields_in(cls):
    """Return the annotations of a generated class, and the names that have defaults."""
    return _FIELDS[cls]


def stored(annotation):
    """Generate what is stored of *annotation*."""
    return _values(annotation, STORED, _stored_instance, st.lists)


def instances(annotation):
    """Generate values of *annotation*."""
    return _values(annotation, PYTHON, _made_instance, None)


def spoilt(annotation):
    """Generate what may be stored where *annotation* is asked for, and may not fit."""

    def spoil(found):
        if isinstance(found, dict) and found:
            names = st.sampled_from(sorted(found))
            dropped = names.map(lambda n: {k: v for k, v in found.items() if k != n})
            put = st.tuples(names, GARBAGE).map(lambda one: {**found, one[0]: one[1]})
            more = GARBAGE.map(lambda one: {**found, "unknown": one})
            return st.one_of(st.just(found), dropped, put, more)
        if isinstance(found, list):
            return st.one_of(st.just(found), GARBAGE.map(lambda one: [*found, one]))
        return st.just(found)

    return stored(annotation).flatmap(spoil)


def _values(annotation, plain, of_class, row):
    if annotation in _FIELDS:
        return of_class(annotation)
    if annotation in plain:
        return plain[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    inner = [
        _values(one, plain, of_class, row) for one in arguments if one is not Ellipsis
    ]
    if origin is dict:
        keys = st.integers(0, 9) if arguments[0] is int else st.sampled_from("abc")
        if row is not None:
            keys = keys.map(str)
        return st.dictionaries(keys, inner[1], max_size=2)
    if origin is tuple and Ellipsis not in arguments:
        return st.tuples(*inner).map(tuple if row is None else list)
    if origin in (list, tuple, set, frozenset):
        return st.lists(inner[0], max_size=3).map(origin if row is None else list)
    return st.one_of(*inner)


@st.composite
def _stored_instance(draw, cls):
    annotated, optional = _FIELDS[cls]
    names = [name for name in annotated if name not in optional or draw(st.booleans())]
    return {name: draw(stored(annotated[name])) for name in names}


@st.composite
def _made_instance(draw, cls):
    annotated, _ = _FIELDS[cls]
    return cls(**{name: draw(instances(one)) for name, one in annotated.items()})
