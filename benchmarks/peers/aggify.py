"""aggify, by its synchronous methods."""

from __future__ import annotations

from typing import Any

import aggify
from aggify import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from benchmarks.peers.shapes import Calls, main


class Address(EmbeddedDocument):
    street = StringField(required=True)
    city = StringField(required=True)
    zip = StringField(required=True)


class Item(EmbeddedDocument):
    sku = StringField(required=True)
    qty = IntField(required=True)
    price = FloatField(required=True)


class Order(Document):
    number = IntField(required=True)
    customer = StringField(required=True)
    email = StringField(required=True)
    active = BooleanField(required=True)
    total = FloatField(required=True)
    discount = FloatField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    tags = ListField(StringField())
    address = EmbeddedField(Address, required=True)
    items = ListField(EmbeddedField(Item))
    notes = StringField()
    visits = IntField(default=0)

    class Meta:
        collection = "orders"


class Account(Document):
    number = IntField(required=True)
    name = StringField(required=True)
    email = StringField(required=True)
    active = BooleanField(required=True)
    balance = FloatField(required=True)
    logins = IntField(required=True)
    country = StringField(required=True)
    created_at = DateTimeField(required=True)
    seen_at = DateTimeField(required=True)
    notes = StringField()

    class Meta:
        collection = "accounts"


def new(row: dict[str, Any]) -> Order:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def build() -> Any:
    query = Order.objects.filter(
        active=True,
        total__gte=10,
        total__lt=90,
        tags__in=["a", "b"],
        address__city__ne="Oslo",
        number__gt=5,
    )
    return query.order_by("-total").only("number", "total")[:10].query


def connect(uri: str, database: str) -> Calls:
    aggify.connect(uri, database)
    return Calls(
        nested=lambda: list(Order.objects.all()),
        flat=lambda: list(Account.objects.all()),
        page=lambda: list(Order.objects.all()[:100]),
        get=lambda one: Order.objects.get(pk=one),
        new=new,
        insert=Order.objects.bulk_create,
        build=build,
    )


if __name__ == "__main__":
    main(connect)
