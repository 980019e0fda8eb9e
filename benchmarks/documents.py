"""The documents that are read and written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
from bson import ObjectId

from mapper import SyncDocument


@attrs.define
class Address:
    street: str
    city: str
    zip: str


@attrs.define
class Item:
    sku: str
    qty: int
    price: float


class Order(SyncDocument):
    """A document of 14 fields, nested ones among them."""

    number: int
    customer: str
    email: str
    active: bool
    total: float
    discount: float | None = None
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: list[str]
    address: Address
    items: list[Item]
    notes: str | None = None
    visits: int = 0

    class Meta:
        collection_name = "orders"


@attrs.define
class OrderRow:
    """What an order holds, in a class that nothing is tracked of."""

    id: ObjectId = attrs.field(metadata={"db_name": "_id"})
    number: int
    customer: str
    email: str
    active: bool
    total: float
    discount: float | None
    created_at: dt.datetime
    updated_at: dt.datetime
    tags: list[str]
    address: Address
    items: list[Item]
    notes: str | None
    visits: int


class Account(SyncDocument):
    """A document of 11 fields, none of them nested."""

    number: int
    name: str
    email: str
    active: bool
    balance: float
    logins: int
    country: str
    created_at: dt.datetime
    seen_at: dt.datetime
    notes: str | None = None

    class Meta:
        collection_name = "accounts"


def new_order(row: dict[str, Any]) -> Order:
    """Make an order of what is stored of it."""
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})
