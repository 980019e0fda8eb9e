"""ODMantic, by its synchronous engine."""

from __future__ import annotations

import datetime as dt
from typing import Any, List, Optional  # noqa: UP035 - as the peer's manual has it

from odmantic import EmbeddedModel, Model, SyncEngine, query
from pymongo import MongoClient

from benchmarks.peers.shapes import Calls, main


class Address(EmbeddedModel):
    street: str
    city: str
    zip: str


class Item(EmbeddedModel):
    sku: str
    qty: int
    price: float


class Order(Model):
    number: int
    customer: str
    email: str
    active: bool
    total: float
    discount: Optional[float] = None  # noqa: UP045
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: List[str]  # noqa: UP006
    address: Address
    items: List[Item]  # noqa: UP006
    notes: Optional[str] = None  # noqa: UP045
    visits: int = 0

    model_config = {"collection": "orders"}  # noqa: RUF012


class Account(Model):
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

    model_config = {"collection": "accounts"}  # noqa: RUF012


def build() -> Any:
    return query.and_(
        Order.active == True,  # noqa: E712 - builds a filter
        Order.total >= 10,
        Order.total < 90,
        query.in_(Order.tags, ["a", "b"]),
        Order.address.city != "Oslo",
        Order.number > 5,
    ), query.desc(Order.total)


def connect(uri: str, database: str) -> Calls:
    engine = SyncEngine(MongoClient(uri), database)
    return Calls(
        nested=lambda: list(engine.find(Order)),
        flat=lambda: list(engine.find(Account)),
        page=lambda: list(engine.find(Order, limit=100)),
        get=lambda one: engine.find_one(Order, Order.id == one),
        new=lambda row: Order(**row),
        insert=engine.save_all,
        build=build,
    )


if __name__ == "__main__":
    main(connect)
