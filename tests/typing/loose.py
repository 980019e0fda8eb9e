"""The loose face: plain annotations, and never a false error."""

from __future__ import annotations

from typing import Any

import attrs
from typing_extensions import assert_type

from mapper import Document, SyncDocument, field
from mapper.flows.changing import Written
from mapper.query import AsyncQuery, Query
from mongo_dsl import (
    F,
    Field,
    Filter,
    Pipeline,
    Update,
    fn,
    param,
    raw,
    search,
    stages,
)
from mongo_dsl.expressions.face import Expr


@attrs.define
class Row:
    name: str


class User(SyncDocument):
    name: str
    age: int = 0
    tags: list[str] = field(factory=list)
    address: Any = None


class AsyncUser(Document):
    name: str
    age: int = 0


user = User(name="Ann", age=5)
assert_type(user.name, str)
assert_type(User.q.age, Field[Any])
assert_type(User.q.age > 5, Filter)
assert_type((User.q.age > 5) & ~(User.q.name == "x"), Filter)
assert_type(User.q.address.city.startswith("x"), Filter)
assert_type(User.q.age.between(param("low"), param("high")), Filter)
assert_type(User.q.age.inc(1) & User.q.tags.push("x"), Update)
assert_type(F.a.b[0] == 5, Filter)
assert_type(fn.let({"x": F.a}, lambda x: x + 1), Expr)
assert_type(fn.map_(F.a, lambda item: item.price * 2), Expr)
assert_type(User.q.tags.arr.filter(lambda tag: tag == "x"), Expr)
assert_type(Pipeline(User).match(User.q.age > 5).sort("-age"), Pipeline)
assert_type(
    Pipeline(User).lookup(
        User,
        pipeline=lambda outer: Pipeline(User).match(User.q.age == outer.q.age),
        as_="peers",
    ),
    Pipeline,
)
assert_type(
    stages.lookup("a", pipeline=lambda outer: [stages.set_(x=outer.q.y)], as_="b"),
    stages.Stage,
)
assert_type(search.text([F.a, "b"], param("words")), search.SearchOperator)
assert_type(search.compound(must=[raw({})], score=raw({})), search.SearchOperator)
assert_type(search.multi(User.q.name, "english"), search.SearchPath)
assert_type(User.filter(User.q.age > 5), Query[User])
assert_type(User.find(name="x").sort("-age")[:5], Query[User])
assert_type(User.all().select(Row), Query[Row])
adults: AsyncQuery[AsyncUser] = AsyncUser.filter(age=5)


def execute() -> None:
    """Never called: only the types matter."""
    assert_type(user.save(), User)
    assert_type(user.delete(), bool)
    assert_type(User.get(5), "User | None")
    assert_type(User.create(name="x"), User)
    assert_type(User.all().to_list(), list[User])
    assert_type(User.all().first(), "User | None")
    assert_type(User.all().one(), User)
    assert_type(User.all().count(), int)
    assert_type(User.all().update(User.q.age.set(5)), Written)
    assert_type([u for u in User.all()], list[User])  # noqa: C416 - iteration is the point
    assert_type(User.pipeline().limit(5).to_list(), list[dict[str, Any]])
    assert_type(User.pipeline().into(Row).limit(5).to_list(), list[Row])
    assert_type(User.pipeline().into(Row).first(), "Row | None")


async def execute_async() -> None:
    """Never called: only the types matter."""
    assert_type(await AsyncUser.filter(age=5), list[AsyncUser])
    assert_type(await AsyncUser.all().first(), "AsyncUser | None")
    assert_type(await AsyncUser.get(5), "AsyncUser | None")
    assert_type(await AsyncUser(name="x").save(), AsyncUser)
    assert_type([u async for u in AsyncUser.all()], list[AsyncUser])
    assert_type(await AsyncUser.pipeline().limit(5), list[dict[str, Any]])
    assert_type(await AsyncUser.pipeline().limit(5).into(Row), list[Row])
    assert_type([r async for r in AsyncUser.pipeline().into(Row)], list[Row])
