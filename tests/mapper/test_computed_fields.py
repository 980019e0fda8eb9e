"""Attributes that are computed, stored, queried, and never read."""

from __future__ import annotations

import pickle

import attrs
import pytest

from mapper import SyncDocument, computed
from mapper.converter import decode_document, encode_document
from mapper.errors import DefinitionError, ValidationError
from mapper.indexes import Index, declared_indexes
from mongo_dsl.errors import UnknownFieldError


pytestmark = pytest.mark.usefixtures("both_paths")


@attrs.define
class Line:
    price: int
    amount: int = 1

    @computed
    def total(self) -> int:
        """The price of all."""
        return self.price * self.amount


class Fields:
    first: str
    last: str
    lines: list[Line] = []  # noqa: RUF012 - documents copy their defaults

    @computed
    def full_name(self) -> str:
        """Both names."""
        return f"{self.first} {self.last}"

    @computed(db_name="sum", index=-1)
    def total(self) -> int:
        """The price of all lines."""
        return sum(line.total for line in self.lines)


class User(Fields, SyncDocument):
    pass


def made(driver):
    """Return the class of users for *driver*."""

    class User(Fields, driver.document):
        pass

    return User


async def test_they_are_stored_and_queried(driver):
    """Inserting and saving store what is computed then, in nested classes, too."""
    cls = made(driver)
    user = cls(first="Ann", last="Lee", lines=[Line(5, 2)])
    assert (user.full_name, user.total, user.lines[0].total) == ("Ann Lee", 10, 10)
    await driver.done(user.insert())
    (row,) = driver.mongo[cls.__collection__].find()
    assert row == {
        "_id": user.id,
        "first": "Ann",
        "last": "Lee",
        "lines": [{"price": 5, "amount": 2, "total": 10}],
        "full_name": "Ann Lee",
        "sum": 10,
    }
    user.last = "Doe"
    user.lines.append(Line(1))
    await driver.done(user.save())
    q = cls.q
    for query in (
        q.full_name == "Ann Doe",
        q.full_name.startswith("Ann D"),
        q.total == 11,
        q.lines.total == 1,
    ):
        assert await driver.done(cls.find(query).count()) == 1, query
    assert (await driver.done(cls.find().sort("-total").first())).total == 11


async def test_what_is_stored_is_never_read(driver):
    """A document computes anew; saving it puts right what is stored."""
    cls = made(driver)
    collection = driver.mongo[cls.__collection__]
    collection.insert_one({"first": "Ann", "last": "Lee", "full_name": "old"})
    found = await driver.done(cls.find().first())
    assert found.full_name == "Ann Lee"
    await driver.done(found.save())
    (row,) = collection.find()
    assert (row["full_name"], row["sum"]) == ("Ann Lee", 0)


async def test_partial_documents(driver):
    """They compute what they can, and write it only beside another change."""
    cls = made(driver)
    collection = driver.mongo[cls.__collection__]
    await driver.done(cls(first="Ann", last="Lee").insert())
    collection.update_one({}, {"$set": {"full_name": "old"}})
    part = await driver.done(cls.find().only("first").first())
    with pytest.raises(AttributeError) as caught:
        _ = part.full_name
    assert str(caught.value) == (
        "User.last was not loaded; the query kept only some fields, reload() reads all"
    )
    part.first = "Eve"
    await driver.done(part.save())
    assert collection.find_one()["full_name"] == "old"
    part = await driver.done(cls.find().only("first", "last").first())
    await driver.done(part.save())
    assert collection.find_one()["full_name"] == "old"
    part.last = "Doe"
    await driver.done(part.save())
    assert collection.find_one()["full_name"] == "Eve Doe"
    whole = await driver.done(cls.find().only("full_name", "first", "last").first())
    assert whole.full_name == "Eve Doe"
    assert await driver.done(whole.reload()) is whole


async def test_indexes(driver):
    """What is stored can be indexed."""
    cls = made(driver)
    assert declared_indexes(cls) == [Index("-total")]
    await driver.done(cls.create_indexes())
    found = driver.mongo[cls.__collection__].index_information()
    assert found["sum_-1"]["key"] == [("sum", -1)]


def test_they_are_read_only():
    """Neither the constructor nor an assignment takes them."""
    with pytest.raises(TypeError) as caught:
        User(first="Ann", last="Lee", full_name="x")
    assert str(caught.value) == "User.full_name is computed; leave it out"
    with pytest.raises(TypeError) as caught:
        User(first="Ann", last="Lee", nope="x")
    assert str(caught.value) == (
        "User has no field 'nope'; its fields are: id, first, last, lines"
    )
    user = User(first="Ann", last="Lee")
    with pytest.raises(AttributeError) as caught:
        user.full_name = "x"
    assert str(caught.value) == (
        "User.full_name is computed and can't be set; set what it is computed of"
    )
    line = Line(1)
    with pytest.raises(AttributeError) as caught:
        line.total = 5
    assert str(caught.value) == (
        "Line.total is computed and can't be set; set what it is computed of"
    )


def test_they_are_no_fields_in_python():
    """Equality, `repr` and pickles don't have them; the class shows them."""
    user = User(first="Ann", last="Lee")
    assert repr(user) == "User(id=None, first='Ann', last='Lee', lines=[])"
    raw = encode_document(user)
    assert decode_document(raw, User) == user
    assert decode_document({**raw, "full_name": 5}, User) == user
    assert User.full_name.__doc__ == "Both names."
    assert pickle.loads(pickle.dumps(Line(2, 3))).total == 6  # noqa: S301
    assert dir(User.q) == ["first", "full_name", "id", "last", "lines", "total"]


def test_subclasses():
    """They inherit what is computed, and may compute it otherwise."""

    class Admin(User):
        level: int = 0

        @computed
        def full_name(self) -> str:
            return f"admin {super().full_name}"

    raw = encode_document(Admin(first="Ann", last="Lee"))
    assert (raw["full_name"], raw["sum"]) == ("admin Ann Lee", 0)


def test_what_a_function_returns_is_checked():
    """It is stored as its annotation says, or not at all."""

    class Wrong(SyncDocument):
        @computed
        def number(self) -> int:
            return "x"

        @computed
        def broken(self) -> int:
            raise ValueError("it is Monday")

    with pytest.raises(ValidationError) as caught:
        encode_document(Wrong())
    assert str(caught.value) == (
        "Wrong can't be stored: number must be int, got 'x', a str; broken is refused: "
        "it is Monday"
    )


def test_definitions_that_make_no_sense():
    """The class statement says so."""
    with pytest.raises(DefinitionError) as caught:

        @computed
        def name(self):
            return ""

    assert str(caught.value) == (
        "test_definitions_that_make_no_sense.<locals>.name has no return annotation; "
        "computed needs the type: def name(self) -> str"
    )
    with pytest.raises(DefinitionError) as caught:

        class Hiding(SyncDocument):
            @computed
            def save(self) -> str:
                return ""

    assert str(caught.value) == (
        "Hiding.save would hide the method 'save' of documents; name the field "
        "otherwise, and pass db_name='save'"
    )
    with pytest.raises(DefinitionError) as caught:

        class Twice(SyncDocument):
            name: str

            @computed(db_name="name")
            def other(self) -> str:
                return ""

    assert str(caught.value) == (
        "Twice.name and Twice.other are both stored as 'name'; give one another db_name"
    )


def test_unknown_names_are_still_unknown():
    """The fields of a query list what is computed."""
    with pytest.raises(UnknownFieldError) as caught:
        _ = User.q.fullname
    assert str(caught.value) == (
        "User has no field 'fullname'; did you mean 'full_name'?; its fields are: id, "
        "first, last, lines, full_name, total"
    )


def test_plain_data_has_them_and_is_read_without():
    """What is written can be read again; what it says of them isn't believed."""
    user = User(first="Ann", last="Lee", lines=[Line(5)])
    plain = user.to_dict()
    assert (plain["full_name"], plain["lines"][0]["total"]) == ("Ann Lee", 5)
    assert User.from_dict({**plain, "full_name": 5}) == user
    assert User.from_json(user.to_json()) == user


async def test_values_of_them_are_read_as_stored(driver):
    """Rows of values have what is stored, and None where nothing is."""
    cls = made(driver)
    with driver.mapper.ambient():
        await driver.done(cls(first="Ann", last="Lee").save())
        await driver.done(cls.filter(first="Bob").upsert(last="Ray"))
        rows = await driver.done(cls.all().sort("first").values("full_name", "total"))
    assert rows == [("Ann Lee", 0), (None, None)]


def test_values_of_fields_that_only_subclasses_have(mapper):
    """What one class of a collection stores is None in the rows of others."""

    class Animal(SyncDocument):
        name: str

        class Meta:
            discriminator = "kind"

    class Dog(Animal):
        tricks: list[str] = []  # noqa: RUF012 - documents copy their defaults

    with mapper.ambient():
        Animal(name="Kit").save()
        Dog(name="Rex", tricks=["sit"]).save()
        rows = Animal.all().sort("name").values("tricks")
    assert rows == [(None,), (["sit"],)]
