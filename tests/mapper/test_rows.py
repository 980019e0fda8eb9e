"""What `into` refuses is what the converter can't read: held against each other."""

import datetime as dt
import re
import uuid
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import attrs
import pytest
from bson import Binary, Code, Decimal128, Int64, ObjectId, Timestamp

from mapper.converter import decode
from mapper.errors import DecodeError
from mongo_dsl.errors import DslError
from mongo_dsl.shape import Array, Shape, Typed, check_row
from mongo_dsl.shape.kinds import Kind


class Colour(Enum):
    RED = "red"


class Level(Enum):
    LOW = 1


@attrs.define
class Empty:
    """A document of which nothing is asked."""


@attrs.define
class Whole:
    x: int


NOON = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
STORED: list[tuple[Kind, list[Any]]] = [
    (Typed(int), [1, Int64(1)]),
    (Typed(float), [1.0, 1, Decimal128("1")]),
    (Typed(Decimal128), [Decimal128("1")]),
    (Typed(bool), [True]),
    (Typed(str), ["red", "x", "12:00:00"]),
    (Typed(dt.datetime), [NOON]),
    (Typed(ObjectId), [ObjectId()]),
    (Typed(bytes), [b"x"]),
    (Typed(uuid.UUID), [uuid.UUID(int=1)]),
    (Typed(Timestamp), [Timestamp(1, 1)]),
    (Typed(Code), [Code("x")]),
    (Array(Typed(int)), [[1]]),
    (Shape({"x": Typed(int)}), [{"x": 1}]),
    (Typed(type(None)), [None]),
]
ANNOTATIONS: list[Any] = [
    *(int, float, bool, str, bytes, Decimal, Decimal128, Int64, ObjectId, Binary),
    *(uuid.UUID, dt.datetime, dt.date, dt.time, dt.timedelta, re.Pattern, Timestamp),
    *(Colour, Level, Literal["x"], Literal[1], Any, int | None, str | int, Code),
    *(
        list[int],
        list[str],
        tuple[int, ...],
        set[int],
        dict[str, int],
        dict,
        Empty,
        Whole,
    ),
]


def row(annotation: Any) -> type:
    """Make a class of rows with one field."""
    return attrs.make_class("Row", {"value": attrs.field(type=annotation)})


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=str)
@pytest.mark.parametrize(("kind", "values"), STORED, ids=[str(k) for k, _ in STORED])
def test_refusals(kind, values, annotation):
    """A type that `into` refuses can't be read from any such value."""
    cls = row(annotation)
    try:
        check_row(cls, Shape({"value": kind}))
    except DslError:
        for value in values:
            with pytest.raises(DecodeError):
                decode({"value": value}, cls)


def test_something_is_refused():
    """The test above has something to try."""
    refused = 0
    for kind, _ in STORED:
        for annotation in ANNOTATIONS:
            try:
                check_row(row(annotation), Shape({"value": kind}))
            except DslError:  # noqa: PERF203 - that is what is counted
                refused += 1
    assert refused > 150
