"""Sessions without transactions: what they carry, and to where."""

import pytest
from pymongo.monitoring import CommandListener

from mapper import SyncDocument, connect, connect_async
from tests.mapper.blocks import Block


class Documents(list, CommandListener):
    """The commands that were sent, whole."""

    def started(self, event):
        """Note a command."""
        self.append(event.command)

    def succeeded(self, event):
        """Do nothing."""

    def failed(self, event):
        """Do nothing."""


class Note(SyncDocument):
    text: str


@pytest.fixture
def commands():
    """Return the commands that are sent."""
    return Documents()


@pytest.fixture(params=["pymongo", "pymongo-async", "motor"])
async def listened(request, mongo_uri, mongo_database_name, commands):
    """Return each driver's mapper, and listen to it."""
    given = {"name": "listened", "event_listeners": [commands]}
    if request.param == "pymongo":
        with connect(mongo_uri, mongo_database_name, **given) as mapper:
            yield mapper
        return
    driver = "motor" if request.param == "motor" else "pymongo"
    async with connect_async(
        mongo_uri, mongo_database_name, driver=driver, **given
    ) as mapper:
        yield mapper


async def test_one_session_for_all(driver, sent, listened, commands):
    """All commands of a block carry one session; reads ask for the writes before them."""
    done = driver.done
    async with Block(listened.session()) as session:
        await done(listened.insert(Note(text="a")))
        assert await done(listened.find(Note).count()) == 1
        await driver.streamed(listened.find(Note).stream())
        assert await done(listened.find(Note).estimated_count()) == 1
    insert, count, find, estimate = commands
    assert insert["lsid"] == count["lsid"] == find["lsid"] != estimate["lsid"]
    assert count["readConcern"]["afterClusterTime"] is not None
    assert (
        find["readConcern"]["afterClusterTime"] >= insert["$clusterTime"]["clusterTime"]
    )
    assert "autocommit" not in insert
    assert session.has_ended


async def test_without_causal_consistency(driver, listened, commands):
    """Who doesn't want it can say so."""
    async with Block(listened.session(causal_consistency=False)):
        await driver.done(listened.insert(Note(text="a")))
        await driver.done(listened.find(Note).count())
    assert "readConcern" not in commands[1]


async def test_snapshots(driver, listened):
    """All reads see the data of one moment."""
    done = driver.done
    await done(listened.insert(Note(text="a")))
    driver.mongo.command("ping")
    async with Block(listened.session(snapshot=True)):
        before = await done(listened.find(Note).count())
        with listened.outside_session():
            await done(listened.insert(Note(text="b")))
        assert await done(listened.find(Note).count()) == before


async def test_a_transaction_uses_the_session(driver, listened, commands):
    """A transaction inside a session is one of this session; it sees what was written."""
    done = driver.done
    async with Block(listened.session()) as session:
        await done(listened.insert(Note(text="a")))
        async with Block(listened.transaction()) as inner:
            assert inner is session
            assert await done(listened.find(Note).count()) == 1
        assert await done(listened.find(Note).count()) == 1
    insert, first, commit, last = commands
    assert insert["lsid"] == first["lsid"] == commit["lsid"] == last["lsid"]
    assert first["readConcern"]["afterClusterTime"]
    assert "autocommit" not in last


async def test_secondaries_show_own_writes(three):
    """In a session a secondary waits until it has what the session wrote."""
    options = {"write_concern": 1, "read_preference": "secondary"}
    with connect(three.uri, "causal", name="causal", **options) as mapper:
        mapper.insert(Note(text="first"))
        with mapper.session():
            for number in range(50):
                note = mapper.insert(Note(text=str(number)))
                assert mapper.get(Note, note.id) is not None
