"""Reading in batches: what comes of rows, streams, and documents that don't fit."""

from __future__ import annotations

import tracemalloc
from typing import Any

import attrs
import bson
import pytest
from bson import ObjectId

from mapper import Document, SyncDocument, field
from mapper.codec import CODEC
from mapper.errors import DecodeError
from mapper.hydration import reader
from mapper.loaders import PIECE
from mapper.rows import Rows, each, gathered, joined, piece


ROWS = [{"_id": number, "name": str(number)} for number in range(5)]
RAWS = [bson.encode(row) for row in ROWS]


class TestRows:
    """Documents as they came."""

    rows = Rows([b"".join(RAWS[:2]), b"".join(RAWS[2:])])

    def test_they_are_a_sequence(self):
        """They are counted, indexed and cut like a list, and are new each time."""
        assert [*self.rows] == ROWS
        assert len(self.rows) == 5
        assert (self.rows[0], self.rows[-1]) == (ROWS[0], ROWS[-1])
        assert [*self.rows[1:4]] == ROWS[1:4]
        assert self.rows[0] is not self.rows[0]
        assert self.rows.size == sum(map(len, RAWS))
        with pytest.raises(IndexError):
            self.rows[5]

    def test_they_are_cut(self):
        """Each document by itself, and some at a time."""
        batch = b"".join(RAWS)
        assert each(batch) == self.rows.raws() == RAWS
        assert piece(batch, len(RAWS[0]), 2) == RAWS[1:3]
        assert piece(batch, 0, 0) == []

    @pytest.mark.parametrize("replies", [[], ROWS])
    def test_rows_that_were_decoded(self, replies):
        """What the driver has decoded stays as it is."""
        assert gathered(replies) is replies

    def test_nothing(self):
        """There may be none."""
        assert not Rows([])
        assert not joined([])
        assert [*joined([])] == []


class Person(SyncDocument):
    """A document that may not fit."""

    name: str


class Reader(Document):
    """The same, read by others."""

    name: str


@pytest.fixture
def people(driver):
    """Return a class whose collection has documents of which one doesn't fit."""
    cls = Person if driver.document is SyncDocument else Reader
    rows: list[dict[str, Any]] = [
        {"_id": number, "name": str(number)} for number in range(3 * PIECE)
    ]
    rows[PIECE + 5]["name"] = 5
    driver.mongo[cls.__collection__].insert_many(
        {**row, "_id": ObjectId(f"{row['_id']:024x}")} for row in rows
    )
    return cls


async def test_streams_go_on_after_a_document_that_does_not_fit(driver, people):
    """What doesn't fit is an error when it is its turn; the next document is the next."""
    with driver.mapper.ambient():
        cursor = people.all().sort("id").stream()
        found, failed = [], []
        while True:
            try:
                found.append((await driver.done(_next(cursor))).name)
            except DecodeError as error:  # noqa: PERF203 - each may fail by itself
                failed.append(str(error))
            except (StopIteration, StopAsyncIteration, _Ended):
                break
        await driver.done(cursor.close())
    names = [str(number) for number in range(3 * PIECE)]
    names.remove(str(PIECE + 5))
    assert found == names
    identity = ObjectId(f"{PIECE + 5:024x}")
    assert failed == [
        f"{people.__name__} {identity!r} doesn't fit its class: name must be str, got 5, an int"
    ]


class _Ended(Exception):  # noqa: N818 - no error
    """There are no more."""


def _next(cursor):
    """Return the next document, to be awaited or not; StopIteration can't leave a task."""
    if hasattr(cursor, "__anext__"):
        return cursor.__anext__()
    try:
        return next(cursor)
    except StopIteration:
        raise _Ended from None


async def test_lists_name_what_does_not_fit(driver, people):
    """A list is refused as a whole, with the document that doesn't fit."""
    with driver.mapper.ambient(), pytest.raises(DecodeError) as caught:
        await driver.done(people.all().to_list())
    assert caught.value.document_id == ObjectId(f"{PIECE + 5:024x}")
    assert str(caught.value).endswith("name must be str, got 5, an int")


def test_first_results_come_early(mapper, sent):
    """A stream makes a few objects at a time, and asks for more when they are used up."""
    mapper.insert_many([Person(name=str(number)) for number in range(300)])
    made = []

    class Counted(SyncDocument):
        name: str = field(decode=lambda stored: made.append(stored) or stored)

        class Meta:
            collection_name = "person"

    sent.clear()
    cursor = iter(mapper.find(Counted).stream(batch_size=100))
    next(cursor)
    assert sent == ["find"]
    assert len(made) == PIECE
    assert len([next(cursor) for _ in range(150)]) == 150
    assert sent == ["find", "getMore"]


def test_streams_hold_few_objects(mapper):
    """The memory of a stream doesn't grow with what was read."""
    mapper.insert_many([Person(name="x" * 500) for _ in range(3_000)])

    def peak(count):
        tracemalloc.start()
        for _ in mapper.find(Person).limit(count).stream(batch_size=100):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(3_000) < 2 * peak(300)


@attrs.define
class Row:
    """What a pipeline gives."""

    name: str


async def test_pipelines_send_one_command(driver, sent):
    """Rows of pipelines are read as BSON without a command more."""
    cls = Person if driver.document is SyncDocument else Reader
    with driver.mapper.ambient():
        await driver.done(cls.insert_many([cls(name=str(n)) for n in range(20)]))
        names = cls.pipeline().project("name", _id=0).sort("name")
        sent.clear()
        found = await driver.done(names.into(Row).to_list())
        streamed = await driver.streamed(names.into(Row))
        plain = await driver.done(names.to_list())
    assert found == streamed == [Row(str(n)) for n in sorted(range(20), key=str)]
    assert plain == [{"name": row.name} for row in found]
    assert sent == ["aggregate"] * 3


@pytest.mark.parametrize("count", [1, 7, 8, 300])
async def test_few_and_many(driver, count):
    """How many there are makes no difference."""
    cls = Person if driver.document is SyncDocument else Reader
    with driver.mapper.ambient():
        await driver.done(cls.insert_many([cls(name=str(n)) for n in range(300)]))
        found = await driver.done(cls.all().sort("id").limit(count).to_list())
        raw = await driver.done(cls.all().sort("id").limit(count).raw().to_list())
    assert [one.name for one in found] == [str(n) for n in range(count)]
    assert [row["name"] for row in raw] == [one.name for one in found]
    assert all(one.is_stored and not one.is_dirty for one in found)


def test_damaged_batches_are_errors():
    """What is no BSON is the driver's error."""
    raw = bson.encode({"_id": ObjectId(), "name": "x"}, codec_options=CODEC)
    damaged = raw[:-1] + b"\x01"
    with pytest.raises(bson.errors.InvalidBSON):
        reader(Person.all()).all(Rows([raw + damaged]))
