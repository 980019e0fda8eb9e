"""Every public method that sends something: which commands, and that its docstring says so."""

from __future__ import annotations

import functools
import re
from types import SimpleNamespace
from typing import Any

import pytest
from bson import ObjectId
from cryptography.fernet import Fernet

from mapper import (
    Index,
    Mapper,
    OnDelete,
    Ref,
    SyncDocument,
    field,
    state_field,
)
from mapper.aggregations import Aggregation
from mapper.behaviours import (
    Audited,
    AutoIncrement,
    SoftDelete,
    Timestamped,
    Versioned,
)
from mapper.changestreams import ChangeStream
from mapper.encryption import FernetCipher
from mapper.errors import (
    DocumentNotFoundError,
    IndexConflictError,
    StaleDocumentError,
    TransitionError,
)
from mapper.namespaces import Collection, Indexes
from mapper.query import Query
from mongo_dsl import Pipeline
from tests.mapper.test_flows import methods_of


KEYS = [Fernet.generate_key() for _ in range(2)]
IDS = [ObjectId() for _ in range(3)]
OLD = FernetCipher(KEYS[1])
RING = FernetCipher(KEYS)


@functools.cache
def models(document: Any) -> Any:
    """Return document classes of the face *document*."""

    class Note(document):
        text: str
        number: int = 0
        tags: list[str] = field(factory=list)

    class Draft(document):
        text: str
        number: int = 0

        class Meta:
            indexes = (Index("text"), Index("number"))
            validator = True

    class Bare(document):
        text: str

    class Soft(SoftDelete, document):
        text: str

    class Counted(Versioned, document):
        text: str

    class Numbered(AutoIncrement, document):
        text: str

    class Signed(Audited, Timestamped, document):
        text: str

    class Order(document):
        state: str = state_field(initial="new", transitions={"new": ["paid", "void"]})

    class Writer(document):
        name: str

    class Work(document):
        writer: Ref["Writer"] = field(on_delete=OnDelete.CASCADE)

    class Edition(document):
        work: Ref["Work"] = field(on_delete=OnDelete.DENY)

    found = (Note, Draft, Bare, Soft, Counted, Numbered, Signed, Order)
    found += (Writer, Work, Edition)
    return SimpleNamespace(**{cls.__name__: cls for cls in found})


class World:
    """Documents on one driver: three notes stored, one of them loaded, others of each kind."""

    def __init__(self, driver: Any, sent: Any) -> None:
        self.sent = sent
        self.driver = driver
        self.done = driver.done
        self.mapper = driver.mapper
        self.mongo = driver.mongo
        self.__dict__.update(vars(models(driver.document)))
        self.q = self.mapper.find(self.Note)
        self.a = self.q.filter(text="a")

    async def fill(self) -> World:
        """Store documents of each class, and load them."""
        rows = [{"text": text, "number": n} for n, text in enumerate("abc")]
        self.mongo["note"].insert_many(
            [{"_id": IDS[n], **row} for n, row in enumerate(rows)]
        )
        self.note = await self.done(self.a.first())
        for name in ("soft", "counted", "signed", "order", "writer"):
            cls = getattr(self, name.title())
            values = {"order": {}, "writer": {"name": "a"}}.get(name, {"text": "a"})
            made = await self.done(self.mapper.insert(cls(**values)))
            setattr(self, f"a_{name}", made)
        work = self.Work(writer=self.a_writer)
        self.a_work = await self.done(self.mapper.insert(work))
        return self

    def empty(self) -> None:
        """Remove all documents, and the collection that is planned."""
        for name in self.mongo.list_collection_names():
            self.mongo[name].delete_many({})
        self.mongo.drop_collection("draft")

    def changed(self, document: Any = None, text: str = "z") -> Any:
        """Return a document with a change that was not saved."""
        document = document or self.note
        document.text = text
        return document

    def stolen(self, name: str, **values: Any) -> None:
        """Change what is stored, as someone else would."""
        self.mongo[name].update_many({}, {"$set": values})

    def new(self, text: str = "d") -> Any:
        """Return a note that was not stored."""
        return self.Note(text=text)

    async def refused(self, value: Any, error: type[Exception]) -> None:
        """Expect *error*."""
        with pytest.raises(error):
            await self.done(value())

    async def within(self, manager: Any, body: Any = lambda: None) -> Any:
        """Call *body* inside the block of *manager*."""
        if hasattr(manager, "__aenter__"):
            async with manager as given:
                await self.done(body())
        else:
            with manager as given:
                await self.done(body())
        return given

    def writing(self) -> Any:
        """Return a function of the driver's colour that changes notes."""
        query = self.a

        def sync() -> Any:
            return query.update(number=5)

        async def aio() -> Any:
            return await query.update(number=5)

        return sync if self.driver.name == "pymongo" else aio

    def renamer(self, thieves: int = 0) -> Any:
        """Return what `mutate` calls, with somebody faster for some attempts."""
        left = [thieves]

        def rename(document: Any) -> None:
            document.text += "!"
            if left[0]:
                left[0] -= 1
                self.stolen("counted", version=document.version + 1)

        return rename


FIND, INSERT, UPDATE, DELETE = ["find"], ["insert"], ["update"], ["delete"]
AGGREGATE, MODIFY, NONE = ["aggregate"], ["findAndModify"], []
ROWS: list[tuple[str, Any, list[str]]] = []


def rows(face: str, table: dict[str, tuple[Any, list[str]]]) -> None:
    """Note many, by the names of the methods of *face*; after a space stands a case."""
    for name, (function, sent) in table.items():
        ROWS.append((f"{face}.{name}", function, sent))


COUNT = Pipeline().count("n")


async def overtaken(w: World) -> None:
    """Save over what someone else removed."""
    document = w.changed()
    w.mongo["note"].delete_one({"_id": w.note.id})
    await w.refused(lambda: w.mapper.save(document), DocumentNotFoundError)


async def conflicting(w: World) -> None:
    """Bring an order to a state where someone else was faster."""
    w.stolen("order", state="void")
    await w.refused(lambda: w.mapper.transition(w.a_order, "paid"), TransitionError)


async def stale(w: World) -> None:
    """Save a version that is too old."""
    w.stolen("counted", version=7)
    document = w.changed(w.a_counted)
    await w.refused(lambda: document.save(), StaleDocumentError)


async def stale_delete(w: World) -> None:
    """Delete a version that is too old."""
    w.stolen("counted", version=7)
    await w.refused(lambda: w.a_counted.delete(), StaleDocumentError)


async def streamed(w: World, cursor: Any) -> None:
    """Read all of a cursor."""
    assert await w.driver.streamed(cursor)


def operations(w: World) -> list[Any]:
    """Return operations of each kind."""
    return [
        w.new(),
        w.changed(),
        w.a.updating(number=1),
        w.q.filter(text="c").deleting(),
    ]


async def missing(w: World) -> None:
    """Save many, one of which is gone."""
    w.mongo["note"].delete_one({"_id": w.note.id})
    await w.refused(lambda: w.mapper.save_many([w.changed()]), Exception)


async def conflict(w: World, create: Any) -> None:
    """Create an index where another is in the way."""
    w.mongo["draft"].create_index("text", unique=True, name="text_1")
    await w.refused(create, IndexConflictError)


# -- Documents ------------------------------------------------------------------------

for face, of in (("Mapper", True), ("SyncDocument", False)):

    def say(name: str, document: Any, *args: Any, of: bool = of, **kwargs: Any) -> Any:
        """Return the call of a method of a mapper on a document, or of the document."""

        def call(w: World) -> Any:
            target = document(w)
            if of:
                return getattr(w.mapper, name)(target, *args, **kwargs)
            return getattr(target, name)(*args, **kwargs)

        return call

    def unchanged(w: World) -> Any:
        """Return a document as it is stored."""
        return w.note

    rows(
        face,
        {
            "insert": (say("insert", World.new), INSERT),
            "save new": (say("save", World.new), INSERT),
            "save changed": (say("save", World.changed), UPDATE),
            "save unchanged": (say("save", unchanged), NONE),
            "save replaced": (say("replace", World.changed), UPDATE),
            "replace": (say("replace", World.changed), UPDATE),
            "delete": (say("delete", unchanged), DELETE),
            "delete soft": (say("delete", lambda w: w.a_soft), UPDATE),
            "delete ruled": (
                say("delete", lambda w: w.a_writer),
                ["find", "find", "delete", "delete", "commitTransaction"],
            ),
            "reload": (say("reload", unchanged), FIND),
            "transition": (say("transition", lambda w: w.a_order, "paid"), UPDATE),
        },
    )

rows(
    "Mapper",
    {
        "save missing": (overtaken, UPDATE),
        "transition overtaken": (conflicting, ["update", "find", "find"]),
        "insert_many": (
            lambda w: w.mapper.insert_many([w.new("x"), w.new("y")]),
            INSERT,
        ),
        "insert_many none": (lambda w: w.mapper.insert_many([]), NONE),
        "save_many": (
            lambda w: w.mapper.save_many([w.new(), w.changed()]),
            ["insert", "update"],
        ),
        "save_many unchanged": (lambda w: w.mapper.save_many([w.note]), NONE),
        "save_many missing": (missing, ["update", "find"]),
        "bulk_write": (
            lambda w: w.mapper.bulk_write(operations(w)),
            ["insert", "update", "update", "delete"],
        ),
        "bulk_write unordered": (
            lambda w: w.mapper.bulk_write(operations(w), ordered=False),
            ["insert", "update", "update", "delete"],
        ),
        "get": (lambda w: w.mapper.get(w.Note, IDS[0]), FIND),
    },
)

rows(
    "SyncDocument",
    {
        "save stale": (stale, ["update", "find"]),
        "delete stale": (stale_delete, ["delete", "find"]),
        "get": (lambda w: w.Note.get(IDS[0]), FIND),
        "create": (lambda w: w.Note.create(text="d"), INSERT),
        "insert_many": (lambda w: w.Note.insert_many([w.new(), w.new()]), INSERT),
        "get_or_create found": (lambda w: w.Note.get_or_create(text="a"), MODIFY),
        "get_or_create made": (lambda w: w.Note.get_or_create(text="d"), MODIFY),
        "update_or_create found": (
            lambda w: w.Note.update_or_create({"number": 4}, text="a"),
            MODIFY,
        ),
        "update_or_create by id": (
            lambda w: w.Note.update_or_create({"text": "z"}, id=w.note.id),
            ["findAndModify", "find"],
        ),
        "save_many": (
            lambda w: w.Note.save_many([w.new(), w.changed()]),
            ["insert", "update"],
        ),
        "bulk_write": (
            lambda w: w.Note.bulk_write(operations(w)),
            ["insert", "update", "update", "delete"],
        ),
        "get_many": (lambda w: w.Note.get_many(IDS[:2]), FIND),
        "get_many none": (lambda w: w.Note.get_many([]), NONE),
        "aggregate": (lambda w: w.Note.aggregate(COUNT), AGGREGATE),
        "create_index": (lambda w: w.Note.create_index("text"), ["createIndexes"]),
        "create_index in conflict": (
            lambda w: conflict(w, lambda: w.Draft.create_index("text")),
            ["createIndexes", "listIndexes"],
        ),
        "create_indexes": (lambda w: w.Draft.create_indexes(), ["createIndexes"]),
        "create_indexes none": (lambda w: w.Bare.create_indexes(), NONE),
        "create_indexes in conflict": (
            lambda w: conflict(w, lambda: w.Draft.create_indexes()),
            ["createIndexes", "listIndexes"],
        ),
    },
)

# -- Queries --------------------------------------------------------------------------

ON_QUERIES: dict[str, tuple[tuple[Any, ...], dict[str, Any], list[str]]] = {
    "to_list": ((), {}, FIND),
    "first": ((), {}, FIND),
    "one": ((), {}, FIND),
    "one_or_none": ((), {}, FIND),
    "count": ((), {}, AGGREGATE),
    "exists": ((), {}, FIND),
    "distinct": (("text",), {}, ["distinct"]),
    "aggregate": ((COUNT,), {}, AGGREGATE),
    "paginate last": ((), {"page": 1, "size": 5}, FIND),
    "paginate keyset": ((), {"size": 5}, FIND),
    "explain": ((), {}, ["explain"]),
    "update": ((), {"number": 4}, UPDATE),
    "update_one": ((), {"number": 4}, UPDATE),
    "upsert": ((), {"number": 4}, UPDATE),
    "find_one_and_update": ((), {"number": 4}, MODIFY),
    "find_one_and_delete": ((), {}, MODIFY),
}


def on_query(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], on: bool) -> Any:
    """Return the call of a method of a query, or *on* the mapper."""
    method = name.split(" ", maxsplit=1)[0]
    if on:
        return lambda w: getattr(w.mapper, method)(w.a, *args, **kwargs)
    return lambda w: getattr(w.a, method)(*args, **kwargs)


for name, (args, kwargs, sent_) in ON_QUERIES.items():
    for face, on in (("Mapper", True), ("Query", False)):
        ROWS.append((f"{face}.{name}", on_query(name, args, kwargs, on), sent_))

rows(
    "Mapper",
    {
        "estimated_count": (lambda w: w.mapper.estimated_count(w.q), ["count"]),
        "paginate more": (
            lambda w: w.mapper.paginate(w.q, page=1, size=1),
            ["find", "aggregate"],
        ),
        "delete_many": (lambda w: w.mapper.delete_many(w.a), DELETE),
        "stream": (lambda w: streamed(w, w.mapper.stream(w.q)), FIND),
        "stream in batches": (
            lambda w: streamed(w, w.mapper.stream(w.q, 2)),
            ["find", "getMore"],
        ),
        "stream_rows": (
            lambda w: streamed(w, w.mapper.stream_rows(w.q, COUNT)),
            AGGREGATE,
        ),
        "stream_rows in batches": (
            lambda w: streamed(w, w.mapper.stream_rows(w.q, Pipeline().limit(3), 2)),
            ["aggregate", "getMore"],
        ),
    },
)

rows(
    "Query",
    {
        "estimated_count": (lambda w: w.q.estimated_count(), ["count"]),
        "last": (lambda w: w.q.last(), FIND),
        "get_many": (lambda w: w.q.get_many(IDS[:2]), FIND),
        "get_many none": (lambda w: w.q.get_many([]), NONE),
        "values": (lambda w: w.q.values("text"), FIND),
        "paginate more": (
            lambda w: w.q.paginate(page=1, size=1),
            ["find", "aggregate"],
        ),
        "paginate after": (lambda w: w.q.paginate(after=w.note, size=1), FIND),
        "get_or_create": (lambda w: w.q.get_or_create(text="d"), MODIFY),
        "update_or_create": (
            lambda w: w.q.update_or_create({"number": 4}, text="a"),
            MODIFY,
        ),
        "update_or_create made by id": (
            lambda w: w.q.update_or_create({"text": "z"}, id=ObjectId()),
            MODIFY,
        ),
        "update_or_create by id": (
            lambda w: w.q.update_or_create({"text": "z"}, id=w.note.id),
            ["findAndModify", "find"],
        ),
        "preview": (lambda w: w.a.preview(number=4), ["aggregate", "find"]),
        "stream": (lambda w: streamed(w, w.q.stream()), FIND),
        "stream in batches": (
            lambda w: streamed(w, w.q.stream(2)),
            ["find", "getMore"],
        ),
        "include": (
            lambda w: w.mapper.find(w.Work).include("writer").to_list(),
            ["find", "find"],
        ),
        "to_list with join": (
            lambda w: w.mapper.find(w.Work).join(w.Work.q.writer, name="a").to_list(),
            AGGREGATE,
        ),
        "count with join": (
            lambda w: w.mapper.find(w.Work).join(w.Work.q.writer, name="a").count(),
            AGGREGATE,
        ),
        "max_affected update": (
            lambda w: w.a.max_affected(1).update(number=4),
            ["find", "update"],
        ),
        "delete": (lambda w: w.a.delete(), DELETE),
        "delete soft": (lambda w: w.mapper.find(w.Soft, text="a").delete(), UPDATE),
        "max_affected delete": (
            lambda w: w.a.max_affected(1).delete(),
            ["find", "delete"],
        ),
        "delete ruled": (
            lambda w: w.mapper.find(w.Writer, name="a").delete(),
            ["find", "find", "find", "delete", "delete", "commitTransaction"],
        ),
        "find_one_and_delete ruled": (
            lambda w: w.mapper.find(w.Writer, name="a").find_one_and_delete(),
            ["find", "find", "find", "delete", "findAndModify", "commitTransaction"],
        ),
        "hard_delete": (
            lambda w: w.mapper.find(w.Soft, text="a").hard_delete(),
            DELETE,
        ),
        "restore": (lambda w: w.mapper.find(w.Soft, text="a").restore(), UPDATE),
    },
)

rows(
    "Aggregation",
    {
        "to_list": (lambda w: w.Note.pipeline().limit(2).to_list(), AGGREGATE),
        "first": (lambda w: w.Note.pipeline().first(), AGGREGATE),
        "explain": (lambda w: w.Note.pipeline().limit(2).explain(), ["explain"]),
        "stream": (lambda w: streamed(w, w.Note.pipeline().stream()), AGGREGATE),
        "stream in batches": (
            lambda w: streamed(w, w.Note.pipeline().limit(3).stream(2)),
            ["aggregate", "getMore"],
        ),
    },
)

# -- Collections, indexes, keys ---------------------------------------------------------


async def created(w: World, call: Any) -> None:
    """Call with a collection that has one of two indexes."""
    w.mongo["draft"].create_index("text")
    await w.done(call())


async def dropping(w: World, call: Any) -> None:
    """Call with a collection that has all indexes and one more."""
    for key in ("text", "number", "more"):
        w.mongo["draft"].create_index(key)
    await w.done(call())


async def rebuilding(w: World, call: Any) -> None:
    """Call with a collection whose index is otherwise."""
    w.mongo["draft"].create_index("text", unique=True)
    w.mongo["draft"].create_index("number")
    await w.done(call())


async def hidden(w: World, call: Any) -> None:
    """Call with a collection whose index is otherwise, and can be changed in place."""
    w.mongo["draft"].create_index("text", hidden=True)
    w.mongo["draft"].create_index("number")
    await w.done(call())


async def there(w: World, call: Any) -> None:
    """Call with a collection without a validator."""
    w.mongo.create_collection("draft")
    await w.done(call())


def sealed(w: World) -> Any:
    """Rotate a key that encrypted something."""
    w.stolen("note", text=OLD.seal("secret", str))
    return w.mapper.rotate_keys(w.Note, RING)


rows(
    "Mapper",
    {
        "create_index": (
            lambda w: w.mapper.create_index(w.Note, Index("text")),
            ["createIndexes"],
        ),
        "create_index in conflict": (
            lambda w: conflict(
                w, lambda: w.mapper.create_index(w.Draft, Index("text"))
            ),
            ["createIndexes", "listIndexes"],
        ),
        "create_indexes": (
            lambda w: w.mapper.create_indexes(w.Draft),
            ["createIndexes"],
        ),
        "create_indexes none": (lambda w: w.mapper.create_indexes(w.Bare), NONE),
        "create_indexes in conflict": (
            lambda w: conflict(w, lambda: w.mapper.create_indexes(w.Draft)),
            ["createIndexes", "listIndexes"],
        ),
        "plan_indexes": (lambda w: w.mapper.plan_indexes(w.Draft), ["listIndexes"]),
        "apply_indexes": (
            lambda w: created(w, lambda: w.mapper.apply_indexes(w.Draft)),
            ["listIndexes", "createIndexes"],
        ),
        "apply_indexes none": (lambda w: w.mapper.apply_indexes(w.Bare), NONE),
        "plan_collection": (
            lambda w: w.mapper.plan_collection(w.Draft),
            ["listCollections"],
        ),
        "apply_collection": (
            lambda w: w.mapper.apply_collection(w.Draft),
            ["listCollections", "create"],
        ),
        "apply_collection none": (lambda w: w.mapper.apply_collection(w.Bare), NONE),
        "rotate_keys nothing": (
            lambda w: w.mapper.rotate_keys(w.Note, RING, batch_size=2),
            ["find", "find"],
        ),
        "rotate_keys": (sealed, ["find", "update"]),
    },
)

rows(
    "Indexes",
    {
        "plan": (lambda w: w.Draft.indexes.plan(), ["listIndexes"]),
        "apply": (
            lambda w: created(w, lambda: w.Draft.indexes.apply()),
            ["listIndexes", "createIndexes"],
        ),
        "apply none": (lambda w: w.Bare.indexes.apply(), NONE),
        "apply drop": (
            lambda w: dropping(w, lambda: w.Draft.indexes.apply(drop=["more_1"])),
            ["listIndexes", "dropIndexes"],
        ),
        "apply rebuild": (
            lambda w: rebuilding(w, lambda: w.Draft.indexes.apply(rebuild=["text_1"])),
            ["listIndexes", "dropIndexes", "createIndexes"],
        ),
        "apply in place": (
            lambda w: hidden(w, lambda: w.Draft.indexes.apply(rebuild=["text_1"])),
            ["listIndexes", "collMod"],
        ),
    },
)

rows(
    "Collection",
    {
        "plan": (lambda w: w.Draft.collection.plan(), ["listCollections"]),
        "apply": (
            lambda w: w.Draft.collection.apply(),
            ["listCollections", "create"],
        ),
        "apply change": (
            lambda w: there(w, lambda: w.Draft.collection.apply(change=["validator"])),
            ["listCollections", "collMod"],
        ),
        "apply none": (lambda w: w.Bare.collection.apply(), NONE),
    },
)

# -- Transactions -----------------------------------------------------------------------


async def aborted(w: World) -> None:
    """Leave a transaction by an error."""

    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await w.within(w.mapper.transaction(), fail)


async def aborted_late(w: World) -> None:
    """Leave a transaction that has written by an error."""

    async def fail() -> None:
        await w.done(w.a.update(number=4))
        raise KeyError

    def fail_now() -> None:
        w.a.update(number=4)
        raise KeyError

    body = fail_now if w.driver.name == "pymongo" else fail
    with pytest.raises(KeyError):
        await w.within(w.mapper.transaction(), body)


rows(
    "Mapper",
    {
        "session": (lambda w: w.within(w.mapper.session()), NONE),
        "transaction": (
            lambda w: w.within(w.mapper.transaction(), w.writing()),
            ["update", "commitTransaction"],
        ),
        "transaction alone": (lambda w: w.within(w.mapper.transaction()), NONE),
        "transaction aborted": (aborted_late, ["update", "abortTransaction"]),
        "transaction aborted alone": (aborted, NONE),
        "in_transaction": (
            lambda w: w.mapper.in_transaction(w.writing()),
            ["update", "commitTransaction"],
        ),
        "transactional": (
            lambda w: w.mapper.transactional(w.writing())(),
            ["update", "commitTransaction"],
        ),
    },
)

# -- Behaviours, references, streams ------------------------------------------------------


async def overtaken_once(w: World) -> None:
    """Change a document that someone else changes once meanwhile."""
    await w.done(w.Counted.mutate(w.a_counted.id, w.renamer(1)))


rows(
    "SoftDelete",
    {
        "delete": (lambda w: w.a_soft.delete("ann"), UPDATE),
        "restore": (lambda w: w.a_soft.restore(), UPDATE),
        "hard_delete": (lambda w: w.a_soft.hard_delete(), DELETE),
    },
)
ROWS.append(
    (
        "AutoIncrement insert",
        lambda w: w.Numbered(text="a").insert(),
        ["findAndModify", "insert"],
    )
)
ROWS.append(
    (
        "AutoIncrement insert_many",
        lambda w: w.Numbered.insert_many([w.Numbered(text=t) for t in "ab"]),
        ["findAndModify", "insert"],
    )
)
ROWS.append(
    (
        "OnDelete",
        lambda w: w.a_writer.delete(),
        ["find", "find", "delete", "delete", "commitTransaction"],
    )
)
rows("Audited", {"save": (lambda w: w.changed(w.a_signed).save("ann"), UPDATE)})
rows(
    "Versioned",
    {
        "mutate": (
            lambda w: w.Counted.mutate(w.a_counted.id, w.renamer()),
            ["find", "update"],
        ),
        "mutate overtaken": (
            overtaken_once,
            ["find", "update", "find", "find", "update"],
        ),
    },
)
rows("Ref", {"fetch": (lambda w: w.Work(writer=w.a_writer.id).writer.fetch(), FIND)})


async def followed(w: World, clear: bool = False) -> None:
    """Open a stream, and ask once."""
    stream = w.mapper.watch(w.Note, max_await=0.1)

    def ask() -> Any:
        if clear:
            w.sent.clear()
        return stream.try_next()

    await w.within(stream, ask)


async def handled(w: World, resume: str | None = "place") -> None:
    """Say that an event was handled."""
    named = {} if resume is None else {"resume": resume}
    stream = w.mapper.watch(w.Note, max_await=5, **named)

    async def ask() -> None:
        w.stolen("note", number=9)
        assert await w.done(stream.try_next()) is not None
        w.sent.clear()
        await w.done(stream.done())

    def ask_now() -> None:
        w.stolen("note", number=9)
        assert stream.try_next() is not None
        w.sent.clear()
        stream.done()

    await w.within(stream, ask_now if w.driver.name == "pymongo" else ask)


async def closed(w: World) -> None:
    """Close a stream that was never opened."""
    await w.done(w.mapper.watch(w.Note).close())


OPENED = ["aggregate", "getMore"]
rows(
    "ChangeStream",
    {
        "try_next": (lambda w: followed(w, clear=True), ["getMore"]),
        "try_next opening": (followed, OPENED),
        "done": (handled, UPDATE),
        "done unnamed": (lambda w: handled(w, resume=None), NONE),
        "close": (closed, NONE),
    },
)

# -- What is held -------------------------------------------------------------------------


FACES: dict[str, Any] = {
    "Mapper": Mapper,
    "SyncDocument": SyncDocument,
    "Query": Query,
    "Aggregation": Aggregation,
    "Indexes": Indexes,
    "Collection": Collection,
    "SoftDelete": SoftDelete,
    "Audited": Audited,
    "Timestamped": Timestamped,
    "Versioned": Versioned,
    "AutoIncrement": AutoIncrement,
    "Ref": Ref,
    "OnDelete": OnDelete,
    "ChangeStream": ChangeStream,
}
LAZY = {
    # They make a query, a pipeline or a stream, or narrow it.
    "Mapper": "ambient find outside_session watch with_options",
    "SyncDocument": "all filter find pipeline watch",
    "Query": (
        "cached deleting everything in_session join only_deleted"
        " pipeline prepare read_concern read_preference uncached updating using watch"
        " with_deleted write_concern"
    ),
    "Aggregation": (
        "cached in_session read_concern read_preference uncached using write_concern"
    ),
    "SoftDelete": "only_deleted with_deleted",
}
SILENT = {
    # They work on what is in memory.
    "SyncDocument": (
        "changes from_dict from_json json_schema on register_post_delete_hook"
        " register_post_save_hook register_pre_delete_hook register_pre_save_hook"
        " to_dict to_json"
    ),
    "Query": "to_shell",
    "Collection": "validator",
    "Ref": "found",
    # A ping is no command of a document's, and `close` ends what could send.
    "Mapper": "close ping",
}


def public(face: Any) -> dict[str, Any]:
    """Return the public methods of *face*."""
    found = methods_of(face)
    if face in (SoftDelete, Versioned, Audited):
        found = {n: f for n, f in found.items() if n in vars(face)}
    return found


def excepted(name: str) -> set[str]:
    """Return the methods of a face that send nothing."""
    return {*LAZY.get(name, "").split(), *SILENT.get(name, "").split()}


def counts_of() -> dict[str, set[int]]:
    """Return how many commands each method sends, in its cases."""
    found: dict[str, set[int]] = {}
    for name, _, sent in ROWS:
        found.setdefault(name.split(" ")[0], set()).add(len(sent))
    return found


@pytest.mark.parametrize("name", FACES)
def test_every_method_has_a_row(name: str):
    """What is public sends what the table says, or is known to send nothing."""
    listed = {one.split(".")[1] for one in counts_of() if one.startswith(f"{name}.")}
    assert not listed & excepted(name)
    assert listed | excepted(name) == public(FACES[name]).keys()


@pytest.mark.parametrize("name", FACES)
async def test_what_is_sent(driver: Any, sent: Any, name: str):
    """Each method sends these commands, in this order, by each driver."""
    found, expected = {}, {}
    for case, call, commands in ROWS:
        if case.split(".")[0].split(" ")[0] == name:
            world = await World(driver, sent).fill()
            sent.clear()
            await world.done(call(world))
            found[case], expected[case] = list(sent), commands
            world.empty()
    assert found == expected


EACH = re.compile(r"each( method)? sends one command", re.IGNORECASE)
SAID = {
    0: r"\b(none|nothing|no command)\b",
    1: r"\b(one|a) command\b",
    2: r"\b(two|three|second|more|another|one for|each|every|commit|the commands? of)\b",
}


def described(name: str) -> tuple[str, str]:
    """Return what the docstring of a method says, and what its class says of all."""
    face, _, method = name.partition(".")
    cls = FACES[face]
    if method:
        owner = next((one for one in cls.__mro__ if EACH.search(text_of(one))), cls)
        inside = method in vars(owner) or owner is cls
        return text_of(public(cls)[method]), text_of(owner) if inside else ""
    return text_of(cls), ""


def text_of(documented: Any) -> str:
    """Return a docstring in one line."""
    return " ".join((documented.__doc__ or "").split())


@pytest.mark.parametrize("name", sorted(counts_of()))
def test_docstrings_say_how_many(name: str):
    """What the table counts is said: by the method, or of all methods by their class."""
    said, of_all = described(name)
    known = {1} if EACH.search(of_all) else set()
    for count in counts_of()[name] - known:
        assert "command" in said or "ends nothing" in said
        assert re.search(SAID[min(count, 2)], said), count
