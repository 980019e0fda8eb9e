"""What documents remember, and what is made of their changes."""

from __future__ import annotations

import copy
import pickle

import pytest

from mapper import SyncDocument
from mapper.commands import run
from mapper.flows import inserting, writing
from mapper.tracking import DELETED, assign, journal, remember, state_of


class Note(SyncDocument):
    """A document without a database."""

    text: str = ""


class Reply:
    """What the driver says of a write, whichever."""

    matched_count = 1
    deleted_count = 1


class TestJournal:
    """Changes of documents in memory can be undone."""

    def test_new_documents_are_new_again(self):
        """What an insert gave a document is taken back."""
        note = Note(text="a")
        with journal() as undo:
            run(inserting.insert(note), lambda _: Reply())
            assert note.is_stored
            undo.restore()
        assert (note.id, note.is_stored, note.text) == (None, False, "a")

    def test_deleted_documents_are_stored_again(self):
        """What was deleted remembers what it was."""
        note = run(inserting.insert(Note(text="a")), lambda _: Reply())
        before = state_of(note)
        with journal() as undo:
            run(writing.delete(note), lambda _: Reply())
        undo.restore()
        assert state_of(note) is before
        undo.restore()  # there is nothing left to do
        assert state_of(note) is before

    def test_reloaded_fields(self):
        """Fields get back the values they had, and saves are unsaid."""
        note = run(inserting.insert(Note(text="a")), lambda _: Reply())
        with journal() as undo:
            run(writing.reload(note), lambda _: {"_id": note.id, "text": "b"})
            note.text = "c"
            run(writing.save(note), lambda _: Reply())
            undo.restore()
        sent = []
        run(writing.save(note), lambda step: sent.append(step) or Reply())
        assert (note.text, sent) == ("a", [])

    def test_within_one_another(self):
        """An inner journal restores its own changes, the outer one all."""
        note = Note(text="a")
        with journal() as outer:
            assign(note, "text", "b")
            with journal() as inner:
                assign(note, "text", "c")
                inner.restore()
            assert note.text == "b"
            with journal():
                assign(note, "text", "d")
            outer.restore()
        assert note.text == "a"

    def test_without(self):
        """Nothing is written down where no journal is open."""
        note = Note()
        with journal() as undo:
            pass
        assign(note, "text", "b")
        undo.restore()
        assert note.text == "b"


def _pickled(note):
    return pickle.loads(pickle.dumps(note))  # noqa: S301


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
def test_copies_of_deleted_documents(copied):
    """A copy of a deleted document is deleted, too."""
    note = Note()
    remember(note, DELETED)
    assert state_of(copied(note)) is DELETED
