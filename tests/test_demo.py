"""The demo's queries: what they compile to, and rows known from the map."""

import itertools
import sys
from pathlib import Path

import pytest

from mapper import connect


sys.path.append(str(Path(__file__).parent.parent / "examples"))

import cities
import demo
from cities import City


@pytest.fixture(scope="module")
def stored(mongo_uri):
    """Store the cities of 100,000 people or more, and those of Paris."""
    some = [
        city
        for city in cities.cities()
        if city.population >= 100_000 or city.name.startswith("Paris")
    ]
    with connect(mongo_uri, "test_demo") as mapper:
        City.insert_many(some)
        City.create_indexes()
        yield some
        mapper.database.client.drop_database("test_demo")


FINDS = [
    (
        demo.composed,
        {
            "$or": [
                {"population": {"$gte": 1_000_000}, "continent": "EU"},
                {
                    "population": {"$gte": 200_000, "$lte": 900_000},
                    "continent": {"$ne": "EU"},
                },
            ],
            "name": {"$ne": "Istanbul"},
        },
        {"population": -1},
    ),
    (
        demo.keywords,
        {"country_code": "JP", "population": {"$gte": 400_000, "$lte": 500_000}},
        {"population": -1},
    ),
    (
        demo.nearest,
        {
            "location": {
                "$near": {
                    "$geometry": {"type": "Point", "coordinates": [2.2945, 48.8584]},
                    "$maxDistance": 6_000,
                }
            }
        },
        None,
    ),
    (
        demo.text_search,
        {"$text": {"$search": "München Мюнхен"}},
        {"score": {"$meta": "textScore"}},
    ),
]


@pytest.mark.parametrize(
    ("query", "filter_", "sort"), FINDS, ids=lambda v: getattr(v, "__name__", "")
)
def test_finds_compile(query, filter_, sort):
    """What the demo writes is what the server would be sent, database or not."""
    command = query().compile()
    assert (command.filter, command.sort, command.limit) == (filter_, sort, 5)
    assert command.projection == {"name": 1, "country": 1, "population": 1, "_id": 0}


def test_pipelines_compile():
    """Expressions and accumulators come out as MQL."""
    _, group, *rest = demo.by_country().compile()
    assert group == {
        "$group": {
            "_id": "$country",
            "cities": {"$count": {}},
            "people": {"$sum": "$population"},
        }
    }
    assert [next(iter(stage)) for stage in rest] == ["$sort", "$limit", "$project"]
    assert list(demo.facets().compile()[0]["$facet"]) == [
        "countries",
        "bands",
        "totals",
    ]


@pytest.mark.parametrize("query", demo.QUERIES, ids=lambda q: q.__name__)
def test_all_queries_show_rows(stored, query):
    """Every query of the demo runs and finds something to show."""
    shell, rows = demo.run(query())
    assert shell.startswith("db.cities.")
    assert rows
    assert demo.table(rows).row_count == len(rows)


def test_known_rows(stored):
    """The map agrees."""
    centre = City.q.location.near((2.35, 48.85))
    assert City.filter(centre).first().name == "Paris"
    assert [place.name for place in demo.composed()][:2] == ["Moscow", "London"]
    assert demo.text_search().first().name == "Munich"
    assert "Bern" in [place.name for place in demo.in_a_polygon()]


def test_pages_follow_each_other(stored):
    """The second page holds what a longer first page would."""
    french = sorted(
        (c for c in stored if c.country_code == "FR"),
        key=lambda c: (-c.population, c.id),
    )
    wanted = [city.name for city in itertools.islice(french, 5, 10)]
    assert [place.name for place in demo.next_page()] == wanted


def test_facets_agree_with_the_data(stored):
    """Totals are those of the cities."""
    (found,) = City.aggregate(demo.facets())
    people = sum(city.population for city in stored)
    assert found["totals"] == [{"_id": None, "cities": len(stored), "people": people}]
    assert sum(band["people"] for band in found["bands"]) == people


def test_shown_source_is_the_function_below_its_docstring():
    """What is shown is what runs."""
    source = demo.body_of(demo.nearest)
    assert source.startswith("eiffel_tower = geo.Point(2.2945, 48.8584)\n")
    assert source.endswith("return City.filter(near)[:5].select(Place)")


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_same_query_awaited(stored, mongo_uri, driver):
    """Both async drivers find what the sync one does."""
    names = await demo.largest_names(mongo_uri, "test_demo", driver)
    by_size = sorted(stored, key=lambda city: -city.population)
    assert names == [city.name for city in by_size if city.population > 15e6][:5]


def test_typed_rows(stored):
    """The largest city of each country comes as a row of its class."""
    rows = City.aggregate(demo.ranked())
    assert [type(row) for row in rows] == [demo.Capital] * 5
    european = [c for c in stored if c.continent == "EU" and c.population >= 1_000_000]
    assert rows[0].population == max(city.population for city in european)
    assert {row.rank for row in rows} == {1}


def test_translated(stored):
    """What was translated compiles to what was found."""
    compiled = demo.translated().compile()
    assert compiled[0] == {"$match": {"population": {"$gte": 10_000_000}}}
    rows = City.aggregate(compiled)
    assert "Shanghai" in next(row for row in rows if row["_id"] == "AS")["cities"]
