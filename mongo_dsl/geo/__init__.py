"""Shapes that geo operators take: GeoJSON on the globe, legacy shapes on the plane.

A position is ``(longitude, latitude)``, longitude first, or a `Point`. GeoJSON counts in
degrees (-180 to 180 and -90 to 90) and may add an altitude in metres, which MongoDB
ignores. Planar shapes count in the unit of the stored pairs; the radius of a
`CenterSphere` is in radians. See
https://www.mongodb.com/docs/manual/reference/geojson/ and
https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/.
"""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mongo_dsl.geo.geometries import (
        Geometry,
        GeometryCollection,
        LineString,
        MultiLineString,
        MultiPoint,
        MultiPolygon,
        Point,
        Polygon,
    )
    from mongo_dsl.geo.planar import (
        Box,
        Center,
        CenterSphere,
        LegacyPair,
        PlanarPolygon,
    )
    from mongo_dsl.geo.reading import from_geojson, shape
    from mongo_dsl.geo.shapes import Shape

__all__ = [
    "Box",
    "Center",
    "CenterSphere",
    "Geometry",
    "GeometryCollection",
    "LegacyPair",
    "LineString",
    "MultiLineString",
    "MultiPoint",
    "MultiPolygon",
    "PlanarPolygon",
    "Point",
    "Polygon",
    "Shape",
    "from_geojson",
    "shape",
]

_NAMES = {
    "mongo_dsl.geo.geometries": (
        "Geometry",
        "GeometryCollection",
        "LineString",
        "MultiLineString",
        "MultiPoint",
        "MultiPolygon",
        "Point",
        "Polygon",
    ),
    "mongo_dsl.geo.planar": (
        "Box",
        "Center",
        "CenterSphere",
        "LegacyPair",
        "PlanarPolygon",
    ),
    "mongo_dsl.geo.reading": ("from_geojson", "shape"),
    "mongo_dsl.geo.shapes": ("Shape",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
