from typing import Any
from typing_extensions import assert_type, reveal_type
from enum import Enum
from datetime import datetime
from bson import ObjectId
from mapper.typed import *
from mongo_dsl import geo
class Color(Enum):
    RED="r"
@define
class Address:
    city: Mapped[str]
class User(SyncDocument):
    name: Mapped[str]
    nick: Mapped[str | None]
    age: Mapped[int] = field(default=0)
    opt: Mapped[int | None]
    fl: Mapped[float]
    ok: Mapped[bool]
    tags: Mapped[list[str]]
    otags: Mapped[list[str] | None]
    address: Mapped[Address]
    oaddress: Mapped[Address | None]
    addrs: Mapped[list[Address]]
    born: Mapped[datetime]
    color: Mapped[Color]
    any: Mapped[Any]
    meta: Mapped[dict[str, Any]]
    meta2: Mapped[dict[str, int] | None]
    pair: Mapped[list[float]]
    pt: Mapped[geo.Point]
    tup: Mapped[tuple[str, ...]]
    se: Mapped[set[int]]
    au: Mapped[ObjectId]
reveal_type(User.q.name)
reveal_type(User.q.nick)
reveal_type(User.q.age)
reveal_type(User.q.opt)
reveal_type(User.q.fl)
reveal_type(User.q.ok)
reveal_type(User.q.tags)
reveal_type(User.q.otags)
reveal_type(User.q.address)
reveal_type(User.q.oaddress)
reveal_type(User.q.addrs)
reveal_type(User.q.born)
reveal_type(User.q.color)
reveal_type(User.q.any)
reveal_type(User.q.meta)
reveal_type(User.q.meta2)
reveal_type(User.q.pair)
reveal_type(User.q.pt)
reveal_type(User.q.tup)
reveal_type(User.q.se)
reveal_type(User.q.au)
reveal_type(User.q.id)
reveal_type(User.q.addrs.q.city)
reveal_type(User.q.oaddress.q.city)
