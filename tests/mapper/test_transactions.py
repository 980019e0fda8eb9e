"""Transactions: all or nothing, in the database and in memory, on all three drivers."""

import pytest

from mapper.tracking import state_of


class Block:
    """A ``with`` of either colour, for the tests alone."""

    def __init__(self, block):
        self.block = block

    async def __aenter__(self):
        if hasattr(self.block, "__aenter__"):
            return await self.block.__aenter__()
        return self.block.__enter__()

    async def __aexit__(self, *error):
        if hasattr(self.block, "__aexit__"):
            return await self.block.__aexit__(*error)
        return self.block.__exit__(*error)


@pytest.fixture
def account(driver):
    """Return a class of documents that run on the driver."""

    class Account(driver.document):
        name: str
        balance: int = 0

    with driver.mapper.ambient():
        driver.mongo.create_collection("account")
        yield Account


async def stored(driver):
    """Return what is stored: balances by name."""
    return {row["name"]: row["balance"] for row in driver.mongo.account.find()}


class Stop(Exception):
    """Ends a block."""


async def test_commits(driver, account, sent):
    """What a block wrote is there after it, and not before; one command ends it."""
    done = driver.done
    sent.clear()
    async with Block(driver.mapper.transaction()):
        ann = await done(account.create(name="Ann", balance=5))
        ann.balance = 7
        await done(ann.save())
        assert await done(account.all().count()) == 1
        assert await stored(driver) == {}
        assert [row.name for row in await driver.streamed(account.all())] == ["Ann"]
    assert await stored(driver) == {"Ann": 7}
    assert sent == ["insert", "update", "aggregate", "find", "commitTransaction"]


async def test_aborts(driver, account, sent):
    """After an error nothing is written, and documents are what they were before."""
    done = driver.done
    old = await done(account.create(name="Old", balance=1))
    gone = await done(account.create(name="Gone", balance=2))
    before = state_of(old)
    new, many = account(name="New"), [account(name="A"), account(name="B")]
    old.balance = 10
    sent.clear()
    with pytest.raises(Stop):
        async with Block(driver.mapper.transaction()):
            await done(new.insert())
            await done(account.insert_many(many))
            await done(old.save())
            await done(gone.delete())
            assert new.is_stored
            assert not gone.is_stored
            raise Stop
    assert sent[-1] == "abortTransaction"
    assert await stored(driver) == {"Old": 1, "Gone": 2}
    assert state_of(old) is before
    assert old.balance == 10
    assert gone.is_stored
    assert not any(one.is_stored or one.id for one in (new, *many))
    await done(old.save())
    await done(new.save())
    assert await stored(driver) == {"Old": 10, "Gone": 2, "New": 0}


async def test_in_transaction(driver, account):
    done = driver.done
    tries = []

    def sync_body(word):
        tries.append(word)
        account.create(name="Ann")
        if len(tries) < 3:
            rival(driver)
        return word

    async def body(word):
        tries.append(word)
        await account.create(name="Ann")
        if len(tries) < 3:
            rival(driver)
        return word

    def rival(driver):
        driver.mongo.command

    function = sync_body if driver.name == "pymongo" else body
    assert await done(driver.mapper.in_transaction(function, "x")) == "x"
