"""Generated code does what the hooks do, for any class and any value."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import sys
import traceback
import typing
import weakref
from typing import Any

import attrs
import bson
import pytest
from bson import Int64, ObjectId
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mapper import SyncDocument, field
from mapper.codec import CODEC
from mapper.conversion.parts import Record, part_of
from mapper.conversion.problems import Misfit
from mapper.converter import (
    converter,
    decode,
    encode,
    encode_document,
    explaining_converter,
    make_converter,
)
from mapper.errors import DecodeError, DefinitionError, MisfitError, ValidationError
from mapper.forming import form_of
from mapper.generation import making
from mapper.hydration import load, load_part, reader, row_reader, source_of
from mapper.rows import Rows, joined
from mapper.tracking import state_of
from mapper.validation import validate
from tests.mapper.strategies import (
    GARBAGE,
    ODD,
    STORED,
    classes,
    documents,
    fields_in,
    instances,
    spoilt,
)


MOMENT = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
ANY_CLASS = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def outcome(job):
    """Return what *job* gives, written with the types in it, or what it found wrong."""
    try:
        return shown(job())
    except MisfitError as error:
        return type(error), error.problems
    except Misfit as misfit:
        return type(misfit), misfit.problems


def shown(value):
    """Write *value* with the types in it, sets in order."""
    kind = type(value).__name__
    if attrs.has(type(value)) or dataclasses.is_dataclass(value):
        names = [one.name for one in getattr(value, "__attrs_attrs__", ())]
        names = names or [one.name for one in dataclasses.fields(value)]
        names = [name for name in names if hasattr(value, name)]
        return f"{kind}({[(name, shown(getattr(value, name))) for name in names]})"
    if isinstance(value, dict):
        return f"{kind}({[(key, shown(item)) for key, item in value.items()]})"
    if isinstance(value, (list, tuple)):
        return f"{kind}({[shown(item) for item in value]})"
    if isinstance(value, (set, frozenset)):
        return f"{kind}({sorted(map(repr, value))})"
    return repr(value)


def problems(result):
    """Return the problems of an outcome, whatever the error that told them."""
    return result if isinstance(result, str) else result[1]


def usable(cls):
    """Return *cls*, unless its fields can't be stored."""
    try:
        converter().get_structure_hook(cls)({}, cls)
    except DefinitionError:
        assume(False)
    except Exception:  # noqa: BLE001 - nothing is stored here, and fields may be required
        return cls
    return cls


@pytest.mark.parametrize("annotation", STORED, ids=str)
def test_odd_values(annotation):
    """Whatever is stored in a field, it is read or refused as the hooks do, batches too."""
    around = [annotation, typing.Optional[annotation]]  # noqa: UP045 - made at run time
    around += [list[annotation], tuple[annotation, ...], dict[str, annotation]]
    for kind in around:
        cls = attrs.define(type("Odd", (), {"__annotations__": {"field": kind}}))
        for value in [*ODD, *([odd] for odd in ODD), *({"a": odd} for odd in ODD)]:
            one, other, many = three_ways(cls, {"field": value})
            assert one == other == many


def three_ways(cls, row):
    """Return what comes of *row* by the hooks alone, by generated code, and in a batch."""
    raw = bson.encode(row, codec_options=CODEC)
    row = bson.decode(raw, CODEC)
    hook = explaining_converter().get_structure_hook(cls)
    return (
        problems(outcome(lambda: hook(row, cls))),
        problems(outcome(lambda: decode(row, cls))),
        problems(outcome(lambda: row_reader(None, cls).all(joined([raw]))[0])),
    )


@ANY_CLASS
@given(st.data())
def test_reading_differs_in_nothing(data):
    """One document is read as the hooks read it, or refused in the same words."""
    cls = usable(data.draw(classes(depth=1)))
    row = data.draw(spoilt(cls))
    hook = explaining_converter().get_structure_hook(cls)
    expected = outcome(lambda: hook(row, cls))
    assert problems(outcome(lambda: decode(row, cls))) == problems(expected)


@ANY_CLASS
@given(st.data())
def test_writing_differs_in_nothing(data):
    """An instance is stored as the hooks store it, or refused in the same words."""
    cls = usable(data.draw(classes(depth=1)))
    instance = data.draw(instances(cls))
    hook = explaining_converter().get_unstructure_hook(cls)
    expected = outcome(lambda: hook(instance))
    assert problems(outcome(lambda: encode(instance, cls))) == problems(expected)
    if isinstance(expected, str):
        assert outcome(lambda: decode(encode(instance, cls), cls)) == shown(instance)


@pytest.mark.usefixtures("both_paths")
@ANY_CLASS
@given(st.data())
def test_batches_differ_in_nothing(data):
    """Many documents are read as one is, rows and documents alike."""
    cls = usable(data.draw(st.one_of(classes(depth=1), documents(depth=1))))
    rows = data.draw(st.lists(spoilt(cls), max_size=4))
    raws = [bson.encode(row, codec_options=CODEC) for row in rows]
    read = reader(cls.all()) if hasattr(cls, "all") else row_reader(None, cls)
    one = load if hasattr(cls, "all") else lambda cls, row: decode(row, cls)
    expected = outcome(lambda: [one(cls, bson.decode(raw, CODEC)) for raw in raws])
    assert outcome(lambda: read.all(joined(raws))) == expected


def checks(document):
    """Return what the checks find wrong with *document*, as an outcome says it."""
    cls = type(document)
    found = [
        (name, check(document, getattr(document, name)))
        for name, check in cls.__checks__.items()
    ]
    return tuple((name, text) for name, text in found if text is not None)


@ANY_CLASS
@given(st.data())
def test_parts_differ_in_nothing(data):
    """Documents read in part have the fields that are there, and what those hold."""
    cls = usable(data.draw(documents(depth=1)))
    rows = data.draw(st.lists(spoilt(cls), max_size=4))
    raws = [bson.encode(row, codec_options=CODEC) for row in rows]
    read = reader(cls.all().only(cls.q.id))

    def one_by_one():
        return [load_part(cls, bson.decode(raw, CODEC), frozenset()) for raw in raws]

    assert outcome(lambda: read.all(joined(raws))) == outcome(one_by_one)


def test_parts_remember_that_they_are():
    """What was read in part says so, and is saved in part."""
    raw = bson.encode({"_id": ObjectId(), "made": 5})
    (found,) = reader(Named.all().only("made")).all(joined([raw]))
    assert state_of(found).partial
    assert not hasattr(found, "found")
    found.made = 6
    assert found.changes() == {"$set": {"made": 6}}


def test_parts_share_nothing_with_what_they_remember():
    """A list that changes in place has changed."""
    raw = bson.encode({"_id": ObjectId(), "zip": [1]})
    (found,) = reader(Named.all().only("zip")).all(joined([raw]))
    found.zip.append(2)
    assert found.changed_fields == ("zip",)


@pytest.mark.parametrize("annotation", STORED, ids=str)
def test_odd_values_are_checked(annotation):
    """Whatever a field holds, it is stored or refused as the checks and the hooks do."""
    around = [annotation, typing.Optional[annotation]]  # noqa: UP045 - made at run time
    for kind in [*around, list[annotation], tuple[annotation, ...]]:
        cls = type(SyncDocument)(
            "Odd",
            (SyncDocument,),
            {"__annotations__": {"field": kind}, "__module__": __name__},
        )
        document = cls.__new__(cls)
        object.__setattr__(document, "id", None)
        for value in [*ODD, *([odd] for odd in ODD), *((odd,) for odd in ODD)]:
            object.__setattr__(document, "field", value)
            assert_checked(document)


def assert_checked(document):
    """Compare generated checks of *document* with those of its fields."""
    assert problems(outcome(lambda: validate(document))) == (checks(document) or "None")
    stored = outcome(lambda: form_of(type(document))(document))
    assert stored == outcome(lambda: validate(document) or encode_document(document))


@ANY_CLASS
@given(st.data())
def test_checking_differs_in_nothing(data):
    """A document is checked as its fields are, and stored as it is encoded."""
    cls = usable(data.draw(documents(depth=1)))
    annotated, _ = fields_in(cls)
    document = cls.__new__(cls)
    values = {name: data.draw(instances(one)) for name, one in annotated.items()}
    if data.draw(st.booleans()):
        values[data.draw(st.sampled_from(sorted(values)))] = data.draw(GARBAGE)
    for name, value in {"id": None, **values}.items():
        object.__setattr__(document, name, value)
    assert_checked(document)


@attrs.define
class Within:
    """A class within a document."""

    row: int
    type: str = "t"


class Named(SyncDocument):
    """A document whose names are those of the code."""

    zip: list[int] = field(factory=list)
    tuple: dict[str, int] = field(factory=dict)
    row: Within | None = None
    value: Within | None = None
    made: int = 0
    found: str = ""
    hook: float = 0.0
    new: bool = False
    MISSING: int = 1
    instance: int = 2


def test_names_of_fields_are_free():
    """Fields may be called what the code calls its own."""
    document = Named(zip=[1], tuple={"a": 1}, row=Within(1), value=Within(2, "x"))
    raw = {**encode(document, Named), "_id": ObjectId()}
    loaded = reader(Named.all()).all(joined([bson.encode(raw)]))[0]
    assert encode(loaded, Named) == raw
    assert decode(raw, Named).to_dict() == loaded.to_dict()


@attrs.define
class House:
    """A class whose fields are called as those of what holds it."""

    street: str
    street_1: str = ""


class Resident(SyncDocument):
    """A document with fields that are called like others, with numbers."""

    street: str
    street_1: str
    street_2: str
    home: House
    homes: list[House]


@attrs.define
class Checked:
    """A class that is called with its fields, and holds another one."""

    street: str = attrs.field(validator=attrs.validators.instance_of(str))
    street_1: str
    home: House
    street_2: str = "c"


def test_names_with_numbers_are_free():
    """A field that is called like a nested one, with a number, keeps its value."""
    home = {"street": "d", "street_1": "e"}
    row = {"street": "a", "street_1": "b", "street_2": "c", "home": home}
    whole = {**row, "_id": ObjectId(), "homes": [home, home]}
    document = decode(whole, Resident)
    assert encode(document, Resident) == form_of(Resident)(document) == whole
    (found,) = reader(Resident.all()).all(joined([bson.encode(whole)]))
    assert encode(found, Resident) == whole
    checked = Checked("a", "b", House("d", "e"))
    assert decode(row, Checked) == checked
    assert row_reader(None, Checked).all(joined([bson.encode(row)])) == [checked]
    assert encode(checked, Checked) == row


@attrs.define
class Row:
    """A class that is called as a variable of the code."""

    raw: int


Row.__name__ = "raw"


@attrs.define
class Keyword:
    """A class whose name no code can have."""

    rows: list[Row]


Keyword.__name__ = "2 not a name"


def test_names_of_classes_are_free():
    """Classes may be called anything."""
    row = {"rows": [{"raw": 5}]}
    assert decode(row, Keyword) == Keyword([Row(5)])
    assert row_reader(None, Keyword).all(joined([bson.encode(row)])) == [
        Keyword([Row(5)])
    ]
    assert encode(Keyword([Row(5)]), Keyword) == row


@attrs.define
class Node:
    """A class that holds itself."""

    name: str
    below: list[Node] = attrs.field(factory=list)
    next: Node | None = None


def test_classes_that_hold_themselves():
    """They are written once, however deep they go."""
    row: dict[str, Any] = {"name": "0", "below": [], "next": None}
    for depth in range(1, 150):
        row = (
            {"name": str(depth), "below": [row], "next": dict(row, next=None)}
            if depth < 8
            else {"name": str(depth), "below": [], "next": row}
        )
    node = decode(row, Node)
    assert encode(node, Node) == row
    assert row_reader(None, Node).all([row]) == [node]
    assert source_of(Node).count("new(Node)") == 1


def test_arrays_within_arrays():
    """What is nested deeper than Python takes blocks is left to the hooks."""
    kind: Any = Within
    value: Any = {"row": 1, "type": "x"}
    for _ in range(30):
        kind, value = list[kind], [value]
    cls = attrs.define(type("Deep", (), {"__annotations__": {"field": kind}}))
    assert encode(decode({"field": value}, cls), cls) == {"field": value}
    assert len(row_reader(None, cls).all(joined([bson.encode({"field": value})]))) == 1


class Sized(SyncDocument):
    """A document with a default that asks the document."""

    width: int = 2
    area: int = attrs.field(
        default=attrs.Factory(lambda self: self.area_of(), takes_self=True)
    )
    name: str = field(default="ann", converter=str.upper)

    def area_of(self):
        """Return the area of a square."""
        assert type(self) is Sized
        return self.width**2


def test_defaults_that_ask_the_document():
    """A default sees the document that is being made, and is converted."""
    for found in (
        load(Sized, {"_id": ObjectId(), "width": 3}),
        reader(Sized.all()).all(joined([bson.encode({"_id": ObjectId(), "width": 3})]))[
            0
        ],
    ):
        assert (found.width, found.area, found.name) == (3, 9, "ANN")


@attrs.frozen
class Frozen:
    """A class that can't be assigned to."""

    x: int
    y: int = 5


@attrs.define(slots=False)
class Loose:
    """A class without places."""

    x: int


@attrs.define
class Careful:
    """A class that does something when it is made."""

    x: int = attrs.field(validator=attrs.validators.gt(0))
    doubled: int = attrs.field(init=False, default=0)

    def __attrs_post_init__(self):
        self.doubled = self.x * 2


@attrs.define
class Private:
    """A class whose arguments are called otherwise than its fields."""

    _x: int = attrs.field(alias="ex")


@attrs.define
class BrokenError(Exception):
    """An exception."""

    x: int = attrs.field(metadata={"db_name": "ex"})


@pytest.mark.parametrize(
    ("cls", "row", "instance"),
    [
        (Frozen, {"x": 1}, Frozen(1)),
        (Loose, {"x": 1}, Loose(1)),
        (Private, {"_x": 1}, Private(ex=1)),
        (Within, {"row": 1}, Within(1, "t")),
    ],
)
def test_ways_to_make_an_instance(cls, row, instance):
    """An instance is made as its class wants it."""
    assert decode(row, cls) == instance
    assert row_reader(None, cls).all(joined([bson.encode(row)])) == [instance]
    holder = attrs.define(type("Holder", (), {"__annotations__": {"held": cls}}))
    found = row_reader(None, holder).all(joined([bson.encode({"held": row})]))
    assert found == [holder(instance)]


def test_classes_that_do_something():
    """What a class does when it is made is done, and what it refuses is refused."""
    assert decode({"x": 2}, Careful).doubled == 4
    assert (
        row_reader(None, Careful).all(joined([bson.encode({"x": 2})]))[0].doubled == 4
    )
    raws = [bson.encode({"x": x}) for x in (1, 0)]
    with pytest.raises(DecodeError) as caught:
        row_reader(None, Careful).all(joined(raws))
    assert str(caught.value) == (
        "Careful doesn't fit its class: it is refused: 'x' must be > 0: 0"
    )
    assert decode({"ex": 5}, BrokenError).x == 5


def test_documents_are_of_their_class():
    """What is made fast is no other class, and checks what is assigned to it."""
    (found,) = reader(Named.all()).all(joined([bson.encode({"_id": ObjectId()})]))
    assert type(found) is Named
    assert isinstance(found, SyncDocument)
    with pytest.raises(
        ValidationError, match=r"^Named\.made must be int, got 'x', a str$"
    ):
        found.made = "x"
    assert weakref.ref(found)() is found
    assert making.shadow_of(Named) not in Named.__mro__


class Counted(SyncDocument):
    """A class that knows what is derived from it."""

    known: typing.ClassVar[list[str]] = []
    name: str = ""

    def __init_subclass__(cls, **_: Any) -> None:
        Counted.known.append(cls.__name__)


class Derived(Counted):
    """A class that is derived from it."""

    age: int = 0


def test_no_hook_sees_a_shadow():
    """Where a base counts its subclasses, no class is made behind its back."""
    before = list(Counted.known)
    row = {"_id": ObjectId(), "name": "Ann", "age": 5}
    (found,) = reader(Derived.all()).all(joined([bson.encode(row)]))
    assert (type(found), found.name, found.age) == (Derived, "Ann", 5)
    assert making.shadow_of(Derived) is None
    assert Counted.known == before


def test_it_remembers_its_bson():
    """A document of many keeps what it was made of, and nothing else."""
    raw = bson.encode({"_id": ObjectId(), "made": 5, "other": [1]})
    (found,) = reader(Named.all()).all(joined([raw]))
    assert found._state == raw
    assert found.unknown_fields == {"other": [1]}
    assert state_of(found).document == bson.decode(raw, CODEC)
    assert not found.is_dirty


@attrs.define
class Celsius:
    """A class that someone else converts."""

    degrees: float


def test_hooks_of_others_are_called():
    """A type that has a hook of its own isn't inlined, and sees moments that say UTC."""
    made = make_converter()
    seen: list[Any] = []

    @attrs.define
    class Day:
        celsius: Celsius
        at: dt.datetime

    def read(value, _):
        seen.append(value)
        return Celsius(value["f"] / 2)

    made.register_structure_hook(Celsius, read)
    found = made.structure({"celsius": {"f": 10.0}, "at": MOMENT}, Day)
    assert found.celsius == Celsius(5.0)
    assert found.at.tzinfo is dt.timezone.utc
    assert seen == [{"f": 10.0}]


def test_moments_of_hooks_say_utc():
    """Hooks that aren't ours are given moments that say their zone, in batches too."""

    class Stamp(dt.datetime):
        """A moment of someone's own."""

    zones = []

    def read(value, _):
        zones.append(value.tzinfo is not None)
        return value

    converter().register_structure_hook(Stamp, read)
    cls = attrs.define(
        type("Stamped", (), {"__annotations__": {"at": Stamp, "by": dt.datetime}})
    )
    row = {"at": MOMENT, "by": MOMENT}
    (found,) = row_reader(None, cls).all(joined([bson.encode(row)]))
    assert zones == [True]
    assert found.by == MOMENT


def test_the_code_can_be_read():
    """It is there as text, and in tracebacks."""
    source = Named.__hydrator_source__
    assert source.startswith("def load(rows, raws, found):\n    add = found.append\n")
    assert "    made._state = raw\n    made.__class__ = Named\n" in source.replace(
        "    " * 2, "    "
    )

    class Picky(SyncDocument):
        name: str = field(decode=lambda _: 1 / 0)

    hook = converter().get_structure_hook(Picky)
    with pytest.raises(Misfit) as caught:
        hook({"_id": ObjectId(), "name": "x"}, Picky)
    lines = [frame.line for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert any("hook" in line and "value" in line for line in lines)


class Own(SyncDocument):
    """A class that makes its instances itself."""

    name: str = ""

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        self._seen = True


def test_classes_with_an_init_have_no_code():
    """They make their documents themselves, in batches too."""
    assert (
        Own.__hydrator_source__
        == "# Own has an __init__ of its own, which makes its instances\n"
    )
    (found,) = reader(Own.all()).all(
        joined([bson.encode({"_id": ObjectId(), "name": "a"})])
    )
    assert (found.name, found._seen) == ("a", True)


def test_classes_go_with_their_code():
    """A class that nobody needs any more is collected, code and all."""

    def used():
        @attrs.define
        class Gone:
            x: int

        made = make_converter()
        hook = made.get_structure_hook(Gone)
        assert hook({"x": 1}, Gone) == Gone(1)
        record = part_of(Gone, hook)
        assert isinstance(record, Record)
        return weakref.ref(hook)

    hook = used()
    gc.collect()
    assert hook() is None


def test_int64_is_read_as_int():
    """The driver's class of long numbers doesn't get into documents."""
    raw = bson.encode({"_id": ObjectId(), "made": Int64(5), "zip": [Int64(1), 2**40]})
    (found,) = reader(Named.all()).all(joined([raw]))
    assert [type(one) for one in (found.made, *found.zip)] == [int, int, int]


def test_nothing_is_shared():
    """What is read in one document is nowhere else."""
    raw = bson.encode({"_id": ObjectId(), "zip": [1], "tuple": {"a": 1}})
    one, other = reader(Named.all()).all(joined([raw, raw]))
    one.zip.append(2)
    one.tuple["b"] = 3
    assert (other.zip, other.tuple) == ([1], {"a": 1})
    assert (Named().zip, Named().tuple) == ([], {})
    assert one.changed_fields == ("zip", "tuple")


def test_memory_of_documents():
    """A document and the BSON that it remembers take less than the driver's dictionary."""
    raw = bson.encode(
        {"_id": ObjectId(), **dict.fromkeys(("made", "instance", "MISSING"), 1)}
    )
    (found,) = reader(Named.all()).all(joined([raw]))
    row = bson.decode(raw, CODEC)
    keys = sum(map(sys.getsizeof, row))
    assert (
        sys.getsizeof(found) + sys.getsizeof(found._state) < sys.getsizeof(row) + keys
    )


def test_rows_of_nothing():
    """Nothing is made of nothing."""
    assert reader(Named.all()).all(Rows([])) == []
    assert not Rows([b""])
    assert len(Rows([])) == 0
