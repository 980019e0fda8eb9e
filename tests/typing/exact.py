"""The exact face: names, methods and operands are checked."""

import datetime as dt
from enum import Enum
from typing import Any

from typing_extensions import assert_type

from mapper.query import AsyncQuery, Query
from mapper.typed import Document, Mapped, SyncDocument, define, field
from mongo_dsl import Filter, Update, geo, param, text
from mongo_dsl.expressions.face import Expr
from mongo_dsl.expressions.namespaces.dates import DateNamespace
from mongo_dsl.fields.exact import (
    ArrayField,
    DictField,
    DocumentField,
    ExactField,
    NumberField,
    PlaceField,
    TextField,
)


class Color(Enum):
    RED = "red"


@define
class Address:
    city: Mapped[str]
    zip: Mapped[str] = field(default="")


class User(SyncDocument):
    name: Mapped[str]
    nick: Mapped[str | None] = field(default=None)
    age: Mapped[int] = field(default=0)
    height: Mapped[float | None] = field(default=None)
    active: Mapped[bool] = field(default=True)
    tags: Mapped[list[str]] = field(factory=list)
    address: Mapped[Address | None] = field(default=None)
    addresses: Mapped[list[Address]] = field(factory=list)
    born: Mapped[dt.datetime | None] = field(default=None)
    color: Mapped[Color] = field(default=Color.RED)
    settings: Mapped[dict[str, Any]] = field(factory=dict)
    place: Mapped[geo.Point | None] = field(default=None)
    extra: Mapped[Any] = field(default=None)


class AsyncUser(Document):
    name: Mapped[str]
    age: Mapped[int] = field(default=0)


user = User(name="Ann", age=5)
assert_type(user.name, str)
assert_type(user.nick, str | None)
user.age = 6

assert_type(User.q.name, TextField[str])
assert_type(User.q.nick, TextField[str | None])
assert_type(User.q.age, NumberField[int])
assert_type(User.q.height, NumberField[float | None])
assert_type(User.q.active, ExactField[bool])
assert_type(User.q.tags, ArrayField[str, list[str]])
assert_type(User.q.address, DocumentField[Address, Address | None])
assert_type(User.q.address.q.city, TextField[str])
assert_type(User.q.addresses.q.city, TextField[str])
assert_type(User.q.born, ExactField[dt.datetime | None])
assert_type(User.q.color, ExactField[Color])
assert_type(User.q.settings, DictField[dict[str, Any]])
assert_type(User.q.place, PlaceField[geo.Point | None])
assert_type(User.q.extra, ExactField[Any])

assert_type(User.q.age > 5, Filter)
assert_type(User.q.age > User.q.height, Filter)
assert_type(User.q.age > User.q.age + 1, Filter)
assert_type(User.q.age.between(18, 30), Filter)
assert_type(User.q.age.between(param("low"), param("high")), Filter)
assert_type(User.q.age.in_([1, 2]), Filter)
assert_type(User.q.born.dt, DateNamespace)
assert_type(User.q.born.dt.trunc("month", bin_size=3), Expr)
assert_type(User.q.name.str.lower(), Expr)
assert_type(User.q.name.str.lower().str.split(" ").arr.size() > 2, Filter)
assert_type(User.q.tags.arr.filter(lambda tag: tag > "b"), Expr)
assert_type(User.q.settings.obj.merge({"a": 1}), Expr)
assert_type(User.q.name.matches("^a", case=False), Filter)
assert_type(User.q.name.regex("^a", "i"), Filter)
assert_type(User.q.age.type_(["int"]), Filter)
assert_type(User.q.age.exists(1), Filter)
assert_type(text("x", language="en"), Filter)
assert_type(text(language="en", search="x"), Filter)
assert_type(User.q.tags.contains("a"), Filter)
assert_type(User.q.extra > "anything", Filter)
assert_type(User.q.age.inc(1) & User.q.tags.push("x"), Update)
assert_type(User.q.tags.push(slice_=5, each=["x"]), Update)
assert_type(User.q.tags.filtered("old").set("x"), Update)
assert_type(User.q.age.bit(xor=1, and_=5), Update)
assert_type(User.q.color.set(Color.RED), Update)
assert_type(User.filter(User.q.age > 5).sort(User.q.age.desc()), Query[User])
adults: AsyncQuery[AsyncUser] = AsyncUser.filter(AsyncUser.q.age > 5)
assert_type(User.q.place.near(geo.Point(1, 2), max_distance=5), Filter)


async def execute() -> None:
    """Never called: only the types matter."""
    assert_type(await AsyncUser.filter(AsyncUser.q.age > 5), list[AsyncUser])
    assert_type(User.all().one(), User)
