"""Documents that know who made and last changed them."""

import pytest

from mapper.behaviours import Audited, acting


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return an audited document class, on each driver."""

    class Note(Audited, driver.document):
        text: str

    return Note


def stored(driver):
    """Return who made and who changed the stored document."""
    row = driver.mongo["note"].find_one()
    return row["created_by"], row["updated_by"]


async def test_saves_say_who(driver, Note):  # noqa: N803
    """``save(user_id=...)`` sets who made and who changed the document."""
    with driver.mapper.ambient():
        note = Note(text="a")
        await driver.done(note.save(user_id=1))
        assert stored(driver) == (1, 1)
        note.text = "b"
        await driver.done(note.save(user_id=2))
        assert stored(driver) == (1, 2)
        note.text = "c"
        await driver.done(note.save())
        assert stored(driver) == (1, 2)


async def test_the_actor_writes_everything(driver, Note):  # noqa: N803
    """Inside `acting`, every path says who."""
    query = driver.mapper.find(Note).everything()
    with acting("ann"):
        note = await driver.done(driver.mapper.insert(Note(text="a")))
    assert stored(driver) == ("ann", "ann")
    with acting("bob"):
        note.text = "b"
        await driver.done(driver.mapper.save(note))
        assert stored(driver) == ("ann", "bob")
    with acting("cid"):
        await driver.done(query.update(text="c"))
        assert stored(driver) == ("ann", "cid")
        await driver.done(query.filter(text="new").upsert(Note.q.text.set("d")))
    row = driver.mongo["note"].find_one({"text": "d"})
    assert (row["created_by"], row["updated_by"]) == ("cid", "cid")
    await driver.done(query.update(text="e"))
    assert stored(driver) == ("ann", "cid")


async def test_the_word_of_the_caller_holds(driver, Note):  # noqa: N803
    """Values that the caller gives are not replaced by the actor."""
    with acting("ann"):
        note = Note(text="a", created_by="import")
        await driver.done(driver.mapper.insert(note))
        assert stored(driver) == ("import", "ann")
        note.updated_by = "job"
        await driver.done(driver.mapper.save(note))
        assert stored(driver) == ("import", "job")
