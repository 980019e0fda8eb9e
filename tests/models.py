"""The document classes the tests of the query layer share; no database is needed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import attrs
from bson import ObjectId

from mapper import Document, field
from mongo_dsl import geo


class Status(str, Enum):
    """The states of an order."""

    PENDING = "pending"
    SHIPPED = "shipped"


@attrs.define
class Address:
    """An embedded document."""

    city: str
    zip: str = attrs.field(default="", metadata={"db_name": "zip_code"})
    size: int = 0


@attrs.define
class Item:
    """An item of an array."""

    sku: str
    qty: int = 1


class User(Document):
    """A document with a field of every kind that queries treat differently."""

    name: str
    email: str | None = field(default=None, db_name="mail")
    age: int = 0
    score: float = 0.0
    active: bool = True
    status: Status = Status.PENDING
    tags: list[str] = field(factory=list)
    scores: list[int] = field(factory=list)
    address: Address | None = None
    addresses: list[Address] = field(factory=list)
    items: list[Item] = field(factory=list)
    settings: dict[str, int] = field(factory=dict)
    balance: Decimal = Decimal(0)
    token: UUID | None = None
    born: dt.date | None = None
    created_at: dt.datetime | None = None
    friend: ObjectId | None = None
    place: geo.Point | None = None
    extra: Any = None
