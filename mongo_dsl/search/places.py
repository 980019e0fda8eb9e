"""Operators that search places, dates and numbers by distance, and places by shape.

https://www.mongodb.com/docs/atlas/atlas-search/operators-and-collectors/
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import attrs

from mongo_dsl import geo
from mongo_dsl.expressions.face import MISSING, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Node
from mongo_dsl.raw import RawMQL
from mongo_dsl.schema import FieldSpec
from mongo_dsl.search import checks
from mongo_dsl.search.encoding import body, one_of, operator
from mongo_dsl.search.face import Box, Circle, Score, SearchOperator
from mongo_dsl.search.paths import FieldNames, Names, spec_of
from mongo_dsl.values import node


Relation = Literal["contains", "disjoint", "intersects", "within"]
"""How a stored shape lies to another one."""


@in_call_order
def geo_shape(
    path: FieldNames,
    relation: Relation,
    geometry: Any,
    *,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find shapes in *path* that contain *geometry*, or another *relation* to it.

    *geometry* is GeoJSON: of `geo`, a mapping or anything with ``__geo_interface__``.
    Needs MongoDB 5.0.

    >>> from mongo_dsl import F, geo, search
    >>> print(search.geo_shape(F.area, "contains", geo.Point(2.35, 48.86)).to_json())
    {"geoShape": {"path": "area", "relation": "contains", "geometry": {"type": "Point", "coordinates": [2.35, 48.86]}}}
    """
    found = checks.checked(_Geometry(), "geo_shape", "geometry", geometry)
    return operator(
        "geo_shape",
        path=_named("geo_shape", path),
        relation=relation,
        geometry=found,
        score=score,
    )


@in_call_order
def geo_within(
    path: FieldNames,
    *,
    box: Box | RawMQL | Missing = MISSING,
    circle: Circle | RawMQL | Missing = MISSING,
    geometry: Any = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find points in *path* that lie within a *box*, a *circle* or a *geometry*.

    *geometry* is a polygon or several. Needs MongoDB 5.0.

    Raises:
        ArgumentError: not exactly one of them is given.

    >>> from mongo_dsl import F, search
    >>> print(search.geo_within(F.place, circle=search.circle((2, 48), 500)).to_json())
    {"geoWithin": {"path": "place", "circle": {"center": {"type": "Point", "coordinates": [2, 48]}, "radius": 500}}}
    """
    one_of("geo_within", box=box, circle=circle, geometry=geometry)
    subject = "geo_within"
    box_, circle_ = (
        checks.Made(Box, "search.box(...)"),
        checks.Made(Circle, "search.circle(...)"),
    )
    return operator(
        subject,
        path=_named(subject, path),
        box=checks.checked(box_, subject, "box", box),
        circle=checks.checked(circle_, subject, "circle", circle),
        geometry=checks.checked(_Geometry(area=True), subject, "geometry", geometry),
        score=score,
    )


@in_call_order
def near(
    path: FieldNames,
    origin: Any,
    pivot: float,
    *,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find what is near to *origin*: a date, a number or a point.

    At the distance *pivot* the score is a half: milliseconds for dates, metres for
    points. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, geo, search
    >>> print(search.near(F.place, geo.Point(-8.6, 41.1), 1000).to_json())
    {"near": {"path": "place", "origin": {"type": "Point", "coordinates": [-8.6, 41.1]}, "pivot": 1000}}
    """
    found = checks.checked(_Origin(spec_of(path)), "near", "origin", origin)
    return operator(
        "near", path=_named("near", path), origin=found, pivot=pivot, score=score
    )


@in_call_order
def box(bottom_left: Any, top_right: Any) -> Box:
    """Describe a rectangle by two corners: points, or pairs (longitude, latitude).

    >>> from mongo_dsl import search
    >>> print(search.box((0, 1), (2, 3)))
    { bottomLeft: { type: "Point", coordinates: [ 0, 1 ] }, topRight: { type: "Point", coordinates: [ 2, 3 ] } }
    """
    given = {
        "bottom_left": checks.checked(_point, "box", "bottom_left", bottom_left),
        "top_right": checks.checked(_point, "box", "top_right", top_right),
    }
    return Box(body("box", given))


@in_call_order
def circle(center: Any, radius: float) -> Circle:
    """Describe a circle by a point, or pair (longitude, latitude), and metres.

    >>> from mongo_dsl import search
    >>> print(search.circle((2, 48), 500))
    { center: { type: "Point", coordinates: [ 2, 48 ] }, radius: 500 }
    """
    given = {
        "center": checks.checked(_point, "circle", "center", center),
        "radius": checks.checked(checks.NOT_NEGATIVE, "circle", "radius", radius),
    }
    return Circle(body("circle", given))


@attrs.frozen
class _Geometry:
    """Check GeoJSON, with an area if *area* is asked for."""

    area: bool = False

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        takes = "polygons" if self.area else "GeoJSON"
        takes = f"{takes}, such as geo.Polygon"
        if not _is_shape(value):
            checks.refuse(subject, argument, value, takes)
        found = geo.shape(value)
        if not isinstance(found, geo.Geometry) or (self.area and not found.has_area):
            checks.refuse(subject, argument, value, takes)
        return node(value if isinstance(value, Mapping) else found.to_geojson())


@attrs.frozen
class _Origin:
    """Check a date, a number or a point; the first two as the field *spec* has them."""

    spec: FieldSpec | None

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        if isinstance(value, (int, float, dt.date)) and not isinstance(value, bool):
            return checks.Operand(self.spec)(subject, argument, value)
        if not isinstance(value, (list, tuple)) and not _is_shape(value):
            checks.refuse(subject, argument, value, "a date, a number or a point")
        return _point(subject, argument, value)


def _point(subject: str, argument: str, value: Any) -> Node:
    if isinstance(value, (list, tuple)):
        return node(geo.Point(*value).to_geojson())
    if not _is_shape(value) or not isinstance(geo.shape(value), geo.Point):
        takes = "a point: geo.Point or (longitude, latitude)"
        checks.refuse(subject, argument, value, takes)
    return node(value)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (Mapping, geo.Shape)) or hasattr(
        value, "__geo_interface__"
    )


def _named(function: str, path: Any) -> Any:
    return checks.checked(Names(), function, "path", path)
