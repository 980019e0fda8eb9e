"""Every public flow driven by hand: the steps it takes, without any driver."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType, SimpleNamespace
from typing import Any

import attrs
import bson
import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from cryptography.fernet import Fernet
from typing_extensions import Self

import mapper.flows
from mapper import Index, OnDelete, Ref, SyncDocument, field, state_field
from mapper.behaviours import AutoIncrement, SoftDelete, Versioned
from mapper.bulk import BulkWritten, Delete, Insert, Save
from mapper.codec import CODEC, RAW
from mapper.collections import CollectionPlan
from mapper.commands import Atomic, Call, Command, Pause, run
from mapper.encryption import FernetCipher
from mapper.errors import (
    BulkInsertError,
    BulkWriteError,
    DanglingRefError,
    DeleteDeniedError,
    DocumentNotFoundError,
    DocumentsMissingError,
    DuplicateKeyError,
    IndexConflictError,
    MultipleDocumentsError,
    StaleDocumentError,
    TooManyAffectedError,
    TransitionError,
    UnknownCommitError,
)
from mapper.flows import (
    bulk,
    changing,
    collecting,
    creating,
    deleting,
    documents,
    explaining,
    finding,
    following,
    guarding,
    including,
    indexing,
    inserting,
    loading,
    misses,
    mutating,
    paging,
    picking,
    planning,
    reading,
    restoring,
    rotation,
    transactions,
    transitions,
    watching,
    writing,
)
from mapper.flows.changing import Written
from mapper.flows.following import Following
from mapper.flows.transactions import Terms
from mapper.hydration import load
from mapper.query import Query
from mapper.sessions import Ambient
from mongo_dsl import Pipeline
from mongo_dsl.errors import OperandError


ID, OTHER = ObjectId("0" * 24), ObjectId("1" * 24)
OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
TOKEN = FernetCipher(OLD).seal("secret", str)


class Alone(SyncDocument):
    """A document without anything besides."""

    name: str
    mail: str | None = field(default=None, db_name="e_mail")


class Soft(SoftDelete, SyncDocument):
    """A document that is marked instead of deleted."""

    name: str


class Numbered(AutoIncrement, SyncDocument):
    """A document whose ids are counted."""

    name: str


class Versions(Versioned, SyncDocument):
    """A document whose writes are counted."""

    name: str


class Errand(SyncDocument):
    """A document with a state."""

    state: str = state_field(default="new", transitions={"new": ["done"]})


class Owner(SyncDocument):
    """A document that others refer to."""

    name: str


class Owned(SyncDocument):
    """A document that goes with its owner."""

    owner: Ref["Owner"] = field(on_delete=OnDelete.CASCADE)


class Held(SyncDocument):
    """A document that is held by others."""

    name: str


class Holding(SyncDocument):
    """A document that keeps another from being deleted."""

    held: Ref["Held"] = field(on_delete=OnDelete.DENY)


class Declaring(SyncDocument):
    """A document with an index and a validator."""

    name: str

    class Meta:
        indexes = (Index("name"),)
        validator = True


class DriverError(Exception):
    """An error of a driver, told by what it carries."""

    def __init__(self, code: int | None = None, *labels: str, **details: Any) -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.details = details
        self.labels = labels

    def has_error_label(self, label: str) -> bool:
        """Tell whether the server gave the error this *label*."""
        return label in self.labels


DUPLICATE = DriverError(11000, keyPattern={"name": 1}, keyValue={"name": "Ann"})


def stored(cls: Any = Alone, **row: Any) -> Any:
    """Return a document that was loaded."""
    return load(cls, {"_id": ID, "name": "Ann", **row})


def changed(document: Any, name: str = "Bob") -> Any:
    """Return *document* with another name."""
    document.name = name
    return document


def fresh(cls: Any = Alone, **values: Any) -> Any:
    """Return a new document with a known id."""
    return cls(**{"id": ID, "name": "Ann", **values})


def find(collection: str, filter_: Any, **given: Any) -> Command:
    """Return a find of all rows."""
    return Command(collection, "find", (), {"filter": filter_, **given}, rows=True)


def send(collection: str, method: str, *args: Any, **given: Any) -> Command:
    """Return any other command."""
    return Command(collection, method, args, given)


def raws(*rows: Any) -> list[RawBSONDocument]:
    """Return *rows* as BSON, which is how many are sent."""
    return [RawBSONDocument(bson.encode(row, codec_options=CODEC), RAW) for row in rows]


def reply(**attributes: Any) -> Any:
    """Return what a driver answers to a write."""
    return SimpleNamespace(
        **{"matched_count": 1, "modified_count": 1, "upserted_id": None, **attributes}
    )


def bulk_reply(**counts: int) -> Any:
    """Return what a driver answers to a bulk write."""
    names = ("nInserted", "nMatched", "nModified", "nRemoved", "nUpserted")
    found = {**dict.fromkeys(names, 0), **counts, "upserted": []}
    return SimpleNamespace(bulk_api_result=found)


def drive(flow: Any, steps: list[tuple[Any, Any]]) -> Any:
    """Run *flow*, which takes these *steps*; give it the replies beside them."""
    left = list(steps)

    def take(step: Any) -> Any:
        assert left, f"one step more: {step}"
        expected, answer = left.pop(0)
        if inspect.isfunction(expected):
            expected(step)
        else:
            assert step == expected
        if isinstance(answer, BaseException):
            raise answer
        return answer

    try:
        return run(flow, take)
    finally:
        assert not left, "some steps weren't taken"


def pause(step: Any) -> None:
    """Expect a wait."""
    assert isinstance(step, Pause)
    assert step.seconds >= 0


ROW = {"_id": ID, "name": "Ann", "e_mail": None}
ANN = {"name": "Ann"}
ROWS: list[tuple[str, Any, list[tuple[Any, Any]], Any]] = []


def row(name: str, flow: Any, *steps: tuple[Any, Any], gives: Any = ...) -> None:
    """Say which steps the *flow* of this *name* takes, and its result or error."""
    ROWS.append((name, flow, list(steps), gives))


def same(name: str, value: Any) -> Any:
    """Return a check of an attribute of the result."""

    def check(result: Any) -> None:
        assert getattr(result, name) == value

    return check


def names(*expected: str) -> Any:
    """Return a check of the names of documents."""

    def check(result: Any) -> None:
        assert [one.name for one in result] == [*expected]

    return check


# -- Storing ---------------------------------------------------------------------------


def numbering(step: Any) -> None:
    """Expect the command that takes numbers."""
    assert (step.method, step.args[0]) == ("find_one_and_update", {"_id": "numbered"})
    assert step.kwargs == {"upsert": True, "return_document": True, "session": None}


row(
    "inserting.insert",
    lambda: inserting.insert(fresh()),
    (send("alone", "insert_one", ROW), reply()),
    gives=same("is_stored", True),
)
row(
    "inserting.insert",
    lambda: inserting.insert(fresh(), "session"),
    (send("alone", "insert_one", ROW, session="session"), DUPLICATE),
    gives=DuplicateKeyError,
)
row(
    "inserting.insert_many",
    lambda: inserting.insert_many([fresh(), fresh(id=OTHER)]),
    (
        send("alone", "insert_many", raws(ROW, {**ROW, "_id": OTHER}), ordered=True),
        reply(),
    ),
    gives=names("Ann", "Ann"),
)
row("inserting.insert_many", lambda: inserting.insert_many([]), gives=[])
row(
    "inserting.insert_many",
    lambda: inserting.insert_many([fresh()], ordered=False),
    (
        send("alone", "insert_many", raws(ROW), ordered=False),
        DriverError(65, writeErrors=[{"index": 0, "code": 1, "errmsg": "no"}]),
    ),
    gives=BulkInsertError,
)
row("inserting.values_of", lambda: inserting.values_of([fresh()]), gives=[{}])
row(
    "inserting.values_of",
    lambda: inserting.values_of([Numbered(name="a"), Numbered(name="b")]),
    (numbering, {"value": 7}),
    gives=[{"id": 6}, {"id": 7}],
)
row("inserting.announced", lambda: inserting.announced("before", [fresh()]), gives=None)
row(
    "writing.save", lambda: writing.save(fresh()), (send("alone", "insert_one", ROW), 0)
)
row("writing.save", lambda: writing.save(stored()), gives=same("name", "Ann"))
UPDATED = send("alone", "update_one", {"_id": ID}, {"$set": {"name": "Bob"}})
row(
    "writing.save",
    lambda: writing.save(changed(stored())),
    (UPDATED, reply()),
    gives=same("is_dirty", False),
)
row(
    "writing.save",
    lambda: writing.save(changed(stored())),
    (UPDATED, reply(matched_count=0)),
    gives=DocumentNotFoundError,
)
VERSIONED = {"name": "Bob", "version": 4}
GUARDED = send("versions", "update_one", {"_id": ID, "version": 3}, {"$set": VERSIONED})
LOOKED = send("versions", "find_one", {"_id": ID}, {"_id": 1})
row(
    "writing.save",
    lambda: writing.save(changed(stored(Versions, version=3))),
    (GUARDED, reply(matched_count=0)),
    (LOOKED, {"_id": ID}),
    gives=StaleDocumentError,
)
row(
    "writing.rewrite",
    lambda: writing.rewrite(stored(), {"mail": "a"}, expected={"name": "Ann"}),
    (
        send("alone", "update_one", {"_id": ID, **ANN}, {"$set": {"e_mail": "a"}}),
        reply(),
    ),
    gives=same("mail", "a"),
)
row(
    "writing.replace",
    lambda: writing.replace(changed(stored())),
    (send("alone", "replace_one", {"_id": ID}, {**ROW, "name": "Bob"}), reply()),
    gives=same("is_dirty", False),
)
row("writing.replace", lambda: writing.replace(fresh()), gives=DocumentNotFoundError)
REMOVED = send("alone", "delete_one", {"_id": ID})
row(
    "writing.delete",
    lambda: writing.delete(stored()),
    (REMOVED, reply(deleted_count=1)),
    gives=True,
)
row(
    "writing.delete",
    lambda: writing.delete(stored()),
    (REMOVED, reply(deleted_count=0)),
    gives=False,
)
row(
    "writing.delete",
    lambda: writing.delete(stored(Soft), hard=True),
    (send("soft", "delete_one", {"_id": ID}), reply(deleted_count=1)),
    gives=True,
)


def marks(step: Any) -> None:
    """Expect the update that marks a document."""
    filter_, update = step.args
    assert (step.collection, step.method) == ("soft", "update_one")
    assert filter_ == {"_id": ID, "is_deleted": {"$ne": True}}
    assert update["$set"].keys() <= {"is_deleted", "deleted_at", "deleted_by"}
    assert update["$set"]["is_deleted"] is True


row(
    "writing.delete",
    lambda: writing.delete(stored(Soft)),
    (marks, reply()),
    gives=True,
)
row(
    "writing.reload",
    lambda: writing.reload(stored()),
    (send("alone", "find_one", {"_id": ID}), {**ROW, "name": "Eve"}),
    gives=same("name", "Eve"),
)
row(
    "writing.reload",
    lambda: writing.reload(stored()),
    (send("alone", "find_one", {"_id": ID}), None),
    gives=DocumentNotFoundError,
)
LIVE = {"is_deleted": False, "deleted_at": None}
row(
    "restoring.restore",
    lambda: restoring.restore(stored(Soft, is_deleted=True, deleted_by=None)),
    (
        send("soft", "update_one", {"_id": ID}, {"$set": {**LIVE, "deleted_by": None}}),
        reply(),
    ),
    gives=same("is_deleted", False),
)
row(
    "restoring.restore_many",
    lambda: restoring.restore_many(Soft.find(name="Ann")),
    (
        send(
            "soft",
            "update_many",
            {**ANN, "is_deleted": True},
            {"$set": {**LIVE, "deleted_by": None}},
        ),
        reply(modified_count=3),
    ),
    gives=3,
)
EXPECTED = {"_id": ID, "state": "new"}
DONE = send("errand", "update_one", EXPECTED, {"$set": {"state": "done"}})
row(
    "transitions.transition",
    lambda: transitions.transition(load(Errand, EXPECTED), "done", {}),
    (DONE, reply()),
    gives=same("state", "done"),
)
row(
    "transitions.transition",
    lambda: transitions.transition(load(Errand, EXPECTED), "done", {}),
    (DONE, reply(matched_count=0)),
    (send("errand", "find_one", {"_id": ID}, {"_id": 1}), {"_id": ID}),
    (send("errand", "find_one", {"_id": ID}, {"state": 1}), {"state": "done"}),
    gives=TransitionError,
)
row(
    "transitions.transition",
    lambda: transitions.transition(
        load(Errand, {**EXPECTED, "state": "done"}), "new", {}
    ),
    gives=TransitionError,
)


def rename(document: Any) -> None:
    """Change a document."""
    document.name = "Bob"


def renaming(step: Any) -> None:
    """Expect a call of `rename`, and make it."""
    assert isinstance(step, Call)
    step()


FOUND = find("versions", {"_id": ID}, limit=2)
VERSION_ROW = {"_id": ID, "name": "Ann", "version": 3}
row(
    "mutating.mutate",
    lambda: mutating.mutate(Versions.find(id=ID), rename, 2),
    (FOUND, [{**VERSION_ROW}]),
    (renaming, None),
    (GUARDED, reply(matched_count=0)),
    (LOOKED, {"_id": ID}),
    (pause, None),
    (FOUND, [{**VERSION_ROW}]),
    (renaming, None),
    (GUARDED, reply()),
    gives=same("name", "Bob"),
)
row(
    "documents.missed",
    lambda: documents.missed(stored(), False),
    gives=lambda error: isinstance(error, DocumentNotFoundError),
)
row(
    "documents.missed",
    lambda: documents.missed(stored(Versions), True),
    (LOOKED, {"_id": ID}),
    gives=lambda error: isinstance(error, StaleDocumentError),
)

# -- Reading -----------------------------------------------------------------------------

row(
    "reading.to_list",
    lambda: reading.to_list(Alone.find(mail="a").sort("name").limit(3)),
    (find("alone", {"e_mail": "a"}, sort=[("name", 1)], limit=3), [ROW]),
    gives=names("Ann"),
)
row("reading.made", lambda: reading.made(Alone.all(), [ROW]), gives=names("Ann"))
row(
    "finding.rows",
    lambda: finding.rows(Alone.all()),
    (find("alone", {}), [ROW]),
    gives=[ROW],
)
row(
    "finding.documents",
    lambda: finding.documents(Alone.all()),
    (find("alone", {}), [ROW]),
    gives=names("Ann"),
)
row("loading.loaded", lambda: loading.loaded(Alone.all(), [ROW]), gives=names("Ann"))
row("loading.loaded_one", lambda: loading.loaded_one(Alone, ROW), gives=same("id", ID))
row(
    "reading.first",
    lambda: reading.first(Alone.find(name="Ann")),
    (find("alone", ANN, limit=1), []),
    gives=None,
)
row(
    "reading.last",
    lambda: reading.last(Alone.all().sort("name")),
    (find("alone", {}, sort=[("name", -1)], limit=1), [ROW]),
    gives=same("id", ID),
)
TWO = find("alone", ANN, limit=2)
row("reading.one", lambda: reading.one(Alone.find(name="Ann")), (TWO, [ROW]))
row(
    "reading.one",
    lambda: reading.one(Alone.find(name="Ann")),
    (TWO, []),
    gives=DocumentNotFoundError,
)
row(
    "reading.one_or_none",
    lambda: reading.one_or_none(Alone.find(name="Ann")),
    (TWO, [ROW, {**ROW, "_id": OTHER}]),
    gives=MultipleDocumentsError,
)
row(
    "reading.one_or_none",
    lambda: reading.one_or_none(Alone.find(name="Ann")),
    (TWO, []),
    gives=None,
)
row(
    "reading.count",
    lambda: reading.count(Alone.find(name="Ann").skip(1)),
    (send("alone", "count_documents", ANN, skip=1), 4),
    gives=4,
)
row(
    "reading.estimated_count",
    lambda: reading.estimated_count(Alone.all()),
    (send("alone", "estimated_document_count"), 4),
    gives=4,
)
row(
    "reading.exists",
    lambda: reading.exists(Alone.find(name="Ann")),
    (find("alone", ANN, projection={"_id": 1}, limit=1), []),
    gives=False,
)
row(
    "reading.distinct",
    lambda: reading.distinct(Alone.find(name="Ann"), Alone.q.mail),
    (send("alone", "distinct", "e_mail", ANN), ["a"]),
    gives=["a"],
)
COUNTED = attrs.evolve(
    send("alone", "aggregate", [{"$match": ANN}, {"$count": "n"}]), rows=True
)
row(
    "reading.aggregate",
    lambda: reading.aggregate(Alone.find(name="Ann"), Pipeline().count("n")),
    (COUNTED, [{"n": 2}]),
    gives=[{"n": 2}],
)


def joining(step: Any) -> None:
    """Expect a pipeline that joins, and counts."""
    (stages,) = step.args
    (lookup,) = (stage["$lookup"] for stage in stages if "$lookup" in stage)
    assert (step.collection, step.method, step.rows) == ("owned", "aggregate", True)
    assert lookup["from"] == "owner"
    assert stages[-1] == {"$count": "n"}


row(
    "reading.count",
    lambda: reading.count(Owned.find().join(Owned.q.owner, name="Ann")),
    (joining, [{"n": 2}]),
    gives=2,
)
row(
    "picking.values",
    lambda: picking.values(Alone.all(), (Alone.q.mail,), flat=True),
    (find("alone", {}, projection={"e_mail": 1, "_id": 0}), [{"e_mail": "a"}, {}]),
    gives=["a", None],
)
row(
    "picking.get",
    lambda: picking.get(Alone, ID, Query),
    (send("alone", "find_one", {"_id": ID}), ROW),
    gives=same("name", "Ann"),
)
row(
    "picking.get",
    lambda: picking.get(Alone, str(ID), Query),
    (send("alone", "find_one", {"_id": ID}), None),
    gives=None,
)
row("picking.get", lambda: picking.get(Alone, {"$ne": None}, Query), gives=OperandError)
row(
    "picking.get",
    lambda: picking.get(Soft, ID, Query),
    (find("soft", {"_id": ID, "is_deleted": {"$ne": True}}, limit=1), []),
    gives=None,
)
IDS = {"_id": {"$in": [OTHER, ID]}}
row(
    "picking.get_many",
    lambda: picking.get_many(Alone.all(), [OTHER, ID], strict=True),
    (find("alone", IDS), [ROW, {**ROW, "_id": OTHER, "name": "Eve"}]),
    gives=names("Eve", "Ann"),
)
row(
    "picking.get_many",
    lambda: picking.get_many(Alone.all(), [OTHER, ID], strict=True),
    (find("alone", IDS), [ROW]),
    gives=DocumentsMissingError,
)
row(
    "picking.get_many", lambda: picking.get_many(Alone.all(), [], strict=True), gives=[]
)
BY_ID = [("_id", 1)]
row(
    "paging.paginate",
    lambda: paging.paginate(Alone.all(), 2, 1, None, None),
    (find("alone", {}, sort=BY_ID, skip=1, limit=2), [ROW, {**ROW, "_id": OTHER}]),
    (send("alone", "count_documents", {}), 5),
    gives=same("total", 5),
)
row(
    "paging.paginate",
    lambda: paging.paginate(Alone.all(), None, 1, stored(), None),
    (find("alone", {"_id": {"$gt": ID}}, sort=BY_ID, limit=2), [ROW]),
    gives=same("has_next", False),
)
row(
    "paging.paginate",
    lambda: paging.paginate(Alone.all(), None, 1, None, stored()),
    (
        find("alone", {"_id": {"$lt": ID}}, sort=[("_id", -1)], limit=2),
        [{**ROW}, {**ROW, "_id": OTHER}],
    ),
    gives=same("has_previous", True),
)
row(
    "explaining.explain",
    lambda: explaining.explain(Alone.find(name="Ann"), None, "queryPlanner"),
    (
        send(
            "",
            "command",
            {"explain": {"find": "alone", "filter": ANN}, "verbosity": "queryPlanner"},
        ),
        {},
    ),
)
OWNED = {"_id": OTHER, "owner": ID}
row(
    "including.included",
    lambda: including.included(
        Owned.all().include(Owned.q.owner), [load(Owned, OWNED)]
    ),
    (find("owner", {"_id": {"$in": [ID]}}), [{"_id": ID, "name": "Ann"}]),
    gives=lambda result: result[0].owner.document.name == "Ann",
)
row("including.included", lambda: including.included(Owned.all(), []), gives=[])
row(
    "including.fetch",
    lambda: including.fetch(load(Owned, OWNED).owner),
    (find("owner", {"_id": ID}, limit=1), []),
    gives=DanglingRefError,
)

# -- Changing by queries -------------------------------------------------------------------

SET = {"$set": {"e_mail": "a"}}
row(
    "changing.update_many",
    lambda: changing.update_many(Alone.find(name="Ann"), None, {"mail": "a"}),
    (send("alone", "update_many", ANN, SET), reply(matched_count=2)),
    gives=Written(2, 1),
)
ONLY = find("alone", ANN, projection={"_id": 1}, limit=2)
row(
    "changing.update_many",
    lambda: changing.update_many(
        Alone.find(name="Ann").max_affected(1), None, {"mail": "a"}
    ),
    (ONLY, [{"_id": ID}]),
    (send("alone", "update_many", {**ANN, "_id": {"$in": [ID]}}, SET), reply()),
    gives=Written(1, 1),
)
row(
    "changing.update_one",
    lambda: changing.update_one(Alone.find(name="Ann"), None, {"mail": "a"}),
    (send("alone", "update_one", ANN, SET), reply()),
    gives=Written(1, 1),
)
UPSERT = send("alone", "update_one", ANN, SET, upsert=True)
row(
    "changing.upsert",
    lambda: changing.upsert(Alone.find(name="Ann"), None, {"mail": "a"}),
    (UPSERT, DUPLICATE),
    (UPSERT, reply(upserted_id=ID)),
    gives=Written(1, 1, ID),
)
row("changing.sent", lambda: changing.sent(UPSERT, Alone), (UPSERT, 5), gives=5)
row(
    "changing.sent",
    lambda: changing.sent(send("alone", "update_one", ANN, SET), Alone),
    (send("alone", "update_one", ANN, SET), DUPLICATE),
    gives=DuplicateKeyError,
)
row(
    "changing.remove",
    lambda: changing.remove(Alone.find(name="Ann")),
    (send("alone", "delete_many", ANN), reply(deleted_count=2)),
    gives=2,
)
row(
    "changing.remove_first",
    lambda: changing.remove_first(Alone.find(name="Ann").sort("name"), False),
    (send("alone", "find_one_and_delete", ANN, sort=[("name", 1)]), ROW),
    gives=same("id", ID),
)
row(
    "changing.find_one_and_update",
    lambda: changing.find_one_and_update(
        Alone.find(name="Ann"), None, {"mail": "a"}, before=True
    ),
    (
        send(
            "alone",
            "find_one_and_update",
            ANN,
            SET,
            upsert=False,
            return_document=False,
        ),
        None,
    ),
    gives=None,
)
ON_INSERT = {"$setOnInsert": {"_id": ID, "name": "Ann", "e_mail": None}}
row(
    "creating.get_or_create",
    lambda: creating.get_or_create(Alone.all(), {"id": ID}, {"name": "Ann"}),
    (find("alone", ANN, limit=1), []),
    (
        send(
            "alone",
            "find_one_and_update",
            ANN,
            ON_INSERT,
            upsert=True,
            return_document=False,
        ),
        None,
    ),
    gives=lambda result: (result[0].is_stored, result[1]) == (True, True),
)
row(
    "creating.update_or_create",
    lambda: creating.update_or_create(
        Alone.all(), {"mail": "a"}, {}, {"id": ID, **ANN}
    ),
    (
        send(
            "alone",
            "find_one_and_update",
            {"_id": ID, **ANN},
            {**SET, "$setOnInsert": {"_id": ID, "name": "Ann"}},
            upsert=True,
            return_document=False,
        ),
        ROW,
    ),
    (find("alone", {"_id": ID}), [{**ROW, "e_mail": "a"}]),
    gives=lambda result: (result[0].mail, result[1]) == ("a", False),
)
row("guarding.within_limit", lambda: guarding.within_limit(Alone.all(), "update"))
row(
    "guarding.within_limit",
    lambda: guarding.within_limit(Alone.find(name="Ann").max_affected(1), "update"),
    (ONLY, [{"_id": ID}, {"_id": OTHER}]),
    (send("alone", "count_documents", ANN), 7),
    gives=TooManyAffectedError,
)
row(
    "guarding.preview",
    lambda: guarding.preview(Alone.find(name="Ann"), None, 5),
    (send("alone", "count_documents", ANN), 1),
    (find("alone", ANN, limit=5), [ROW]),
    gives=same("count", 1),
)

# -- Deleting by rules ---------------------------------------------------------------------

row(
    "deleting.delete_many",
    lambda: deleting.delete_many(Alone.find(name="Ann")),
    (send("alone", "delete_many", ANN), reply(deleted_count=2)),
    gives=2,
)
row(
    "deleting.find_one_and_delete",
    lambda: deleting.find_one_and_delete(Alone.find(name="Ann")),
    (send("alone", "find_one_and_delete", ANN), None),
    gives=None,
)


def atomic(step: Any) -> None:
    """Expect a flow that runs in a transaction."""
    assert isinstance(step, Atomic)
    assert step.session is None


row(
    "deleting.ruled",
    lambda: deleting.ruled(Owner, None, lambda: pytest.fail("simply"), dict),
    (atomic, 3),
    gives=3,
)
OWNERS = find("owner", ANN, projection={"_id": 1})
OF_OWNER = find("owned", {"owner": {"$in": [ID]}}, projection={"_id": 1})
row(
    "deleting.ids_of",
    lambda: deleting.ids_of(Owner.find(name="Ann")),
    (OWNERS, [{"_id": ID}]),
    gives=[ID],
)
GONE = send("owned", "delete_many", {"_id": {"$in": [OTHER]}})
row(
    "deleting.many",
    lambda: deleting.many(Owner.find(name="Ann"), False),
    (OWNERS, [{"_id": ID}]),
    (OF_OWNER, [{"_id": OTHER}]),
    (GONE, reply(deleted_count=1)),
    (
        send("owner", "delete_many", {**ANN, "_id": {"$in": [ID]}}),
        reply(deleted_count=1),
    ),
    gives=1,
)
row(
    "deleting.first",
    lambda: deleting.first(Owner.find(name="Ann"), False),
    (attrs.evolve(OWNERS, kwargs={**OWNERS.kwargs, "limit": 1}), [{"_id": ID}]),
    (OF_OWNER, []),
    (
        send("owner", "find_one_and_delete", {**ANN, "_id": {"$in": [ID]}}),
        {"_id": ID, "name": "Ann"},
    ),
    gives=same("id", ID),
)
row(
    "deleting.delete_related",
    lambda: deleting.delete_related(Held.all(), [ID], hard=False, soft=False),
    (
        find("holding", {"held": {"$in": [ID]}}, projection={"_id": 1}, limit=5),
        [{"_id": OTHER}],
    ),
    gives=DeleteDeniedError,
)

# -- Many writes --------------------------------------------------------------------------


def written(collection: str, count: int, ordered: bool = True) -> Any:
    """Return what expects a bulk write of so many operations."""

    def check(step: Any) -> None:
        assert (step.collection, step.method) == (collection, "bulk_write")
        assert len(step.args[0]) == count
        assert step.kwargs == {"ordered": ordered}

    return check


row(
    "bulk.bulk_write",
    lambda: bulk.bulk_write([Insert(fresh()), changed(stored()), Delete(stored())]),
    (written("alone", 3), bulk_reply(nInserted=1, nMatched=1, nModified=1, nRemoved=1)),
    gives=BulkWritten(1, 1, 1, 1),
)
row("bulk.bulk_write", lambda: bulk.bulk_write([]), gives=BulkWritten())
row(
    "bulk.bulk_write",
    lambda: bulk.bulk_write([changed(stored())]),
    (written("alone", 1), bulk_reply()),
    (Command("alone", "find", ({"_id": {"$in": [ID]}},), {}, rows=True), []),
    gives=BulkWriteError,
)
row("bulk.save_many", lambda: bulk.save_many([stored()]), gives=names("Ann"))
row(
    "bulk.save_many",
    lambda: bulk.save_many([changed(stored())]),
    (written("alone", 1, ordered=False), bulk_reply(nMatched=1)),
    gives=names("Bob"),
)
row(
    "planning.plan",
    lambda: planning.plan([(0, Save(changed(stored())))]),
    gives=lambda result: result[0].found == {"_id": ID},
)


def planned() -> Any:
    """Return what was planned for a document that changed."""
    return drive(planning.plan([(0, Save(changed(stored())))]), [])


row("misses.missed", lambda: misses.missed(planned(), {"nMatched": 1}, None), gives=[])
row(
    "misses.missed",
    lambda: misses.missed(planned(), {"nMatched": 0}, "session"),
    (
        Command(
            "alone",
            "find",
            ({"_id": {"$in": [ID]}},),
            {"session": "session"},
            rows=True,
        ),
        [],
    ),
    gives=lambda result: len(result) == 1,
)
row("misses.kept", lambda: misses.kept(planned(), {}, None), gives=[])
row(
    "rotation.rotate_keys",
    lambda: rotation.rotate_keys(Alone, FernetCipher([NEW, OLD]), 1),
    (
        Command("alone", "find", ({},), {"sort": BY_ID, "limit": 1}, rows=True),
        [{"_id": ID, "name": TOKEN}],
    ),
    (
        lambda step: (
            (
                step.args[0]["updates"][0]["q"] == {"_id": ID, "name": {"$eq": TOKEN}}
                and step.kwargs == {"codec_options": CODEC}
            )
            or pytest.fail(str(step))
        ),
        {"nModified": 1},
    ),
    (
        Command(
            "alone",
            "find",
            ({"_id": {"$gt": ID}},),
            {"sort": BY_ID, "limit": 1},
            rows=True,
        ),
        [],
    ),
    gives=1,
)

# -- Indexes and collections ----------------------------------------------------------------

BY_NAME = {"key": {"name": 1}, "name": "name_1"}
CREATE = send("", "command", {"createIndexes": "declaring", "indexes": [BY_NAME]})
LIST = send("", "command", {"listIndexes": "declaring"})
ID_INDEX = {"v": 2, "key": {"_id": 1}, "name": "_id_"}
LISTED = {"cursor": {"firstBatch": [ID_INDEX, {"v": 2, **BY_NAME}]}}
row(
    "indexing.create_index",
    lambda: indexing.create_index(Declaring, Index("name"), "session"),
    (attrs.evolve(CREATE, kwargs={"session": "session"}), {}),
    gives="name_1",
)
OTHERWISE = {"cursor": {"firstBatch": [ID_INDEX, {"v": 2, **BY_NAME, "unique": True}]}}
row(
    "indexing.create_index",
    lambda: indexing.create_index(Declaring, Index("name")),
    (CREATE, DriverError(86)),
    (LIST, OTHERWISE),
    gives=IndexConflictError,
)
row(
    "indexing.create_indexes",
    lambda: indexing.create_indexes(Declaring),
    (CREATE, {}),
    gives=["name_1"],
)
row("indexing.create_indexes", lambda: indexing.create_indexes(Alone), gives=[])
row(
    "indexing.plan",
    lambda: indexing.plan(Declaring),
    (LIST, DriverError(26)),
    gives=lambda result: [one.name for one in result.create] == ["name_1"],
)
row(
    "indexing.apply",
    lambda: indexing.apply(Declaring, drop=["more"]),
    (
        LIST,
        {"cursor": {"firstBatch": [{"v": 2, "key": {"more": 1}, "name": "more"}]}},
    ),
    (send("", "command", {"dropIndexes": "declaring", "index": ["more"]}), {}),
    (CREATE, {}),
)
row("indexing.apply", lambda: indexing.apply(Declaring), (LIST, LISTED))
COLLECTIONS = send(
    "", "command", {"listCollections": 1, "filter": {"name": "declaring"}}
)
NONE_THERE: dict[str, Any] = {"cursor": {"firstBatch": []}}
row(
    "collecting.plan",
    lambda: collecting.plan(Declaring),
    (COLLECTIONS, NONE_THERE),
    gives=lambda result: result.create is not None,
)


def creates(step: Any) -> None:
    """Expect a collection to be created, with a validator."""
    (document,) = step.args
    assert document["create"] == "declaring"
    assert "$jsonSchema" in document["validator"]


row(
    "collecting.apply",
    lambda: collecting.apply(Declaring),
    (COLLECTIONS, NONE_THERE),
    (creates, {}),
)
row("collecting.apply", lambda: collecting.apply(Alone), gives=CollectionPlan("alone"))

# -- Sessions -------------------------------------------------------------------------------


class Session:
    """What the flows ask of a driver's session."""

    in_transaction = True
    options = SimpleNamespace(snapshot=False)

    def start_transaction(self) -> None:
        """Begin."""

    def commit_transaction(self) -> None:
        """Commit."""

    def abort_transaction(self) -> None:
        """Abort."""

    def end_session(self) -> None:
        """End."""


SESSION: Any = Session()
CLIENT = SimpleNamespace(start_session=lambda: SESSION)
COMMIT = Call(SESSION.commit_transaction)
UNKNOWN = DriverError(50, "UnknownTransactionCommitResult")
PASSING = DriverError(91, "UnknownTransactionCommitResult")
row(
    "transactions.open_session",
    lambda: transactions.open_session(CLIENT, {"snapshot": True}),
    (Call(CLIENT.start_session, (), {"snapshot": True}), SESSION),
    gives=SESSION,
)
row(
    "transactions.begin",
    lambda: transactions.begin(SESSION, {"read_concern": 1}),
    (Call(SESSION.start_transaction, (), {"read_concern": 1}), None),
)
row(
    "transactions.commit",
    lambda: transactions.commit(Ambient(CLIENT, SESSION), Terms()),
    (COMMIT, PASSING),
    (pause, None),
    (COMMIT, None),
)
row(
    "transactions.commit",
    lambda: transactions.commit(Ambient(CLIENT, SESSION), Terms()),
    (COMMIT, UNKNOWN),
    gives=UnknownCommitError,
)
row(
    "transactions.abort",
    lambda: transactions.abort(SESSION),
    (Call(SESSION.abort_transaction), None),
)
row(
    "transactions.abort",
    lambda: transactions.abort(SimpleNamespace(in_transaction=False)),
)
row(
    "transactions.close_session",
    lambda: transactions.close_session(SESSION),
    (Call(SESSION.end_session), None),
)

# -- Change streams -------------------------------------------------------------------------


class Store:
    """Where places are kept."""

    def load(self, name: str) -> None:
        """Return a place."""

    def save(self, name: str, token: Any) -> None:
        """Keep a place."""


class Stream:
    """What the flows ask of a driver's stream."""

    alive = True
    resume_token: Any = None

    def __enter__(self) -> Self:
        return self

    def try_next(self) -> None:
        """Return an event."""

    def close(self) -> None:
        """Close."""


STORE, STREAM = Store(), Stream()
TOKEN_A = {"_data": "a"}
EVENT = {"_id": TOKEN_A, "operationType": "insert", "documentKey": {"_id": ID}}
OPEN = watching.watch(Alone.all(), {})
POLL = Call(STREAM.try_next)
SAVE = Call(STORE.save, ("place", TOKEN_A))


def stream(*, opened: bool = True, **more: Any) -> Following:
    """Return a stream and how far it was followed."""
    rows = STREAM if opened else None
    given = more.pop("given", {})
    made = Following(
        query=Alone.all(), given=given, read=dict, store=STORE, rows=rows, **more
    )
    made.saved_at = float("inf")
    return made


def handed() -> Following:
    """Return a named stream whose caller has an event."""
    return stream(given={"resume": "place"}, handed=TOKEN_A)


def test_watch():
    """A stream is opened by one command."""
    assert Command("alone", "watch", ([],), {}) == OPEN


row(
    "following.following",
    lambda: following.following(stream()),
    (POLL, None),
    (POLL, EVENT),
    gives=EVENT,
)
row(
    "following.try_next", lambda: following.try_next(stream()), (POLL, None), gives=None
)
row(
    "following.try_next",
    lambda: following.try_next(stream(opened=False)),
    (OPEN, STREAM),
    (Call(STREAM.__enter__), STREAM),
    (POLL, EVENT),
    gives=EVENT,
)
row(
    "following.try_next",
    lambda: following.try_next(stream()),
    (POLL, DriverError(91, "ResumableChangeStreamError")),
    (pause, None),
    (Call(STREAM.close), None),
    (OPEN, STREAM),
    (Call(STREAM.__enter__), STREAM),
    (POLL, EVENT),
    gives=EVENT,
)
row("following.done", lambda: following.done(handed()), (SAVE, None))
row("following.done", lambda: following.done(stream()))
row("following.opened", lambda: following.opened(stream()))
row(
    "following.opened",
    lambda: following.opened(stream(opened=False, given={"resume": "place"})),
    (Call(STORE.load, ("place",)), TOKEN_A),
    (watching.watch(Alone.all(), {}, TOKEN_A), STREAM),
    (Call(STREAM.__enter__), STREAM),
)
row("following.closed", lambda: following.closed(stream()), (Call(STREAM.close), None))

# -- What is held ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "steps", "gives"),
    [pytest.param(flow, steps, gives, id=name) for name, flow, steps, gives in ROWS],
)
def test_steps(flow: Any, steps: list[tuple[Any, Any]], gives: Any):
    """Each flow takes these steps, and comes to this result."""
    if isinstance(gives, type):
        with pytest.raises(gives):
            drive(flow(), steps)
        return
    result = drive(flow(), steps)
    if inspect.isfunction(gives):
        assert gives(result) in (None, True)
    elif gives is not ...:
        assert result == gives


def modules() -> list[ModuleType]:
    """Return the modules of flows."""
    found = pkgutil.iter_modules(mapper.flows.__path__)
    return [importlib.import_module(f"mapper.flows.{one.name}") for one in found]


def test_every_flow_is_driven():
    """The table has a row for each public function that makes a flow."""
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules()
        for name, value in vars(module).items()
        if name[0] != "_"
        and inspect.isfunction(value)
        and value.__module__ == module.__name__
        and str(value.__annotations__.get("return")).startswith("Flow[")
    }
    assert found == {name for name, *_ in ROWS}


def test_flows_are_generators():
    """What makes a flow says so in its annotation: no generator escapes the table."""
    for module in modules():
        for name, value in vars(module).items():
            if (
                inspect.isgeneratorfunction(value)
                and value.__module__ == module.__name__
            ):
                kind = str(value.__annotations__["return"])
                assert kind.startswith(("Flow[", "Iterator[")), name


def test_what_was_updated_may_be_gone():
    """Someone deletes the document between the update and the read of it."""

    class Item(SyncDocument):
        text: str

    id_ = ObjectId()
    flow = creating.update_or_create(Item.all(), {"text": "b"}, {}, {"id": id_})
    replies = iter([{"_id": id_, "text": "a"}, []])
    with pytest.raises(DocumentNotFoundError) as caught:
        run(flow, lambda _: next(replies))
    assert str(caught.value) == (
        f"Item {id_!r} was updated, and was gone when it was read; call"
        " update_or_create again"
    )
