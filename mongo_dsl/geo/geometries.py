"""GeoJSON shapes, which lie on the globe.

See https://www.mongodb.com/docs/manual/reference/geojson/.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import attrs

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.geo.positions import (
    Position,
    Positions,
    PositionsLike,
    altitude,
    line,
    members,
    number,
    on_globe,
    position,
    ring,
)
from mongo_dsl.geo.shapes import Shape, lists


STRICT_WINDING = {
    "type": "name",
    "properties": {"name": "urn:x-mongodb:crs:strictwinding:EPSG:4326"},
}


class Geometry(Shape):
    """A GeoJSON shape, on the globe."""

    __slots__ = ()
    operator = "$geometry"

    @property
    def has_area(self) -> bool:
        """Whether points can lie within it, which `$geoWithin` needs."""
        return isinstance(self, Polygon | MultiPolygon)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return self.to_geojson()

    def to_geojson(self) -> dict[str, Any]:
        """Return the GeoJSON document, made of plain dicts and lists.

        >>> from mongo_dsl import geo
        >>> geo.Point(2.35, 48.85).to_geojson()
        {'type': 'Point', 'coordinates': [2.35, 48.85]}
        """
        return {"type": type(self).__name__, "coordinates": lists(self.coordinates)}

    def to_mql(self) -> dict[str, Any]:
        """Return what stands inside `$geoWithin`, `$geoIntersects` or `$near`."""
        return {self.operator: self.to_geojson()}


G = TypeVar("G", bound=Geometry)


@attrs.frozen(repr=False)
class Point(Geometry):
    """A place at *longitude* and *latitude* degrees, perhaps *altitude* metres high.

    >>> Point(2.35, 48.86).to_mql()
    {'$geometry': {'type': 'Point', 'coordinates': [2.35, 48.86]}}
    """

    longitude: float = attrs.field(converter=number)
    latitude: float = attrs.field(converter=number)
    altitude: float | None = attrs.field(default=None, converter=altitude)

    def __attrs_post_init__(self) -> None:
        on_globe(self.coordinates)

    def __iter__(self) -> Iterator[float]:
        return iter(self.coordinates)

    @property
    def coordinates(self) -> Position:
        """The longitude, the latitude and, if there is one, the altitude."""
        place = (self.longitude, self.latitude)
        return place if self.altitude is None else (*place, self.altitude)

    def _arguments(self) -> list[str]:
        return [repr(degrees) for degrees in self.coordinates]


@attrs.frozen(repr=False)
class LineString(Geometry):
    """A line through two positions or more, its *coordinates*.

    >>> LineString([(0, 0), (1, 2)]).to_geojson()
    {'type': 'LineString', 'coordinates': [[0, 0], [1, 2]]}
    """

    coordinates: Positions = attrs.field(converter=line)


def _holes(value: Iterable[PositionsLike]) -> tuple[Positions, ...]:
    return tuple(map(ring, value))


@attrs.frozen(repr=False, init=False)
class Polygon(Geometry):
    """An area with an *exterior* ring and *holes*; rings end where they start.

    MongoDB takes the smaller side of the exterior. With *strict_winding* it takes the
    side to the left of the ring, which may be larger than a hemisphere; such a polygon
    has no holes and serves in queries only.

    >>> Polygon([(0, 0), (3, 0), (0, 3), (0, 0)]).to_geojson()
    {'type': 'Polygon', 'coordinates': [[[0, 0], [3, 0], [0, 3], [0, 0]]]}
    """

    exterior: Positions = attrs.field(converter=ring)
    holes: tuple[Positions, ...] = attrs.field(converter=_holes)
    strict_winding: bool

    def __init__(
        self,
        exterior: PositionsLike,
        *holes: PositionsLike,
        strict_winding: bool = False,
    ) -> None:
        if holes and strict_winding:
            msg = f"Polygon with strict winding has holes, {len(holes)}; leave them out"
            raise ArgumentError(msg)
        # pyright doesn't know this method of attrs.
        self.__attrs_init__(exterior, holes, strict_winding)  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def coordinates(self) -> tuple[Positions, ...]:
        """The exterior ring and the holes."""
        return (self.exterior, *self.holes)

    def to_geojson(self) -> dict[str, Any]:
        """Return the GeoJSON document, with a `crs` if the winding is strict."""
        crs = {"crs": copy.deepcopy(STRICT_WINDING)} if self.strict_winding else {}
        return {**super().to_geojson(), **crs}

    def _arguments(self) -> list[str]:
        rings = [repr(found) for found in self.coordinates]
        return [*rings, "strict_winding=True"] if self.strict_winding else rings


def _points(value: PositionsLike) -> Positions:
    return tuple(map(position, members(value, "MultiPoint")))


@attrs.frozen(repr=False)
class MultiPoint(Geometry):
    """Several points, its *coordinates*.

    >>> MultiPoint([(0, 0), Point(1, 2)]).to_geojson()
    {'type': 'MultiPoint', 'coordinates': [[0, 0], [1, 2]]}
    """

    coordinates: Positions = attrs.field(converter=_points)


def _lines(value: Iterable[LineString | PositionsLike]) -> tuple[Positions, ...]:
    return tuple(
        one.coordinates if isinstance(one, LineString) else line(one)
        for one in members(value, "MultiLineString")
    )


@attrs.frozen(repr=False)
class MultiLineString(Geometry):
    """Several lines, its *coordinates*: each a `LineString` or its positions.

    >>> MultiLineString([[(0, 0), (1, 2)]]).to_geojson()
    {'type': 'MultiLineString', 'coordinates': [[[0, 0], [1, 2]]]}
    """

    coordinates: tuple[Positions, ...] = attrs.field(converter=_lines)


def _areas(
    value: Iterable[Polygon | Iterable[PositionsLike]],
) -> tuple[tuple[Positions, ...], ...]:
    return tuple(
        _plain(one).coordinates
        if isinstance(one, Polygon)
        else tuple(map(ring, members(one, "Polygon")))
        for one in members(value, "MultiPolygon")
    )


@attrs.frozen(repr=False)
class MultiPolygon(Geometry):
    """Several areas, its *coordinates*: each a `Polygon` or a list of its rings.

    >>> MultiPolygon([[[(0, 0), (3, 0), (0, 3), (0, 0)]]]).to_geojson()
    {'type': 'MultiPolygon', 'coordinates': [[[[0, 0], [3, 0], [0, 3], [0, 0]]]]}
    """

    coordinates: tuple[tuple[Positions, ...], ...] = attrs.field(converter=_areas)


def _geometries(value: Iterable[Geometry]) -> tuple[Geometry, ...]:
    return tuple(_plain(_simple(one)) for one in members(value, "GeometryCollection"))


@attrs.frozen(repr=False)
class GeometryCollection(Geometry):
    """Several *geometries* of any kind but collections.

    >>> GeometryCollection([Point(0, 1)]).to_geojson()["geometries"]
    [{'type': 'Point', 'coordinates': [0, 1]}]
    """

    geometries: tuple[Geometry, ...] = attrs.field(converter=_geometries)

    @property
    def coordinates(self) -> tuple[tuple[Any, ...], ...]:
        """The coordinates of each geometry."""
        return tuple(geometry.coordinates for geometry in self.geometries)

    @property
    def has_area(self) -> bool:
        """Whether points can lie within one of its members."""
        return any(geometry.has_area for geometry in self.geometries)

    def to_geojson(self) -> dict[str, Any]:
        """Return the GeoJSON document, which lists those of its members."""
        found = [geometry.to_geojson() for geometry in self.geometries]
        return {"type": "GeometryCollection", "geometries": found}


def _plain(member: G) -> G:
    """Refuse strict winding inside other shapes: it crashes MongoDB 6.0.5."""
    if isinstance(member, Polygon) and member.strict_winding:
        msg = f"{member!r} has strict winding; only a Polygon by itself may have it"
        raise ArgumentError(msg)
    return member


def _simple(member: Any) -> Geometry:
    if isinstance(member, GeometryCollection) or not isinstance(member, Geometry):
        msg = f"GeometryCollection can't hold {member!r}; give other GeoJSON shapes"
        raise OperandError(msg)
    return member
