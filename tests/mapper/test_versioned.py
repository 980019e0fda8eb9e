"""Documents that nobody overwrites unseen."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapper.behaviours import SoftDelete, Versioned
from mapper.bulk import Delete
from mapper.errors import (
    BulkWriteError,
    DocumentNotFoundError,
    MapperError,
    StaleDocumentError,
)
from mongo_dsl.errors import ArgumentError


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a document class with versions, on each driver; it is ambient."""

    class Note(Versioned, driver.document):
        text: str = ""
        count: int = 0

    with driver.mapper.ambient():
        yield Note


async def test_writes_count(driver, Note, sent):  # noqa: N803
    """Saves and updates by queries count; a save without changes doesn't."""
    note = await driver.done(Note.create(text="a"))
    assert note.version == 1
    note.text = "b"
    await driver.done(note.save())
    await driver.done(note.save())
    assert note.version == 2
    await driver.done(Note.filter(text="b").update(text="c"))
    assert driver.mongo["note"].find_one()["version"] == 3
    assert sent == ["insert", "update", "update"]


async def test_stale_documents_are_refused(driver, Note):  # noqa: N803
    """Neither a save nor a delete touches what someone else has changed."""
    note = await driver.done(Note.create(text="a"))
    other = await driver.done(Note.get(note.id))
    other.text = "b"
    await driver.done(other.save())
    note.text = "c"
    with pytest.raises(StaleDocumentError):
        await driver.done(note.save())
    with pytest.raises(StaleDocumentError):
        await driver.done(note.delete())
    assert note.version == 1
    assert driver.mongo["note"].find_one()["text"] == "b"
    await driver.done(note.reload())
    note.text = "c"
    await driver.done(note.save())
    assert note.version == 3
    assert await driver.done(note.delete()) is True


async def test_stale_documents_among_many(driver, Note, sent):  # noqa: N803
    """A bulk write deletes no document that someone else has changed, and says so."""
    stale, gone, third = [
        await driver.done(Note.create(text=text)) for text in ("a", "b", "c")
    ]
    driver.mongo["note"].update_one({"_id": stale.id}, {"$set": {"version": 2}})
    driver.mongo["note"].delete_one({"_id": gone.id})
    sent.clear()
    deletes = map(Delete, (stale, gone, third))
    with pytest.raises(BulkWriteError) as caught:
        await driver.done(driver.mapper.bulk_write(deletes, ordered=False))
    assert sent == ["delete", "find"]
    assert [(o.document, why) for o, why in caught.value.failed] == [
        (
            stale,
            f"Note {stale.id!r} was changed by someone else since it was loaded; reload it and"
            " try again",
        )
    ]
    assert [one.is_stored for one in (stale, gone, third)] == [True, False, False]
    assert [row["text"] for row in driver.mongo["note"].find()] == ["a"]


async def test_documents_from_before_have_no_version(driver, Note):  # noqa: N803
    """What was stored without a version gets one with the first write."""
    driver.mongo["note"].insert_one({"text": "old", "count": 0})
    note = await driver.done(Note.get(text="old"))
    note.text = "new"
    await driver.done(note.save())
    assert driver.mongo["note"].find_one()["version"] == 1


async def test_partial_documents_need_their_version(driver, Note):  # noqa: N803
    """What was loaded without the version can't be checked, and says so."""
    made = await driver.done(Note.create(text="a"))
    note = await driver.done(Note.all().only("text").first())
    note.text = "b"
    with pytest.raises(MapperError) as caught:
        await driver.done(note.save())
    assert str(caught.value) == (
        f"Note {made.id!r} was loaded without its version and can't be written; let the"
        " query load 'version', too"
    )
    note = await driver.done(Note.all().only("text", "version").first())
    note.text = "b"
    await driver.done(note.save())
    assert note.version == 2


async def test_versions_and_soft_deletion(driver):
    """A stale document isn't marked either."""

    class Page(SoftDelete, Versioned, driver.document):
        text: str

    with driver.mapper.ambient():
        page = await driver.done(Page.create(text="a"))
        await driver.done(Page.filter(text="a").update(text="b"))
        with pytest.raises(StaleDocumentError):
            await driver.done(page.delete())
        assert page.is_deleted is False
        await driver.done(page.reload())
        await driver.done(page.delete())
        assert page.version == 3


class TestMutate:
    """Changing a document in spite of others."""

    async def test_it_saves(self, driver, Note, sent):  # noqa: N803
        """Without interference it reads and writes once."""
        note = await driver.done(Note.create())

        def change(note):
            note.count += 1

        sent.clear()
        changed = await driver.done(Note.mutate(note.id, change))
        assert (changed.count, changed.version) == (1, 2)
        assert sent == ["find", "update"]

    async def test_it_tries_again(self, driver, Note, sent):  # noqa: N803
        """After a conflict everything is done anew on the present document."""
        note = await driver.done(Note.create())
        seen = []

        def change(note):
            seen.append(note.text)
            if len(seen) == 1:
                driver.mongo["note"].update_one(
                    {}, {"$set": {"text": "x"}, "$inc": {"version": 1}}
                )
            note.count += 1

        sent.clear()
        changed = await driver.done(Note.mutate(note.id, change))
        assert seen == ["", "x"]
        assert (changed.text, changed.count, changed.version) == ("x", 1, 3)
        assert sent == ["find", "update", "find", "find", "update"]

    async def test_it_gives_up(self, driver, Note):  # noqa: N803
        """After the last attempt the error reaches the caller."""
        note = await driver.done(Note.create())
        tries = []

        def change(note):
            tries.append(note)
            driver.mongo["note"].update_one({}, {"$inc": {"version": 1}})
            note.count += 1

        with pytest.raises(StaleDocumentError):
            await driver.done(Note.mutate(note.id, change, attempts=3))
        assert len(tries) == 3
        assert driver.mongo["note"].find_one()["count"] == 0

    @pytest.mark.parametrize("attempts", [0, True, 1.5])
    async def test_attempts_are_counted(self, driver, Note, attempts):  # noqa: N803
        """The bound is a whole number."""
        with pytest.raises(ArgumentError) as caught:
            await driver.done(Note.mutate(None, print, attempts=attempts))
        assert str(caught.value) == (
            f"mutate got attempts={attempts!r}; it takes a whole number from 1"
        )

    async def test_there_must_be_a_document(self, driver, Note):  # noqa: N803
        """Nothing is made where nothing is."""
        with pytest.raises(DocumentNotFoundError, match="no Note matches"):
            await driver.done(Note.mutate(None, print))

    async def test_nothing_is_lost(self, driver, Note):  # noqa: N803
        """Of many who count at once, each counts."""
        note = await driver.done(Note.create())

        def change(note):
            note.count += 1

        def mutate(_):
            with driver.mapper.ambient():
                return Note.mutate(note.id, change, attempts=100)

        if driver.name == "pymongo":
            with ThreadPoolExecutor(8) as pool:
                await asyncio.to_thread(lambda: list(pool.map(mutate, range(20))))
        else:
            await asyncio.gather(*map(mutate, range(20)))
        assert driver.mongo["note"].find_one()["count"] == 20

    async def test_functions_may_be_async(self, driver, Note):  # noqa: N803
        """On the async face they are awaited."""
        note = await driver.done(Note.create())

        async def change(note):
            await asyncio.sleep(0)
            note.text = "async"

        if driver.name == "pymongo":
            with pytest.raises(TypeError, match="is async and was called by"):
                Note.mutate(note.id, change)
            return
        changed = Note.mutate(note.id, change)
        assert inspect.isawaitable(changed)
        assert (await changed).text == "async"
