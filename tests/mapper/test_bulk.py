"""Many writes in one command a collection."""

import pickle

import pytest
from pymongo.operations import DeleteOne, InsertOne, UpdateMany, UpdateOne

from mapper import SyncDocument, connect, field
from mapper.behaviour import Behaviour
from mapper.bulk import BulkWritten, Delete, Insert, Replace
from mapper.commands import Command, run
from mapper.errors import (
    BulkWriteError,
    DocumentNotFoundError,
    MapperError,
    UnfilteredWriteError,
    ValidationError,
)
from mapper.flows import bulk
from mongo_dsl.errors import ArgumentError, OperandError


class Account(SyncDocument):
    id: int
    owner: str = ""
    balance: int = 0


@pytest.fixture
def models(driver):
    """Return two document classes on each driver, the first with a unique index."""

    class Account(driver.document):
        id: int
        owner: str = field(default="", unique=True)
        balance: int = 0

    class Entry(driver.document):
        text: str

    driver.mongo.account.create_index("owner", unique=True)
    return Account, Entry


def rows(driver, name="account"):
    """Return what is stored, by id."""
    return {row.pop("_id"): row for row in driver.mongo[name].find()}


class TestSaveMany:
    """`save_many`: inserts and changes of many documents."""

    async def test_one_bulk_write(self, driver, models, sent):
        """However many there are: one insert, one update."""
        Account, _ = models  # noqa: N806
        old = [Account(id=n, owner=f"o{n}") for n in range(10)]
        sent.clear()
        assert await driver.done(driver.mapper.save_many(old)) == old
        assert sent == ["insert"]
        for one in old[:5]:
            one.balance = 7
        new = [Account(id=n, owner=f"o{n}") for n in range(10, 20)]
        sent.clear()
        await driver.done(driver.mapper.save_many([*old, *new]))
        assert sorted(sent) == ["insert", "update"]
        assert [row["balance"] for row in rows(driver).values()] == [7] * 5 + [0] * 15
        sent.clear()
        await driver.done(driver.mapper.save_many([*old, *new]))
        assert sent == []
        assert all(one.is_stored for one in new)

    async def test_all_failures_are_told(self, driver, models, sent):
        """What can be saved is; each other document has its reason, and stays unsaved."""
        Account, _ = models  # noqa: N806
        first, gone = Account(id=1, owner="a"), Account(id=2, owner="b")
        await driver.done(driver.mapper.save_many([first, gone]))
        driver.mongo.account.delete_one({"_id": 2})
        first.balance, gone.balance = 5, 5
        good, taken = Account(id=3, owner="c"), Account(id=4, owner="a")
        sent.clear()
        with pytest.raises(BulkWriteError) as caught:
            await driver.done(driver.mapper.save_many([taken, first, gone, good]))
        assert sorted(sent) == ["find", "insert", "update"]
        error = caught.value
        reasons = [(one.document, reason) for one, reason in error.failed]
        assert reasons == [
            (taken, "account has a document with owner 'a' already"),
            (gone, "Account 2 is no longer in account; insert it to store it anew"),
        ]
        assert [one.document for one in error.done] == [first, good]
        assert error.left == []
        assert str(error) == (
            "2 of 4 operations were refused, 2 are done, 0 were not tried; the first, "
            f"{error.failed[0][0]}, was refused because account has a document with owner"
            " 'a' already"
        )
        assert (good.is_stored, taken.is_stored) == (True, False)
        assert rows(driver)[1]["balance"] == 5
        first.balance = 6
        sent.clear()
        await driver.done(driver.mapper.save_many([first]))
        assert sent == ["update"]

    async def test_invalid_documents_stop_all(self, driver, models, sent):
        """Rules are checked before anything is sent."""
        Account, _ = models  # noqa: N806
        good, bad = Account(id=1), Account(id=2)
        object.__setattr__(bad, "balance", "x")
        sent.clear()
        with pytest.raises(ValidationError):
            await driver.done(driver.mapper.save_many([good, bad]))
        assert sent == []
        assert not good.is_stored


class TestBulkWrite:
    """`bulk_write`: operations of all kinds."""

    async def test_everything_at_once(self, driver, models, sent):
        """Inserts, changes, replacements and deletes are one bulk write, queries another."""
        Account, _ = models  # noqa: N806
        a, b, c = (Account(id=n, owner=f"o{n}") for n in (1, 2, 3))
        await driver.done(driver.mapper.insert_many([a, b, c]))
        a.balance, b.owner = 10, "new"
        find = driver.mapper.find
        sent.clear()
        done = await driver.done(
            driver.mapper.bulk_write(
                [
                    Insert(Account(id=4, owner="o4")),
                    a,
                    Replace(b),
                    Delete(c),
                    find(Account, id=4).updating(Account.q.balance.inc(3)),
                    find(Account, id=9).updating(
                        upsert=True, many=False, balance=1, on_insert={"owner": "o9"}
                    ),
                    find(Account, id=77).deleting(),
                ],
                ordered=False,
            )
        )
        assert sorted(sent) == ["delete", "delete", "insert", "update", "update"]
        assert (done.inserted, done.deleted, done.upserted_ids) == (1, 1, {5: 9})
        assert rows(driver) == {
            1: {"owner": "o1", "balance": 10},
            2: {"owner": "new", "balance": 0},
            4: {"owner": "o4", "balance": 3},
            9: {"owner": "o9", "balance": 1},
        }
        with pytest.raises(DocumentNotFoundError):
            await driver.done(driver.mapper.save(c))

    async def test_order_is_kept(self, driver, models, sent):
        """What stands later sees what stands earlier, over collections too."""
        Account, Entry = models  # noqa: N806
        find = driver.mapper.find
        sent.clear()
        await driver.done(
            driver.mapper.bulk_write(
                [
                    Account(id=1, owner="a"),
                    find(Account, id=1).updating(balance=5),
                    Entry(text="x"),
                    find(Account, id=1).updating(Account.q.balance.mul(2)),
                ]
            )
        )
        assert sent == ["insert", "update", "insert", "update"]
        assert rows(driver) == {1: {"owner": "a", "balance": 10}}

    async def test_it_stops_at_the_first_error(self, driver, models):
        """In order, what follows isn't tried, in other collections neither."""
        Account, Entry = models  # noqa: N806
        documents = [
            Account(id=1, owner="a"),
            Account(id=2, owner="a"),
            Account(id=3, owner="b"),
            Entry(text="x"),
        ]
        with pytest.raises(BulkWriteError) as caught:
            await driver.done(driver.mapper.bulk_write(documents))
        error = caught.value
        assert [one.document for one in error.done] == documents[:1]
        assert [one.document for one, _ in error.failed] == documents[1:2]
        assert [one.document for one in error.left] == documents[2:]
        assert [one.is_stored for one in documents] == [True, False, False, False]
        assert list(rows(driver)) == [1]
        assert rows(driver, "entry") == {}

    async def test_active_records(self, driver, models):
        """Classes have the methods, too."""
        Account, _ = models  # noqa: N806
        with driver.mapper.ambient():
            await driver.done(Account.save_many([Account(id=1, owner="a")]))
            await driver.done(
                Account.bulk_write([Account.filter(id=1).updating(balance=2)])
            )
        assert rows(driver) == {1: {"owner": "a", "balance": 2}}


def test_nothing_to_do(mapper, sent):
    """No operations, no commands."""
    assert mapper.bulk_write([]) == BulkWritten()
    assert mapper.save_many([]) == []
    assert sent == []


def test_unfiltered_operations(mapper, sent):
    """Writes of a whole collection must be asked for here as well."""
    with pytest.raises(UnfilteredWriteError) as caught:
        mapper.bulk_write([Account(id=1), Account.all().updating(balance=1)])
    assert str(caught.value) == (
        "updating of Account has no filter and would touch every document; narrow it by"
        " filter(...), or ask for it: .everything().updating(...)"
    )
    with pytest.raises(UnfilteredWriteError):
        mapper.bulk_write([Account.all().deleting()])
    assert sent == []
    mapper.bulk_write([Account.all().everything().deleting()])
    assert sent == ["delete"]


REFUSED = [
    (
        lambda: [5],
        OperandError,
        "bulk_write got 5; it takes documents, Insert, Save, Replace and Delete of them,"
        " query.updating(...) and query.deleting()",
    ),
    (
        lambda: [Insert(None)],
        OperandError,
        "bulk_write got Insert(document=None); it takes documents, Insert, Save, Replace and"
        " Delete of them, query.updating(...) and query.deleting()",
    ),
    (
        lambda: [one := Account(id=1), Delete(one)],
        ArgumentError,
        "bulk_write got one Account twice; it takes each once",
    ),
    (
        lambda: [Delete(Account(id=1))],
        DocumentNotFoundError,
        "a Account that was never stored can't be deleted; save it first",
    ),
    (
        lambda: [Replace(Account(id=1))],
        DocumentNotFoundError,
        "a Account that was never stored can't be replaced; save it first",
    ),
    (
        lambda: [Account.filter(id=1).limit(1).updating(balance=1)],
        ArgumentError,
        "updating can't honour limit(1), which MongoDB would overlook; narrow the query by"
        " filter(...) instead",
    ),
    (
        lambda: [Account.filter(id=1).max_affected(1).updating(balance=1)],
        ArgumentError,
        "updating can't honour max_affected(1) among other writes; call update or delete"
        " of the query",
    ),
]


@pytest.mark.parametrize(("operations", "error", "message"), REFUSED)
def test_what_is_refused(mapper, sent, operations, error, message):
    """Before anything is sent."""
    with pytest.raises(error) as caught:
        mapper.bulk_write(operations())
    assert str(caught.value) == message
    assert sent == []


def test_partial_documents_replace_nothing(mapper):
    """What was loaded in part is saved in part."""
    mapper.insert(Account(id=1, owner="a", balance=5))
    part = mapper.find(Account).only("owner").one()
    with pytest.raises(MapperError) as caught:
        mapper.bulk_write([Replace(part)])
    assert str(caught.value) == (
        "Account was loaded in part and can't replace what is stored; save() it, or"
        " reload() it first"
    )
    part.owner = "b"
    mapper.save_many([part])
    assert mapper.find(Account).raw().one() == {"_id": 1, "owner": "b", "balance": 5}


def test_the_flow_speaks_the_drivers_words():
    """A bulk write is one command with the driver's requests."""
    stored = Account(id=1)
    flow = bulk.bulk_write(
        [
            Account.filter(id=4).updating(balance=2, many=False, upsert=True),
            Account.filter(owner="x").updating(balance=1),
            Account.filter(id=3).deleting(many=False),
        ]
    )
    command = next(flow)
    assert command == Command(
        "account",
        "bulk_write",
        (
            [
                UpdateOne({"_id": 4}, {"$set": {"balance": 2}}, upsert=True),
                UpdateMany({"owner": "x"}, {"$set": {"balance": 1}}, upsert=False),
                DeleteOne({"_id": 3}),
            ],
        ),
        {"ordered": True},
    )
    command = next(bulk.bulk_write([stored], ordered=False))
    assert command.args == ([InsertOne({"_id": 1, "owner": "", "balance": 0})],)
    assert not stored.is_stored


class Locking(Behaviour):
    """Counts saves and lets nobody else have saved; hides instead of deleting."""

    def inserting(self, documents):
        """Begin with one."""
        return [{"version": 1} for _ in documents]
        yield

    def updating(self, document, changed=()):
        """Count."""
        return {"version": document.version + 1}

    def condition(self, document):
        """Ask for the version that was loaded."""
        return {"version": document.version}

    def deleting(self, cls, document=None):
        """Hide."""
        return {"hidden": True}

    def changing(self, cls, *, upsert):
        """Count updates by queries."""
        return cls.q.version.inc(1)


class Locked(SyncDocument):
    __behaviour__ = Locking()
    id: int
    text: str = ""
    version: int = 0
    hidden: bool = False


def test_behaviours_apply(mapper, sent):
    """What classes add to single writes they add to bulk writes."""
    one, other, third = (Locked(id=n) for n in (1, 2, 3))
    mapper.save_many([one, other, third])
    assert [one.version, other.version] == [1, 1]
    one.text = other.text = "x"
    mapper.database.locked.update_one({"_id": 2}, {"$set": {"version": 7, "text": "y"}})
    sent.clear()
    with pytest.raises(BulkWriteError) as caught:
        mapper.bulk_write([one, other, Delete(third)], ordered=False)
    assert sent == ["update", "find"]
    assert [(o.document.id, why) for o, why in caught.value.failed] == [
        (
            2,
            "Locked 2 was changed by someone else since it was loaded; reload it and try again",
        )
    ]
    assert (one.version, other.version) == (2, 1)
    stored = {row["_id"]: row for row in mapper.database.locked.find()}
    assert (stored[1]["version"], stored[1]["text"]) == (2, "x")
    assert (stored[2]["version"], stored[2]["text"]) == (7, "y")
    assert stored[3]["hidden"] is True
    mapper.bulk_write([mapper.find(Locked, id=1).updating(text="z")])
    assert mapper.database.locked.find_one({"_id": 1})["version"] == 3
    mapper.bulk_write([mapper.find(Locked, id=1).deleting()])
    assert mapper.database.locked.find_one({"_id": 1})["hidden"] is True


def test_the_same_change_of_another(mapper, sent):
    """A change that someone else made, too, isn't taken for ours: one of two is lost."""
    one, other = Locked(id=1), Locked(id=2)
    mapper.save_many([one, other])
    one.text = other.text = "x"
    theirs = {"$set": {"text": "x", "version": 2}}
    mapper.database.locked.update_one({"_id": 2}, theirs)
    sent.clear()
    with pytest.raises(BulkWriteError) as caught:
        mapper.save_many([other])
    assert sent == ["update", "find"]
    assert [operation.document for operation, _ in caught.value.failed] == [other]
    assert other.version == 1
    mapper.save_many([one])
    assert one.version == 2


class TestElsewhere:
    """Queries that ask to run otherwise than the bulk write does."""

    @pytest.mark.parametrize("writes", ["updating", "deleting"])
    def test_other_databases(self, mapper, mongo_uri, writes):
        """What is meant for one database isn't written to another."""
        mapper.insert(Account(id=1))
        with connect(mongo_uri, "elsewhere", name="elsewhere") as other:
            for place in (other, "elsewhere"):
                query = mapper.find(Account, id=1).using(place)
                given = {"balance": 5} if writes == "updating" else {}
                with pytest.raises(ArgumentError) as caught:
                    mapper.bulk_write([getattr(query, writes)(**given)])
                assert str(caught.value) == (
                    "bulk_write got a query of Account with using(...), and runs all"
                    " operations in one place and way; call bulk_write of the mapper the"
                    " query is for"
                )
        assert mapper.find(Account, id=1, balance=0).count() == 1

    def test_the_same_database(self, mapper):
        """A mapper's own queries run on it, and on one with other options."""
        mapper.insert(Account(id=1))
        update = mapper.find(Account, id=1).updating(balance=5)
        assert mapper.bulk_write([update]).modified == 1
        again = mapper.with_options(write_concern="majority").bulk_write([update])
        assert again.matched == 1

    def test_other_sessions(self, mapper):
        """The session of a query is that of the bulk write, or an error."""
        mapper.insert(Account(id=1))
        with mapper.database.client.start_session() as session:
            session.start_transaction()
            query = mapper.find(Account, id=1).in_session(session)
            with pytest.raises(ArgumentError) as caught:
                mapper.bulk_write([query.updating(balance=5)])
            mapper.bulk_write([query.updating(balance=6)], session=session)
            session.abort_transaction()
        assert mapper.find(Account).one().balance == 0
        assert str(caught.value) == (
            "bulk_write got a query of Account with in_session(...), and runs all operations"
            " in one place and way; give the session to bulk_write of a mapper"
        )

    def test_write_concerns(self, mapper):
        """A bulk write has one write concern."""
        query = mapper.find(Account, id=1).write_concern("majority")
        with pytest.raises(ArgumentError) as caught:
            mapper.bulk_write([query.updating(balance=5)])
        assert str(caught.value) == (
            "bulk_write got a query of Account with write_concern(...), and runs all"
            " operations in one place and way; give it to mapper.with_options(...), or to the"
            " Meta of the class"
        )


class TestEvents:
    """Hooks run for every document of a bulk write."""

    async def test_hooks_that_fail(self, driver, models):
        """Whatever a hook does afterwards: what was stored is known to be."""
        Account, _ = models  # noqa: N806

        @Account.on("after_save")
        def fail(document):
            raise RuntimeError(document.owner)

        found = [Account(id=n, owner=f"o{n}") for n in range(3)]
        with pytest.raises(RuntimeError, match="o0"):
            await driver.done(driver.mapper.save_many(found))
        assert len(rows(driver)) == 3
        assert [one.is_stored for one in found] == [True] * 3
        assert [one.is_dirty for one in found] == [False] * 3

    async def test_documents_are_announced(self, driver, models):
        """Those of each document, and the bulk write's own."""
        from mapper.events import listeners_of

        Account, _ = models  # noqa: N806
        seen = []
        for event in (
            "before_save",
            "before_insert",
            "after_insert",
            "after_save",
            "before_update",
            "after_update",
        ):
            listeners_of(Account).on(event, lambda d, e=event: seen.append((e, d.id)))
        listeners_of(Account).on(
            "after_bulk_write", lambda t: seen.append(("bulk", t.result.inserted))
        )
        old = Account(id=1, owner="a")
        await driver.done(driver.mapper.insert(old))
        old.balance = 1
        seen.clear()
        await driver.done(driver.mapper.save_many([old, Account(id=2, owner="b")]))
        assert seen == [
            ("before_save", 1),
            ("before_update", 1),
            ("before_save", 2),
            ("before_insert", 2),
            ("after_update", 1),
            ("after_save", 1),
            ("after_insert", 2),
            ("after_save", 2),
            ("bulk", 1),
        ]


class Listed(SyncDocument):
    id: int
    items: list[int] = field(factory=list)


def test_lists_survive_other_writers(mapper, sent):
    """Appends join what others append; what can't be joined is told."""
    one, other = Listed(id=1, items=[1]), Listed(id=2, items=[1, 2])
    mapper.save_many([one, other])
    stored = mapper.database.listed
    stored.update_one({"_id": 1}, {"$push": {"items": 5}})
    stored.update_one({"_id": 2}, {"$set": {"items": [9]}})
    one.items[0] = 3  # beside what was appended, so that it isn't what was to be stored
    other.items.reverse()
    sent.clear()
    with pytest.raises(BulkWriteError) as caught:
        mapper.save_many([one, other])
    assert sent == ["update", "find"]
    assert [operation.document for operation, _ in caught.value.failed] == [one, other]
    assert all(
        reason.endswith("; it may have been saved beside that, only a reload tells")
        for _, reason in caught.value.failed
    )
    assert [row["items"] for row in stored.find()] == [[3, 5], [9]]


def test_errors_travel():
    """What a bulk write raises can be pickled."""
    error = BulkWriteError([(1, "why")], [2], [3])
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (copied.failed, copied.done, copied.left) == ([(1, "why")], [2], [3])
    assert str(copied) == (
        "1 of 3 operations were refused, 1 are done, 1 were not tried; the first, 1, was"
        " refused because why"
    )


def test_a_connection_that_fails():
    """What isn't about single operations is raised as it is, and nothing is given."""
    one = Locked(id=1)

    def fail(step):
        raise ConnectionError(step.method)

    with pytest.raises(ConnectionError):
        run(bulk.bulk_write([one]), fail)
    assert (one.version, one.is_stored) == (0, False)
