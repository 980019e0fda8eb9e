"""What fields that hold places can do.

https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import geo
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import AsIs
from mongo_dsl.filters import Filter
from mongo_dsl.names import in_mql
from mongo_dsl.nodes import Body, Node, Op, Param, Path
from mongo_dsl.params import later
from mongo_dsl.predicates import Where
from mongo_dsl.values import node, number


if TYPE_CHECKING:
    from typing_extensions import Unpack

    from mongo_dsl.fields.operands import Distances


class GeoMethods:
    """Match places by distance and by shape."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path

    def near(self, point: Any, **distances: Unpack[Distances]) -> Filter:
        """Match places around *point*, nearest first.

        *point* is a `geo.Point`, a pair (longitude, latitude), GeoJSON or anything with
        ``__geo_interface__``; *max_distance* and *min_distance* are in metres. Needs a
        2dsphere index; can't stand in ``|`` or ``~``.

        A `geo.LegacyPair` is written as legacy coordinates, whose distances are in the
        unit of the plane; ``fn.as_is(...)`` writes their other forms.

        >>> from mongo_dsl import F, geo
        >>> near = F.place.near(geo.Point(2.35, 48.85), max_distance=500)
        >>> print(near.to_json())
        {"place": {"$near": {"$geometry": {"type": "Point", "coordinates": [2.35, 48.85]}, "$maxDistance": 500}}}
        >>> F.place.near(geo.LegacyPair(2.35, 48.85), max_distance=1).compile()
        {'place': {'$near': [2.35, 48.85], '$maxDistance': 1}}
        """
        return self._near("near", "$near", point, distances)

    def near_sphere(self, point: Any, **distances: Unpack[Distances]) -> Filter:
        """Match places around *point* on the sphere, nearest first, as `near` does.

        The distances from a `geo.LegacyPair` are in radians.
        """
        return self._near("near_sphere", "$nearSphere", point, distances)

    def within(self, shape: Any) -> Filter:
        """Match places that lie wholly in *shape*, GeoJSON or planar.

        GeoJSON that is given as a mapping is checked and written as it is.

        >>> from mongo_dsl import F, geo
        >>> F.place.within(geo.Box((0, 0), (2, 2))).compile()
        {'place': {'$geoWithin': {'$box': [[0, 0], [2, 2]]}}}
        """
        return self._shape("$geoWithin", _area, shape)

    geo_within = within

    def intersects(self, shape: Any) -> Filter:
        """Match places that share a point with *shape*, which is GeoJSON.

        >>> from mongo_dsl import F, geo
        >>> print(F.area.intersects(geo.Point(2.35, 48.85)).to_json())
        {"area": {"$geoIntersects": {"$geometry": {"type": "Point", "coordinates": [2.35, 48.85]}}}}
        """
        return self._shape("$geoIntersects", _geojson, shape)

    geo_intersects = intersects

    def _shape(self, operator: str, check: Callable[[Any], Any], shape: Any) -> Filter:
        body = later(shape, check) if isinstance(shape, Param) else check(shape)
        return Filter(Where(self._node, (Op(operator, node(body)),)))

    def _near(self, name: str, operator: str, point: Any, given: Any) -> Filter:
        distances = [
            (key, _distance(operator, key, distance))
            for key, distance in in_mql(name, given, _DISTANCES).items()
        ]
        legacy = _legacy(point)
        if legacy is not None:
            ops = (Op(operator, legacy), *(Op(key, node_) for key, node_ in distances))
        else:
            body = (("$geometry", _geometry(name, point)), *distances)
            ops = (Op(operator, Body(body)),)
        return Filter(Where(self._node, ops))


_DISTANCES = {"max_distance": "$maxDistance", "min_distance": "$minDistance"}


def _area(shape: Any) -> Mapping[str, Any]:
    found = geo.shape(shape)
    if not found.has_area:
        msg = f"within got {shape!r}, which has no area; it takes polygons and circles"
        raise OperandError(msg)
    return _written(found, shape)


def _geojson(shape: Any) -> Mapping[str, Any]:
    found = geo.shape(shape)
    if not isinstance(found, (geo.Geometry, geo.CenterSphere)):
        msg = f"intersects got {shape!r}; it takes GeoJSON, such as geo.Polygon"
        raise OperandError(msg)
    return _written(found, shape)


def _written(shape: geo.Shape, given: Any) -> Mapping[str, Any]:
    """Return the MQL of *shape*; what was *given* as GeoJSON stays as it is."""
    return {"$geometry": given} if isinstance(given, Mapping) else shape.to_mql()


def _legacy(point: Any) -> Node | None:
    """Return *point* if it is written without ``$geometry``."""
    if isinstance(point, AsIs):
        return point.body
    return node(point.coordinates) if isinstance(point, geo.LegacyPair) else None


def _geometry(name: str, point: Any) -> Node:
    """Return the GeoJSON of *point*; what is GeoJSON already stays as it is."""
    if isinstance(point, Param):
        return later(point, _bound_geometry, name)
    if isinstance(point, (list, tuple)):
        return node(geo.Point(*point))
    found = geo.shape(point)
    if not isinstance(found, geo.Point):
        msg = f"{name} got {point!r}; it takes a point"
        raise OperandError(msg)
    return node(point if isinstance(point, Mapping) else found)


def _bound_geometry(name: str, point: Any) -> Node:
    """Take a point that can't change how the distances are written any more."""
    if _legacy(point) is not None:
        msg = f"{name} got {point!r} for a parameter; it takes points with $geometry"
        raise OperandError(msg)
    return _geometry(name, point)


def _distance(operator: str, name: str, distance: Any) -> Node:
    found = node(distance)
    if isinstance(found, Param):
        return later(found, _distance, operator, name)
    size = number(distance)
    if size is None:
        msg = f"{operator} got the {name[1:]} {distance!r}; it takes metres"
        raise OperandError(msg)
    if size < 0:
        msg = f"{operator} got the {name[1:]} {distance!r}; distances are not negative"
        raise ArgumentError(msg)
    return found
