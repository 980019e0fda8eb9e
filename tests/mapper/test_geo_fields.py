"""Fields that hold places: shapes of `geo`, of shapely, and whatever says what it is."""

import subprocess
import sys

import attrs
import pytest
import shapely
import shapely.geometry

from mapper import SyncDocument
from mapper.converter import decode_document, encode_document
from mapper.errors import DecodeError, DefinitionError, ValidationError
from mongo_dsl import geo
from mongo_dsl.errors import OperandError


class Pin:
    """Somebody's class, which says what it is."""

    def __init__(self, *place):
        self.place = place

    def __repr__(self):
        return "Pin"

    @property
    def __geo_interface__(self):
        return {"type": "Point", "coordinates": self.place}


@attrs.define
class Stop:
    at: geo.Point


class Fields:
    name: str = ""
    place: geo.Point | None = None
    area: geo.Point | geo.Polygon | None = None
    track: list[geo.Point] = []  # noqa: RUF012 - documents copy their defaults
    named: dict[str, geo.Point] = {}  # noqa: RUF012 - likewise
    shape: shapely.Polygon | None = None
    anything: shapely.geometry.base.BaseGeometry | None = None
    any_of_ours: geo.Geometry | None = None
    stop: Stop | None = None


class Location(Fields, SyncDocument):
    pass


SQUARE = shapely.box(0, 0, 1, 1)
CORNERS = [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]


async def test_documents_come_back(driver):
    """Shapes of others are stored as GeoJSON and read as the annotation says."""

    class Location(Fields, driver.document):
        pass

    location = Location(
        name="here",
        place=shapely.Point(2, 48),
        area=SQUARE,
        track=[Pin(1, 2), geo.Point(3, 4)],
        named={"home": Pin(5, 6)},
        shape=SQUARE,
        anything=shapely.LineString([(0, 0), (1, 1)]),
        any_of_ours=shapely.MultiPoint([(0, 0), (1, 1)]),
        stop=Stop(Pin(7, 8)),
    )
    assert location.place == geo.Point(2, 48)
    assert type(location.area) is geo.Polygon
    assert location.track == [geo.Point(1, 2), geo.Point(3, 4)]
    await driver.done(location.insert())
    (row,) = driver.mongo[Location.__collection__].find()
    assert row["shape"] == {"type": "Polygon", "coordinates": [CORNERS]}
    assert row["stop"] == {"at": {"type": "Point", "coordinates": [7, 8]}}
    found = await driver.done(Location.find().first())
    assert found.shape == SQUARE
    assert found.stop.at == geo.Point(7, 8)
    location.stop.at = geo.Point(7, 8)
    assert found == location
    found.place = Pin(9, 9)
    assert found.place == geo.Point(9, 9)
    await driver.done(found.save())
    assert await driver.done(Location.find(place=geo.Point(9, 9)).count()) == 1


async def test_queries_take_shapes_of_others(driver):
    """Around a point, within an area, and equal to a shape."""

    class Location(Fields, driver.document):
        pass

    await driver.done(Location.create_index("place", index_type="2dsphere"))
    await driver.done(Location.create(name="in", place=Pin(0.5, 0.5), shape=SQUARE))
    await driver.done(Location.create(name="out", place=Pin(20, 20)))
    q = Location.q
    for query in (
        q.place.near(shapely.Point(0.5, 0.5), max_distance=1000),
        q.place.within(SQUARE),
        q.place == shapely.Point(0.5, 0.5),
        q.shape == SQUARE,
        q.shape == geo.shape(SQUARE),
        q.shape.intersects(Pin(0.5, 0.5)),
    ):
        found = await driver.done(Location.find(query).to_list())
        assert [one.name for one in found] == ["in"], query
    await driver.done(Location.find(name="out").update(q.place.set(Pin(1, 1))))
    assert await driver.done(Location.find(place=Pin(1, 1)).count()) == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Location(place=SQUARE),
            "Location.place must be Point | None, got <POLYGON ((1 0, 1 1, 0 1, 0 0, 1 "
            "0))>, a Polygon",
        ),
        (
            lambda: Location(place=Pin(100, 20, 5, 6)),
            "Location.place is refused, got Pin, a Pin: position (100, 20, 5, 6) has 4 "
            "numbers; give 2, longitude first",
        ),
        (
            lambda: Location(place=shapely.Point(100, 200)),
            "Location.place is refused, got <POINT (100 200)>, a Point: position (100.0, "
            "200.0) is not on the globe; longitude is -180 to 180 and latitude -90 to 90 "
            "degrees",
        ),
        (
            lambda: Location(shape=shapely.Point(1, 2)),
            "Location.shape must be Polygon | None, got <POINT (1 2)>, a Point",
        ),
        (
            lambda: setattr(Location(), "place", shapely.Point()),
            "Location.place is refused, got <POINT EMPTY>, a Point: position () has 0 "
            "numbers; give 2, longitude first",
        ),
        (
            lambda: encode_document(Location(stop=Stop(SQUARE))),
            "Location can't be stored: stop.at must be Point, got <POLYGON ((1 0, 1 1, 0"
            " 1, 0 0, 1 0))>, a Polygon",
        ),
    ],
)
def test_shapes_that_do_not_fit(make, message):
    """The error names the field, and says what the globe has."""
    with pytest.raises(ValidationError) as caught:
        make()
    assert str(caught.value) == message


def test_stored_shapes_that_do_not_fit():
    """A point is no polygon, for shapely either."""
    point = {"type": "Point", "coordinates": [1, 2]}
    with pytest.raises(DecodeError) as caught:
        decode_document({"_id": None, "shape": point}, Location)
    assert str(caught.value) == (
        "Location doesn't fit its class: shape must be Polygon, got {'type': 'Point', "
        "'coordinates': [1, 2]}, a dict"
    )


def test_a_number_is_no_shape():
    """Other operands are refused as ever."""
    with pytest.raises(OperandError) as caught:
        _ = Location.q.place == 5
    assert str(caught.value) == (
        "Location.place is Point | None and can't be compared with or set to 5, an int"
    )


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (geo.Box, "Box"),
        (geo.Center | None, "Center"),
        (list[geo.CenterSphere], "CenterSphere"),
        (geo.PlanarPolygon, "PlanarPolygon"),
        (geo.LegacyPair, "LegacyPair"),
    ],
)
def test_shapes_of_queries_are_not_stored(annotation, name):
    """The first document of the class says so, and so does encoding."""

    class Wrong(SyncDocument):
        area: annotation = None

    message = (
        f"Wrong.area can't be stored: geo.{name} is a shape of queries; geo.Point, "
        "geo.Polygon and the like are stored, as GeoJSON"
    )
    with pytest.raises(DefinitionError) as caught:
        Wrong()
    assert str(caught.value) == message

    @attrs.define
    class Inner:
        area: annotation

    with pytest.raises(DefinitionError) as caught:
        encode_document(Inner(None))
    assert str(caught.value) == (
        f"Inner.area{message.removeprefix('Wrong.area')}; annotate another type, or give"
        " the field encode and decode"
    )


def test_shapely_is_not_imported():
    """Who doesn't use it need not have it."""
    code = "import sys, mapper, mongo_dsl.geo; sys.exit('shapely' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_documents_show():
    """Places are shown with the document, as all values are."""
    shown = repr(Location(name="a", place=geo.Point(1, 2), stop=Stop(geo.Point(3, 4))))
    assert shown == (
        "Location(id=None, name='a', place=geo.Point(1, 2), area=None, track=[],"
        " named={}, shape=None, anything=None, any_of_ours=None,"
        " stop=Stop(at=geo.Point(3, 4)))"
    )
