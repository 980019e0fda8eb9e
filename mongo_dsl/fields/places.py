"""What fields that hold places can do.

https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mongo_dsl import geo
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Op, Param, Path, Value
from mongo_dsl.params import later
from mongo_dsl.predicates import Where
from mongo_dsl.values import node


class GeoMethods:
    """Match places by distance and by shape."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path

    def near(
        self,
        point: Any,
        *,
        max_distance: Any = None,
        min_distance: Any = None,
    ) -> Filter:
        """Match places around *point*, nearest first; distances are in metres.

        *point* is a `geo.Point`, a pair (longitude, latitude) or anything with
        ``__geo_interface__``. Needs a 2dsphere index; can't stand in ``|`` or ``~``.

        >>> from mongo_dsl import F, geo
        >>> near = F.place.near(geo.Point(2.35, 48.85), max_distance=500)
        >>> print(near.to_json())
        {"place": {"$near": {"$geometry": {"type": "Point", "coordinates": [2.35, 48.85]}, "$maxDistance": 500}}}
        """
        return self._near("$near", point, max_distance, min_distance)

    def near_sphere(
        self,
        point: Any,
        *,
        max_distance: Any = None,
        min_distance: Any = None,
    ) -> Filter:
        """Match places around *point* on the sphere, nearest first, as `near` does."""
        return self._near("$nearSphere", point, max_distance, min_distance)

    def within(self, shape: Any) -> Filter:
        """Match places that lie wholly in *shape*, GeoJSON or planar.

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
        found = later(shape, check) if isinstance(shape, Param) else check(shape)
        return Filter(Where(self._node, (Op(operator, node(found)),)))

    def _near(self, operator: str, point: Any, far: Any, close: Any) -> Filter:
        distances = {"$maxDistance": far, "$minDistance": close}
        found = (
            later(point, _geometry) if isinstance(point, Param) else _geometry(point)
        )
        body = {"$geometry": found}
        for name, distance in distances.items():
            if distance is not None:
                body[name] = _distance(operator, name, distance)
        return Filter(Where(self._node, (Op(operator, node(body)),)))


def _area(shape: Any) -> dict[str, Any]:
    found = geo.shape(shape)
    if not found.has_area:
        msg = f"within got {shape!r}, which has no area; it takes polygons and circles"
        raise OperandError(msg)
    return found.to_mql()


def _geojson(shape: Any) -> dict[str, Any]:
    found = geo.shape(shape)
    if not isinstance(found, (geo.Geometry, geo.CenterSphere)):
        msg = f"intersects got {shape!r}; it takes GeoJSON, such as geo.Polygon"
        raise OperandError(msg)
    return found.to_mql()


def _geometry(point: Any) -> Any:
    return _point(point).to_mql()["$geometry"]


def _point(point: Any) -> geo.Point:
    if isinstance(point, (list, tuple)):
        return geo.Point(*point)
    found = geo.shape(point)
    if not isinstance(found, geo.Point):
        msg = f"near got {point!r}; it takes a point"
        raise OperandError(msg)
    return found


def _distance(operator: str, name: str, distance: Any) -> Any:
    found = node(distance)
    if isinstance(found, Param):
        return later(found, _distance, operator, name)
    if not isinstance(found, Value) or type(found.value) not in (int, float):
        msg = f"{operator} got the {name[1:]} {distance!r}; it takes metres"
        raise OperandError(msg)
    if found.value < 0:
        msg = f"{operator} got the {name[1:]} {distance!r}; distances are not negative"
        raise ArgumentError(msg)
    return found
