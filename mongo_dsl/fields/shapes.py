"""What geo operators take: shapes, points and distances, checked.

https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl import geo
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import AsIs
from mongo_dsl.names import in_mql
from mongo_dsl.nodes import Body, Node, Op, Param
from mongo_dsl.params import later
from mongo_dsl.values import node, number


_DISTANCES = {"max_distance": "$maxDistance", "min_distance": "$minDistance"}


def near(name: str, operator: str, point: Any, given: Any) -> tuple[Op, ...]:
    """Return the conditions of the method *name*, with the distances *given*.

    Raises:
        OperandError: *point* is no point, or a distance no number.
        ArgumentError: a distance is negative.
    """
    distances = [
        (key, _distance(operator, key, distance))
        for key, distance in in_mql(name, given, _DISTANCES).items()
    ]
    legacy = _legacy(point)
    if legacy is not None:
        return (Op(operator, legacy), *(Op(key, size) for key, size in distances))
    body = (("$geometry", _geometry(name, point)), *distances)
    return (Op(operator, Body(body)),)


def area(shape: Any) -> Mapping[str, Any]:
    """Return the MQL of *shape*.

    Raises:
        OperandError: it has no area.
    """
    found = geo.shape(shape)
    if not found.has_area:
        msg = f"within got {shape!r}, which has no area; it takes polygons and circles"
        raise OperandError(msg)
    return _written(found, shape)


def geojson(shape: Any) -> Mapping[str, Any]:
    """Return the MQL of *shape*.

    Raises:
        OperandError: it is no GeoJSON.
    """
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
        return node(geo.shape({"type": "Point", "coordinates": point}))
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
