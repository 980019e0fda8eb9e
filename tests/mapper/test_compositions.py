"""Behaviours together: in any order of bases, after errors, and beside other writers."""

import asyncio
import itertools

import pytest

from mapper.behaviours import (
    Audited,
    AutoIncrement,
    SoftDelete,
    Timestamped,
    Versioned,
    acting,
)
from mapper.errors import (
    BulkInsertError,
    DocumentDeletedError,
    DocumentNotFoundError,
    DuplicateKeyError,
    ValidationError,
)
from mongo_dsl import raw
from mongo_dsl.errors import ArgumentError


MIXINS = (Audited, AutoIncrement, SoftDelete, Timestamped, Versioned)
ORDERS = [
    MIXINS,
    MIXINS[::-1],
    *itertools.islice(itertools.permutations(MIXINS), 7, 120, 29),
]


def composed(driver, bases):
    """Return a class of all behaviours, and one below it, on *driver*."""

    class Animal(*bases, driver.document):
        class Meta:
            discriminator = "kind"

        name: str

    class Dog(Animal):
        tricks: int = 0

    return Animal, Dog


@pytest.mark.parametrize(
    "bases", ORDERS, ids=lambda b: "-".join(c.__name__[:2] for c in b)
)
async def test_any_order_of_bases(driver, sent, bases):
    """All of them act on every path, whichever comes first."""
    Animal, Dog = composed(driver, bases)  # noqa: N806 - classes
    done, rows = driver.done, driver.mongo["animal"]
    with driver.mapper.ambient():
        cat, dog, other = Animal(name="c"), Dog(name="d"), Dog(name="o")
        with acting("ann"):
            await done(Animal.insert_many([dog, cat, other]))
        assert sorted(one.id for one in (cat, dog, other)) == [1, 2, 3]
        for row in rows.find():
            assert row["created_at"] == row["updated_at"]
            assert (row["created_by"], row["version"]) == ("ann", 1)
        sent.clear()
        dog.tricks = 1
        await done(dog.save(user_id="bob"))
        await done(Dog.filter(name="d").update(tricks=2))
        await done(Animal.filter(name="d").delete())
        assert sent == ["update"] * 3
        assert sorted(one.name for one in await done(Animal.all().to_list())) == [
            "c",
            "o",
        ]
        (marked,) = await done(Dog.only_deleted().to_list())
        assert (marked.version, marked.tricks, marked.updated_by) == (4, 2, "bob")
        await done(marked.restore())
        marked.name = "e"
        await done(marked.replace())
        assert await done(marked.delete(user_id="cid")) is True
        row = rows.find_one({"name": "e"})
        assert (row["deleted_by"], row["updated_by"], row["version"]) == (
            "cid",
            "cid",
            7,
        )
        assert row["created_by"] == "ann"
        assert await done(marked.hard_delete()) is True
        assert await done(Dog.all().count()) == 1


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a class of behaviours without versions, on each driver; it is ambient."""

    class Note(SoftDelete, Audited, Timestamped, driver.document):
        text: str
        n: int = 0

    driver.mongo["note"].create_index("text", unique=True)
    with driver.mapper.ambient():
        yield Note


async def test_a_deleted_document_is_not_written(driver, Note, sent):  # noqa: N803
    """`save` and `replace` of what someone else has marked change nothing; memory stays."""
    mine = await driver.done(Note.create(text="a"))
    theirs = await driver.done(Note.get(mine.id))
    await driver.done(theirs.delete(user_id=1))
    stored = driver.mongo["note"].find_one()
    mine.n = 5
    before = mine.updated_at
    for write in mine.save, mine.replace:
        sent.clear()
        with pytest.raises(DocumentDeletedError) as caught:
            await driver.done(write())
        assert str(caught.value) == (
            f"Note {mine.id!r} was marked as deleted by someone else; restore() it, reload"
            " it and try again"
        )
        assert sent == ["update", "find"]
    assert caught.value.document is mine
    make, given = caught.value.__reduce__()
    assert str(make(*given)) == str(caught.value)
    assert driver.mongo["note"].find_one() == stored
    assert (mine.n, mine.updated_at, mine.is_deleted) == (5, before, False)


async def test_a_second_delete_leaves_the_first(driver, Note, sent):  # noqa: N803
    """It is False, and tells nobody else to be who deleted the document."""
    mine = await driver.done(Note.create(text="a"))
    theirs = await driver.done(Note.get(mine.id))
    assert await driver.done(theirs.delete(user_id=1)) is True
    stored = driver.mongo["note"].find_one()
    sent.clear()
    assert await driver.done(mine.delete(user_id=2)) is False
    assert sent == ["update", "find"]
    assert driver.mongo["note"].find_one() == stored
    assert (mine.is_deleted, mine.deleted_by) == (False, None)
    await driver.done(mine.restore())  # what is stale can be brought back all the same
    assert driver.mongo["note"].find_one()["is_deleted"] is False
    driver.mongo["note"].delete_many({})
    with pytest.raises(DocumentNotFoundError):
        await driver.done(mine.restore())


async def test_marked_documents_can_be_changed(driver, Note):  # noqa: N803
    """Who has loaded a deleted document knows what it is."""
    note = await driver.done(Note.create(text="a"))
    await driver.done(note.delete())
    note.n = 1
    await driver.done(note.save())
    (again,) = await driver.done(Note.only_deleted().only("n").to_list())
    again.n = 2
    await driver.done(again.save())
    assert driver.mongo["note"].find_one()["n"] == 2


async def test_who_writes_is_not_left_behind(driver, Note):  # noqa: N803
    """After a write that failed, the fields of the user are what they were."""
    await driver.done(Note.create(text="a"))
    new = Note(text="a")
    with pytest.raises(DuplicateKeyError):
        await driver.done(new.save(user_id=5))
    assert (new.created_by, new.updated_by, new.created_at) == (None, None, None)
    note = await driver.done(Note.create(text="b"))
    note.text = "a"
    with pytest.raises(DuplicateKeyError):
        await driver.done(note.save(user_id=5))
    assert (note.updated_by, note.changed_fields) == (None, ("text",))


async def test_the_user_who_saves_comes_first(driver, Note):  # noqa: N803
    """``save(user_id=…)`` holds inside of `acting`, however often."""
    note = await driver.done(Note.create(text="a"))
    for text in "bc":
        note.text = text
        with acting(7):
            await driver.done(note.save(user_id=8))
        assert driver.mongo["note"].find_one()["updated_by"] == 8


async def test_tasks_have_users_of_their_own(driver, Note):  # noqa: N803
    """Saves that run at once don't mistake each other's users."""
    if driver.name == "pymongo":
        pytest.skip("sync saves run one after another in their thread")
    notes = [Note(text=str(n)) for n in range(10)]
    await asyncio.gather(*(note.save(user_id=int(note.text)) for note in notes))
    found = {row["text"]: row["created_by"] for row in driver.mongo["note"].find()}
    assert found == {str(n): n for n in range(10)}


async def test_refused_documents_get_nothing(driver, Note):  # noqa: N803
    """Of an `insert_many` that stops, those that aren't stored are as they were."""
    await driver.done(Note.create(text="b"))
    made = [Note(text=text) for text in "abc"]
    with pytest.raises(BulkInsertError), acting("ann"):
        await driver.done(Note.insert_many(made))
    assert [one.created_by for one in made] == ["ann", None, None]
    assert [one.updated_at is None for one in made] == [False, True, True]


async def test_a_partial_document_after_an_abort(driver, Note):  # noqa: N803
    """What a failed write gave a field that wasn't loaded is taken back once."""
    await driver.done(Note.create(text="a"))
    await driver.done(Note.create(text="b"))
    note = (await driver.done(Note.filter(text="b").only("text").to_list()))[0]
    note.text = "a"

    async def save():
        if driver.name == "pymongo":
            with driver.mapper.transaction():
                note.save()
        else:
            async with driver.mapper.transaction():
                await note.save()

    with pytest.raises(DuplicateKeyError):
        await save()
    assert not hasattr(note, "updated_at")


async def test_numbers_are_taken_outside_of_transactions(driver):
    """So they don't wait for one another, and an abort gives no number twice."""

    class Invoice(AutoIncrement, driver.document):
        total: int

    taken = []

    async def aborted():
        if driver.name == "pymongo":
            with driver.mapper.transaction():
                taken.append(Invoice.create(total=1).id)
                raise KeyError
        async with driver.mapper.transaction():
            taken.append((await Invoice.create(total=1)).id)
            raise KeyError

    with driver.mapper.ambient():
        with pytest.raises(KeyError):
            await aborted()
        assert driver.mongo["sequences"].find_one()["value"] == 1
        invoice = await driver.done(Invoice.create(total=2))
    assert (taken, invoice.id) == ([1], 2)
    assert driver.mongo["invoice"].count_documents({}) == 1


async def test_update_or_create_leaves_fixed_fields_alone(driver):
    """It sets no state and nothing immutable, as no update does."""
    from mapper import state_field

    class Parcel(driver.document):
        code: str
        status: str = state_field(default="a", transitions={"a": ["b"], "b": ["c"]})

    with driver.mapper.ambient():
        await driver.done(Parcel.create(code="x"))
        with pytest.raises(ValidationError) as caught:
            await driver.done(Parcel.all().update_or_create({"status": "c"}, code="x"))
    assert str(caught.value) == (
        "Parcel.status is a state and can't be updated by a query; call transition(...) of"
        " its documents"
    )
    assert driver.mongo["parcel"].find_one()["status"] == "a"


async def test_upserts_make_no_ids_of_a_wrong_type(driver, sent):
    """MongoDB would give an ObjectId, and nobody could read the document."""

    class Invoice(AutoIncrement, driver.document):
        total: int

    with driver.mapper.ambient():
        for write in "upsert", "find_one_and_update":
            given = {} if write == "upsert" else {"upsert": True}
            query = Invoice.filter(total=5)
            with pytest.raises(ArgumentError) as caught:
                await driver.done(getattr(query, write)(**given, total=6))
            assert str(caught.value) == (
                "an upsert of Invoice gives no id, and MongoDB would make an ObjectId where"
                " it must be int | None; filter by the id, set it by set_on_insert(...), or"
                " call get_or_create or update_or_create"
            )
        assert sent == []
        await driver.done(Invoice.filter(id=7).upsert(total=1))
        await driver.done(Invoice.filter(Invoice.q.id == 8, total=2).upsert(total=2))
        query = Invoice.filter(total=3)
        await driver.done(query.upsert(Invoice.q.id.set_on_insert(9), total=3))
        made, _ = await driver.done(Invoice.get_or_create(total=4))
        assert made.id == 1
        found = await driver.done(Invoice.all().to_list())
    assert sorted(one.id for one in found) == [1, 7, 8, 9]


async def test_pipelines_lose_nothing_of_behaviours(driver, sent):
    """Updates that make new documents are refused, for their version would start anew."""

    class Page(Versioned, driver.document):
        text: str

    query = driver.mapper.find(Page).filter(text="a")
    for name, body in (
        ("$replaceWith", {"_id": "$_id"}),
        ("$replaceRoot", {"newRoot": {"_id": "$_id"}}),
        ("$project", {"text": 1}),
    ):
        with pytest.raises(ArgumentError) as caught:
            await driver.done(query.update([raw({name: body})]))
        assert str(caught.value) == (
            f"an update of Page by {name} would lose version, which every update changes;"
            " change single fields instead"
        )
    assert sent == []
    await driver.done(driver.mapper.insert(Page(text="a")))
    await driver.done(query.update([raw({"$project": {"x": 0}}), Page.q.text.set("b")]))
    assert driver.mongo["page"].find_one()["version"] == 2
