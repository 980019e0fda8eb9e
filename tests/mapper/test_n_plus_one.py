"""Loops that read document by document are found, and what to do about it is said."""

from __future__ import annotations

import asyncio
import linecache
from types import SimpleNamespace
from typing import Any

import pytest

from mapper import Ref, reverse, watching_n_plus_one
from mapper.errors import NPlusOneError, NPlusOneWarning
from mongo_dsl.errors import ArgumentError


def models(document: Any) -> Any:
    """Return document classes of the face *document*."""

    class Painter(document):
        name: str
        pictures = reverse("Picture", "painter")

    class Picture(document):
        title: str
        painter: Ref["Painter"]

    return SimpleNamespace(Painter=Painter, Picture=Picture)


@pytest.fixture
async def gallery(driver: Any) -> Any:
    """Return the classes, with six documents of each."""
    found = models(driver.document)
    painters = [found.Painter(name=f"p{n}") for n in range(6)]
    await driver.done(found.Painter.insert_many(painters))
    await driver.done(
        found.Picture.insert_many(
            [found.Picture(title=p.name, painter=p) for p in painters]
        )
    )
    return found


ADVICE = (
    "add include(Picture.q.painter) to the query of the documents that are gone through"
)


async def test_fetching_one_by_one(driver, gallery):
    """The warning stands at the line of the loop, and names the include to add."""
    pictures = await driver.done(gallery.Picture.all().to_list())
    with watching_n_plus_one(), pytest.warns(NPlusOneWarning) as caught:  # noqa: PT031 - a loop
        for picture in pictures:
            await driver.done(picture.painter.fetch())
    (warning,) = caught
    assert warning.filename == __file__
    assert linecache.getline(__file__, warning.lineno).strip() == (
        "await driver.done(picture.painter.fetch())"
    )
    assert str(warning.message) == (
        f"{__file__}:{warning.lineno} sent find to painter 5 times, with filters like"
        f" {{_id: …}}; {ADVICE}"
    )


async def test_strict(driver, gallery):
    """A strict block raises, with the facts; the hint is found by the filter, too."""
    pictures = await driver.done(gallery.Picture.all().to_list())
    with pytest.raises(NPlusOneError) as caught:
        await one_by_one(driver, gallery.Painter, pictures)
    assert caught.value.advice == ADVICE
    assert caught.value.file == __file__


async def one_by_one(driver: Any, painter: Any, pictures: Any) -> None:
    """Read the painters of *pictures* one by one."""
    with watching_n_plus_one(strict=True, threshold=3) as watch:
        for place, picture in enumerate(pictures):
            await driver.done(painter.get(picture.painter.id))
            assert [*watch.counts.values()] == [place + 1]


async def test_classes_that_cannot_be(driver, gallery):
    """A class elsewhere whose annotation names nothing doesn't stand in the way."""

    class Loose(driver.document):
        of: Ref

    with pytest.raises(NPlusOneError) as caught:
        await one_by_one(
            driver, gallery.Painter, await driver.done(gallery.Picture.all().to_list())
        )
    assert caught.value.advice == ADVICE
    assert Loose.__name__ == "Loose"


async def test_reverse_relations(driver, gallery):
    """Queries of what refers are told by their filter."""
    painters = await driver.done(gallery.Painter.all().to_list())
    with watching_n_plus_one(), pytest.warns(NPlusOneWarning) as caught:  # noqa: PT031 - a loop
        for painter in painters:
            await driver.done(painter.pictures.count())
    assert "; add include(Painter.pictures) to the query" in str(caught[0].message)


async def test_what_is_no_loop(driver, gallery):
    """Includes, different lines and different filters are fine, and so is not watching."""
    with watching_n_plus_one(strict=True, threshold=2):
        for picture in await driver.done(
            gallery.Picture.all().include("painter").to_list()
        ):
            assert picture.painter.document.name == picture.title
        await driver.done(gallery.Painter.find(name="a").to_list())
        await driver.done(gallery.Painter.find(name="a").to_list())
    for _ in range(6):
        await driver.done(gallery.Painter.find(name="a").to_list())


async def test_pages_are_no_loop(driver, gallery, sent):
    """Who reads page by page, or includes in parts of a stream, reads many at once."""
    ordered = gallery.Picture.all().sort("title")
    sent.clear()
    with watching_n_plus_one(strict=True, threshold=2) as watch:
        page, seen = await driver.done(ordered.paginate(size=1)), 1
        while page.has_next:
            page = await driver.done(ordered.paginate(size=1, after=page.end_cursor))
            seen += 1
        while page.has_previous:
            page = await driver.done(ordered.paginate(size=1, before=page.start_cursor))
            seen += 1
        for place in range(1, 6):
            page = await driver.done(ordered.paginate(page=place, size=1))
            assert page.total == 6
            await driver.done(ordered.skip(place).limit(1).to_list())
            joined = ordered.join("painter").after({"_id": 0, "title": f"p{place}"})
            await driver.done(joined.to_list())
        found = await driver.streamed(ordered.include("painter").stream(batch_size=1))
    titles = [picture.painter.document.name for picture in found]
    assert titles == [f"p{place}" for place in range(6)]
    assert seen == 11
    assert len(sent) > 30
    assert max(watch.counts.values()) == 1


async def test_what_no_relation_leads_to(driver, gallery):
    """Where no relation is known, one filter for all is advised."""
    with pytest.raises(NPlusOneError) as caught:
        await by_name(driver, gallery.Painter)
    assert caught.value.advice == "find all of them by one filter, with in_(...)"


async def by_name(driver: Any, painter: Any) -> None:
    """Read painters by their names, one by one."""
    with watching_n_plus_one(strict=True):
        for place in range(6):
            await driver.done(painter.find(name=f"p{place}").first())


async def test_tasks_are_in_the_block(driver, gallery):
    """What is gathered counts as well."""
    if driver.name == "pymongo":
        return

    async def one(place: int) -> Any:
        return await gallery.Painter.find(name=f"p{place}").first()

    with pytest.raises(NPlusOneError), watching_n_plus_one(strict=True):
        await asyncio.gather(*(one(place) for place in range(6)))


@pytest.mark.usefixtures("no_n_plus_one")
async def test_the_fixture(driver, gallery):
    """The fixture watches the test."""
    with pytest.raises(NPlusOneError):  # noqa: PT012 - a loop
        for place in range(6):
            await driver.done(gallery.Painter.find(name=f"p{place}").first())


def test_thresholds():
    """Once is no loop."""
    with pytest.raises(ArgumentError) as caught, watching_n_plus_one(threshold=1):
        pass
    assert str(caught.value) == (
        "watching_n_plus_one got threshold=1; it is at least 2"
    )
