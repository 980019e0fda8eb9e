"""Legacy shapes, for coordinate pairs stored without GeoJSON, and circles.

See https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from mongo_dsl.errors import ArgumentError
from mongo_dsl.geo.positions import (
    Position,
    Positions,
    corners,
    global_pair,
    number,
    pair,
    radius,
)
from mongo_dsl.geo.shapes import Shape


if TYPE_CHECKING:
    from typing_extensions import Self


EARTH_RADIUS = 6_378_100  # metres, the equatorial radius MongoDB calculates with


@attrs.frozen(repr=False)
class LegacyPair(Shape):
    """A place as a legacy coordinate pair, *x* or the longitude first.

    `near` and its siblings measure around it on the plane, or in radians on the sphere.

    >>> LegacyPair(2.35, 48.86).to_mql()
    {'$near': [2.35, 48.86]}
    """

    operator = "$near"
    x: float = attrs.field(converter=number)
    y: float = attrs.field(converter=number)

    @property
    def coordinates(self) -> Position:
        """Both numbers."""
        return (self.x, self.y)

    @property
    def has_area(self) -> bool:
        """Whether points can lie within it: never."""
        return False


@attrs.frozen(repr=False)
class Box(Shape):
    """A rectangle on the plane, from *bottom_left* to *top_right*.

    >>> Box((0, 0), (3, 2)).to_mql()
    {'$box': [[0, 0], [3, 2]]}
    """

    operator = "$box"
    bottom_left: Position = attrs.field(converter=pair)
    top_right: Position = attrs.field(converter=pair)

    def __attrs_post_init__(self) -> None:
        # MongoDB would sort the corners: a box over the 180th meridian, inside out.
        if any(low > high for low, high in zip(*self.coordinates, strict=True)):
            ends = f"{self.bottom_left!r} to {self.top_right!r}"
            msg = f"Box runs backwards, {ends}; give the bottom left corner first"
            raise ArgumentError(msg)

    @property
    def coordinates(self) -> Positions:
        """Both corners."""
        return (self.bottom_left, self.top_right)


@attrs.frozen(repr=False)
class Center(Shape):
    """A circle on the plane around *center*, *radius* in the unit of the coordinates.

    >>> Center((1, 2), 10).to_mql()
    {'$center': [[1, 2], 10]}
    """

    operator = "$center"
    center: Position = attrs.field(converter=pair)
    radius: float = attrs.field(converter=radius)

    @property
    def coordinates(self) -> tuple[Any, ...]:
        """The center and the radius."""
        return (self.center, self.radius)


@attrs.frozen(repr=False)
class CenterSphere(Shape):
    """A circle on the globe around *center*, *radius* in radians; `metres` converts.

    >>> CenterSphere((2.35, 48.86), 0.01).to_mql()
    {'$centerSphere': [[2.35, 48.86], 0.01]}
    """

    operator = "$centerSphere"
    center: Position = attrs.field(converter=global_pair)
    radius: float = attrs.field(converter=radius)

    def __attrs_post_init__(self) -> None:
        if self.radius > math.pi:
            msg = (
                f"CenterSphere radius {self.radius!r} goes around the globe, pi radians "
                "reach its other side; use geo.CenterSphere.metres for metres"
            )
            raise ArgumentError(msg)

    @classmethod
    def metres(cls, center: Iterable[float], distance: float) -> Self:
        """Draw a circle that reaches *distance* metres from *center*.

        >>> CenterSphere.metres((2.35, 48.86), 63_781)
        geo.CenterSphere((2.35, 48.86), 0.01)
        """
        return cls(center, radius(distance) / EARTH_RADIUS)

    @property
    def coordinates(self) -> tuple[Any, ...]:
        """The center and the radius in radians."""
        return (self.center, self.radius)


@attrs.frozen(repr=False)
class PlanarPolygon(Shape):
    """An area on the plane, closed by itself; its corners are its *coordinates*.

    >>> PlanarPolygon([(0, 0), (3, 0), (0, 3)]).to_mql()
    {'$polygon': [[0, 0], [3, 0], [0, 3]]}
    """

    operator = "$polygon"
    coordinates: Positions = attrs.field(converter=corners)
