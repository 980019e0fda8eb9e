"""What Python's garbage collector does while documents are made."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import typing

import attrs
import bson
import pytest
from bson import ObjectId

from mapper import DatabaseConfig, Document, SyncDocument, connect_async, field
from mapper import collector as collecting_
from mapper.collector import DEFAULT, POLICIES, ambient, collecting, policy_of
from mapper.errors import ConfigurationError, DecodeError, DefinitionError
from mapper.hydration import reader
from mapper.rows import joined
from mongo_dsl.errors import ArgumentError


seen: list[bool] = []


def look(value):
    """Note whether the collector is on."""
    seen.append(gc.isenabled())
    return value


class Watched(SyncDocument):
    """A document that sees the collector while it is made."""

    text: str = field(default="", decode=look)


class Left(Watched):
    """One that wants the collector to go on."""

    class Meta:
        collector = "leave"


@attrs.define
class Link:
    """A piece of garbage that only the collector finds."""

    other: Link | None = None


def garbage():
    """Make something that nobody holds and that holds itself."""
    link = Link()
    link.other = link


def many(size=400, text="x" * 200):
    """Return rows of which making objects is work enough to pause the collector."""
    return joined([bson.encode({"_id": ObjectId(), "text": text})] * size)


@pytest.fixture(autouse=True)
def _in_order():
    """Let each test begin and end with the collector on and nothing frozen."""
    seen.clear()
    assert gc.isenabled()
    assert not collecting_._pauses._frozen
    yield
    assert gc.isenabled()
    assert gc.get_freeze_count() < collecting_._IMMORTAL
    collecting_._pauses._frozen = False


def test_it_pauses_for_many():
    """It pauses while many documents are made, and is on again afterwards."""
    assert len(reader(Watched.all()).all(many())) == 400
    assert seen == [False] * 400
    assert gc.isenabled()


def test_it_goes_on_for_few():
    """For a few documents pausing isn't worth it."""
    reader(Watched.all()).all(many(10))
    assert seen == [True] * 10


def test_a_class_may_leave_it():
    """The Meta of a class comes before all."""
    with ambient("promote"):
        reader(Left.all()).all(many())
    assert seen == [True] * 400
    assert policy_of(Left) == "leave"


def test_a_mapper_may_leave_it():
    """What the mapper says holds for classes that say nothing."""
    with ambient("leave"):
        reader(Watched.all()).all(many())
    assert seen == [True] * 400
    assert (policy_of(Watched), policy_of(None)) == (DEFAULT, DEFAULT)


def test_the_young_are_promoted():
    """What was made, and all that is young with it, is in the oldest generation."""
    gc.collect()
    with collecting("promote"):
        made = [[] for _ in range(5_000)]
    oldest = {id(one) for one in gc.get_objects(generation=2)}
    assert {id(one) for one in made} <= oldest
    assert gc.get_count()[0] < 700


def test_a_pause_leaves_them_young():
    """Without promotion the collector finds what was made among the young."""
    gc.collect()
    with collecting("pause"):
        made = [[] for _ in range(200)]
        young = {id(one) for one in gc.get_objects(generation=0)}
    assert {id(one) for one in made} <= young


def test_errors_end_the_pause():
    """The collector goes on after an error."""
    with pytest.raises(KeyError), collecting("promote"):
        raise KeyError
    assert gc.isenabled()
    with pytest.raises(DecodeError):
        reader(Watched.all()).all(joined([bson.encode({"_id": 5})] * 5_000))
    assert gc.isenabled()


def test_pauses_within_pauses():
    """The collector goes on after the outermost."""
    with collecting("promote"):
        with collecting("pause"):
            assert not gc.isenabled()
        assert not gc.isenabled()
        with collecting("leave"):
            assert not gc.isenabled()
    assert gc.isenabled()


def test_pauses_in_threads():
    """The collector goes on after the last thread."""
    inside, outside = threading.Event(), threading.Event()

    def other():
        with collecting("promote"):
            inside.set()
            outside.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    with collecting("promote"):
        pass
    assert not gc.isenabled()
    outside.set()
    thread.join()
    assert gc.isenabled()


def test_reading_in_threads():
    """Many threads that read at once leave the collector as it was."""
    rows, failed = many(), []

    def read():
        try:
            for _ in range(20):
                assert len(reader(Watched.all()).all(rows)) == 400
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert not any(seen)


def test_a_collector_that_is_off_stays_off():
    """Applications that switched it off find it so."""
    gc.disable()
    try:
        with collecting("promote"):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_frozen_stays_frozen():
    """An application's frozen objects aren't unfrozen; the collector only pauses."""
    gc.collect()
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with collecting("promote"):
            assert not gc.isenabled()
        assert gc.get_freeze_count() > before / 2  # some are dropped meanwhile
        assert before > collecting_._IMMORTAL
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_garbage_is_found_in_the_end(monkeypatch):
    """Promotions don't keep the collector from looking through everything."""
    monkeypatch.setattr(collecting_._pauses, "_due", 2_000)
    monkeypatch.setattr(collecting_._pauses, "_promoted", 0)
    monkeypatch.setattr(collecting_, "_LEAST", 2_000)
    gc.collect()
    runs = gc.get_stats()[2]["collections"]
    made = []
    for _ in range(3):
        garbage()
        with collecting("promote"):
            made.append([[] for _ in range(1_000)])
    assert gc.get_stats()[2]["collections"] == runs + 1
    assert collecting_._pauses._due > 3_000


def test_it_is_due_less_often_the_more_there_is(monkeypatch):
    """It looks again once as much was promoted as lived before, as Python does in proportion."""
    monkeypatch.setattr(collecting_._pauses, "_due", 1)
    monkeypatch.setattr(collecting_._pauses, "_promoted", 0)
    monkeypatch.setattr(collecting_, "_LEAST", 1)
    with collecting("promote"):
        made = [[] for _ in range(1_000)]
    assert collecting_._pauses._due > 10 * len(made)


async def test_it_is_on_between_awaits():
    """Tasks that wait see the collector as it was."""

    async def other():
        for _ in range(50):
            assert gc.isenabled()
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    for _ in range(5):
        reader(Watched.all()).all(many())
        await asyncio.sleep(0)
    await task


class Slow(Document):
    """A document that is read in many batches."""

    text: str = ""


async def test_an_interrupted_read_leaves_it_on(mongo_uri, mongo_database_name):
    """Cancelling a read ends no pause early and none late."""
    async with connect_async(
        mongo_uri, mongo_database_name, name="cancelled"
    ) as mapper:
        await _cancelled(mapper)


async def _cancelled(mapper):
    await mapper.insert_many([Slow(text="x" * 200) for _ in range(500)])
    for pause in (0, 0.001, 0.003):
        await mapper.find(Slow).first()  # cancelled while connecting, the driver leaks
        task = asyncio.ensure_future(mapper.find(Slow).to_list())
        await asyncio.sleep(pause)
        task.cancel()
        try:
            found = await task
        except asyncio.CancelledError:
            found = None
        assert gc.isenabled()
        assert found is None or len(found) == 500


def test_policies_have_names():
    """What isn't one is refused where it is said."""
    assert POLICIES == ("promote", "pause", "leave")
    with pytest.raises(DefinitionError) as refused:

        class Wrong(SyncDocument):
            class Meta:
                collector = "stop"

    assert str(refused.value) == (
        "Wrong.Meta.collector is 'stop'; it is one of 'promote', 'pause', 'leave'"
    )
    with pytest.raises(ConfigurationError) as unknown:
        DatabaseConfig(mongo_uri="mongodb://a/", database_name="a", collector="stop")
    assert str(unknown.value) == (
        "collector is 'stop'; it is one of 'promote', 'pause', 'leave'"
    )


def test_a_mapper_is_told(mapper):
    """A mapper has a policy for itself, and hands it on."""
    mapper.insert_many([Watched(text="x" * 200) for _ in range(400)])
    seen.clear()
    assert len(mapper.find(Watched).to_list()) == 400
    assert not any(seen)
    seen.clear()
    left = mapper.with_options(collector="leave")
    assert len(left.find(Watched).to_list()) == 400
    assert all(seen)
    seen.clear()
    assert len(left.with_options(read_concern="local").find(Watched).to_list()) == 400
    assert all(seen)
    with pytest.raises(ArgumentError) as refused:
        mapper.with_options(collector="stop")
    assert str(refused.value) == (
        "with_options: collector is 'stop'; it is one of 'promote', 'pause', 'leave'"
    )


def test_streams_leave_it(mapper):
    """What is read a few at a time needs no pause."""
    mapper.insert_many([Watched(text="x" * 200) for _ in range(400)])
    seen.clear()
    assert sum(1 for _ in mapper.find(Watched)) == 400
    assert all(seen)


class Reading:
    """Garbage that reads when it is found."""

    found: typing.ClassVar[list[int]] = []

    def __init__(self):
        self.itself = self

    def __del__(self):
        self.found.append(len(reader(Watched.all()).all(many())))


def test_finalizers_may_read():
    """What the collector finds may read, at whatever moment it does."""
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for policy in ("pause", "promote"):
            Reading()
            with collecting(policy):
                made = [[] for _ in range(10)]
            del made
            gc.collect()
    finally:
        gc.set_threshold(*before)
    assert Reading.found == [400, 400]


def test_signal_handlers_may_read():
    """A handler that comes while the collector is handled reads, and everything goes on."""
    read = []

    def handle(*_):
        read.append(len(reader(Watched.all()).all(many(300))))

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        while len(read) < 20:
            with collecting("pause"):
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert set(read) == {300}


FORKED = """
import gc, os, threading
from mapper.collector import collecting

inside, outside = threading.Event(), threading.Event()

def other():
    with collecting("promote"):
        inside.set()
        outside.wait(10)

thread = threading.Thread(target=other)
thread.start()
inside.wait(10)
child = os.fork()
if not child:
    assert gc.isenabled()
    with collecting("promote"):
        assert not gc.isenabled()
    os._exit(0 if gc.isenabled() else 1)
outside.set()
thread.join()
assert gc.isenabled()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_forks_begin_anew():
    """A process that was forked while a thread read has no such thread."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], timeout=60, check=False
    )
    assert done.returncode == 0
