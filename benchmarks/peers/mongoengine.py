"""MongoEngine."""

from __future__ import annotations

from typing import Any

import mongoengine as me

from benchmarks.peers.shapes import Calls, main


class Address(me.EmbeddedDocument):
    street = me.StringField(required=True)
    city = me.StringField(required=True)
    zip = me.StringField(required=True)


class Item(me.EmbeddedDocument):
    sku = me.StringField(required=True)
    qty = me.IntField(required=True)
    price = me.FloatField(required=True)


class Order(me.Document):
    number = me.IntField(required=True)
    customer = me.StringField(required=True)
    email = me.StringField(required=True)
    active = me.BooleanField(required=True)
    total = me.FloatField(required=True)
    discount = me.FloatField()
    created_at = me.DateTimeField(required=True)
    updated_at = me.DateTimeField(required=True)
    tags = me.ListField(me.StringField())
    address = me.EmbeddedDocumentField(Address, required=True)
    items = me.EmbeddedDocumentListField(Item)
    notes = me.StringField()
    visits = me.IntField(default=0)

    meta = {"collection": "orders"}  # noqa: RUF012 - as the peer's manual has it


class Account(me.Document):
    number = me.IntField(required=True)
    name = me.StringField(required=True)
    email = me.StringField(required=True)
    active = me.BooleanField(required=True)
    balance = me.FloatField(required=True)
    logins = me.IntField(required=True)
    country = me.StringField(required=True)
    created_at = me.DateTimeField(required=True)
    seen_at = me.DateTimeField(required=True)
    notes = me.StringField()

    meta = {"collection": "accounts"}  # noqa: RUF012


def new(row: dict[str, Any]) -> Order:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def build() -> Any:
    query = Order.objects(
        active=True,
        total__gte=10,
        total__lt=90,
        tags__in=["a", "b"],
        address__city__ne="Oslo",
        number__gt=5,
    )
    return query.order_by("-total").limit(10).only("number", "total")._query  # noqa: SLF001


def connect(uri: str, database: str) -> Calls:
    me.connect(database, host=uri, uuidRepresentation="standard")
    return Calls(
        nested=lambda: list(Order.objects.no_cache()),
        flat=lambda: list(Account.objects.no_cache()),
        page=lambda: list(Order.objects.limit(100)),
        get=lambda one: Order.objects.get(id=one),
        new=new,
        insert=lambda orders: Order.objects.insert(orders, load_bulk=False),
        build=build,
    )


if __name__ == "__main__":
    main(connect)
