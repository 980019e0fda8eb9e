"""Numbers and positions of shapes: what is read from users, checked on the way in."""

import sys
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from numbers import Real
from typing import Any, TypeAlias

from bson import Int64

from mongo_dsl.errors import ArgumentError, OperandError


Position: TypeAlias = tuple[float, ...]
Positions: TypeAlias = tuple[Position, ...]
PositionsLike: TypeAlias = Iterable[Iterable[float]]


def items(value: object, subject: str) -> tuple[Any, ...]:
    """Return the members of *value*, unless it has none or no order."""
    unordered = isinstance(value, str | bytes | Mapping | AbstractSet)
    if unordered or not isinstance(value, Iterable):
        msg = f"{subject} can't be read from {value!r}; give a list or tuple"
        raise OperandError(msg)
    return tuple(value)


def members(value: object, subject: str) -> tuple[Any, ...]:
    """Return the members of *value*, of which there must be some."""
    found = items(value, subject)
    if not found:
        msg = f"{subject} can't be made of {value!r}; give at least one member"
        raise ArgumentError(msg)
    return found


def number(value: object, subject: str = "coordinate") -> float:
    """Return *value* as a plain int or float; what is 64 bits wide stays so."""
    if isinstance(value, bool) or not isinstance(value, int | Real):
        msg = f"{subject} {value!r} is not a number; give an int or float"
        raise OperandError(msg)
    if isinstance(value, Int64):
        return value
    plain = int(value) if isinstance(value, int) else float(value)
    if not -sys.float_info.max <= plain <= sys.float_info.max:
        msg = f"{subject} {value!r} is not finite; give an ordinary number"
        raise ArgumentError(msg)
    # BSON integers end at 64 bits; MongoDB calculates with doubles anyway.
    return plain if abs(plain) < 2**63 else float(plain)


def altitude(value: float | None) -> float | None:
    """Return *value* in metres, or nothing."""
    return None if value is None else number(value)


def radius(value: float) -> float:
    """Return *value* as a number that isn't negative."""
    plain = number(value, "radius")
    if plain < 0:
        msg = f"radius {plain!r} is negative; give 0 or more"
        raise ArgumentError(msg)
    return plain


def _numbers(value: object) -> Position:
    numbers = tuple(number(item) for item in items(value, "position"))
    if len(numbers) not in {2, 3}:
        msg = (
            f"position {numbers!r} has {len(numbers)} numbers; give 2, longitude first"
        )
        raise ArgumentError(msg)
    return numbers


def pair(value: Iterable[float]) -> Position:
    """Return a position on the plane."""
    numbers = _numbers(value)
    if len(numbers) != len(("x", "y")):
        msg = f"position {numbers!r} has an altitude; planar shapes take 2 numbers"
        raise ArgumentError(msg)
    return numbers


def position(value: Iterable[float]) -> Position:
    """Return a position on the globe, perhaps with an altitude."""
    return on_globe(_numbers(value))


def global_pair(value: Iterable[float]) -> Position:
    """Return a position on the globe, without an altitude."""
    return on_globe(pair(value))


def _exists(longitude: float, latitude: float) -> bool:
    return -180 <= longitude <= 180 and -90 <= latitude <= 90  # noqa: PLR2004


def on_globe(found: Position) -> Position:
    """Return *found* if the globe has such degrees, else guess what went wrong."""
    longitude, latitude = found[:2]
    if _exists(longitude, latitude):
        return found
    advice = "longitude is -180 to 180 and latitude -90 to 90 degrees"
    if _exists(latitude, longitude):
        swapped = (latitude, longitude, *found[2:])
        advice = f"longitude comes first, so perhaps {swapped!r} is meant"
    msg = f"position {found!r} is not on the globe; {advice}"
    raise ArgumentError(msg)


def _require_different(count: int, positions: Positions, subject: str) -> None:
    """Refuse fewer than *count* places; altitudes don't tell places apart."""
    different = len({found[:2] for found in positions})
    if different < count:
        msg = f"{subject} has too few different positions, {different}; give {count}"
        raise ArgumentError(msg)


def line(value: PositionsLike) -> Positions:
    """Return two positions or more."""
    positions = tuple(map(position, items(value, "LineString")))
    _require_different(2, positions, "LineString")
    return positions


def ring(value: PositionsLike) -> Positions:
    """Return a closed ring, which therefore has four positions or more."""
    positions = tuple(map(position, items(value, "Polygon ring")))
    _require_different(3, positions, "Polygon ring")
    if positions[0] != positions[-1]:
        ends = f"starts at {positions[0]!r} and ends at {positions[-1]!r}"
        msg = f"Polygon ring {ends}; repeat the first position at the end"
        raise ArgumentError(msg)
    return positions


def corners(value: PositionsLike) -> Positions:
    """Return three positions or more on the plane."""
    positions = tuple(map(pair, items(value, "PlanarPolygon")))
    _require_different(3, positions, "PlanarPolygon")
    return positions
