"""What documents remember, and what is made of their changes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from bson import ObjectId

from mapper import SyncDocument, field
from mapper.commands import run
from mapper.errors import ConflictError
from mapper.flows import inserting, writing
from mapper.hydration import load
from mapper.tracking import (
    DELETED,
    assign,
    difference,
    journal,
    remember,
    state_of,
    update_of,
)


pytestmark = pytest.mark.usefixtures("both_paths")


@attrs.define
class Line:
    """An embedded document with a list of its own."""

    qty: int = 0
    marks: list[str] = attrs.field(factory=list)


class Note(SyncDocument):
    """A document without a database."""

    id: ObjectId | int | None = None
    text: str = ""
    tags: list[str] = field(factory=list)
    marks: set[str] = field(factory=set)
    lines: list[Line] = field(factory=list)
    either: list[Line] | dict[str, int] | None = None
    data: dict[str, Any] = field(factory=dict)
    first: list[str] = field(factory=lambda: ["a"])


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


TAGS = {"$type": "$tags"}
IS_ARRAY = {"$eq": [TAGS, "array"]}
IS_OBJECT = {"$eq": [{"$type": "$data"}, "object"]}
DELTAS = [
    # (stored, set to, the update, what must hold for it)
    ({"text": "a"}, {"text": "b"}, {"$set": {"text": "b"}}, None),
    ({}, {"text": "b"}, {"$set": {"text": "b"}}, None),
    (
        {"tags": ["a"]},
        {"tags": ["a", "b"]},
        {"$push": {"tags": {"$each": ["b"]}}},
        IS_ARRAY,
    ),
    (
        {},
        {"tags": ["b"]},
        {"$push": {"tags": {"$each": ["b"]}}},
        {"$in": [TAGS, ["array", "missing"]]},
    ),
    (
        {"tags": ["a"]},
        {"tags": ["b", "a"]},
        {"$push": {"tags": {"$each": ["b"], "$position": 0}}},
        IS_ARRAY,
    ),
    (
        {"tags": ["a", "b", "a"]},
        {"tags": ["b"]},
        {"$pullAll": {"tags": ["a", "a"]}},
        IS_ARRAY,
    ),
    (
        {"tags": ["a", "b"]},
        {"tags": ["b", "c"]},
        [
            {
                "$set": {
                    "tags": {
                        "$concatArrays": [
                            {
                                "$filter": {
                                    "input": "$tags",
                                    "cond": {
                                        "$not": [
                                            {"$in": ["$$this", {"$literal": ["a"]}]}
                                        ]
                                    },
                                }
                            },
                            {"$literal": ["c"]},
                        ]
                    }
                }
            }
        ],
        IS_ARRAY,
    ),
    (
        {"tags": ["a", "b", "a"], "data": {"k": 1}},
        {"tags": ["a", "b"], "text": "t", "data": {}},
        [
            {
                "$set": {
                    "text": {"$literal": "t"},
                    "tags": {
                        "$concatArrays": [
                            {"$slice": ["$tags", 2]},
                            {"$literal": []},
                            {"$slice": ["$tags", 3, 2**31 - 1]},
                        ]
                    },
                }
            },
            {"$unset": ["data.k"]},
        ],
        {
            "$and": [
                {
                    "$eq": [
                        {
                            "$cond": [
                                {"$isArray": ["$tags"]},
                                {"$slice": ["$tags", 2, 1]},
                                None,
                            ]
                        },
                        {"$literal": ["a"]},
                    ]
                },
                IS_OBJECT,
            ]
        },
    ),
    (
        {"marks": ["b", "a"]},
        {"marks": {"a", "b", "c"}},
        {"$addToSet": {"marks": {"$each": ["c"]}}},
        {"$eq": [{"$type": "$marks"}, "array"]},
    ),
    (
        {"marks": ["b", "a"]},
        {"marks": {"b"}},
        {"$pullAll": {"marks": ["a"]}},
        {"$eq": [{"$type": "$marks"}, "array"]},
    ),
    (
        {"lines": [{"qty": 1, "x": 1}, {"qty": 2}]},
        {"lines": [Line(2)]},
        {"$pullAll": {"lines": [{"qty": 1, "x": 1}]}},
        {
            "$cond": [
                {"$isArray": ["$lines"]},
                {"$setIsSubset": [{"$literal": [{"qty": 1, "x": 1}]}, "$lines"]},
                False,
            ]
        },
    ),
    (
        {"lines": [{"qty": 1}]},
        {"lines": [Line(1, ["m"])]},
        {"$push": {"lines.0.marks": {"$each": ["m"]}}},
        {
            "$and": [
                {
                    "$eq": [
                        {
                            "$cond": [
                                {"$isArray": ["$lines"]},
                                {"$arrayElemAt": ["$lines", 0]},
                                None,
                            ]
                        },
                        {"$literal": {"qty": 1}},
                    ]
                },
                {
                    "$in": [
                        {
                            "$type": {
                                "$let": {
                                    "vars": {
                                        "item": {
                                            "$cond": [
                                                {"$isArray": ["$lines"]},
                                                {"$arrayElemAt": ["$lines", 0]},
                                                None,
                                            ]
                                        }
                                    },
                                    "in": "$$item.marks",
                                }
                            }
                        },
                        ["array", "missing"],
                    ]
                },
            ]
        },
    ),
    ({"data": {"k": 1}}, {"data": {}}, {"$unset": {"data.k": ""}}, IS_OBJECT),
    (
        {},
        {"data": {"k": 1}},
        {"$set": {"data.k": 1}},
        {"$in": [{"$type": "$data"}, ["object", "missing"]]},
    ),
    (
        {"data": {"a.b": 1, "c": 2}},
        {"data": {"a.b": 3, "c": 2}},
        {"$set": {"data": {"a.b": 3, "c": 2}}},
        {"$eq": ["$data", {"$literal": {"a.b": 1, "c": 2}}]},
    ),
    (
        {},
        {"first": ["a", "b"]},
        {"$set": {"first": ["a", "b"]}},
        {"$eq": [{"$type": "$first"}, "missing"]},
    ),
    (
        {"marks": ["a", "a"]},
        {"marks": {"b"}},
        [
            {
                "$set": {
                    "marks": {
                        "$concatArrays": [
                            {
                                "$filter": {
                                    "input": "$marks",
                                    "cond": {
                                        "$not": [
                                            {"$in": ["$$this", {"$literal": ["a"]}]}
                                        ]
                                    },
                                }
                            },
                            {
                                "$filter": {
                                    "input": {"$literal": ["b"]},
                                    "cond": {"$not": [{"$in": ["$$this", "$marks"]}]},
                                }
                            },
                        ]
                    }
                }
            }
        ],
        {"$eq": [{"$type": "$marks"}, "array"]},
    ),
    (
        {"either": [{"qty": 1}]},
        {"either": {"a": 1}},
        {"$set": {"either": {"a": 1}}},
        None,
    ),
]


@pytest.mark.parametrize(("stored", "values", "update", "condition"), DELTAS)
def test_deltas(stored, values, update, condition):
    """Each change is written as what changed, under the condition that makes it exact."""
    note = load(Note, {"_id": 1, **stored})
    for name, value in values.items():
        object.__setattr__(note, name, value)
    assert update_of(note) == update
    expected = {} if condition is None else {"$expr": condition}
    assert difference(note).filter == expected


def test_comparing_updates_are_sent_with_a_simple_collation():
    """What compares stored values does it to the letter; the rest doesn't say how."""
    note = load(Note, {"_id": 1, "tags": ["a", "b"], "text": ""})
    note.tags.append("c")
    note.text = "t"
    assert difference(note).options == {}
    note.tags.remove("a")
    assert difference(note).options == {"collation": {"locale": "simple"}}


def test_values_of_others_replace_steps():
    """A field that is given a value isn't changed otherwise, so nothing conflicts."""
    note = load(Note, {"_id": 1, "tags": ["a"], "text": "a"})
    note.tags.append("b")
    note.text = "b"
    delta = difference(note)
    assert delta.names == ("text", "tags")
    delta = delta.setting({"tags": ["z"]})
    assert delta.update == {"$set": {"text": "b", "tags": ["z"]}}
    assert delta.filter == {}
    assert delta.stored == {"_id": 1, "tags": ["z"], "text": "b"}


def test_conflicts_travel():
    """A conflict is the same after pickling."""
    error = ConflictError(load(Note, {"_id": 1}), ["text", "tags"])
    twin = _pickled(error)
    assert str(twin) == str(error)
    assert (twin.document.id, twin.fields) == (1, ("text", "tags"))
