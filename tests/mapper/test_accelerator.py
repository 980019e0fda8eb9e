"""The module in C: it makes what the generated code makes, or nothing."""

from __future__ import annotations

import datetime as dt
import gc
import os
import pickle
import shutil
import struct
import subprocess
import sys
import sysconfig
import weakref
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import bson
import pytest
from bson import Int64, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import SyncDocument, field, hydration, loaders
from mapper.codec import CODEC
from mapper.errors import DefinitionError
from mapper.generation import planning
from tests.mapper import generated
from tests.mapper.generated import Circle, Node, Open, Point, Shape
from tests.mapper.hostile import (
    EVERYTHING,
    SEEDS,
    Everything,
    Few,
    Strict,
    document,
    elements_of,
)
from tests.mapper.readings import (
    ALL,
    Plan,
    check_batch,
    check_hostile,
    readers,
    record_of,
)


NAMES = [f"{cls.__name__}-{number}" for number, (cls, _) in enumerate(SEEDS)]
ROOT = Path(__file__).parent.parent.parent

needs_accelerator = pytest.mark.skipif(
    planning.accelerator is None,
    reason="mapper._bson isn't built, or MONGO_DSL_PURE leaves it out",
)


def can_build():
    """Tell whether there are a compiler and the headers of this Python."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    header = Path(sysconfig.get_path("include"), "Python.h")
    return shutil.which(compiler) is not None and header.exists()


def run(*arguments, **variables):
    """Run Python, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    return done.stdout.strip()


class Tree(SyncDocument):
    """A document that holds documents of its class."""

    name: str
    below: Tree | None = None

    class Meta:
        collection_name = "trees"


class TestBuilding:
    @pytest.mark.skipif(not can_build(), reason="no compiler, or no Python.h")
    @pytest.mark.skipif(bool(os.environ.get(planning.PURE)), reason="it is left out")
    def test_it_is_built(self):
        """Where it can be built it is; `pip install -e .` does that."""
        assert loaders.accelerated

    def test_it_can_be_left_out_when_it_runs(self):
        """An environment variable does that."""
        code = "from mapper import loaders; print(loaders.accelerated)"
        assert run("-c", code, MONGO_DSL_PURE="1") == "False"

    @pytest.mark.parametrize(
        "variables", [{"MONGO_DSL_PURE": "1"}, {"CC": "false", "MONGO_DSL_PURE": ""}]
    )
    def test_it_can_be_left_out_when_it_is_built(self, tmp_path, variables):
        """So can it be then, and where there is no compiler that succeeds, too."""
        pytest.importorskip("setuptools")
        where = ("--build-lib", str(tmp_path), "--build-temp", str(tmp_path / "temp"))
        run("setup.py", "-q", "build_ext", *where, **variables)
        assert [path for path in tmp_path.rglob("_bson*") if path.is_file()] == []

    def test_without_it_there_are_no_plans(self, monkeypatch):
        """Then generated code makes the objects."""
        monkeypatch.setattr(planning, "accelerator", None)
        assert planning.plan_of(record_of(Point), stateful=False) is None


@needs_accelerator
class TestAllWaysAreOne:
    @given(data=st.data())
    @settings(deadline=None, max_examples=200)
    def test_classes(self, data):
        """Instances of attrs classes are the same, and so are errors."""
        made = data.draw(generated.embedded())
        check_batch(made.cls, data.draw(generated.batches(made)))

    @given(data=st.data())
    @settings(deadline=None, max_examples=60)
    def test_documents(self, data):
        """So are documents, and what they remember."""
        made = data.draw(generated.documents())
        check_batch(made.cls, data.draw(generated.batches(made)))

    @pytest.mark.parametrize("kind", generated.CLASSES, ids=lambda k: k.annotation)
    def test_each_class(self, kind):
        """So are those of classes that are made in other ways, or hold themselves."""

        @given(st.lists(kind.stored | generated.POINTS, max_size=4))
        @settings(deadline=None, max_examples=50)
        def check(rows):
            check_batch(kind.annotation, b"".join(map(bson.encode, rows)))

        check()

    @pytest.mark.parametrize(("cls", "batch"), SEEDS, ids=NAMES)
    def test_all_types(self, cls, batch):
        """Documents with everything in them are made without Python's help."""
        check_batch(cls, batch)
        assert check_hostile(cls, batch) == len(bson.decode_all(batch))

    @given(st.integers(-62135596800000, 253402300799999))
    def test_moments(self, value):
        """All that a datetime can say is the same moment."""
        raw = struct.pack("<iB2sqB", 16, 9, b"x\0", value, 0)
        (found,) = made(plan_of({"x": "moment"}), raw)
        assert found.x == dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc) + (
            value * dt.timedelta(milliseconds=1)
        )
        assert found.x.tzinfo is dt.timezone.utc
        assert pickle.loads(pickle.dumps(found.x)) == found.x  # noqa: S301 - our own

    def test_ids(self):
        """An id is one, wherever it came from."""
        given_id = ObjectId()
        (found,) = loaded(Strict, bson.encode({"_id": given_id, "name": "n"}))
        assert type(found.id) is ObjectId
        assert found.id == given_id
        assert hash(found.id) == hash(given_id)
        assert pickle.loads(pickle.dumps(found.id)) == given_id  # noqa: S301 - our own

    def test_nothing_is_shared(self):
        """Objects of the same bytes share nothing that can change."""
        raw = bson.encode(EVERYTHING)
        one, other = loaded(Everything, raw + raw)
        for name in ("texts", "letters", "points", "entries", "named", "node", "open"):
            assert getattr(one, name) == getattr(other, name)
            assert getattr(one, name) is not getattr(other, name)
        assert one.node.children is not other.node.children

    def test_the_last_of_a_name_counts(self):
        """A key may be there twice."""
        raw = document(elements_of({"x": 1.0, "y": 2.0}) + elements_of({"x": 3.0}))
        assert loaded(Point, raw) == [Point(3.0, 2.0)]
        check_batch(Point, raw)

    def test_a_class_that_is_called(self):
        """A default that is missing is given to the call."""

        @attrs.define
        class Called:
            size: int = attrs.field(validator=attrs.validators.lt(10))
            names: list[str] = attrs.Factory(list)

        assert loaded(Called, bson.encode({"size": 3})) == [Called(3, [])]
        assert loaded(Called, bson.encode({"size": 30})) == []

    def test_many_fields(self):
        """Classes may have more fields than most."""
        wide = attrs.make_class(
            "Wide", {f"f{n}": attrs.field(type=int) for n in range(200)}
        )
        row = {f"f{n}": n for n in reversed(range(200))}
        (found,) = loaded(wide, bson.encode(row))
        assert attrs.asdict(found) == row
        check_batch(wide, bson.encode({**row, "f7": "no int"}))


def plan_of(kinds: dict[str, Any], **more: Any) -> Any:
    """Return the plan of a class with slots, by kind; hooks return what is stored."""

    def stored(wrapped):
        return bson.decode(wrapped, CODEC)[""]

    cls = type("Made", (), {"__slots__": tuple(kinds)})
    passing = Plan("passing", stored)
    plan = Plan("class", stored, cls, passing)
    plans = {n: Plan(k, stored) if isinstance(k, str) else k for n, k in kinds.items()}
    fields = ((n, p, n, vars(cls)[n], True, None, None) for n, p in plans.items())
    plan.fill(tuple(fields), **more)
    return plan


def made(plan: Any, batch: bytes, most: int = ALL) -> list[Any]:
    """Return what *plan* makes of the start of a batch."""
    found: list[Any] = []
    plan.load(batch, 0, most, found)
    return found


def loaded(cls: Any, batch: bytes) -> list[Any]:
    """Return what the accelerator makes of the start of a batch."""
    found: list[Any] = []
    readers(cls)[0].load(batch, 0, ALL, found)
    return found


@needs_accelerator
class TestPlaces:
    ROWS = (bson.encode({"x": 1.0}), bson.encode({"x": 2.5}), bson.encode({"x": "a"}))

    def test_it_stops_before_what_it_cannot_make(self):
        """The place is that of the first such document."""
        found: list[Any] = []
        load = readers(Point)[0].load
        assert load(b"".join(self.ROWS), 0, ALL, found) == 2 * len(self.ROWS[0])
        assert found == [Point(1.0), Point(2.5)]

    def test_a_part(self):
        """It makes no more than it is asked for, from a place on."""
        found: list[Any] = ["before"]
        load = readers(Point)[0].load
        size = len(self.ROWS[0])
        assert load(b"".join(self.ROWS), size, 1, found) == 2 * size
        assert load(b"".join(self.ROWS), size, 0, found) == size
        assert found == ["before", Point(2.5)]

    def test_variants(self):
        """Each document is of its own class, also those that say none."""
        rows = [{"kind": "circle", "name": "c", "radius": 1.0}, {"name": "s"}]
        batch = b"".join(map(bson.encode, rows))
        assert loaded(Shape, batch) == [Circle("c", 1.0), Shape("s")]
        assert loaded(Shape, bson.encode({"kind": 1, "name": "s"})) == []
        assert loaded(Shape, bson.encode({"kind": "other", "name": "s"})) == []
        assert loaded(Shape, bson.encode({"kind": "circle", "name": "c"})) == []

    def test_variants_of_their_own_making(self):
        """Classes that no plan can make are left to Python."""

        @generated.discriminated("kind")
        @attrs.define
        class Own:
            name: str
            size: int = attrs.field(init=False, default=1)

        batch = bson.encode({"kind": "Own", "name": "a", "size": 2})
        assert loaded(Own, batch) == []
        check_batch(Own, batch + batch)

    def test_what_documents_remember(self):
        """It is their own BSON, which embedded ones have none of."""
        rows = [{"name": "a"}, {"name": "b", "tags": ["t"]}]
        found = loaded(Strict, b"".join(map(bson.encode, rows)))
        assert [one._state for one in found] == [*map(bson.encode, rows)]

    def test_a_document_within_itself(self):
        """The one that was read remembers its BSON, the one in it doesn't."""
        raw = bson.encode({"name": "a", "below": {"name": "b"}})
        (found,) = loaded(Tree, raw)
        assert found._state == raw
        assert type(found.below) is Tree
        assert not hasattr(found.below, "_state")
        check_batch(Tree, raw)


@needs_accelerator
class TestHostile:
    @pytest.mark.parametrize(("cls", "batch"), SEEDS, ids=NAMES)
    def test_truncated(self, cls, batch):
        """A batch may end anywhere."""
        for size in range(len(batch)):
            check_hostile(cls, batch[:size])

    @pytest.mark.parametrize(("cls", "batch"), SEEDS, ids=NAMES)
    def test_bytes_changed(self, cls, batch):
        """Any byte may be another one."""
        values = (*range(20), 0x7F, 0x80, 0xC3, 0xFF)
        for place, old in enumerate(batch):
            for value in (*values, old ^ 1, old ^ 0x20, old ^ 0x80):
                damaged = batch[:place] + bytes([value]) + batch[place + 1 :]
                check_hostile(cls, damaged)

    @pytest.mark.parametrize(("cls", "batch"), SEEDS, ids=NAMES)
    def test_lengths_changed(self, cls, batch):
        """Any four bytes may be another length."""
        for place in range(len(batch) - 3):
            for length in (-(1 << 31), -5, -1, 0, 1, 4, 5, len(batch), (1 << 31) - 1):
                changed = struct.pack("<i", length)
                check_hostile(cls, batch[:place] + changed + batch[place + 4 :])

    @pytest.mark.parametrize(
        "kind", ["str", "bytes", "array", "entries", "class", "passing", "other"]
    )
    @pytest.mark.parametrize(
        ("type_", "least"), [(2, 1), (3, 5), (4, 5), (5, 0), (13, 1), (14, 1), (15, 14)]
    )
    def test_no_such_length(self, type_, least, kind):
        """Hooks aren't asked for values that are shorter than any."""
        asked: list[bytes] = []
        plan = plan_of({"x": Plan(kind, asked.append, *_parts_of(kind))})
        for length in (-(1 << 31), -16, -5, -1, least - 1):
            value = struct.pack("<i", length) + bytes(12)
            assert made(plan, document(bytes([type_]) + b"x\0" + value)) == []
        assert asked == []

    def test_what_is_handed_to_the_driver_is_whole(self):
        """The driver would read items of arrays beyond the end of the array."""
        asked: list[bytes] = []
        item = b"\5" + b"0\0" + struct.pack("<i", 100) + b"\0abc"
        for inner in (item, b"\3" + b"0\0" + document(item), b"\x14" + b"0\0"):
            raw = document(b"\4x\0" + document(inner))
            assert made(plan_of({"x": Plan("other", asked.append)}), raw) == []
        assert asked == []

    def test_references(self):
        """What the driver reads as a `DBRef` is neither an instance nor a dictionary."""
        stored = {"$ref": "a", "$id": "b"}
        raw = bson.encode({"x": {**stored, "x": 1.0}})
        dictionary = attrs.make_class("Made", {"x": attrs.field(type=dict[str, Any])})
        instance = attrs.make_class("Made", {"x": attrs.field(type=Point)})
        for cls in (dictionary, instance):
            assert loaded(cls, raw) == []
            check_batch(cls, raw)
        odd = bson.encode({"text": "a", "x": {"$ref": 1, "$id": []}})
        assert check_hostile(Few, bson.encode({"text": "a", "x": stored})) == 1
        check_batch(Few, odd)

    @given(st.data(), st.binary(max_size=60))
    @settings(deadline=None, max_examples=300)
    def test_noise(self, data, noise):
        """Anything may be a document."""
        cls, _ = data.draw(st.sampled_from(SEEDS))
        check_hostile(cls, noise)
        check_hostile(cls, document(noise))

    @pytest.mark.parametrize("depth", [10, 49, 50, 98, 99, 100, 101, 5000])
    def test_depth(self, depth):
        """What is nested deeply is Python's to make, and what is nested too deeply, too."""
        node: Any = {"value": 0}
        unknown: Any = 1
        for value in range(1, depth):
            node = {"value": value, "left": node} if depth < 1000 else node
            unknown = [unknown]
        assert check_hostile(Node, bson.encode(node)) == (depth <= 100 or depth > 1000)
        raw = _nested(depth)
        found = loaded(Few, raw)
        assert len(found) == (depth < 1000)

    @pytest.mark.parametrize("kind", [6, 12, 13, 14, 15, 17, 255, 127, 20, 99, 0])
    def test_types(self, kind):
        """Deprecated types are passed over as the driver does, unknown ones aren't."""
        text = struct.pack("<i", 2) + b"a\0"
        scoped = struct.pack("<i", 15) + text + bson.encode({})
        values = {6: b"", 12: text + bytes(12), 13: text, 14: text, 15: scoped}
        values |= {17: bytes(8), 255: b"", 127: b"", 20: b"", 99: b"", 0: b""}
        unknown = bytes([kind]) + b"x\0" + values[kind]
        raw = document(elements_of({"text": "a"}) + unknown)
        assert check_hostile(Few, raw) == (kind not in (20, 99, 0))


def _parts_of(kind: str) -> tuple[Any, ...]:
    """Return what a plan of a *kind* has besides its hook."""
    inner = Plan("passing", print)
    return (Point if kind == "class" else None, inner)


def _nested(depth: int) -> bytes:
    """Return a document with a text, and that many arrays within each other."""
    inner = document(b"")
    for _ in range(depth):
        inner = document(b"\4" + b"0\0" + inner)
    return document(elements_of({"text": "a"}) + b"\4deep\0" + inner)


@needs_accelerator
class TestErrors:
    def test_what_hooks_raise_is_forgotten(self):
        """Python asks them again, and tells."""

        def refuse(wrapped):
            raise ValueError(wrapped)

        assert made(plan_of({"x": Plan("str", refuse)}), bson.encode({"x": 1})) == []

    def test_what_interrupts_passes(self):
        """An interrupt is no error of the document."""

        def interrupt(wrapped):
            raise KeyboardInterrupt

        plan = plan_of({"x": Plan("str", interrupt)})
        with pytest.raises(KeyboardInterrupt):
            made(plan, bson.encode({"x": 1}))

    def test_a_default_that_fails(self):
        """It fails in Python, too, which tells."""

        @attrs.define
        class Failing:
            name: str = attrs.Factory(lambda: 1 / 0)  # type: ignore[arg-type]

        assert loaded(Failing, bson.encode({})) == []
        check_batch(Failing, bson.encode({}))

    def test_a_class_that_lacks_methods(self):
        """It is refused before anything is read."""

        class Abstract(SyncDocument):
            name: str

            class Meta:
                collection_name = "abstract"

        Abstract.__abstractmethods__ = frozenset({"run"})
        expected = "Abstract lacks the abstract methods: run; "
        expected += "define them, or use subclasses that do"
        with pytest.raises(DefinitionError) as error:
            planning.plan_of(record_of(Abstract), stateful=True)
        assert str(error.value) == expected

    def test_classes_that_no_plan_can_make(self):
        """Some are made in ways of their own."""

        class Own(SyncDocument):
            name: str

            class Meta:
                collection_name = "own"

            def __init__(self, name):
                super().__init__(name=name)

        @attrs.define
        class Twice:
            one: int = field(db_name="x")
            other: int = field(db_name="x")

        for cls in (Own, Twice):
            assert planning.plan_of(record_of(cls), stateful=False) is None

    def test_a_plan_without_fields(self):
        """Nothing is made by a plan of a class that wasn't told its fields."""
        empty = Plan("class", print, Point, Plan("passing", print))
        plan = plan_of({"x": empty})
        assert made(plan, bson.encode({"x": {"a": 1}})) == []

    MISUSED = (
        (lambda p: Plan("bytes"), "Plan() missing required argument 'hook' (pos 2)"),
        (lambda p: Plan("words", print), "there are no plans for words"),
        (lambda p: Plan("maybe", print), "the plan lacks a part"),
        (lambda p: Plan("class", print, 3, p), "the plan lacks a part"),
        (lambda p: Plan("choice", print, []), "the plan lacks a part"),
        (lambda p: Plan("id", print, ObjectId), "the plan lacks a part"),
        (
            lambda p: Plan("id", print, Point, slot=3),
            f"3 is no slot of {Point!r}",
        ),
        (
            lambda p: Plan("id", print, Open, slot=Point.x),
            f"{Point.x!r} is no slot of {Open!r}",
        ),
        (
            lambda p: Plan("class", print, type, p, vars(type)["__basicsize__"]),
            f"{vars(type)['__basicsize__']!r} is no slot of {type!r}",
        ),
        (lambda p: p.load(b"", 1, 1, []), "place is 1; the batch has 0 bytes"),
        (lambda p: p.load(b"", -1, 1, []), "place is -1; the batch has 0 bytes"),
        (lambda p: p.load(b"", 0, 1, []), "the plan has no fields"),
        (lambda p: p.fill(((1,),)), "function takes exactly 7 arguments (1 given)"),
        (
            lambda p: Plan("class", print, int, p).fill(()),
            "object.__new__(int) is not safe, use int.__new__()",
        ),
        (lambda p: p.fill((), False, {"a"}), "the plan can't get such fields"),
        (lambda p: (p.fill(()), p.fill(())), "the plan can't get such fields"),
        (
            lambda p: planning.accelerator.text_at(bson.encode({"a": 1}), 0, "a"),
            "the document at 0 has no text as a",
        ),
        (
            lambda p: planning.accelerator.text_at(b"\4\0\0\0", 0, "a"),
            "the document at 0 has no text as a",
        ),
        (
            lambda p: planning.accelerator.text_at(b"", 5, "a"),
            "place is 5; the batch has 0 bytes",
        ),
    )

    @pytest.mark.parametrize(
        ("misuse", "message"), MISUSED, ids=[m for _, m in MISUSED]
    )
    def test_misuse(self, misuse, message):
        """Plans that can't work are refused."""
        with pytest.raises((TypeError, ValueError)) as error:
            misuse(Plan("class", print, Point, Plan("passing", print)))
        assert str(error.value) == message


class Counted(Enum):
    """Members that tests count references to."""

    A = "a"


@needs_accelerator
class TestMemory:
    LOADS = 2_000

    @pytest.mark.parametrize("damaged", [False, True])
    @pytest.mark.parametrize(("cls", "batch"), SEEDS, ids=NAMES)
    def test_nothing_leaks(self, cls, batch, damaged):
        """Reading again and again takes no more memory, wherever it stops."""
        load = readers(cls)[0].load
        places = range(0, len(batch), 7) if damaged else [len(batch)]
        tried = [batch[:at] + b"\xff" + batch[at + 1 :] for at in places]

        def memory(times):
            for one in tried:
                for _ in range(times):
                    load(one, 0, ALL, [])
            gc.collect()
            return sys.getallocatedblocks()

        def growth():
            before = memory(3)
            return memory(times) - before

        # Other threads take memory, too, but not the same each time.
        times = self.LOADS if len(tried) == 1 else self.LOADS // 5
        assert any(growth() < times / 2 for _ in range(5))

    def test_references(self):
        """What objects share is referred to as often as before."""
        default, key = object(), "a key that nothing else has"
        cls = type("Made", (), {"__slots__": ("x", "y", "z")})
        hook = lambda wrapped: default  # noqa: E731 - it is counted
        choice = Plan("choice", hook, {"a": Counted.A})
        plan = Plan("class", hook, cls, Plan("passing", hook))
        plan.fill(
            (
                (key, choice, "x", cls.x, True, None, None),
                ("y", Plan("str", hook), "y", cls.y, False, default, None),
                ("z", Plan("int", hook), "z", None, False, None, lambda _: default),
            )
        )
        batches = [bson.encode({key: "a"}), bson.encode({key: 1, "y": 2})]
        batches += [bson.encode({key: "a", "z": "b"}), bson.encode({"y": "a"})]
        shared = (default, key, cls, hook, choice, plan, Counted.A)
        before = [*map(sys.getrefcount, shared)]
        for _ in range(5 * self.LOADS):
            for batch in batches:
                plan.load(batch, 0, 1, [])
        assert [*map(sys.getrefcount, shared)] == before

    def test_the_collector_sees_objects(self):
        """Cycles of objects that were read are found."""
        (one,) = loaded(Node, bson.encode({"value": 1, "children": []}))
        assert gc.is_tracked(one)
        one.left = one
        (other,) = loaded(Open, bson.encode({"name": "n"}))
        other.tags.append(other)
        seen = weakref.ref(other)
        del other
        gc.collect()
        assert seen() is None

    def test_plans_go(self):
        """A plan that is within itself goes with its class."""
        cls = type("Made", (), {"__slots__": ("x", "__weakref__")})
        plan = Plan("class", print, cls, Plan("passing", print))
        inner = Plan("maybe", print, None, plan)
        plan.fill((("x", inner, "x", cls.x, False, plan, cls.mro),))
        assert gc.is_tracked(plan)
        seen = weakref.ref(cls)
        del cls, plan, inner
        gc.collect()
        assert seen() is None


@needs_accelerator
def test_it_is_used(mapper):
    """Queries read by it."""
    query = mapper.find(Strict)
    reader = hydration.reader(query)
    assert type(reader.load.__self__) is Plan
    mapper.insert_many([Strict(name="a"), Strict(name="b")])
    assert [one.name for one in query.to_list()] == ["a", "b"]
    assert [one.name for one in query] == ["a", "b"]


@needs_accelerator
def test_longs_stay_integers():
    """The driver's own type of long integers doesn't come through."""
    (found,) = loaded(Node, bson.encode({"value": Int64(1)}))
    assert type(found.value) is int
