"""umongo."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from umongo import Document, EmbeddedDocument, fields
from umongo.frameworks import PyMongoInstance

from benchmarks.peers.shapes import Calls, main


instance = PyMongoInstance()


@instance.register
class Address(EmbeddedDocument):
    street = fields.StrField(required=True)
    city = fields.StrField(required=True)
    zip = fields.StrField(required=True)


@instance.register
class Item(EmbeddedDocument):
    sku = fields.StrField(required=True)
    qty = fields.IntField(required=True)
    price = fields.FloatField(required=True)


@instance.register
class Order(Document):
    number = fields.IntField(required=True)
    customer = fields.StrField(required=True)
    email = fields.StrField(required=True)
    active = fields.BoolField(required=True)
    total = fields.FloatField(required=True)
    discount = fields.FloatField(allow_none=True)
    created_at = fields.DateTimeField(required=True)
    updated_at = fields.DateTimeField(required=True)
    tags = fields.ListField(fields.StrField())
    address = fields.EmbeddedField(Address, required=True)
    items = fields.ListField(fields.EmbeddedField(Item))
    notes = fields.StrField(allow_none=True)
    visits = fields.IntField(load_default=0)

    class Meta:
        collection_name = "orders"


@instance.register
class Account(Document):
    number = fields.IntField(required=True)
    name = fields.StrField(required=True)
    email = fields.StrField(required=True)
    active = fields.BoolField(required=True)
    balance = fields.FloatField(required=True)
    logins = fields.IntField(required=True)
    country = fields.StrField(required=True)
    created_at = fields.DateTimeField(required=True)
    seen_at = fields.DateTimeField(required=True)
    notes = fields.StrField(allow_none=True)

    class Meta:
        collection_name = "accounts"


def new(row: dict[str, Any]) -> Any:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def look(order: Any) -> tuple[Any, ...]:
    # Its documents have a method `items`.
    return order.number, order.address.city, order["items"][-1].qty, [*order.tags]


def connect(uri: str, database: str) -> Calls:
    instance.set_db(MongoClient(uri)[database])
    return Calls(
        nested=lambda: list(Order.find()),
        flat=lambda: list(Account.find()),
        page=lambda: list(Order.find().limit(100)),
        get=lambda one: Order.find_one({"_id": one}),
        new=new,
        insert="it has no insertion of many documents",
        build="its filters are dictionaries",
        look=look,
    )


if __name__ == "__main__":
    main(connect)
