"""Documents that know when they were made and last changed."""

import datetime as dt

import pytest

from mapper.behaviours import Timestamped, clock
from mongo_dsl import fn


T0 = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a document class with time stamps, on each driver."""

    class Note(Timestamped, driver.document):
        text: str

    return Note


@pytest.fixture
def times(monkeypatch):
    """Let time pass by one minute with every look at the clock."""
    passed = iter(range(1000))
    monkeypatch.setattr(clock, "now", lambda: T0 + dt.timedelta(minutes=next(passed)))


def minutes(moment):
    """Return how many minutes passed until *moment*, which may come without its zone."""
    return (moment.replace(tzinfo=dt.timezone.utc) - T0) / dt.timedelta(minutes=1)


def stored(driver):
    """Return when the stored document was made and changed, in minutes."""
    row = driver.mongo["note"].find_one()
    return minutes(row["created_at"]), minutes(row["updated_at"])


def test_the_clock_is_as_precise_as_the_database():
    """Times are in UTC and in whole milliseconds, so what is read is what was written."""
    now = clock.now()
    assert now.tzinfo is dt.timezone.utc
    assert now.microsecond % 1000 == 0
    assert abs(now - dt.datetime.now(dt.timezone.utc)) < dt.timedelta(seconds=5)


@pytest.mark.usefixtures("times")
async def test_saves(driver, Note, sent):  # noqa: N803
    """An insert sets both, a change the second; a save without changes sends nothing."""
    note = await driver.done(driver.mapper.save(Note(text="a")))
    assert stored(driver) == (0, 0)
    assert minutes(note.created_at) == 0
    await driver.done(driver.mapper.save(note))
    assert sent == ["insert"]
    note.text = "b"
    await driver.done(driver.mapper.save(note))
    assert stored(driver) == (0, 1)
    assert minutes(note.updated_at) == 1
    assert sent == ["insert", "update"]


@pytest.mark.usefixtures("times")
async def test_the_word_of_the_caller_holds(driver, Note):  # noqa: N803
    """Times that are given are stored, on inserts, saves and updates alike."""
    then = T0 - dt.timedelta(minutes=5)
    note = Note(text="a", created_at=then)
    await driver.done(driver.mapper.save(note))
    assert stored(driver) == (-5, 0)
    note.updated_at = then
    await driver.done(driver.mapper.save(note))
    assert stored(driver) == (-5, -5)
    query = driver.mapper.find(Note).everything()
    await driver.done(query.update(updated_at=T0 + dt.timedelta(minutes=99)))
    assert stored(driver) == (-5, 99)


@pytest.mark.usefixtures("times")
async def test_queries(driver, Note, sent):  # noqa: N803
    """Updates, pipeline updates and upserts set the time in the same command."""
    query = driver.mapper.find(Note).filter(text="a")
    await driver.done(query.upsert(Note.q.text.set_on_insert("a")))
    assert stored(driver) == (0, 0)
    await driver.done(query.update(Note.q.text.set("b")))
    assert stored(driver)[0] == 0
    changed = stored(driver)[1]
    assert changed > 0
    query = driver.mapper.find(Note).filter(text="b")
    await driver.done(query.update([Note.q.text.set(fn.concat(Note.q.text, "c"))]))
    assert stored(driver)[1] > changed
    assert driver.mongo["note"].find_one()["text"] == "bc"
    assert sent == ["update"] * 3
    found = await driver.done(driver.mapper.find(Note).find_one_and_update(text="d"))
    assert stored(driver) == (0, minutes(found.updated_at))


@pytest.mark.usefixtures("times")
async def test_insert_many(driver, Note):  # noqa: N803
    """All documents of a batch are made at one time."""
    notes = [Note(text="a"), Note(text="b")]
    await driver.done(driver.mapper.insert_many(notes))
    assert {minutes(note.created_at) for note in notes} == {0}
