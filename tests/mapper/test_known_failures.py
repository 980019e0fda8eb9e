"""What other mappers are known to get wrong, one by one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapper import field
from mapper.behaviours import SoftDelete, Timestamped
from mapper.bulk import Delete
from mapper.errors import DocumentDeletedError, DocumentNotFoundError, DuplicateKeyError


@pytest.fixture
def User(driver):  # noqa: N802 - a class
    """Return a document class on each driver; it is ambient."""

    class User(driver.document):
        name: str
        age: int = 0
        visits: int = 0
        tags: list[str] = field(factory=list)

    with driver.mapper.ambient():
        yield User


async def at_once(driver, flows):
    """Run all of *flows*, functions, at once: in threads, or as tasks."""
    if driver.name != "pymongo":
        return await asyncio.gather(*(flow() for flow in flows))

    def run(flow):
        with driver.mapper.ambient():
            return flow()

    def pooled():
        with ThreadPoolExecutor(len(flows)) as pool:
            return [*pool.map(run, flows)]

    return await asyncio.to_thread(pooled)


async def test_chained_updates_keep_the_first(driver, User, sent):  # noqa: N803
    """Changes that are joined are all sent, in one command, of one operator as of several."""
    await driver.done(User.create(name="ann"))
    sent.clear()
    changes = User.q.age.inc(1) & User.q.visits.inc(2) & User.q.tags.push("a")
    await driver.done(User.filter(name="ann").update(changes & User.q.name.set("bea")))
    assert sent == ["update"]
    row = driver.mongo["user"].find_one()
    assert (row["name"], row["age"], row["visits"], row["tags"]) == ("bea", 1, 2, ["a"])


async def test_chained_filters_keep_the_first(driver, User):  # noqa: N803
    """So are conditions on one field, and updates hold to all of them."""
    for age in range(5):
        await driver.done(User.create(name="ann", age=age))
    query = User.filter(User.q.age > 1).filter(User.q.age < 4)
    assert (await driver.done(query.update(visits=1))).matched == 2


async def test_the_match_comes_before_the_lookup(driver, sent):
    """A query that runs a pipeline filters first, and joins what is left."""

    class Pet(driver.document):
        owner: str

    class Owner(driver.document):
        name: str

    with driver.mapper.ambient():
        await driver.done(Pet.create(owner="ann"))
        made = [Owner(name=name) for name in ("ann", "bea")]
        await driver.done(Owner.insert_many(made))
        joined = Owner.pipeline().lookup(
            Pet, on=Pet.q.owner == Owner.q.name, as_="pets"
        )
        query = Owner.filter(name="ann").limit(1)
        plan = driver.mongo.command(
            "aggregate", "owner", pipeline=[*_stages(query, joined)], explain=True
        )
        assert [next(iter(stage)) for stage in _stages(query, joined)] == [
            "$match",
            "$limit",
            "$lookup",
        ]
        assert plan["ok"]
        sent.clear()
        (row,) = await driver.done(query.aggregate(joined))
    assert (row["name"], len(row["pets"])) == ("ann", 1)
    assert sent == ["aggregate"]


def _stages(query, pipeline):
    from mapper.flows import reading

    return reading.aggregation(query, pipeline).args[0]


async def test_a_query_delete_marks_what_is_marked(driver, sent):
    """No delete by a query removes documents that are to be marked."""

    class Note(SoftDelete, driver.document):
        text: str

    with driver.mapper.ambient():
        await driver.done(Note.insert_many([Note(text=text) for text in "abc"]))
        sent.clear()
        assert await driver.done(Note.filter(text="a").delete()) == 1
        found = await driver.done(Note.filter(text="b").find_one_and_delete())
        assert found.text == "b"
        assert await driver.done(Note.all().everything().delete()) == 1
        query = Note.filter(text="c").with_deleted()
        await driver.done(driver.mapper.bulk_write([query.deleting()]))
    assert sent == ["update", "findAndModify", "update", "update"]
    assert driver.mongo["note"].count_documents({"is_deleted": True}) == 3


async def test_upserts_at_once_insert_once(driver, sent):
    """With a unique index all of them succeed, of all kinds, soft-deleted classes too."""

    class Counter(SoftDelete, Timestamped, driver.document):
        name: str
        n: int = 0

    driver.mongo["counter"].create_index("name", unique=True)
    one = Counter.q.n.inc(1)
    writes = (
        lambda: Counter.filter(name="a").upsert(one),
        lambda: Counter.filter(name="a").find_one_and_update(one, upsert=True),
        lambda: Counter.get_or_create({}, name="a"),
    )
    with driver.mapper.ambient():
        await at_once(driver, [*writes[:2] * 10])
    (row,) = driver.mongo["counter"].find()
    assert row["n"] == 20
    driver.mongo["counter"].delete_many({})
    with driver.mapper.ambient():
        made = await at_once(driver, [lambda: Counter.get_or_create(name="b")] * 10)
    assert sum(is_new for _, is_new in made) == 1
    assert driver.mongo["counter"].count_documents({}) == 1


async def test_saves_do_not_bring_back_the_deleted(driver, User, sent):  # noqa: N803
    """Neither `save` nor `replace` stores anything, wherever the document was deleted."""
    mine = await driver.done(User.create(name="ann", tags=["a"]))
    await driver.done(User.filter(name="ann").delete())
    mine.age, mine.tags = 5, ["a", "b"]
    for write in mine.save, mine.replace:
        with pytest.raises(DocumentNotFoundError):
            await driver.done(write())
    assert driver.mongo["user"].count_documents({}) == 0
    own = await driver.done(User.create(name="bea"))
    await driver.done(own.delete())
    sent.clear()
    for write in own.save, own.replace, own.delete:
        with pytest.raises(DocumentNotFoundError):
            await driver.done(write())
    assert sent == []
    assert driver.mongo["user"].count_documents({}) == 0


async def test_saves_do_not_bring_back_the_soft_deleted(driver):
    """Nor is a mark taken off by who loaded the document before."""

    class Note(SoftDelete, driver.document):
        text: str

    with driver.mapper.ambient():
        mine = await driver.done(Note.create(text="a"))
        await driver.done(Note.filter(text="a").delete())
        mine.text = "b"
        for write in mine.save, mine.replace:
            with pytest.raises(DocumentDeletedError):
                await driver.done(write())
    row = driver.mongo["note"].find_one()
    assert (row["text"], row["is_deleted"]) == ("a", True)


async def test_new_objects_overwrite_nothing(driver, User):  # noqa: N803
    """An id that exists is refused, by every way to store a new document."""
    old = await driver.done(User.create(name="ann", age=5))
    for write in (
        lambda: User(id=old.id, name="x").save(),
        lambda: User(id=old.id, name="x").insert(),
        lambda: User.create(id=old.id, name="x"),
    ):
        with pytest.raises(DuplicateKeyError):
            await driver.done(write())
    with pytest.raises(ValueError, match="already"):
        await driver.done(User.insert_many([User(id=old.id, name="x")]))
    with pytest.raises(ValueError, match="already"):
        await driver.done(driver.mapper.save_many([User(id=old.id, name="x")]))
    row = driver.mongo["user"].find_one()
    assert (row["name"], row["age"]) == ("ann", 5)


async def test_appends_at_once_all_survive(driver, User):  # noqa: N803
    """Each of many writers loads the document and appends to its list."""
    made = await driver.done(User.create(name="ann"))
    loaded = [await driver.done(User.get(made.id)) for _ in range(10)]
    for number, one in enumerate(loaded):
        one.tags.append(str(number))
    await at_once(driver, [one.save for one in loaded])
    tags = driver.mongo["user"].find_one()["tags"]
    assert sorted(tags) == [str(number) for number in range(10)]


async def test_many_saves_are_one_command(driver, User, sent):  # noqa: N803
    """New documents and changed ones, each by what has changed."""
    made = [User(name=str(n)) for n in range(20)]
    sent.clear()
    await driver.done(User.insert_many(made))
    assert sent == ["insert"]
    for one in made:
        one.age = 7
    sent.clear()
    await driver.done(driver.mapper.save_many(made))
    assert sent == ["update"]
    assert driver.mongo["user"].count_documents({"age": 7}) == 20


async def test_no_path_skips_hooks(driver, User):  # noqa: N803
    """Every write of a document announces itself, in this order, before and after."""
    told = []
    for what in ("insert", "update", "save", "delete"):
        for when in ("before", "after"):
            name = f"{when}_{what}"
            User.on(name, lambda _, name=name: told.append(name))

    async def events(write):
        told.clear()
        await driver.done(write())
        return [*told]

    save = ["before_save", "before_{}", "after_{}", "after_save"]
    inserts = [name.format("insert") for name in save]
    updates = [name.format("update") for name in save]
    user, mapper = User(name="a"), driver.mapper
    assert await events(lambda: user.save()) == inserts
    assert await events(lambda: User(name="b").insert()) == inserts
    assert await events(lambda: User.create(name="c")) == inserts
    assert await events(lambda: User.insert_many([User(name="d")])) == inserts
    assert await events(lambda: mapper.save_many([User(name="e")])) == inserts
    assert await events(lambda: User.get_or_create(name="f")) == inserts
    user.age = 1
    assert await events(lambda: user.save()) == updates
    assert await events(lambda: user.replace()) == updates
    user.age = 2
    assert await events(lambda: mapper.save_many([user])) == updates
    assert await events(lambda: user.delete()) == ["before_delete", "after_delete"]
    (user, *_) = await driver.done(User.all().to_list())
    found = await events(lambda: mapper.bulk_write([Delete(user)]))
    assert found == ["before_delete", "after_delete"]


async def test_every_command_of_a_flow_is_in_the_session(driver, User):  # noqa: N803
    """Flows of several commands see in a transaction what it wrote, and abort with it."""
    mapper = driver.mapper
    client = mapper.database.client

    async def in_session(session):
        user = await driver.done(mapper.insert(User(name="a"), session=session))
        user.age = 1
        await driver.done(mapper.save(user, session=session))
        await driver.done(mapper.replace(user, session=session))
        await driver.done(mapper.reload(user, session=session))
        query = mapper.find(User).filter(name="a").in_session(session)
        await driver.done(query.update(visits=1))
        await driver.done(query.upsert(visits=2))
        await driver.done(query.find_one_and_update(visits=3))
        assert await driver.done(query.count()) == 1
        assert await driver.done(query.exists())
        assert await driver.done(query.distinct("name")) == ["a"]
        assert (await driver.done(query.one())).visits == 3
        assert await driver.done(query.aggregate([{"$count": "n"}])) == [{"n": 1}]
        assert await driver.streamed(query) == [await driver.done(query.first())]
        assert driver.mongo["user"].count_documents({}) == 0
        await driver.done(mapper.delete(user, session=session))

    driver.mongo.create_collection("user")
    if driver.name == "pymongo":
        with client.start_session() as session, session.start_transaction():
            await in_session(session)
    else:
        started = client.start_session()
        async with await driver.done(started) as session:
            begun = session.start_transaction()
            async with await driver.done(begun):
                await in_session(session)
    assert driver.mongo["user"].count_documents({}) == 0


async def test_nothing_needs_a_database_to_be_built(driver):
    """Classes, queries, pipelines and updates are made and compiled before one is there."""

    class Event(SoftDelete, Timestamped, driver.document):
        class Meta:
            database = "nowhere"

        name: str

    query = Event.filter(Event.q.name == "a").sort("name").limit(2)
    assert query.compile().filter == {"name": "a", "is_deleted": {"$ne": True}}
    assert Event.pipeline().limit(2).compile() == [{"$limit": 2}]
    assert Event.q.name.set("b").compile() == {"$set": {"name": "b"}}
    event = Event(name="a")
    assert event.changes()["$set"]["name"] == "a"
    with pytest.raises(RuntimeError, match="is bound to no database named 'nowhere'"):
        await driver.done(event.save())


async def test_what_needs_nothing_sends_nothing(driver, User, sent):  # noqa: N803
    """Classes without indexes and options send no command to be initialised."""
    sent.clear()
    assert await driver.done(User.create_indexes()) == []
    await driver.done(User.indexes.apply())
    await driver.done(User.collection.apply())
    assert sent == []
    user = await driver.done(User.create(name="a"))
    sent.clear()
    await driver.done(user.save())
    assert sent == []
