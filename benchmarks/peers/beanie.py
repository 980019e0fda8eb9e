"""Beanie."""

from __future__ import annotations

import datetime as dt
from typing import Any, Optional

from beanie import Document, init_beanie
from beanie.odm.operators.find.comparison import In
from pydantic import BaseModel
from pymongo import AsyncMongoClient

from benchmarks.peers.shapes import Calls, main


class Address(BaseModel):
    street: str
    city: str
    zip: str


class Item(BaseModel):
    sku: str
    qty: int
    price: float


class Order(Document):
    number: int
    customer: str
    email: str
    active: bool
    total: float
    discount: Optional[float] = None  # noqa: UP045 - as the peer's manual has it
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: list[str]
    address: Address
    items: list[Item]
    notes: Optional[str] = None  # noqa: UP045
    visits: int = 0

    class Settings:
        name = "orders"


class Account(Document):
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

    class Settings:
        name = "accounts"


def build() -> Any:
    query = Order.find(
        Order.active == True,  # noqa: E712 - builds a filter
        Order.total >= 10,
        Order.total < 90,
        In(Order.tags, ["a", "b"]),
        Order.address.city != "Oslo",
        Order.number > 5,
    )
    return query.sort(-Order.total).limit(10).get_filter_query()


async def connect(uri: str, database: str) -> Calls:
    mongo: Any = AsyncMongoClient(uri)[database]
    await init_beanie(database=mongo, document_models=[Order, Account])
    return Calls(
        nested=lambda: Order.find_all().to_list(),
        flat=lambda: Account.find_all().to_list(),
        page=lambda: Order.find_all().limit(100).to_list(),
        get=Order.get,
        new=lambda row: Order(**row),
        insert=Order.insert_many,
        build=build,
    )


if __name__ == "__main__":
    main(connect, is_async=True)
