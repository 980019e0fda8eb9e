"""Functions of the application that are called when documents are written."""

import asyncio

import pytest

from mapper import events
from mapper.errors import DefinitionError, HookError
from mapper.events import EVENTS, Touched, listeners_of


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a document class, on each driver."""

    class Note(driver.document):
        text: str

    return Note


@pytest.fixture
def heard(Note):  # noqa: N803
    """Return what was announced of the class, in order."""
    log = []
    for event in EVENTS:
        listeners_of(Note).add(event, lambda what, name=event: log.append((name, what)))
    return log


async def test_events_of_a_document(driver, Note, heard):  # noqa: N803
    """A save contains an insert or an update."""
    note = Note(text="a")
    await driver.done(driver.mapper.save(note))
    names = ["before_save", "before_insert", "after_insert", "after_save"]
    assert heard == [(name, note) for name in names]
    heard.clear()
    note.text = "b"
    await driver.done(driver.mapper.save(note))
    names = ["before_save", "before_update", "after_update", "after_save"]
    assert heard == [(name, note) for name in names]
    heard.clear()
    await driver.done(driver.mapper.delete(note))
    assert heard == [("before_delete", note), ("after_delete", note)]


async def test_events_of_queries(driver, Note, heard):  # noqa: N803
    """Writes by queries say what they touch, and afterwards what came of it."""
    await driver.done(driver.mapper.insert_many([Note(text="a"), Note(text="b")]))
    heard.clear()
    query = driver.mapper.find(Note).filter(text="a")
    written = await driver.done(query.update(text="c"))
    touched = Touched(Note, {"text": "a"}, {"$set": {"text": "c"}})
    (before, first), (after, second) = heard
    assert (before, first) == ("before_query_update", touched)
    assert (after, second.result) == ("after_query_update", written)
    heard.clear()
    await driver.done(driver.mapper.find(Note).everything().delete())
    assert [(name, touched.result) for name, touched in heard] == [
        ("before_query_delete", None),
        ("after_query_delete", 2),
    ]


async def test_an_error_before_stops_the_write(driver, Note):  # noqa: N803
    """What a function raises reaches the caller, and nothing is sent."""

    def refuse(note):
        msg = f"no {note.text}"
        raise ValueError(msg)

    listeners_of(Note).add("before_save", refuse)
    note = Note(text="a")
    with pytest.raises(ValueError, match="no a"):
        await driver.done(driver.mapper.save(note))
    assert driver.mongo["note"].count_documents({}) == 0
    assert not note.is_stored


def test_unknown_events():
    """The error lists the events."""
    with pytest.raises(DefinitionError) as caught:
        events.Listeners().add("after_sav", print)
    assert str(caught.value) == (
        "there is no event 'after_sav'; did you mean 'after_save'?; the events are: "
        + ", ".join(EVENTS)
    )


def test_functions_are_required():
    """What can't be called can't listen."""
    with pytest.raises(DefinitionError) as caught:
        events.Listeners().add("after_save", 5)
    assert str(caught.value) == "the event 'after_save' got 5; it takes a function"


def test_listeners_can_be_removed():
    """Who doesn't listen can't be removed."""
    listeners = events.Listeners()
    listeners.on("before_create", print)
    assert listeners.of("before_insert") == (print,)
    listeners.remove("before_create", print)
    assert listeners.of("before_insert") == ()
    with pytest.raises(DefinitionError) as caught:
        listeners.remove("before_create", print)
    assert str(caught.value) == (
        "<built-in function print> doesn't listen to 'before_create'"
    )


async def test_on_is_a_decorator_and_a_call(driver, Note):  # noqa: N803
    """Both return the function."""
    log = []

    @Note.on("after_create")
    def first(note):
        log.append(("first", note.text))

    def second(note):
        log.append(("second", note.text))

    assert Note.on("after_create", second) is second
    await driver.done(driver.mapper.insert_many([Note(text="a"), Note(text="b")]))
    assert log == [("first", "a"), ("second", "a"), ("first", "b"), ("second", "b")]


async def test_order(driver):
    """The application's functions come first, then those of the classes, root first."""
    log = []

    class Base(driver.document):
        class Meta:
            abstract = True

    class Child(Base):
        text: str = ""

    Child.on("before_save", lambda _: log.append("child"))
    Base.on("before_save", lambda _: log.append("base"))
    hook = events.on("before_save", lambda _: log.append("application"))
    try:
        await driver.done(driver.mapper.save(Child()))
    finally:
        events.application.remove("before_save", hook)
    assert log == ["application", "base", "child"]


async def test_registered_hooks(driver, Note):  # noqa: N803
    """The four registrations are events by other names."""
    log = []
    Note.register_pre_save_hook(lambda note: log.append(("pre save", note.is_stored)))
    Note.register_post_save_hook(lambda note: log.append(("post save", note.is_stored)))
    Note.register_pre_delete_hook(
        lambda note: log.append(("pre delete", note.is_stored))
    )
    Note.register_post_delete_hook(
        lambda note: log.append(("post delete", note.is_stored))
    )
    note = await driver.done(driver.mapper.save(Note(text="a")))
    await driver.done(driver.mapper.delete(note))
    assert log == [
        ("pre save", False),
        ("post save", True),
        ("pre delete", True),
        ("post delete", False),
    ]


async def test_async_functions_are_awaited(driver, Note):  # noqa: N803
    """One after another; without asyncio they are refused."""
    log = []

    @Note.on("before_save")
    async def slow(note):
        await asyncio.sleep(0.01)
        note.text = "slow"
        log.append("slow")

    Note.on("before_save", lambda _: log.append("next"))
    if driver.name == "pymongo":
        with pytest.raises(HookError):
            driver.mapper.save(Note(text="a"))
        return
    await driver.mapper.save(Note(text="a"))
    assert log == ["slow", "next"]
    assert driver.mongo["note"].find_one()["text"] == "slow"


async def test_an_error_after_the_write(driver, Note):  # noqa: N803
    """The document is stored and knows it; the caller sees the error."""

    @Note.on("after_insert")
    def fail(note):
        raise RuntimeError(note.text)

    note = Note(text="a")
    with pytest.raises(RuntimeError, match="a"):
        await driver.done(driver.mapper.save(note))
    assert note.is_stored
    assert driver.mongo["note"].count_documents({}) == 1


async def test_cancellation(driver, Note):  # noqa: N803
    """A task that is cancelled before the write sends nothing and assigns nothing."""
    if driver.name == "pymongo":
        return
    reached = asyncio.Event()

    @Note.on("before_insert")
    async def wait(_):
        reached.set()
        await asyncio.sleep(60)

    note = Note(text="a")
    task = asyncio.ensure_future(driver.mapper.save(note))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (note.id, note.is_stored) == (None, False)
    assert driver.mongo["note"].count_documents({}) == 0


class TestLoading:
    """Documents that are read are announced, before they are objects and after."""

    @pytest.fixture
    async def log(self, driver, Note):  # noqa: N803
        """Store two notes, and log what is announced from then on."""
        notes = [Note(text="a"), Note(text="b")]
        await driver.done(driver.mapper.insert_many(notes))
        log = []
        Note.on("before_load", lambda row: log.append(("before", row["text"])))
        Note.on("after_load", lambda note: log.append(("after", note.text)))
        return log

    async def test_every_way_of_reading(self, driver, Note, log):  # noqa: N803
        """Lists, single documents, pages, changed and deleted ones, and streams."""
        query = driver.mapper.find(Note).sort("text")
        one, two = [("before", "a"), ("after", "a")], [("before", "b"), ("after", "b")]

        def heard():
            found = log.copy()
            log.clear()
            return found

        notes = await driver.done(query.to_list())
        assert heard() == one + two
        await driver.done(query.first())
        assert heard() == one
        await driver.done(query.filter(text="b").one())
        assert heard() == two
        await driver.done(driver.mapper.get(Note, notes[0].id))
        assert heard() == one
        await driver.streamed(query.stream(batch_size=1))
        assert heard() == one + two
        await driver.streamed(query)
        assert heard() == one + two
        await driver.done(driver.mapper.reload(notes[0]))
        assert heard() == one
        await driver.done(query.paginate(page=1, size=1))
        assert heard() == one
        await driver.done(query.get_many([notes[1].id]))
        assert heard() == two
        await driver.done(driver.mapper.find(Note).get_or_create(text="a"))
        assert heard() == one
        await driver.done(query.find_one_and_update(text="a"))
        assert heard() == one
        await driver.done(query.find_one_and_delete())
        assert heard() == one

    async def test_what_is_no_document(self, driver, Note, log):  # noqa: N803
        """Raw documents, values and counts are not announced."""
        query = driver.mapper.find(Note)
        await driver.done(query.raw().to_list())
        await driver.done(query.values("text"))
        await driver.done(query.count())
        assert log == []

    async def test_what_is_stored_can_be_mended(self, driver, Note):  # noqa: N803
        """A function that hears before may change the dictionary that is read."""
        driver.mongo["note"].insert_one({"title": "old"})

        @Note.on("before_load")
        def mend(row):
            row.setdefault("text", row.pop("title", None))

        note = await driver.done(driver.mapper.find(Note).first())
        assert note.text == "old"

    async def test_async_functions(self, driver, Note):  # noqa: N803
        """They are awaited in streams, too."""
        await driver.done(driver.mapper.insert(Note(text="a")))
        log = []

        @Note.on("after_load")
        async def note_text(note):
            await asyncio.sleep(0)
            log.append(note.text)

        query = driver.mapper.find(Note)
        if driver.name == "pymongo":
            with pytest.raises(HookError):
                query.first()
            return
        await query.first()
        await driver.streamed(query.stream())
        assert log == ["a", "a"]
