"""Load real cities into a real MongoDB and query them: Python, Mongo and rows side by side.

Run it with ``make demo``; the data stays in *.demo*, so the second run only queries.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
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
from mapper.query import Query
from mongo_dsl import F, Pipeline, acc, fn, geo, text
from mongo_dsl.render import to_shell


console = Console(width=100)
HERE = Path(__file__).parent.parent


@attrs.define
class Place:
    """What the tables show of a city."""

    name: str
    country: str
    population: int


# -- The queries: fragments first, then what is built of them --------------------------

big = City.q.population >= 1_000_000
in_europe = City.q.continent == "EU"


def largest(query: Query[City], count: int) -> Query[City]:
    """Keep the *count* largest cities: a fragment for `pipe`."""
    return query.sort("-population").limit(count)


def composed() -> Any:
    """Fragments combine with &, | and ~, and chain."""
    not_a_capital_of_trade = ~City.q.name.in_(["London", "Istanbul"])
    query = City.filter(big & in_europe & not_a_capital_of_trade)
    return query.pipe(largest, 5).select(Place)


def keywords() -> Any:
    """Keywords and look-ups say the same, shorter."""
    return City.filter(country_code="JP", population__between=(400_000, 500_000))[
        :5
    ].select(Place)


def next_page() -> Any:
    """A keyset page goes on where the last one ended, however deep."""
    by_size = City.filter(country_code="FR").pipe(largest, 5)
    last = by_size.raw().to_list()[-1]
    return by_size.after(last).select(Place)


def nearest() -> Any:
    """Distances are in metres, nearest first."""
    eiffel_tower = geo.Point(2.2945, 48.8584)
    return City.filter(City.q.location.near(eiffel_tower, max_distance=6_000))[
        :5
    ].select(Place)


def in_a_polygon() -> Any:
    """Shapes are checked when they are made: closed, in range, in the right order."""
    alps = geo.Polygon([(6, 45.5), (13, 46), (13, 47.5), (6, 47), (6, 45.5)])
    return City.filter(City.q.location.within(alps)).pipe(largest, 5).select(Place)


def text_search() -> Any:
    """The text index knows the names in all languages."""
    return City.filter(text("München Мюнхен")).pipe(largest, 5).select(Place)


def by_country() -> Any:
    """Pipelines are values too; expressions use Python's operators."""
    return (
        Pipeline()
        .match(in_europe)
        .group(City.q.country, cities=acc.count(), people=acc.sum_(City.q.population))
        .set(thousands_per_city=fn.round_(F.people / F.cities / 1000))
        .sort("-people")
        .limit(5)
    )


def facets() -> Any:
    """Facets run several pipelines over the same cities."""
    millions = fn.floor(City.q.population / 1_000_000) * 1_000_000
    return Pipeline().facet(
        continents=Pipeline()
        .group(City.q.continent, cities=acc.count())
        .sort("-cities")
        .limit(3),
        sizes=Pipeline()
        .match(big)
        .group(millions, cities=acc.count())
        .sort("_id")
        .limit(3),
        largest=Pipeline().sort("-population").limit(3).project("name", "population"),
    )


def visit() -> Any:
    """Updates are values; this one runs atomically and returns the document."""
    changes = City.q.visits.inc(1) & City.q.names.add_to_set("The Big Apple")
    found = City.filter(City.q.name == "New York City").find_one_and_update(changes)
    return changes, [{"name": found.name, "visits": found.visits}] if found else []


# -- Showing them ----------------------------------------------------------------------


def show(function: Callable[[], Any]) -> None:
    """Print the Python of *function*, the Mongo it compiles to, and the rows."""
    console.rule(f"[bold]{function.__doc__}")
    console.print(Syntax(body_of(function), "python", background_color="default"))
    mongo, rows = run(function())
    console.print(
        Syntax(mongo, "javascript", background_color="default", word_wrap=True)
    )
    console.print(table(rows))


def body_of(function: Callable[[], Any]) -> str:
    """Return the source of *function* below its docstring: what is shown is what runs."""
    _, _, body = inspect.getsource(function).partition('"""\n')
    return textwrap.dedent(body).strip()


def run(made: Any) -> tuple[str, list[Any]]:
    """Execute what a query function *made*; return its MQL and its rows."""
    if isinstance(made, Pipeline):
        shell = to_shell(made.compile(), indent=2)
        return f"db.cities.aggregate({shell})", flattened(City.aggregate(made))
    if isinstance(made, Query):
        return made.to_shell(), made.to_list()
    changes, rows = made
    return changes.to_shell(), rows


def flattened(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Show each facet as one row."""
    if len(rows) == 1 and all(isinstance(value, list) for value in rows[0].values()):
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
            *(f"{v:,}" if isinstance(v, int) else str(v) for v in row.values())
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


async def asynchronous(uri: str) -> None:
    """Await a query on PyMongo Async and on Motor: the same logic drives all three."""
    console.rule("[bold]The same query, awaited, on both async drivers")
    for driver in ("pymongo", "motor"):
        async with connect_async(uri, "demo", driver=driver) as db:
            query = AsyncCity.filter(AsyncCity.q.population > 15_000_000).sort(
                "-population"
            )
            names = [city.name async for city in query.only("name", "population")]
            console.print(f"{db} on {driver}: {', '.join(itertools.islice(names, 5))}")


def main() -> None:
    """Run the demo on a MongoDB of its own."""
    with EmbeddedMongo(path=HERE / ".demo") as mongo, connect(mongo.uri, "demo"):
        load()
        queries = (composed, keywords, next_page, nearest, in_a_polygon, text_search)
        for function in (*queries, by_country, facets, visit):
            show(function)
        asyncio.run(asynchronous(mongo.uri))


if __name__ == "__main__":
    main()
