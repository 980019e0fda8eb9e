"""mongospecs, with structs of msgspec."""

from __future__ import annotations

import datetime as dt
from typing import Any, Optional

import msgspec
from mongospecs import Q, Registry, SpecConfig
from mongospecs.msgspec import Spec

from benchmarks.peers.shapes import Calls, main


class Address(msgspec.Struct):
    street: str
    city: str
    zip: str


class Item(msgspec.Struct):
    sku: str
    qty: int
    price: float


class Order(Spec, kw_only=True):
    __spec__ = SpecConfig(collection="orders")

    number: int
    customer: str
    email: str
    active: bool
    total: float
    discount: Optional[float] = None  # noqa: UP045
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: list[str]
    address: Address
    items: list[Item]
    notes: Optional[str] = None  # noqa: UP045
    visits: int = 0


class Account(Spec, kw_only=True):
    __spec__ = SpecConfig(collection="accounts")

    number: int
    name: str
    email: str
    active: bool
    balance: float
    logins: int
    country: str
    created_at: dt.datetime
    seen_at: dt.datetime
    notes: Optional[str] = None  # noqa: UP045


def new(row: dict[str, Any]) -> Order:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def build() -> Any:
    query = Order.find(
        Q.active == True,  # noqa: E712 - builds a filter
        Q.total >= 10,
        Q.total < 90,
        Q.tags.in_(["a", "b"]),
        Q.address.city != "Oslo",
        Q.number > 5,
    )
    return query.sort("-total").limit(10).select("number", "total").compile()


async def connect(uri: str, database: str) -> Calls:
    registry = Registry(uri, database=database, models=[Order, Account])
    await registry.open()
    return Calls(
        nested=lambda: Order.find().all(),
        flat=lambda: Account.find().all(),
        page=lambda: Order.find().limit(100).all(),
        get=Order.get,
        new=new,
        insert=Order.insert_many,
        build=build,
    )


if __name__ == "__main__":
    main(connect, is_async=True)
