"""Transactions: all or nothing, in the database and in memory, on all three drivers."""

import asyncio
import contextvars
import gc
import math

import pytest
from pymongo.errors import OperationFailure

from mapper import SyncDocument, connect, connect_async
from mapper.commands import Atomic
from mapper.errors import (
    DuplicateKeyError,
    SessionError,
    TransactionAbortedError,
    TransactionError,
)
from mapper.flows import writing
from mapper.sessions import any_ambient
from mapper.tracking import state_of
from mongo_dsl.errors import ArgumentError, OperandError
from tests.mapper.blocks import Block, either


class EndError(Exception):
    """Ends a block."""


@pytest.fixture
def account(driver):
    """Return a class of documents that run on the driver."""

    class Account(driver.document):
        name: str
        balance: int = 0

    driver.mongo.create_collection("account")
    with driver.mapper.ambient():
        yield Account


def stored(driver):
    """Return what is stored: balances by name."""
    return {row["name"]: row["balance"] for row in driver.mongo.account.find()}


async def test_commits(driver, account, sent):
    """What a block wrote is there after it, and not before; one command ends it."""
    done = driver.done
    sent.clear()
    async with Block(driver.mapper.transaction()):
        ann = await done(account.create(name="Ann", balance=5))
        ann.balance = 7
        await done(ann.save())
        assert await done(account.all().count()) == 1
        assert stored(driver) == {}
        assert [row.name for row in await driver.streamed(account.all())] == ["Ann"]
        assert [*await driver.streamed(account.pipeline().project(name=1))]
    assert stored(driver) == {"Ann": 7}
    assert sent == [
        *("insert", "update", "aggregate", "find", "aggregate"),
        "commitTransaction",
    ]


async def test_an_empty_block_sends_nothing(driver, account, sent):
    """A transaction without commands is none for the server."""
    sent.clear()
    async with Block(driver.mapper.transaction()):
        pass
    assert sent == []


async def test_aborts(driver, account, sent):
    """After an error nothing is written, and documents are what they were before."""
    done = driver.done
    old = await done(account.create(name="Old", balance=1))
    gone = await done(account.create(name="Gone", balance=2))
    read = await done(account.create(name="Read", balance=3))
    driver.mongo.account.update_one({"name": "Read"}, {"$set": {"balance": 4}})
    before = state_of(old)
    new, many = account(name="New"), [account(name="A"), account(name="B")]
    old.balance = 10
    sent.clear()

    async def work():
        async with Block(driver.mapper.transaction()):
            await done(new.insert())
            await done(account.insert_many(many))
            await done(old.save())
            await done(gone.delete())
            await done(read.reload())
            assert new.is_stored
            assert not gone.is_stored
            assert read.balance == 4
            raise EndError

    with pytest.raises(EndError):
        await work()
    assert sent[-1] == "abortTransaction"
    assert stored(driver) == {"Old": 1, "Gone": 2, "Read": 4}
    assert state_of(old) is before
    assert (old.balance, read.balance) == (10, 3)
    assert gone.is_stored
    assert not any(one.is_stored or one.id for one in (new, *many))
    await done(old.save())
    await done(new.save())
    assert stored(driver) == {"Old": 10, "Gone": 2, "Read": 4, "New": 0}


async def test_nested_blocks_join(driver, account, sent):
    """A block inside another is part of it: one commit, by the outer one."""
    done = driver.done
    sent.clear()
    async with Block(driver.mapper.transaction()) as outer:
        await done(account.create(name="A"))
        async with Block(driver.mapper.transaction()) as inner:
            assert inner is outer
            await done(account.create(name="B"))
        async with Block(driver.mapper.session()) as session:
            assert session is outer
        await done(driver.mapper.in_transaction(account.create, name="C"))
        assert stored(driver) == {}
    assert sent == ["insert", "insert", "insert", "commitTransaction"]
    assert stored(driver) == {"A": 0, "B": 0, "C": 0}


async def test_a_failed_inner_block_aborts_all(driver, account):
    """Half of an inner block is never committed, even where its error is caught."""
    done = driver.done

    async def inner():
        async with Block(driver.mapper.transaction()):
            await done(account.create(name="B"))
            raise EndError("no")

    async def outer():
        async with Block(driver.mapper.transaction()):
            await done(account.create(name="A"))
            with pytest.raises(EndError):
                await inner()

    with pytest.raises(TransactionAbortedError) as caught:
        await outer()
    assert str(caught.value) == (
        "the transaction was aborted by EndError: no; nothing more can be done in it, so"
        " catch errors outside of its block"
    )
    assert stored(driver) == {}


async def test_a_failed_command_aborts_all(driver, account, sent):
    """The server aborts after an error, so no further command is sent."""
    done = driver.done
    ann = await done(account.create(name="Ann"))

    async def work():
        async with Block(driver.mapper.transaction()):
            await done(account.create(name="Bob"))
            with pytest.raises(DuplicateKeyError):
                await done(account(id=ann.id, name="Cat").insert())
            sent.clear()
            await done(account.create(name="Dan"))

    with pytest.raises(TransactionAbortedError) as caught:
        await work()
    assert sent == ["abortTransaction"]
    message = str(caught.value)
    assert message.startswith(
        "the transaction was aborted by DuplicateKeyError: E11000 "
    )
    assert message.endswith(
        "; nothing more can be done in it, so catch errors outside of its block"
    )
    assert stored(driver) == {"Ann": 0}


REFUSED = [
    (
        lambda mapper: mapper.transaction(read_concern="majority"),
        TransactionError,
        "a transaction inside another joins it and can't have options of its own; give"
        " them to the outer one",
    ),
    (
        lambda mapper: mapper.session(causal_consistency=False),
        SessionError,
        "a session inside another joins it and can't have options of its own; give them to"
        " the outer one",
    ),
    (
        lambda mapper: mapper.transaction(write_concern=-1),
        ArgumentError,
        "write_concern is -1; it takes a WriteConcern of PyMongo, 'majority', a number of"
        " members or a mapping such as {'w': 1, 'j': True}",
    ),
    (
        lambda mapper: mapper.transaction(attempts=0),
        ArgumentError,
        "attempts of a transaction is 0; it is a whole number from 1 on",
    ),
]


@pytest.mark.parametrize(("block", "error", "message"), REFUSED)
async def test_refused_blocks(driver, account, block, error, message):
    """A block inside another has no options; options must be possible."""
    async with Block(driver.mapper.transaction()):
        with pytest.raises(error) as caught:
            await Block(block(driver.mapper)).__aenter__()
    assert str(caught.value) == message


async def test_refused_commands(driver, account):
    """What can't be part of a transaction says so, and doesn't abort it."""
    done = driver.done
    async with Block(driver.mapper.transaction()):
        await done(account.create(name="Ann"))
        with pytest.raises(TransactionError) as caught:
            await done(account.all().estimated_count())
        assert str(caught.value) == (
            "estimated_count can't be asked in a transaction; count() can"
        )
        with pytest.raises(TransactionError) as caught:
            await done(account.all().explain())
        assert str(caught.value) == (
            "explain can't be asked in a transaction; ask outside of it"
        )
        with pytest.raises(TransactionError) as caught:
            await done(account.all().read_preference("nearest").count())
        assert str(caught.value) == (
            "a query of account in a transaction has a read or write concern or read"
            " preference of its own; give them to transaction(...)"
        )
        await done(driver.mapper.ping())
    assert stored(driver) == {"Ann": 0}


async def test_a_snapshot_session_has_no_transactions(driver):
    """MongoDB has no such thing; the message says what to do."""
    async with Block(driver.mapper.session(snapshot=True)):
        with pytest.raises(TransactionError) as caught:
            await Block(driver.mapper.transaction()).__aenter__()
    assert str(caught.value) == (
        "a snapshot session can't have transactions; begin one outside of it, with"
        " read_concern='snapshot'"
    )


async def test_the_drivers_session(driver, account):
    """A block gives the driver's session; one of the caller's own comes first."""
    done = driver.done
    client = driver.mapper.database.client
    own = await done(client.start_session())
    async with Block(driver.mapper.transaction()) as session:
        raw = driver.mapper.database["account"]
        await done(raw.insert_one({"name": "Raw", "balance": 1}, session=session))
        assert await done(account.all().count()) == 1
        assert await done(account.all().in_session(own).count()) == 0
    await done(own.end_session())
    assert stored(driver) == {"Raw": 1}


async def test_outside_the_session(driver, account):
    """What is written outside survives the abort, in memory too."""
    done = driver.done
    log = account(name="Log")

    async def work():
        async with Block(driver.mapper.transaction()):
            await done(account.create(name="Ann"))
            with driver.mapper.outside_session():
                await done(log.insert())
                assert await done(account.all().count()) == 1
            raise EndError

    with pytest.raises(EndError):
        await work()
    assert stored(driver) == {"Log": 0}
    assert log.is_stored


async def test_other_clients_and_databases(driver, account, mongo_uri):
    """Databases of one client share the transaction; another client has no part in it."""
    done = driver.done
    other, far = account(name="Other"), account(name="Far")
    driver.mongo.client[f"{driver.mongo.name}_b"].create_collection("account")
    neighbour = type(driver.mapper)(
        driver.mapper.database.client[f"{driver.mongo.name}_b"]
    )
    if driver.name == "pymongo":
        foreign = connect(mongo_uri, driver.mongo.name, name="foreign")
    else:
        kind = "motor" if driver.name == "motor" else "pymongo"
        foreign = connect_async(
            mongo_uri, driver.mongo.name, name="foreign", driver=kind
        )

    async def work():
        async with Block(driver.mapper.transaction()):
            await done(neighbour.insert(other))
            await done(foreign.insert(far))
            raise EndError

    try:
        with pytest.raises(EndError):
            await work()
        assert not other.is_stored
        assert far.is_stored
        assert await done(neighbour.find(account).count()) == 0
        assert stored(driver) == {"Far": 0}
    finally:
        driver.mongo.client.drop_database(f"{driver.mongo.name}_b")
        await done(foreign.close())


CONFLICT = (
    "the transaction was aborted: WriteConflict error: this operation conflicted with"
    " another operation. Please retry your operation or multi-document transaction;"
    " another try may succeed, see in_transaction"
)


async def test_conflicts(driver, account):
    """Of two transactions that write one document, the second is aborted."""
    done = driver.done
    ann = await done(account.create(name="Ann"))
    ann.balance = 5

    async def work():
        async with Block(driver.mapper.transaction()):
            await done(ann.save())

    with driver.mongo.client.start_session() as rival, rival.start_transaction():
        driver.mongo.account.update_one(
            {"name": "Ann"}, {"$set": {"balance": 1}}, session=rival
        )
        with pytest.raises(TransactionAbortedError) as caught:
            await work()
    assert str(caught.value) == CONFLICT
    assert isinstance(caught.value.__cause__, OperationFailure)
    assert stored(driver) == {"Ann": 1}
    await work()
    assert stored(driver) == {"Ann": 5}


async def test_in_transaction_tries_again(driver, account, sent):
    """A function is called again after a conflict, with memory as it was before."""
    done = driver.done
    await done(account.create(name="Ann"))
    new = account(name="New")
    rival = driver.mongo.client.start_session()
    rival.start_transaction()
    driver.mongo.account.update_one(
        {"name": "Ann"}, {"$inc": {"balance": 1}}, session=rival
    )
    tries = []

    async def pay(amount, *, name):
        tries.append(new.is_stored)
        if len(tries) == 3:
            rival.commit_transaction()
        await done(new.insert())
        await done(account.filter(name=name).update(account.q.balance.inc(amount)))
        return amount * 2

    function = either(driver.mapper, lambda: pay(10, name="Ann"))
    with rival:
        assert await done(driver.mapper.in_transaction(function)) == 20
    assert tries == [False, False, False]
    assert stored(driver) == {"Ann": 11, "New": 0}


def moved(source, target):
    """Delete one document and insert another: all or nothing."""
    deleted = yield from writing.delete(source)
    yield from writing.insert(target)
    return deleted


def atomic_move(source, target, session=None):
    """Do so as one step."""
    return (yield Atomic(lambda: moved(source, target), session))


async def test_atomic_steps(driver, account, sent):
    """A flow can have a part that is all or nothing, in a transaction of its own."""
    done, mapper = driver.done, driver.mapper
    a, b = await done(account.create(name="A")), account(name="B")
    sent.clear()
    assert await done(mapper._run(atomic_move(a, b))) is True
    assert sent == ["delete", "insert", "commitTransaction"]
    assert stored(driver) == {"B": 0}
    clash = account(id=b.id, name="C")
    with pytest.raises(DuplicateKeyError):
        await done(
            mapper._run(atomic_move(await done(account.create(name="D")), clash))
        )
    assert stored(driver) == {"B": 0, "D": 0}


async def test_atomic_steps_join(driver, account, sent):
    """In a transaction they are part of it."""
    done, mapper = driver.done, driver.mapper
    a, b = await done(account.create(name="A")), account(name="B")
    sent.clear()

    async def work():
        async with Block(mapper.transaction()):
            await done(mapper._run(atomic_move(a, b)))
            raise EndError

    with pytest.raises(EndError):
        await work()
    assert sent == ["delete", "insert", "abortTransaction"]
    assert stored(driver) == {"A": 0}
    assert a.is_stored


async def test_atomic_steps_in_a_session_of_the_callers(driver, account, sent):
    """They begin a transaction on it, or join the one that the caller has begun."""
    done, mapper = driver.done, driver.mapper
    a, b, c = await done(account.create(name="A")), account(name="B"), account(name="C")
    session = await done(mapper.database.client.start_session())
    sent.clear()
    await done(mapper._run(atomic_move(a, b, session)))
    assert sent == ["delete", "insert", "commitTransaction"]
    begun = session.start_transaction()
    if asyncio.iscoroutine(begun):
        await begun
    await done(mapper._run(atomic_move(b, c, session)))
    assert stored(driver) == {"B": 0}
    await done(session.commit_transaction())
    assert stored(driver) == {"C": 0}
    await done(session.end_session())


def test_a_generator_that_ends_elsewhere(mapper):
    """A block may end in another context than it began in: nothing is left of it."""

    class Person(SyncDocument):
        name: str

    def work():
        with mapper.transaction():
            mapper.insert(Person(name="Ann"))
            yield
            mapper.insert(Person(name="Bob"))

    one = work()
    contextvars.copy_context().run(next, one)
    one.close()
    assert not any_ambient()
    assert mapper.find(Person).count() == 0


def test_blocks_that_end_in_another_order(mapper, mongo_uri, mongo_database_name):
    """A block that ends takes just its own session away."""
    with connect(mongo_uri, mongo_database_name, name="another") as other:
        first, second = mapper.session(), other.session()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert any_ambient()
        second.__exit__(None, None, None)
    assert not any_ambient()


async def test_abandoned_generators(driver, account):
    """A block whose generator was dropped doesn't go on in the code around it."""
    if driver.name == "pymongo":
        pytest.skip("a sync generator ends where it is dropped")

    async def work():
        async with driver.mapper.transaction():
            await account.create(name="Ann")
            yield

    abandoned = work()
    await anext(abandoned)
    assert await account.all().count() == 1  # it goes on here
    del abandoned
    gc.collect()
    await asyncio.sleep(0.2)
    assert await account.all().count() == 0
    await account.create(name="Bob")
    assert stored(driver) == {"Bob": 0}


def test_generator_functions(mapper):
    """What runs after the call isn't in the transaction, so it is refused."""

    def work():
        yield

    message = (
        "a transaction got the generator test_generator_functions.<locals>.work, which runs"
        " after it; return a list, or use transaction() inside"
    )
    for refused in (mapper.transactional, mapper.in_transaction):
        with pytest.raises(OperandError) as caught:
            refused(work)
        assert str(caught.value) == message


async def test_async_generator_functions():
    """The same is so for those that are async."""

    async def work():
        yield

    message = (
        "a transaction got the generator test_async_generator_functions.<locals>.work, which"
        " runs after it; return a list, or use transaction() inside"
    )
    async with connect_async("mongodb://nowhere/", "x", name="x") as made:
        with pytest.raises(OperandError) as caught:
            made.transactional(work)
        assert str(caught.value) == message
        with pytest.raises(OperandError) as caught:
            await made.in_transaction(work)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (
            {"attempts": "3"},
            "attempts of a transaction is '3'; it is a whole number from 1 on",
        ),
        (
            {"seconds": math.nan},
            "seconds of a transaction is nan; it is a number from 0 on",
        ),
        (
            {"max_commit_time_ms": 1.5},
            "max_commit_time_ms of a transaction is 1.5; it is a whole number from 1"
            " on",
        ),
    ],
)
def test_terms_that_are_no_numbers(mapper, terms, message):
    """Terms are checked before anything begins."""
    with pytest.raises(ArgumentError) as caught:
        mapper.transactional(**terms)
    assert str(caught.value) == message
