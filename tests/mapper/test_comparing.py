"""What may have changed in a document, found by generated code: as by encoding all of it."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, Generic, Literal, TypeVar

import attrs
import pytest
from bson import Int64, ObjectId
from bson.tz_util import utc as driver_utc
from hypothesis import given
from hypothesis import strategies as st

from mapper import SyncDocument
from mapper.converter import converter, encode_document
from mapper.errors import ValidationError
from mapper.hydration import load
from mapper.tracking import state_of
from mapper.tracking.comparing import comparison_of
from mapper.tracking.comparison import unlike


T = TypeVar("T")
UTC = dt.timezone.utc
NOON = dt.datetime(2024, 1, 1, 12, tzinfo=UTC)
ID = ObjectId("0" * 24)


class Colour(enum.Enum):
    """Stored as texts."""

    RED = "red"
    BLUE = "blue"


@attrs.define
class Part:
    """A class inside of documents, which may hold itself."""

    name: str
    size: float = 1.0
    inner: Part | None = None


@attrs.define
class Box(Generic[T]):
    """A class whose fields depend on where it stands."""

    held: T


class Thing(SyncDocument):
    """A document with a field of each kind."""

    number: int
    text: str | None = None
    ratio: float = 0.0
    flag: bool = False
    at: dt.datetime = NOON
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    part: Part | None = None
    parts: list[Part] = attrs.Factory(list)
    numbers: list[int] = attrs.Factory(list)
    dates: list[dt.datetime | None] = attrs.Factory(list)
    row: tuple[str, ...] = ()
    chosen: set[int] = attrs.Factory(set)
    sizes: dict[str, float] = attrs.Factory(dict)
    either: int | str = 0
    ints: Box[int] | None = None
    texts: Box[str] | None = None


class Reversed(str):
    """A text that callers store the other way round."""

    __slots__ = ()


class Safe(SyncDocument):
    """A document with a field whose hooks are a caller's."""

    word: Reversed
    count: int = 0


def loaded(**values: Any) -> Thing:
    """Return a document as it is loaded."""
    return load(Thing, encode_document(Thing(**{"id": ID, "number": 1, **values})))


def both(document: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs by generated code, and by encoding."""
    old = state_of(document).document  # type: ignore[union-attr]
    found = comparison_of(type(document))
    assert found is not None
    return (
        unlike(old, found.differing(document, old)),
        unlike(old, encode_document(document)),
    )


names = st.sampled_from(["x", "y"])
numbers = st.integers(0, 2) | st.sampled_from([1 << 40, -(1 << 63)])
floats = st.sampled_from([0.0, -0.0, 1.0, float("nan"), 2.5])
moments = st.sampled_from(
    [NOON, NOON.replace(microsecond=1500), NOON.replace(microsecond=2000)]
)
parts: Any = st.recursive(
    st.builds(Part, names, floats),
    lambda inner: st.builds(Part, names, floats, inner),
    max_leaves=3,
)
things = st.builds(
    Thing,
    id=st.just(ID),
    number=numbers,
    text=st.none() | names,
    ratio=floats,
    flag=st.booleans(),
    at=moments,
    colour=st.sampled_from(Colour),
    word=st.sampled_from(["a", "b"]),
    part=st.none() | parts,
    parts=st.lists(parts, max_size=2),
    numbers=st.lists(numbers, max_size=2),
    dates=st.lists(st.none() | moments, max_size=2),
    row=st.lists(names, max_size=2).map(tuple),
    chosen=st.sets(st.integers(0, 3)),
    sizes=st.dictionaries(names, floats),
    either=numbers | names,
    ints=st.none() | st.builds(Box, numbers),
    texts=st.none() | st.builds(Box, names),
)
odd = st.sampled_from([1, Int64(1), 1.0, True, None, "x", [], {}, [1], {"name": "x"}])


@given(
    things, things, st.dictionaries(st.sampled_from([*attrs.fields_dict(Thing)]), odd)
)
def test_what_differs(before: Thing, after: Thing, others: dict[str, Any]):
    """Whatever is stored, and whatever there is now, both ways find the same."""
    document = load(Thing, {**encode_document(before), "beyond": 1})
    for name in attrs.fields_dict(Thing):
        setattr(document, name, getattr(after, name))
    old = state_of(document).document  # type: ignore[union-attr]
    old.update((name, value) for name, value in others.items() if name != "id")
    found, expected = both(document)
    assert repr(found) == repr(expected)  # NaN is unequal to itself


@given(things)
def test_nothing_differs(thing: Thing):
    """Of what was loaded and not changed, no field but sets and unions is encoded."""
    document = load(Thing, encode_document(thing))
    comparison = comparison_of(Thing)
    old = state_of(document).document  # type: ignore[union-attr]
    found = comparison.differing(document, old)  # type: ignore[union-attr]
    nan = "nan" in repr(old)
    assert nan or found.keys() == {"chosen", "either"}
    assert document.changes() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "x"),
        ("number", 8),
        ("part", Part("y")),
        ("parts", [Part("x"), Part("y", 3.0)]),
        ("sizes", {"x": 1.0}),
        ("row", ("a", "b")),
        ("colour", Colour.BLUE),
        ("at", NOON + dt.timedelta(days=1)),
        ("texts", Box("b")),
    ],
)
def test_changes(name: str, value: Any):
    """A field that has changed is the only one that is sent."""
    document = loaded(part=Part("x"))
    setattr(document, name, value)
    steps = document.changes()
    sent = {path.partition(".")[0] for change in steps.values() for path in change}
    assert sent == {name}


def test_what_is_no_number():
    """It is the same as another NaN, and as nothing else."""
    document = loaded(ratio=float("nan"), part=Part("x", size=float("nan")))
    document.ratio = float("nan")
    assert document.changes() == {}
    document.ratio = document.part.size = 2.5  # type: ignore[union-attr]
    assert document.changes() == {"$set": {"part.size": 2.5, "ratio": 2.5}}


def test_moments_of_other_zones():
    """A moment is what the driver gave, or what was saved, in whatever zone."""
    document = loaded()
    raw = {**state_of(document).document, "at": NOON.replace(tzinfo=driver_utc)}  # type: ignore[union-attr]
    document = load(Thing, raw)
    assert document.changes() == {}
    document.at = NOON.astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert document.changes() == {}
    document.at += dt.timedelta(milliseconds=1)
    assert document.changes() == {"$set": {"at": document.at.astimezone(UTC)}}


def test_values_that_cannot_be_stored():
    """The error names all that can't, as that of an insert does."""
    thing = loaded()
    thing.parts.append(Part(5))  # type: ignore[arg-type]
    thing.sizes["x"] = "y"  # type: ignore[assignment]
    with pytest.raises(ValidationError) as caught:
        thing.changes()
    assert str(caught.value) == (
        "Thing can't be stored: parts.0.name must be str, got 5, an int; "
        "sizes.x must be float, got 'y', a str"
    )


def test_hooks_of_callers():
    """What a caller's hook reads and stores is compared as it is encoded."""

    def read(stored: Any, _: Any) -> Reversed:
        return Reversed(stored[::-1])

    converter().register_structure_hook(Reversed, read)
    converter().register_unstructure_hook(Reversed, lambda value: str(value)[::-1])
    safe = load(Safe, {"_id": ID, "word": "cba", "count": 1})
    assert safe.word == "abc"
    assert safe.changes() == {}
    safe.word, safe.count = Reversed("xyz"), 2
    assert safe.changes() == {"$set": {"word": "zyx", "count": 2}}
