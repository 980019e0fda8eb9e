"""Shapes say what MongoDB takes and refuse what it would misread."""

import copy
import fractions
import math
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mongo_dsl import geo
from mongo_dsl.errors import ArgumentError, OperandError


TRIANGLE = ((0, 0), (3, 0), (0, 3), (0, 0))
HOLE = ((1, 1), (1, 0.5), (0.5, 1), (1, 1))
STRICT_CRS = {
    "type": "name",
    "properties": {"name": "urn:x-mongodb:crs:strictwinding:EPSG:4326"},
}


def nested(value):
    """Turn nested tuples into nested lists."""
    return [nested(item) for item in value] if isinstance(value, tuple) else value


GEOJSON = [
    pytest.param(
        geo.Point(2.35, 48.86),
        {"type": "Point", "coordinates": [2.35, 48.86]},
        "geo.Point(2.35, 48.86)",
        id="point",
    ),
    pytest.param(
        geo.Point(2, 48, 35.5),
        {"type": "Point", "coordinates": [2, 48, 35.5]},
        "geo.Point(2, 48, 35.5)",
        id="point-with-altitude",
    ),
    pytest.param(
        geo.LineString([(0, 0), geo.Point(1, 2, 3)]),
        {"type": "LineString", "coordinates": [[0, 0], [1, 2, 3]]},
        "geo.LineString(((0, 0), (1, 2, 3)))",
        id="line",
    ),
    pytest.param(
        geo.Polygon(TRIANGLE),
        {"type": "Polygon", "coordinates": [nested(TRIANGLE)]},
        f"geo.Polygon({TRIANGLE!r})",
        id="polygon",
    ),
    pytest.param(
        geo.Polygon(list(TRIANGLE), map(list, HOLE)),
        {"type": "Polygon", "coordinates": [nested(TRIANGLE), nested(HOLE)]},
        f"geo.Polygon({TRIANGLE!r}, {HOLE!r})",
        id="polygon-with-hole",
    ),
    pytest.param(
        geo.Polygon(TRIANGLE, strict_winding=True),
        {"type": "Polygon", "coordinates": [nested(TRIANGLE)], "crs": STRICT_CRS},
        f"geo.Polygon({TRIANGLE!r}, strict_winding=True)",
        id="polygon-strict",
    ),
    pytest.param(
        geo.MultiPoint([geo.Point(0, 1), [2, 3]]),
        {"type": "MultiPoint", "coordinates": [[0, 1], [2, 3]]},
        "geo.MultiPoint(((0, 1), (2, 3)))",
        id="points",
    ),
    pytest.param(
        geo.MultiLineString([geo.LineString([(0, 0), (1, 1)]), [(2, 2), (3, 3)]]),
        {
            "type": "MultiLineString",
            "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]],
        },
        "geo.MultiLineString((((0, 0), (1, 1)), ((2, 2), (3, 3))))",
        id="lines",
    ),
    pytest.param(
        geo.MultiPolygon([geo.Polygon(TRIANGLE), [TRIANGLE, HOLE]]),
        {
            "type": "MultiPolygon",
            "coordinates": [[nested(TRIANGLE)], [nested(TRIANGLE), nested(HOLE)]],
        },
        f"geo.MultiPolygon((({TRIANGLE!r},), ({TRIANGLE!r}, {HOLE!r})))",
        id="polygons",
    ),
    pytest.param(
        geo.GeometryCollection([geo.Point(0, 1), geo.MultiPoint([(2, 3)])]),
        {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": [0, 1]},
                {"type": "MultiPoint", "coordinates": [[2, 3]]},
            ],
        },
        "geo.GeometryCollection((geo.Point(0, 1), geo.MultiPoint(((2, 3),))))",
        id="collection",
    ),
]

PLANAR = [
    pytest.param(
        geo.Box((-500, 0), geo.Point(3, 2)),
        {"$box": [[-500, 0], [3, 2]]},
        "geo.Box((-500, 0), (3, 2))",
        id="box",
    ),
    pytest.param(
        geo.Center((-500, 2), 10.5),
        {"$center": [[-500, 2], 10.5]},
        "geo.Center((-500, 2), 10.5)",
        id="center",
    ),
    pytest.param(
        geo.CenterSphere(geo.Point(2.35, 48.86), math.pi),
        {"$centerSphere": [[2.35, 48.86], math.pi]},
        "geo.CenterSphere((2.35, 48.86), 3.141592653589793)",
        id="center-sphere",
    ),
    pytest.param(
        geo.CenterSphere.metres((2.35, 48.86), 6_378_100),
        {"$centerSphere": [[2.35, 48.86], 1.0]},
        "geo.CenterSphere((2.35, 48.86), 1.0)",
        id="center-sphere-metres",
    ),
    pytest.param(
        geo.PlanarPolygon([(0, 0), (500, 0), (0, 500)]),
        {"$polygon": [[0, 0], [500, 0], [0, 500]]},
        "geo.PlanarPolygon(((0, 0), (500, 0), (0, 500)))",
        id="planar-polygon",
    ),
]


class Tells:
    """An object of another library, such as shapely."""

    def __init__(self, document):
        self.__geo_interface__ = document


class TestShapes:
    """What every shape can do."""

    @pytest.mark.parametrize(("shape", "document", "_"), GEOJSON)
    def test_geojson(self, shape, document, _):
        """GeoJSON shapes give their GeoJSON, to operators under `$geometry`."""
        assert shape.to_geojson() == document
        assert shape.__geo_interface__ == document
        assert shape.to_mql() == {"$geometry": document}

    @pytest.mark.parametrize(("shape", "mql", "_"), PLANAR)
    def test_planar(self, shape, mql, _):
        """Planar shapes know their operator."""
        assert shape.to_mql() == mql

    @pytest.mark.parametrize(("shape", "_", "text"), GEOJSON + PLANAR)
    def test_repr(self, shape, _, text):
        """The repr is Python that makes an equal shape."""
        assert repr(shape) == text
        assert eval(text, {"geo": geo}) == shape  # noqa: S307

    @pytest.mark.parametrize(("shape", "_", "__"), GEOJSON + PLANAR)
    def test_values(self, shape, _, __):
        """Shapes are immutable values: equal, hashed alike, pickled, copied."""
        for twin in (pickle.loads(pickle.dumps(shape)), copy.deepcopy(shape)):  # noqa: S301
            assert twin == shape
            assert hash(twin) == hash(shape)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            shape.operator = "$other"

    @pytest.mark.parametrize(("shape", "_", "__"), GEOJSON)
    def test_documents_are_not_shared(self, shape, _, __):
        """Changing a document that was given out doesn't change the shape."""
        document = shape.to_geojson()
        document.setdefault("crs", {}).setdefault("properties", {}).clear()
        document.get("coordinates", document.get("geometries")).clear()
        assert shape.to_geojson() != document
        assert shape.to_geojson().get("crs") in (None, STRICT_CRS)

    def test_kinds_differ(self):
        """Shapes of two kinds are never equal, whatever their coordinates."""
        line = ((0, 0), (1, 1))
        assert geo.LineString(line) != geo.MultiPoint(line)

    def test_polygon_parts(self):
        """A polygon has an exterior and holes."""
        polygon = geo.Polygon(TRIANGLE, HOLE)
        assert polygon.exterior == TRIANGLE
        assert polygon.holes == (HOLE,)

    def test_point_unpacks(self):
        """A point is its coordinates, in their order."""
        longitude, latitude = geo.Point(2.35, 48.86)
        assert (longitude, latitude) == (2.35, 48.86)

    @pytest.mark.parametrize(
        ("shape", "has_area"),
        [
            pytest.param(geo.Point(0, 0), False, id="point"),
            pytest.param(geo.LineString([(0, 0), (1, 1)]), False, id="line"),
            pytest.param(geo.Polygon(TRIANGLE), True, id="polygon"),
            pytest.param(geo.MultiPolygon([[TRIANGLE]]), True, id="polygons"),
            pytest.param(geo.Box((0, 0), (1, 1)), True, id="box"),
            pytest.param(
                geo.GeometryCollection([geo.Point(0, 0)]), False, id="collection"
            ),
            pytest.param(
                geo.GeometryCollection([geo.Point(0, 0), geo.Polygon(TRIANGLE)]),
                True,
                id="collection-with-area",
            ),
        ],
    )
    def test_has_area(self, shape, has_area):
        """Only shapes with an area may stand in `$geoWithin`."""
        assert shape.has_area is has_area

    def test_collection_coordinates(self):
        """A collection has the coordinates of its members."""
        collection = geo.GeometryCollection([geo.Point(0, 1), geo.MultiPoint([(2, 3)])])
        assert collection.coordinates == ((0, 1), ((2, 3),))

    @pytest.mark.parametrize(
        ("number", "kept"),
        [
            pytest.param(fractions.Fraction(1, 2), 0.5, id="fraction"),
            pytest.param(2**70, float(2**70), id="beyond-64-bits"),
            pytest.param(True + 1, 2, id="int"),
            pytest.param(type("Own", (float,), {})(1.5), 1.5, id="own-float"),
        ],
    )
    def test_numbers(self, number, kept):
        """Numbers become plain ints and floats that BSON can hold."""
        (found, _), _ = geo.Center((number, 0), 1).coordinates
        assert (type(found), found) == (type(kept), kept)


class TestReading:
    """`shape` and `from_geojson`."""

    @pytest.mark.parametrize(("shape", "document", "_"), GEOJSON)
    def test_geojson(self, shape, document, _):
        """What `to_geojson` writes is read back, from documents and objects."""
        assert geo.from_geojson(document) == shape
        assert geo.shape(document) == shape
        assert geo.shape(Tells(document)) == shape

    @pytest.mark.parametrize(("shape", "_", "__"), GEOJSON + PLANAR)
    def test_own(self, shape, _, __):
        """Our shapes are returned as they are."""
        assert geo.shape(shape) is shape

    @pytest.mark.parametrize("name", ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"])
    def test_default_crs(self, name):
        """The reference systems that mean degrees are left out."""
        crs = {"type": "name", "properties": {"name": name}}
        document = {"type": "Point", "coordinates": [1, 2], "crs": crs}
        assert geo.shape(document) == geo.Point(1, 2)

    def test_other_members(self):
        """Other members of the document, such as `bbox`, are left out."""
        document = {"type": "Point", "coordinates": (1, 2), "bbox": [1, 2, 1, 2]}
        assert geo.shape(document) == geo.Point(1, 2)


REFUSED = [
    pytest.param(
        lambda: geo.Point(35.6, 139.7),
        ArgumentError,
        "position (35.6, 139.7) is not on the globe; longitude comes first, so perhaps "
        "(139.7, 35.6) is meant",
        id="swapped",
    ),
    pytest.param(
        lambda: geo.LineString([(0, 0), (35.6, 139.7, 5)]),
        ArgumentError,
        "position (35.6, 139.7, 5) is not on the globe; longitude comes first, so "
        "perhaps (139.7, 35.6, 5) is meant",
        id="swapped-with-altitude",
    ),
    pytest.param(
        lambda: geo.CenterSphere((200, 10), 1),
        ArgumentError,
        "position (200, 10) is not on the globe; longitude is -180 to 180 and latitude "
        "-90 to 90 degrees",
        id="longitude",
    ),
    pytest.param(
        lambda: geo.Point(0, -181),
        ArgumentError,
        "position (0, -181) is not on the globe; longitude is -180 to 180 and latitude "
        "-90 to 90 degrees",
        id="latitude",
    ),
    pytest.param(
        lambda: geo.Point("2.35", 48.86),
        OperandError,
        "coordinate '2.35' is not a number; give an int or float",
        id="text",
    ),
    pytest.param(
        lambda: geo.MultiPoint([(True, 1)]),
        OperandError,
        "coordinate True is not a number; give an int or float",
        id="bool",
    ),
    pytest.param(
        lambda: geo.Point(0, 0, math.nan),
        ArgumentError,
        "coordinate nan is not finite; give an ordinary number",
        id="nan",
    ),
    pytest.param(
        lambda: geo.Center((0, 0), math.inf),
        ArgumentError,
        "radius inf is not finite; give an ordinary number",
        id="infinite",
    ),
    pytest.param(
        lambda: geo.Center((0, 0), -1),
        ArgumentError,
        "radius -1 is negative; give 0 or more",
        id="negative",
    ),
    pytest.param(
        lambda: geo.CenterSphere((0, 0), 5000),
        ArgumentError,
        "CenterSphere radius 5000 goes around the globe, pi radians reach its other "
        "side; use geo.CenterSphere.metres for metres",
        id="metres",
    ),
    pytest.param(
        lambda: geo.MultiPoint([(1,)]),
        ArgumentError,
        "position (1,) has 1 numbers; give 2, longitude first",
        id="one-number",
    ),
    pytest.param(
        lambda: geo.MultiPoint([(1, 2, 3, 4)]),
        ArgumentError,
        "position (1, 2, 3, 4) has 4 numbers; give 2, longitude first",
        id="four-numbers",
    ),
    pytest.param(
        lambda: geo.Box(geo.Point(1, 2, 3), (4, 5)),
        ArgumentError,
        "position (1, 2, 3) has an altitude; planar shapes take 2 numbers",
        id="planar-altitude",
    ),
    pytest.param(
        lambda: geo.Box("ab", (4, 5)),
        OperandError,
        "position can't be read from 'ab'; give a list or tuple",
        id="position-text",
    ),
    pytest.param(
        lambda: geo.Center({"lng": 1, "lat": 2}, 5),
        OperandError,
        "position can't be read from {'lng': 1, 'lat': 2}; give a list or tuple",
        id="position-mapping",
    ),
    pytest.param(
        lambda: geo.LineString(5),
        OperandError,
        "LineString can't be read from 5; give a list or tuple",
        id="line-number",
    ),
    pytest.param(
        lambda: geo.LineString({(0, 0), (1, 1)}),
        OperandError,
        f"LineString can't be read from { ({(0, 0), (1, 1)})!r}; give a list or tuple",
        id="line-set",
    ),
    pytest.param(
        lambda: geo.LineString([(1, 1), (1, 1, 5)]),
        ArgumentError,
        "LineString has too few different positions, 1; give 2",
        id="short-line",
    ),
    pytest.param(
        lambda: geo.Polygon([(0, 0), (1, 1), (0, 0)]),
        ArgumentError,
        "Polygon ring has too few different positions, 2; give 3",
        id="short-ring",
    ),
    pytest.param(
        lambda: geo.Polygon([]),
        ArgumentError,
        "Polygon ring has too few different positions, 0; give 3",
        id="empty-ring",
    ),
    pytest.param(
        lambda: geo.Polygon(TRIANGLE, TRIANGLE[:3]),
        ArgumentError,
        "Polygon ring starts at (0, 0) and ends at (0, 3); repeat the first position "
        "at the end",
        id="open-ring",
    ),
    pytest.param(
        lambda: geo.PlanarPolygon([(0, 0), (1, 0), (0, 0)]),
        ArgumentError,
        "PlanarPolygon has too few different positions, 2; give 3",
        id="short-planar-polygon",
    ),
    pytest.param(
        lambda: geo.Polygon(TRIANGLE, HOLE, strict_winding=True),
        ArgumentError,
        "Polygon with strict winding has holes, 1; leave them out",
        id="strict-hole",
    ),
    pytest.param(
        lambda: geo.MultiPolygon([geo.Polygon(TRIANGLE, strict_winding=True)]),
        ArgumentError,
        f"geo.Polygon({TRIANGLE!r}, strict_winding=True) has strict winding; only a "
        "Polygon by itself may have it",
        id="strict-in-polygons",
    ),
    pytest.param(
        lambda: geo.GeometryCollection([geo.Polygon(TRIANGLE, strict_winding=True)]),
        ArgumentError,
        f"geo.Polygon({TRIANGLE!r}, strict_winding=True) has strict winding; only a "
        "Polygon by itself may have it",
        id="strict-in-collection",
    ),
    pytest.param(
        lambda: geo.MultiPolygon([[]]),
        ArgumentError,
        "Polygon can't be made of []; give at least one member",
        id="no-rings",
    ),
    pytest.param(
        lambda: geo.MultiLineString(()),
        ArgumentError,
        "MultiLineString can't be made of (); give at least one member",
        id="no-lines",
    ),
    pytest.param(
        lambda: geo.GeometryCollection([]),
        ArgumentError,
        "GeometryCollection can't be made of []; give at least one member",
        id="no-geometries",
    ),
    pytest.param(
        lambda: geo.GeometryCollection([geo.GeometryCollection([geo.Point(0, 0)])]),
        OperandError,
        "GeometryCollection can't hold geo.GeometryCollection((geo.Point(0, 0),)); "
        "give other GeoJSON shapes",
        id="nested-collection",
    ),
    pytest.param(
        lambda: geo.GeometryCollection([geo.Box((0, 0), (1, 1))]),
        OperandError,
        "GeometryCollection can't hold geo.Box((0, 0), (1, 1)); "
        "give other GeoJSON shapes",
        id="planar-in-collection",
    ),
    pytest.param(
        lambda: geo.Box((170, -10), (-170, 10)),
        ArgumentError,
        "Box runs backwards, (170, -10) to (-170, 10); give the bottom left corner "
        "first",
        id="backwards",
    ),
    pytest.param(
        lambda: geo.shape({"type": "Feature", "geometry": {}}),
        ArgumentError,
        "GeoJSON type 'Feature' is no geometry; use one of: Point, LineString, "
        "Polygon, MultiPoint, MultiLineString, MultiPolygon, GeometryCollection",
        id="feature",
    ),
    pytest.param(
        lambda: geo.from_geojson({"type": ["Point"]}),
        ArgumentError,
        "GeoJSON type ['Point'] is no geometry; use one of: Point, LineString, "
        "Polygon, MultiPoint, MultiLineString, MultiPolygon, GeometryCollection",
        id="type-of-type",
    ),
    pytest.param(
        lambda: geo.shape({"type": "Point", "coords": [1, 2]}),
        ArgumentError,
        "GeoJSON Point lacks 'coordinates', its keys are ['type', 'coords']; add it",
        id="no-coordinates",
    ),
    pytest.param(
        lambda: geo.shape({"type": "GeometryCollection", "coordinates": []}),
        ArgumentError,
        "GeoJSON GeometryCollection lacks 'geometries', its keys are "
        "['type', 'coordinates']; add it",
        id="no-geometries-key",
    ),
    pytest.param(
        lambda: geo.shape(
            {"type": "Point", "coordinates": [1, 2], "crs": {"type": "link"}}
        ),
        ArgumentError,
        "GeoJSON Point can't have the crs {'type': 'link'}; leave it out for degrees",
        id="crs",
    ),
    pytest.param(
        lambda: geo.shape({"type": "Point", "coordinates": [1, 2], "crs": STRICT_CRS}),
        ArgumentError,
        f"GeoJSON Point can't have the crs {STRICT_CRS!r}; leave it out for degrees",
        id="strict-point",
    ),
    pytest.param(
        lambda: geo.shape((1, 2)),
        OperandError,
        "shape can't be read from (1, 2); give a geo shape, a GeoJSON mapping or an "
        "object with __geo_interface__",
        id="no-shape",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_refused(make, error, message):
    """Impossible shapes are refused when they are made, with advice."""
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_names():
    """`__all__` is sorted and true."""
    assert geo.__all__ == sorted(geo.__all__)
    assert all(hasattr(geo, name) for name in geo.__all__)


numbers = st.integers(-(10**6), 10**6) | st.floats(-1e300, 1e300)
longitudes = st.integers(-180, 180) | st.floats(-180, 180)
latitudes = st.integers(-90, 90) | st.floats(-90, 90)
positions = st.tuples(longitudes, latitudes) | st.tuples(longitudes, latitudes, numbers)
places = st.lists(positions, min_size=3, unique_by=lambda found: found[:2])
rings = places.map(lambda found: (*found, found[0]))
areas = st.lists(rings, min_size=1, max_size=3)
simple = st.one_of(
    positions.map(lambda found: geo.Point(*found)),
    places.map(geo.LineString),
    areas.map(lambda found: geo.Polygon(*found)),
    st.lists(positions, min_size=1).map(geo.MultiPoint),
    st.lists(places, min_size=1, max_size=3).map(geo.MultiLineString),
    st.lists(areas, min_size=1, max_size=3).map(geo.MultiPolygon),
)
geometries = st.one_of(
    simple,
    rings.map(lambda found: geo.Polygon(found, strict_winding=True)),
    st.lists(simple, min_size=1, max_size=3).map(geo.GeometryCollection),
)


@given(geometries)
def test_round_trips(shape):
    """GeoJSON, repr and pickle all bring back an equal shape."""
    assert geo.shape(shape.to_geojson()) == shape
    assert eval(repr(shape), {"geo": geo}) == shape  # noqa: S307
    assert pickle.loads(pickle.dumps(shape)) == shape  # noqa: S301
    assert shape.to_mql() == {"$geometry": shape.to_geojson()}


@given(st.floats(0, 20_037_000))
def test_metres(distance):
    """Metres become radians of MongoDB's Earth."""
    circle = geo.CenterSphere.metres((0, 0), distance)
    assert circle.radius * 6_378_100 == pytest.approx(distance)
