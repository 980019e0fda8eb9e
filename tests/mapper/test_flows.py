"""Flows are driven by hand: no driver, no event loop."""

import asyncio
import inspect

import pytest

from mapper import AsyncMapper, Document, Mapper, SyncDocument, field
from mapper.aggregations import Aggregation, AsyncAggregation
from mapper.commands import Call, Command, run, run_async
from mapper.errors import DocumentNotFoundError, DuplicateKeyError, HookError
from mapper.flows import inserting, writing
from mapper.namespaces import (
    AsyncCollection,
    AsyncIndexes,
    Collection,
    Indexes,
)
from mapper.query import AsyncQuery, Query


class Person(SyncDocument):
    name: str
    email: str | None = field(default=None, db_name="mail")


class Reply:
    """What a driver answers to a write."""

    matched_count = 1
    deleted_count = 1


class DriverError(Exception):
    """What a driver raises, told by its code."""

    code = 11000
    details = {"keyPattern": {"mail": 1}, "keyValue": {"mail": "a"}}  # noqa: RUF012


def test_saving_sends_one_command_a_change():
    """A save is one command: an insert, then a delta, then nothing."""
    person = Person(name="Ann")
    flow = writing.save(person)
    command = next(flow)
    assert (command.collection, command.method) == ("person", "insert_one")
    (raw,) = command.args
    assert raw == {"_id": raw["_id"], "name": "Ann", "mail": None}
    with pytest.raises(StopIteration):
        flow.send(Reply())
    person.email = "a"
    flow = writing.save(person)
    command = next(flow)
    assert command == Command(
        "person", "update_one", ({"_id": person.id}, {"$set": {"mail": "a"}})
    )
    with pytest.raises(StopIteration):
        flow.send(Reply())
    assert (
        run(writing.save(person), lambda _: pytest.fail("nothing has changed"))
        is person
    )


def test_a_failed_write_leaves_the_document_dirty():
    """After an error the document still knows what is to be sent."""
    person = Person(name="Ann")
    run(writing.save(person), lambda _: Reply())
    person.email = "a"

    def fail(_):
        raise DriverError

    with pytest.raises(DuplicateKeyError) as caught:
        run(writing.save(person), fail)
    assert str(caught.value) == "person has a document with mail 'a' already"
    assert isinstance(caught.value.__cause__, DriverError)
    sent = []
    run(writing.save(person), lambda command: sent.append(command) or Reply())
    assert sent[0].args[1] == {"$set": {"mail": "a"}}


def test_other_errors_pass_through():
    """What is none of ours stays the driver's."""

    def fail(_):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        run(inserting.insert(Person(name="Ann")), fail)


def test_both_drives_agree():
    """A flow gets replies and errors alike from calls and from awaitables."""

    def flow():
        first = yield Command("c", "one")
        try:
            yield Command("c", "two")
        except ValueError as error:
            return first, str(error)

    def call(command):
        if command.method == "two":
            msg = "bad"
            raise ValueError(msg)
        return 1

    async def acall(command):
        return call(command)

    assert run(flow(), call) == (1, "bad")
    assert asyncio.run(run_async(flow(), acall)) == (1, "bad")
    assert asyncio.run(run_async(flow(), call)) == (1, "bad")


def test_a_deleted_document_sends_nothing():
    """The second delete is refused before any command."""
    person = Person(name="Ann")
    run(writing.save(person), lambda _: Reply())
    assert run(writing.delete(person), lambda _: Reply()) is True
    with pytest.raises(DocumentNotFoundError):
        next(writing.save(person))


FACES = [
    (Mapper, AsyncMapper),
    (Query, AsyncQuery),
    (SyncDocument, Document),
    (Aggregation, AsyncAggregation),
    (Indexes, AsyncIndexes),
    (Collection, AsyncCollection),
]
ONE_SIDED = {
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__aiter__",
    "__await__",
}


def methods_of(face):
    """Return the public methods that *face* and its groups define."""
    package = face.__module__.rpartition(".")[0]  # of its groups of methods, too
    found = {
        name: value
        for cls in reversed(face.__mro__)
        if cls.__module__.startswith((package, "mapper.connected"))
        for name, value in vars(cls).items()
        if name[:1] != "_"
    }
    return {
        name: getattr(value, "__func__", value)
        for name, value in found.items()
        if inspect.isfunction(getattr(value, "__func__", value))
    }


@pytest.mark.parametrize(
    ("sync", "aio"),
    FACES,
    ids=["mapper", "query", "document", "pipeline", "indexes", "collection"],
)
def test_faces_agree(sync, aio):
    """The two faces have the same methods, arguments and descriptions."""
    ours, theirs = methods_of(sync), methods_of(aio)
    assert ours.keys() == theirs.keys()
    for name in ours:
        left = [
            p.replace(annotation="")
            for p in inspect.signature(ours[name]).parameters.values()
        ]
        right = [
            p.replace(annotation="")
            for p in inspect.signature(theirs[name]).parameters.values()
        ]
        assert left == right, name
        if sync is not SyncDocument or name != "filter":
            assert ours[name].__doc__ == theirs[name].__doc__, name


def called(log):
    """Return a hook of each colour, and what the sync one is called."""

    def hook(word):
        log.append(word)
        return len(word)

    async def ahook(word):
        return hook(word)

    return hook, ahook


def calling(function):
    """Yield the call of a hook."""
    return (yield Call(function, ("word",)))


async def test_hooks_are_called_and_awaited(mapper):
    """A step may be the call of a function; the async face awaits what it returns."""
    log = []
    hook, ahook = called(log)
    assert mapper._run(calling(hook)) == 4
    assert await AsyncMapper(mapper.database)._run(calling(hook)) == 4
    assert await AsyncMapper(mapper.database)._run(calling(ahook)) == 4
    assert log == ["word"] * 3


def test_sync_documents_refuse_async_hooks(mapper):
    """A coroutine would never run: the error says so."""
    _, ahook = called([])
    with pytest.raises(HookError) as caught:
        mapper._run(calling(ahook))
    assert str(caught.value) == (
        "the hook called.<locals>.ahook is async and was called by a SyncDocument, which"
        " can't await it; write it without async, or use Document"
    )
