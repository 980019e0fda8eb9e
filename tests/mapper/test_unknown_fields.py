"""Stored fields that no attribute of the class describes: ``Meta.unknown``."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import pytest

from mapper import SyncDocument, field
from mapper.converter import decode_document
from mapper.errors import DecodeError, DefinitionError


pytestmark = pytest.mark.usefixtures("both_paths")


STORED = {
    "_id": 1,
    "name": "Ann",
    "nick": "A",
    "old": {"a": [1, 2]},
    "seen": dt.datetime(2024, 5, 6, tzinfo=dt.timezone.utc),
}


def strict_class(base: Any) -> Any:
    """Define a class that refuses, under ids of any type."""

    class User(base):
        id: int | None = None
        name: str = ""
        email: str | None = field(default=None, db_name="mail")

        class Meta:
            collection_name = "users"
            unknown = "refuse"

    return User


def loose_class(base: Any, how: str) -> Any:
    """Define a class like it that doesn't."""

    class User(base):
        id: int | None = None
        name: str = ""

        class Meta:
            collection_name = "users"
            unknown = how

    return User


@pytest.mark.parametrize("how", ["preserve", "ignore"])
async def test_saving_leaves_them_alone(driver, how):
    """A save sends what changed, so what is unknown stays where it is."""
    User = loose_class(driver.document, how)  # noqa: N806 - a class
    driver.mongo.users.insert_one(STORED)
    user = await driver.done(User.get(1))
    user.name = "Anna"
    await driver.done(user.save())
    stored = driver.mongo.users.find_one()
    assert stored["name"] == "Anna"
    assert (stored["nick"], stored["old"]) == ("A", {"a": [1, 2]})


@pytest.mark.parametrize("how", ["preserve", "ignore"])
async def test_replacing(driver, how):
    """A replacement keeps what was loaded of them, or drops it."""
    User = loose_class(driver.document, how)  # noqa: N806 - a class
    driver.mongo.users.insert_one(STORED)
    user = await driver.done(User.get(1))
    user.name = "Anna"
    await driver.done(user.replace())
    expected = {"_id": 1, "name": "Anna"}
    if how == "preserve":
        expected = {**STORED, "name": "Anna"}
    assert driver.mongo.users.find_one() == {**expected, **_aware(how)}
    await driver.done(user.replace())
    assert driver.mongo.users.count_documents({"nick": "A"}) == (how == "preserve")


def _aware(how: str) -> dict[str, Any]:
    """Return the moment as a plain driver reads it."""
    seen: Any = STORED["seen"]
    return {"seen": seen.replace(tzinfo=None)} if how == "preserve" else {}


async def test_preserved(driver):
    """They can be read, as copies; new and deleted documents have none."""
    User = loose_class(driver.document, "preserve")  # noqa: N806 - a class
    driver.mongo.users.insert_one(STORED)
    user = await driver.done(User.get(1))
    expected = {name: STORED[name] for name in ("nick", "old", "seen")}
    assert dict(user.unknown_fields) == expected
    user.unknown_fields["old"]["a"].append(3)
    assert dict(user.unknown_fields) == expected
    with pytest.raises(TypeError):
        user.unknown_fields["nick"] = "B"
    assert pickle.dumps(dict(user.unknown_fields))
    user.name = "x"
    await driver.done(user.save())
    assert dict(user.unknown_fields) == expected
    part = await driver.done(User.all().only("name").one())
    assert dict(part.unknown_fields) == {}
    assert dict(User(name="new").unknown_fields) == {}
    await driver.done(user.delete())
    assert dict(user.unknown_fields) == {}


async def test_ignored(driver):
    """Classes that ignore them don't show them."""
    User = loose_class(driver.document, "ignore")  # noqa: N806 - a class
    driver.mongo.users.insert_one(STORED)
    user = await driver.done(User.get(1))
    assert dict(user.unknown_fields) == {}


async def test_refused(driver):
    """All of them are named, wherever documents are loaded."""
    User = strict_class(driver.document)  # noqa: N806 - a class
    driver.mongo.users.insert_one(STORED)
    told = (
        "User 1 doesn't fit its class: nick is described by no field; old is described"
        " by no field; seen is described by no field"
    )
    for query in User.all(), User.all().omit("email"):
        with pytest.raises(DecodeError) as caught:
            await driver.done(query.one())
        assert str(caught.value) == told
    assert caught.value.document_id == 1
    assert [path for path, _ in caught.value.problems] == ["nick", "old", "seen"]
    part = await driver.done(User.all().only("name").one())
    assert part.name == "Ann"
    assert await driver.done(User.all().raw().one()) == STORED
    driver.mongo.users.update_one({}, {"$unset": {"nick": 1, "old": 1, "seen": 1}})
    assert (await driver.done(User.get(1))).name == "Ann"


async def test_reloading(driver):
    """A reload looks, too."""
    User = strict_class(driver.document)  # noqa: N806 - a class
    user = await driver.done(User.create(id=1, name="Ann", email="a"))
    assert (await driver.done(User.get(1))).email == "a"
    driver.mongo.users.update_one({}, {"$set": {"nick": "A"}})
    with pytest.raises(DecodeError) as caught:
        await driver.done(user.reload())
    assert str(caught.value) == (
        "User 1 doesn't fit its class: nick is described by no field"
    )


def test_the_key_of_the_class_is_known():
    """What tells a class from its relatives isn't unknown."""

    class Top(SyncDocument):
        class Meta:
            discriminator = "kind"
            unknown = "refuse"

    class Below(Top):
        size: int = 0

    assert decode_document({"kind": "Below", "size": 3}, Top) == Below(size=3)
    with pytest.raises(DecodeError) as caught:
        decode_document({"kind": "Top", "size": 3}, Top)
    assert str(caught.value) == (
        "Top doesn't fit its class: size is described by no field"
    )


def test_no_such_way():
    """Other words are refused with the class."""
    with pytest.raises(DefinitionError) as caught:
        loose_class(SyncDocument, "drop")
    assert str(caught.value) == (
        "User.Meta.unknown is 'drop'; it is one of 'preserve', 'ignore', 'refuse'"
    )


def test_the_name_is_taken():
    """A field can't have the name of the property, but a stored one can."""
    with pytest.raises(DefinitionError) as caught:

        class Bad(SyncDocument):
            unknown_fields: int = 0

    assert str(caught.value) == (
        "Bad.unknown_fields would hide the method 'unknown_fields' of documents; name"
        " the field otherwise, and pass db_name='unknown_fields'"
    )
