"""Shapes from GeoJSON documents and from the objects of other libraries."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar, overload

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.geo.geometries import (
    STRICT_WINDING,
    Geometry,
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from mongo_dsl.geo.positions import items, members, position
from mongo_dsl.geo.shapes import Shape


S = TypeVar("S", bound=Shape)


class HasGeoInterface(Protocol):
    """An object that tells its GeoJSON, like those of shapely and geojson."""

    @property
    def __geo_interface__(self) -> Mapping[str, Any]:
        """The GeoJSON of the object."""
        ...


def _point(value: Iterable[float]) -> Point:
    return Point(*position(value))


def _polygon(rings: object) -> Polygon:
    return Polygon(*members(rings, "Polygon"))


def _collection(geometries: object) -> GeometryCollection:
    return GeometryCollection(map(shape, items(geometries, "GeometryCollection")))


_READERS: dict[str, Callable[[Any], Geometry]] = {
    "Point": _point,
    "LineString": LineString,
    "Polygon": _polygon,
    "MultiPoint": MultiPoint,
    "MultiLineString": MultiLineString,
    "MultiPolygon": MultiPolygon,
    "GeometryCollection": _collection,
}
_DEFAULT_CRS = [
    {"type": "name", "properties": {"name": name}}
    for name in ("EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84")
]


def _with_crs(geometry: Geometry, crs: object) -> Geometry:
    """Apply the `crs` of a GeoJSON document, of which MongoDB knows three."""
    if crs is None or crs in _DEFAULT_CRS:
        return geometry
    if isinstance(geometry, Polygon) and crs == STRICT_WINDING:
        return Polygon(*geometry.coordinates, strict_winding=True)
    kind = type(geometry).__name__
    msg = f"GeoJSON {kind} can't have the crs {crs!r}; leave it out for degrees"
    raise ArgumentError(msg)


def from_geojson(document: Mapping[str, Any]) -> Geometry:
    """Return the shape that the GeoJSON *document* describes.

    >>> from_geojson({"type": "Point", "coordinates": [2.35, 48.86]})
    geo.Point(2.35, 48.86)
    """
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        msg = f"GeoJSON type {kind!r} is no geometry; use one of: {', '.join(_READERS)}"
        raise ArgumentError(msg)
    key = "geometries" if kind == "GeometryCollection" else "coordinates"
    if key not in document:
        msg = f"GeoJSON {kind} lacks {key!r}, its keys are {list(document)}; add it"
        raise ArgumentError(msg)
    return _with_crs(_READERS[kind](document[key]), document.get("crs"))


@overload
def shape(value: S) -> S: ...


@overload
def shape(value: Mapping[str, Any] | HasGeoInterface) -> Geometry: ...


def shape(value: Any) -> Shape:
    """Return *value* as a shape: ours, GeoJSON, or an object that tells its GeoJSON.

    >>> shape({"type": "Point", "coordinates": [2.35, 48.86]})
    geo.Point(2.35, 48.86)
    """
    if isinstance(value, Shape):
        return value
    document = getattr(value, "__geo_interface__", value)
    if isinstance(document, Mapping):
        return from_geojson(document)
    msg = (
        f"shape can't be read from {value!r}; give a geo shape, a GeoJSON mapping "
        "or an object with __geo_interface__"
    )
    raise OperandError(msg)
