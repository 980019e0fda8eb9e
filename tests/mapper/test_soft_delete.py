"""Documents that are marked instead of deleted."""

import pytest

from mapper.behaviours import SoftDelete, acting
from mapper.errors import DocumentNotFoundError, UnfilteredWriteError
from mongo_dsl import F, Pipeline
from mongo_dsl.errors import ArgumentError, OperandError, PlacementError
from mongo_dsl.geo import Point


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a document class with soft deletion, on each driver."""

    class Note(SoftDelete, driver.document):
        text: str

    return Note


@pytest.fixture
async def notes(driver, Note):  # noqa: N803
    """Store three documents, the first of them deleted, and be ambient."""
    with driver.mapper.ambient():
        made = [Note(text=text) for text in "abc"]
        await driver.done(driver.mapper.insert_many(made))
        await driver.done(made[0].delete(user_id=7))
        yield made


def texts(documents):
    """Return the texts of *documents*, sorted."""
    return sorted(document.text for document in documents)


async def test_a_delete_marks(driver, notes):
    """The document stays, with the time and the user."""
    row = driver.mongo["note"].find_one({"text": "a"})
    assert (row["is_deleted"], row["deleted_by"]) == (True, 7)
    first = notes[0]
    assert (first.is_deleted, first.deleted_by, first.is_stored) == (True, 7, True)
    assert row["deleted_at"].isoformat() == first.deleted_at.isoformat()[:-6]


async def test_deletes_send_one_command(driver, Note, notes, sent):  # noqa: N803
    """Of a document as of a query it is an update; nothing is ever removed."""
    sent.clear()
    assert await driver.done(notes[1].delete()) is True
    with acting("ann"):
        assert await driver.done(Note.filter(text="c").delete()) == 1
    assert sent == ["update", "update"]
    assert driver.mongo["note"].count_documents({"is_deleted": True}) == 3
    assert driver.mongo["note"].find_one({"text": "c"})["deleted_by"] == "ann"
    assert await driver.done(Note.filter(text="c").delete()) == 0


async def test_every_read_hides_them(driver, Note, notes):  # noqa: N803
    """Lists, counts, distinct values, pages and aggregations don't see deleted documents."""
    done = driver.done
    assert texts(await done(Note.all().to_list())) == ["b", "c"]
    assert await done(Note.get(notes[0].id)) is None
    assert await done(Note.get(text="a")) is None
    assert await done(Note.all().count()) == 2
    assert await done(Note.filter(text="a").exists()) is False
    assert sorted(await done(Note.all().distinct("text"))) == ["b", "c"]
    assert await done(Note.aggregate(Pipeline().count("n"))) == [{"n": 2}]
    assert await done(Note.aggregate([{"$count": "n"}])) == [{"n": 2}]
    rows = await done(Note.pipeline().project(text=1).to_list())
    assert sorted(row["text"] for row in rows) == ["b", "c"]
    written = await done(Note.filter(text="a").update(text="z"))
    assert written.matched == 0


async def test_queries_can_show_them(driver, Note, notes):  # noqa: N803
    """`with_deleted` shows all, `only_deleted` the others; the last word holds."""
    done = driver.done
    assert texts(await done(Note.with_deleted().to_list())) == ["a", "b", "c"]
    assert texts(await done(Note.only_deleted().to_list())) == ["a"]
    query = Note.filter(F.text != "c").with_deleted()
    assert texts(await done(query.to_list())) == ["a", "b"]
    assert await done(query.only_deleted().count()) == 1
    assert await done(Note.with_deleted().aggregate([{"$count": "n"}])) == [{"n": 3}]


async def test_lookups_hide_them(driver, Note, notes):  # noqa: N803
    """Documents that are joined by their class are live; by its collection, all are."""

    class Letter(driver.document):
        text: str

    await driver.done(driver.mapper.insert(Letter(text="a")))
    by = {"local_field": Letter.q.text, "foreign_field": Note.q.text, "as_": "notes"}
    (row,) = await driver.done(Letter.aggregate(Pipeline().lookup(Note, **by)))
    assert row["notes"] == []
    (row,) = await driver.done(Letter.aggregate(Pipeline().lookup("note", **by)))
    assert len(row["notes"]) == 1
    found = await driver.done(
        Letter.aggregate(
            Pipeline(Letter).lookup(Note, on=Note.q.text == Letter.q.text, as_="n")
        )
    )
    assert found[0]["n"] == []


async def test_restoring(driver, Note, notes, sent):  # noqa: N803
    """Documents and queries bring them back, by one command."""
    sent.clear()
    restored = await driver.done(notes[0].restore())
    assert restored is notes[0]
    assert sent == ["update"]
    assert (restored.is_deleted, restored.deleted_at, restored.deleted_by) == (
        False,
        None,
        None,
    )
    assert await driver.done(Note.all().count()) == 3
    await driver.done(Note.filter(F.text != "c").delete())
    sent.clear()
    assert await driver.done(Note.filter(text="a").restore()) == 1
    assert sent == ["update"]
    assert texts(await driver.done(Note.all().to_list())) == ["a", "c"]


async def test_a_deleted_document_can_be_saved(driver, notes):
    """It is still there: its other fields can be changed, and it stays deleted."""
    notes[0].text = "z"
    await driver.done(notes[0].save())
    row = driver.mongo["note"].find_one({"text": "z"})
    assert row["is_deleted"] is True
    await driver.done(notes[0].reload())


async def test_hard_deletes(driver, Note, notes, sent):  # noqa: N803
    """They remove documents; those of queries only what the query shows."""
    sent.clear()
    assert await driver.done(notes[0].hard_delete()) is True
    assert await driver.done(Note.filter(text="b").hard_delete()) == 1
    assert sent == ["delete", "delete"]
    assert driver.mongo["note"].count_documents({}) == 1
    with pytest.raises(DocumentNotFoundError):
        await driver.done(notes[0].restore())
    with pytest.raises(UnfilteredWriteError):
        await driver.done(Note.all().hard_delete())
    with pytest.raises(UnfilteredWriteError):
        await driver.done(Note.all().delete())


async def test_others_are_deleted_for_good(driver):
    """Queries of other classes have nothing to show or to restore."""

    class Plain(driver.document):
        text: str

    for method in ("with_deleted", "only_deleted"):
        with pytest.raises(OperandError) as caught:
            getattr(Plain.all(), method)()
        assert str(caught.value) == (
            f"{method} of Plain, whose documents are deleted for good; derive it from"
            " SoftDelete"
        )
    with pytest.raises(OperandError, match="only_deleted of Plain"):
        await driver.done(driver.mapper.find(Plain).restore())


async def test_the_estimate_knows_no_deletion(driver, Note, notes):  # noqa: N803
    """The collection's metadata count deleted documents, too: the estimate is refused."""
    with pytest.raises(ArgumentError) as caught:
        await driver.done(Note.all().estimated_count())
    assert str(caught.value) == (
        "estimated_count counts all of note; count() takes filters"
    )
    assert await driver.done(Note.with_deleted().estimated_count()) == 3


async def test_pipelines_that_search(driver):
    """Their first stage stays the first; what is hidden is left out behind it."""

    class Place(SoftDelete, driver.document):
        name: str
        at: Point

    driver.mongo["place"].create_index([("at", "2dsphere")])
    driver.mongo["place"].create_index([("name", "text")])
    with driver.mapper.ambient():
        made = [Place(name=name, at=Point(0, 0)) for name in ("pub a", "pub b")]
        await driver.done(Place.insert_many(made))
        await driver.done(made[0].delete())
        near = {"near": {"type": "Point", "coordinates": [0, 0]}, "distanceField": "d"}
        found = await driver.done(Place.aggregate([{"$geoNear": near}, {"$limit": 1}]))
        assert [row["name"] for row in found] == ["pub b"]
        searched = [{"$match": {"$text": {"$search": "pub"}}}]
        found = await driver.done(Place.aggregate(searched))
        assert [row["name"] for row in found] == ["pub b"]
        named = Place.filter(name="pub a").aggregate([{"$geoNear": near}])
        assert await driver.done(named) == []
        with pytest.raises(PlacementError) as caught:
            await driver.done(Place.all().sort("name").aggregate(searched))
    assert str(caught.value).endswith("it must be the first stage")
