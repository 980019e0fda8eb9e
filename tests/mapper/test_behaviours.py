"""What classes add to how their documents are written and found."""

import pytest

from mapper.behaviour import Behaviour, behaviours_of
from mapper.commands import Command
from mapper.errors import DocumentNotFoundError, StaleDocumentError
from mongo_dsl import F, Pipeline, raw, stages


class Counting(Behaviour):
    """Numbers new documents by a command, counts saves, hides what was deleted."""

    def inserting(self, documents):
        """Take as many numbers as there are documents, by one command."""
        reply = yield Command(
            "numbers",
            "find_one_and_update",
            ({}, {"$inc": {"n": len(documents)}}),
            {"upsert": True, "return_document": True},
        )
        first = reply["n"] - len(documents) + 1
        return [{"number": first + place} for place in range(len(documents))]

    def updating(self, document, changed):
        """Count a save."""
        return {"saves": document.saves + 1}

    def condition(self, document):
        """Let nobody else have saved."""
        return {"saves": document.saves}

    def deleting(self, cls, document=None):
        """Hide instead of delete."""
        return {"hidden": True}

    def scope(self, cls, asked):
        """Show what isn't hidden."""
        return cls.q.hidden != True  # noqa: E712

    def changing(self, cls, *, upsert):
        """Count updates by queries, too."""
        change = cls.q.saves.inc(1)
        return change & cls.q.number.set_on_insert(0) if upsert else change


class Counted:
    """A mixin with fields and a behaviour."""

    __behaviour__ = Counting()
    number: int = 0
    saves: int = 0
    hidden: bool = False


@pytest.fixture
def Note(driver):  # noqa: N802 - a class
    """Return a document class with the behaviour, on each driver."""

    class Note(Counted, driver.document):
        text: str

    return Note


def test_behaviours_come_from_all_bases():
    """They are found once, the nearest class last."""

    class Other(Behaviour):
        pass

    class Base:
        __behaviour__ = Counting()

    class Below(Base):
        __behaviour__ = Other()

    class Least(Below):
        pass

    found = behaviours_of(Least)
    assert [type(one) for one in found] == [Counting, Other]
    assert behaviours_of(Least) is found


async def test_new_documents_get_values(driver, Note, sent):  # noqa: N803
    """The behaviour's commands come first, one for all documents of an insert_many."""
    note = await driver.done(driver.mapper.insert(Note(text="a")))
    notes = [Note(text="b"), Note(text="c")]
    assert sent == ["findAndModify", "insert"]
    await driver.done(driver.mapper.insert_many(notes))
    assert sent == ["findAndModify", "insert"] * 2
    assert [note.number, *(one.number for one in notes)] == [1, 2, 3]
    assert [row["number"] for row in driver.mongo["note"].find()] == [1, 2, 3]


async def test_values_are_taken_back_after_an_error(driver, Note):  # noqa: N803
    """A document that was not stored is as it was before."""
    note = await driver.done(driver.mapper.insert(Note(text="a")))
    double = Note(text="b", id=note.id)
    with pytest.raises(ValueError, match="note has a document with _id"):
        await driver.done(driver.mapper.insert(double))
    assert (double.number, double.is_stored) == (0, False)


async def test_changed_documents_get_values(driver, Note, sent):  # noqa: N803
    """They go with what has changed, in one command; without changes there is none."""
    note = await driver.done(driver.mapper.insert(Note(text="a")))
    sent.clear()
    await driver.done(driver.mapper.save(note))
    assert sent == []
    note.text = "b"
    await driver.done(driver.mapper.save(note))
    assert sent == ["update"]
    assert note.saves == 1
    row = driver.mongo["note"].find_one()
    assert (row["text"], row["saves"]) == ("b", 1)


async def test_conditions_refuse_stale_documents(driver, Note, sent):  # noqa: N803
    """Nothing is written over what someone else has changed; the values stay as they were."""
    note = await driver.done(driver.mapper.insert(Note(text="a")))
    driver.mongo["note"].update_one({}, {"$inc": {"saves": 1}})
    note.text = "b"
    sent.clear()
    with pytest.raises(StaleDocumentError) as caught:
        await driver.done(driver.mapper.save(note))
    assert sent == ["update", "find"]
    assert str(caught.value) == (
        f"Note {note.id!r} was changed by someone else since it was loaded; reload it"
        " and try again"
    )
    assert caught.value.document is note
    assert note.saves == 0
    assert driver.mongo["note"].find_one()["text"] == "a"
    driver.mongo["note"].delete_many({})
    with pytest.raises(DocumentNotFoundError):
        await driver.done(driver.mapper.save(note))


async def test_deletes_mark(driver, Note, sent):  # noqa: N803
    """A delete becomes an update, of documents and of queries, and never a delete."""
    notes = [Note(text=text) for text in "abc"]
    await driver.done(driver.mapper.insert_many(notes))
    sent.clear()
    query = driver.mapper.find(Note)
    assert await driver.done(driver.mapper.delete(notes[0])) is True
    assert await driver.done(query.filter(Note.q.text == "b").delete()) == 1
    found = await driver.done(query.sort("text").find_one_and_delete())
    assert sent == ["update", "update", "findAndModify"]
    assert found.text == "c"
    assert await driver.done(query.count()) == 0
    rows = list(driver.mongo["note"].find())
    assert [(row["hidden"], row["saves"]) for row in rows] == [(True, 1)] * 3


async def test_deleting_what_is_gone(driver, Note):  # noqa: N803
    """A document that someone else deleted for good wasn't there."""
    note = await driver.done(driver.mapper.insert(Note(text="a")))
    driver.mongo["note"].delete_many({})
    assert await driver.done(driver.mapper.delete(note)) is False
    assert not note.is_stored


async def test_updates_by_queries_change_more(driver, Note):  # noqa: N803
    """What a behaviour changes besides goes with every update, and the caller's word holds."""
    query = driver.mapper.find(Note)
    found = await driver.done(query.filter(Note.q.text == "a").upsert(hidden=False))
    assert found.upserted_id is not None
    await driver.done(query.everything().update(hidden=False))
    await driver.done(query.everything().update([Note.q.text.set("b")]))
    await driver.done(query.everything().update(raw({"$set": {"text": "c"}})))
    await driver.done(query.find_one_and_update(text="d"))
    row = driver.mongo["note"].find_one()
    assert (row["saves"], row["number"], row["text"]) == (5, 0, "d")
    await driver.done(query.everything().update(saves=20))
    assert driver.mongo["note"].find_one()["saves"] == 20


async def test_unfiltered_writes_are_refused_within_a_scope(driver, Note):  # noqa: N803
    """The scope is no filter of the caller's."""
    with pytest.raises(ValueError, match="delete of Note has no filter"):
        await driver.done(driver.mapper.find(Note).delete())


class TestScope:
    """Every query asks for the scope besides."""

    def test_it_is_compiled(self, Note):  # noqa: N803
        """A query set shows what it will ask for."""
        assert Note.all().compile().filter == {"hidden": {"$ne": True}}
        found = Note.filter(Note.q.text == "a").compile().filter
        assert found == {"text": "a", "hidden": {"$ne": True}}

    async def test_everything_asks_for_it(self, driver, Note):  # noqa: N803
        """Counts, distinct values and aggregations see what finds see."""
        await driver.done(driver.mapper.insert_many([Note(text=t) for t in "ab"]))
        driver.mongo["note"].update_one({"text": "b"}, {"$set": {"hidden": True}})
        query = driver.mapper.find(Note)
        assert [one.text for one in await driver.done(query.to_list())] == ["a"]
        assert await driver.done(query.count()) == 1
        assert await driver.done(query.distinct("text")) == ["a"]
        counted = await driver.done(query.aggregate(Pipeline().count("n")))
        assert counted == [{"n": 1}]
        assert not await driver.done(query.filter(text="b").exists())

    def test_lookups_by_class_ask_for_it(self, Note):  # noqa: N803
        """Joined documents are in the scope; a collection's name joins all."""
        match = {"$match": {"hidden": {"$ne": True}}}
        fields = {"local_field": F.a, "foreign_field": "number", "as_": "notes"}
        found = stages.lookup(Note, **fields).compile()["$lookup"]
        assert found["pipeline"] == [match]
        by_name = stages.lookup("note", **fields).compile()["$lookup"]
        assert "pipeline" not in by_name
        found = stages.lookup(Note, **fields, pipeline=Pipeline().limit(1)).compile()
        assert found["$lookup"]["pipeline"] == [match, {"$limit": 1}]

    def test_other_joins_ask_for_it(self, Note):  # noqa: N803
        """So do unions and graphs; a stage that must be first stays first."""
        hidden = {"hidden": {"$ne": True}}
        assert stages.union_with(Note).compile() == {
            "$unionWith": {"coll": "note", "pipeline": [{"$match": hidden}]}
        }
        search = Pipeline([{"$search": {"exists": {"path": "a"}}}])
        found = stages.union_with(Note, search).compile()["$unionWith"]["pipeline"]
        assert [*map(next, map(iter, found))] == ["$search", "$match"]
        graph = {
            "start_with": F.a,
            "connect_from_field": "a",
            "connect_to_field": "b",
            "as_": "c",
        }
        found = stages.graph_lookup(Note, **graph).compile()["$graphLookup"]
        assert found["restrictSearchWithMatch"] == hidden
        found = stages.graph_lookup(
            Note, **graph, restrict_search_with_match=F.a > 1
        ).compile()["$graphLookup"]
        assert found["restrictSearchWithMatch"] == {**hidden, "a": {"$gt": 1}}
