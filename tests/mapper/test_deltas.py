"""Deltas on a real server: what is stored afterwards is what there is now."""

from __future__ import annotations

import copy
import datetime as dt
import math
from typing import Any

import attrs
import bson
from bson import Decimal128, Int64, ObjectId, Regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import SyncDocument, field
from mapper.connection import CODEC
from mapper.tracking import state_of, update_of
from mapper.tracking.comparison import same
from mapper.tracking.encoding import encoded


@attrs.define
class Part:
    """An embedded document."""

    name: Any = None
    notes: list[Any] = attrs.field(factory=list)
    more: Any = None


@attrs.define
class Known:
    """An embedded document with an id."""

    id: int = attrs.field(metadata={"db_name": "_id"})
    qty: Any = 0


class Thing(SyncDocument):
    """A document of everything that can change."""

    data: dict[str, Any] = field(factory=dict)
    rows: list[Any] = field(factory=list)
    marks: set[int | float | str | bool] = field(factory=set)
    parts: list[Part] = field(factory=list)
    known: list[Known] = field(factory=list)
    tree: dict[str, Part] = field(factory=dict)
    part: Part | None = None


KEYS = st.sampled_from(
    ["a", "b", "0", "1", "_id", "_type", "", "a.b", "$a", "$set", ".", "é", "a b"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from(
        [0.0, 1.0, 1.5, math.nan, math.inf, 2**40, "", "a", "A", "$a", "b"]
    ),
    st.sampled_from(
        [
            Int64(1),
            Decimal128("1"),
            Decimal128("1.0"),
            Decimal128("NaN"),
            ObjectId(b"x" * 12),
            b"1",
            dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc),
            Regex("a"),
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)
PARTS = st.builds(Part, name=SCALARS, notes=st.lists(SCALARS, max_size=3), more=VALUES)
KNOWN = st.lists(
    st.builds(Known, id=st.integers(0, 4), qty=VALUES),
    max_size=4,
    unique_by=lambda one: one.id,
)
FIELDS = {
    "data": st.dictionaries(KEYS, VALUES, max_size=4),
    "rows": st.lists(VALUES, max_size=5),
    "marks": st.sets(
        st.one_of(st.integers(-2, 2), st.sampled_from([1.5, "a", "A", "", True])),
        max_size=5,
    ),
    "parts": st.lists(PARTS, max_size=4),
    "known": KNOWN,
    "tree": st.dictionaries(KEYS, PARTS, max_size=3),
    "part": st.none() | PARTS,
}
THINGS = st.fixed_dictionaries(FIELDS)
MISSING = st.sets(st.sampled_from(sorted(FIELDS)))


@st.composite
def edited(draw, values):
    """Return a copy of the list *values* with items moved, removed and put in."""
    found = copy.deepcopy(values)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(found)))
        kind = draw(st.sampled_from(["in", "out", "swap", "twice"]))
        if kind == "in":
            found.insert(place, draw(VALUES))
        elif place < len(found):
            item = found.pop(place)
            if kind == "swap":
                found.append(item)
            elif kind == "twice":
                found[:0] = [item, copy.deepcopy(item)]
    return found


def run_batches(examples):
    """Let hypothesis use the one database of a test for all its examples."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks)


def assert_saves(mapper, raw, change):
    """Load *raw*, *change* it and save: the server must have what the document has."""
    collection = mapper.database.get_collection("thing")
    raw = {"_id": ObjectId(), "unknown": {"x": [1]}, **raw}
    collection.insert_one(raw)
    thing = mapper.get(Thing, raw["_id"])
    change(thing)
    mapper.save(thing)
    assert update_of(thing) == {}
    rows = mapper.find(Thing, id=raw["_id"]).raw().to_list()
    (stored,) = rows
    assert stored.pop("unknown") == {"x": [1]}
    sent = bson.encode(state_of(thing).document, codec_options=CODEC)
    remembered = bson.decode(sent, CODEC)
    remembered.pop("unknown")
    for document in (stored, remembered):
        if isinstance(document.get("marks"), list):
            document["marks"].sort(key=repr)
    assert same(stored, remembered)
    now = encoded(mapper.get(Thing, raw["_id"]))
    assert same(now, encoded(thing))
    collection.delete_one({"_id": raw["_id"]})


def raw_of(values, missing):
    """Encode the fields of a thing, but for those that are *missing*."""
    raw = encoded(Thing(**copy.deepcopy(values)))
    return {n: value for n, value in raw.items() if n not in {"_id", *missing}}


@run_batches(300)
@given(old=THINGS, new=THINGS, missing=MISSING, changed=MISSING)
def test_any_to_any(mapper, old, new, missing, changed):
    """Any document becomes any other."""

    def change(thing):
        for name in changed:
            setattr(thing, name, copy.deepcopy(new[name]))

    assert_saves(mapper, raw_of(old, missing), change)


@run_batches(300)
@given(data=st.data(), old=THINGS, missing=MISSING)
def test_edits(mapper, data, old, missing):
    """Items come, go and move; several arrays at once."""

    def change(thing):
        thing.rows = data.draw(edited(thing.rows))
        thing.data["a"] = data.draw(VALUES)
        if thing.parts:
            part = data.draw(st.sampled_from(thing.parts))
            part.notes = data.draw(edited(part.notes))
            part.more = data.draw(VALUES)
        if thing.known:
            data.draw(st.sampled_from(thing.known)).qty = data.draw(VALUES)
            if data.draw(st.booleans()):
                thing.known.reverse()
        for mark in data.draw(FIELDS["marks"]):
            thing.marks ^= {mark}

    assert_saves(mapper, raw_of(old, missing), change)
