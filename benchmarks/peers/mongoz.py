"""mongoz."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any, List  # noqa: UP035 - as the peer's manual has it

import mongoz
from mongoz import Document, EmbeddedDocument, Q, Registry
from mongoz import Order as Direction
from mongoz.core.db.querysets.expressions import Expression

from benchmarks.peers.shapes import DATABASE, Calls, main


registry = Registry(sys.argv[1])  # classes have their connection in them


class Address(EmbeddedDocument):
    street: str = mongoz.String()
    city: str = mongoz.String()
    zip: str = mongoz.String()


class Item(EmbeddedDocument):
    sku: str = mongoz.String()
    qty: int = mongoz.Integer()
    price: float = mongoz.Double()


class Order(Document):
    number: int = mongoz.Integer()
    customer: str = mongoz.String()
    email: str = mongoz.String()
    active: bool = mongoz.Boolean()
    total: float = mongoz.Double()
    discount: float = mongoz.Double(null=True)
    created_at: dt.datetime = mongoz.DateTime()
    updated_at: dt.datetime = mongoz.DateTime()
    tags: List[str] = mongoz.Array(str)  # noqa: UP006
    address: Address = mongoz.Embed(Address)
    items: List[Item] = mongoz.Array(Item)  # noqa: UP006
    notes: str = mongoz.String(null=True, allow_blank=True)
    visits: int = mongoz.Integer(default=0)

    class Meta:
        registry = registry
        database = DATABASE
        collection = "orders"


class Account(Document):
    number: int = mongoz.Integer()
    name: str = mongoz.String()
    email: str = mongoz.String()
    active: bool = mongoz.Boolean()
    balance: float = mongoz.Double()
    logins: int = mongoz.Integer()
    country: str = mongoz.String()
    created_at: dt.datetime = mongoz.DateTime()
    seen_at: dt.datetime = mongoz.DateTime()
    notes: str = mongoz.String(null=True, allow_blank=True)

    class Meta:
        registry = registry
        database = DATABASE
        collection = "accounts"


def build() -> Any:
    query = (
        Order.query(Q.eq(Order.active, True))
        .query(Q.gte(Order.total, 10))
        .query(Q.lt(Order.total, 90))
        .query(Q.in_(Order.tags, ["a", "b"]))
        .query(Q.neq("address.city", "Oslo"))
        .query(Q.gt(Order.number, 5))
    )
    query = query.sort(Order.total, Direction.DESCENDING).limit(10)
    return Expression.compile_many(query._filter)  # noqa: SLF001


async def connect(_uri: str, _database: str) -> Calls:
    await registry.__aenter__()
    return Calls(
        nested=lambda: Order.query().all(),
        flat=lambda: Account.query().all(),
        page=lambda: Order.query().limit(100).all(),
        get=lambda one: Order.query({"_id": one}).get(),
        new=lambda row: Order(**row),
        insert=Order.create_many,
        build=build,
    )


if __name__ == "__main__":
    main(connect, is_async=True)
