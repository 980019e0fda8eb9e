"""Load real cities into a real MongoDB and query them: Python, Mongo and rows side by side.

Run it with ``make demo``; the data stays in *.demo*, so the second run only queries.
"""

from __future__ import annotations

import asyncio
import inspect
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
from cities import City, cities
from rich.console import Console
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table

from mapper import Document, EmbeddedMongo, connect, connect_async
from mapper.connecting import Driver
from mapper.query import Query
from mongo_dsl import F, Pipeline, Update, acc, fn, geo, text, translate, win
from mongo_dsl.render import to_shell


console = Console(width=100)
HERE = Path(__file__).parent.parent


@attrs.define
class Place:
    """What the tables show of a city."""

    name: str
    country: str
    population: int


@attrs.define
class Capital:
    """The largest city of a country: rows of this class come out of `ranked`."""

    country: str
    name: str
    population: int
    rank: int


Made = Query[Any] | Pipeline | tuple[Query[City], Update]


# -- The queries: fragments first, then what is built of them --------------------------

big = City.q.population >= 1_000_000
in_europe = City.q.continent == "EU"


def largest(query: Query[City], count: int) -> Query[City]:
    """Keep the *count* largest cities: a fragment for `pipe`."""
    return query.sort("-population").limit(count)


def composed() -> Query[Place]:
    """Fragments combine with &, | and ~, and chain."""
    mid_sized = City.q.population.between(200_000, 900_000)
    notable = (big & in_europe) | (mid_sized & ~in_europe)
    return City.filter(notable).exclude(name="Istanbul").pipe(largest, 5).select(Place)


def keywords() -> Query[Place]:
    """Keywords and look-ups say the same, shorter."""
    cities = City.filter(country_code="JP", population__between=(400_000, 500_000))
    return cities.sort("-population")[:5].select(Place)


def next_page() -> Query[Place]:
    """A keyset page goes on where the last one ended, however deep."""
    by_size = City.filter(country_code="FR").pipe(largest, 5)
    *_, last = by_size.to_list()
    return by_size.after(last).select(Place)


def nearest() -> Query[Place]:
    """Distances are in metres, nearest first."""
    eiffel_tower = geo.Point(2.2945, 48.8584)
    near = City.q.location.near(eiffel_tower, max_distance=6_000)
    return City.filter(near)[:5].select(Place)


def in_a_polygon() -> Query[Place]:
    """Shapes are checked when they are made: closed, in range, in the right order."""
    alps = geo.Polygon([(6, 45.5), (13, 46), (13, 47.5), (6, 47), (6, 45.5)])
    return City.filter(City.q.location.within(alps)).pipe(largest, 5).select(Place)


def text_search() -> Query[Place]:
    """The text index knows the names in all languages; the best match comes first."""
    best = (F.score, fn.meta("textScore"))
    return City.filter(text("München Мюнхен")).sort(best).limit(5).select(Place)


def by_country() -> Pipeline:
    """Pipelines are values too; expressions use Python's operators."""
    return (
        Pipeline()
        .match(in_europe)
        .group(City.q.country, cities=acc.count(), people=acc.sum_(City.q.population))
        .sort("-people")
        .limit(5)
        .project(country=F["_id"], mean=fn.round_(F.people / F.cities), _id=False)
    )


def facets() -> Pipeline:
    """Facets answer several questions about the same cities at once."""
    cities, people = acc.count(), acc.sum_(City.q.population)
    by_country = Pipeline().group(City.q.country, people=people)
    band = fn.cond(big, "from a million", "below a million")
    return Pipeline().facet(
        countries=by_country.sort("-people").limit(3),
        bands=Pipeline().group(band, cities=cities, people=people).sort("_id"),
        totals=Pipeline().group(None, cities=cities, people=people),
    )


def ranked() -> Pipeline:
    """A pipeline knows its shape: rows are typed, and a dropped field can't be read."""
    return (
        Pipeline(City)
        .match(big & in_europe)
        .set_window_fields(
            partition_by=City.q.country,
            sort_by=City.q.population.desc(),
            rank=win.rank(),
        )
        .match(F.rank == 1)
        .sort("-population")
        .limit(5)
        .into(Capital)
    )


def translated() -> Pipeline:
    """MQL that was found elsewhere becomes Python: translate writes the source."""
    found = [
        {"$match": {"population": {"$gte": 10_000_000}}},
        {"$group": {"_id": "$continent", "cities": {"$push": "$name"}}},
        {"$sort": {"_id": 1}},
    ]
    translation = translate(found, kind="pipeline", model=City)
    console.print(Syntax(translation.source, "python", background_color="default"))
    query: Pipeline = translation.query
    return query


def visit() -> tuple[Query[City], Update]:
    """Updates are values; find_one_and_update makes one and returns the city it left."""
    new_york = City.filter(City.q.name == "New York City")
    return new_york, City.q.visits.inc(1) & City.q.names.add_to_set("The Big Apple")


QUERIES: tuple[Callable[[], Made], ...] = (
    composed,
    keywords,
    next_page,
    nearest,
    in_a_polygon,
    text_search,
    by_country,
    facets,
    ranked,
    translated,
    visit,
)


# -- Showing them ----------------------------------------------------------------------


def show(function: Callable[[], Made]) -> None:
    """Print the Python of *function*, the Mongo it compiles to, and the rows."""
    console.rule(f"[bold]{function.__doc__}")
    console.print(Syntax(body_of(function), "python", background_color="default"))
    mongo, rows = run(function())
    console.print(
        Syntax(mongo, "javascript", background_color="default", word_wrap=True)
    )
    console.print(table(rows))


def body_of(function: Callable[..., Any]) -> str:
    """Return the source of *function* below its docstring: what is shown is what runs."""
    _, _, body = inspect.getsource(function).partition('"""\n')
    return textwrap.dedent(body).strip()


def run(made: Made) -> tuple[str, list[Any]]:
    """Execute what a query function *made*; return its MQL and its rows."""
    if isinstance(made, Pipeline):
        shell = to_shell(made.compile(), indent=2)
        return f"db.cities.aggregate({shell})", flattened(City.aggregate(made))
    if isinstance(made, Query):
        return made.to_shell(), made.to_list()
    query, update = made
    shell = f"findOneAndUpdate({query.filters.to_shell()}, {update.to_shell()})"
    city = query.only("name", "visits").find_one_and_update(update)
    return f"db.cities.{shell}", [
        {"name": city.name, "visits": city.visits}
    ] if city else []


def flattened(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Show each facet as one row."""
    first = rows[0] if len(rows) == 1 and isinstance(rows[0], dict) else {0: None}
    if all(isinstance(value, list) for value in first.values()):
        return [
            {"facet": name, "rows": to_shell(found)} for name, found in rows[0].items()
        ]
    return rows


def table(rows: Iterable[Any]) -> Table:
    """Lay *rows* out: attrs objects or dictionaries."""
    shown = [row if isinstance(row, dict) else attrs.asdict(row) for row in rows]
    laid_out = Table(*(shown[0] if shown else ("no rows",)))
    for row in shown:
        laid_out.add_row(
            *(f"{v:,}" if isinstance(v, int | float) else str(v) for v in row.values())
        )
    return laid_out


def load() -> None:
    """Store the cities, unless an earlier run has done so, and create their indexes."""
    made = list(cities())
    if City.all().count() != len(made):
        City.all().everything().delete()
        batches = [made[start : start + 1000] for start in range(0, len(made), 1000)]
        for batch in track(batches, f"Storing {len(made):,} cities", console=console):
            City.insert_many(batch)
    console.print(
        f"{len(made):,} cities, with the indexes {', '.join(City.create_indexes())}"
    )


# -- The same without blocking ---------------------------------------------------------


class AsyncCity(Document):
    """The same collection, for asyncio."""

    id: int
    name: str
    population: int

    class Meta:
        collection_name = "cities"


async def largest_names(uri: str, database: str, driver: Driver) -> list[str]:
    """The same query is awaited on both async drivers."""
    async with connect_async(uri, database, driver=driver):
        query = AsyncCity.filter(AsyncCity.q.population > 15_000_000)
        return [city.name for city in await query.sort("-population")[:5]]


def show_async(uri: str) -> None:
    """Run one query on PyMongo Async and on Motor: the same logic drives all three."""
    console.rule(f"[bold]{largest_names.__doc__}")
    console.print(Syntax(body_of(largest_names), "python", background_color="default"))
    drivers: tuple[Driver, ...] = ("pymongo", "motor")
    for driver in drivers:
        names = asyncio.run(largest_names(uri, "demo", driver))
        console.print(f"{driver}: {', '.join(names)}")


def main() -> None:
    """Run the demo on a MongoDB of its own."""
    with EmbeddedMongo(path=HERE / ".demo") as mongo, connect(mongo.uri, "demo"):
        load()
        for function in QUERIES:
            show(function)
        show_async(mongo.uri)


if __name__ == "__main__":
    main()
