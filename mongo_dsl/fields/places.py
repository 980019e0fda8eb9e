"""What fields that hold places can do.

https://www.mongodb.com/docs/manual/reference/operator/query-geospatial/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Op, Param, Path
from mongo_dsl.params import later
from mongo_dsl.predicates import Where
from mongo_dsl.values import node


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
        return self._shape("$geoWithin", "area", shape)

    geo_within = within

    def intersects(self, shape: Any) -> Filter:
        """Match places that share a point with *shape*, which is GeoJSON.

        >>> from mongo_dsl import F, geo
        >>> print(F.area.intersects(geo.Point(2.35, 48.85)).to_json())
        {"area": {"$geoIntersects": {"$geometry": {"type": "Point", "coordinates": [2.35, 48.85]}}}}
        """
        return self._shape("$geoIntersects", "geojson", shape)

    geo_intersects = intersects

    def _shape(self, operator: str, kind: str, shape: Any) -> Filter:
        check = getattr(_shapes(), kind)
        body = later(shape, check) if isinstance(shape, Param) else check(shape)
        return Filter(Where(self._node, (Op(operator, node(body)),)))

    def _near(self, name: str, operator: str, point: Any, given: Any) -> Filter:
        return Filter(Where(self._node, _shapes().near(name, operator, point, given)))


def _shapes() -> Any:
    """Import what knows shapes: most queries have none."""
    from mongo_dsl.fields import shapes

    return shapes
