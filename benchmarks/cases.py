"""What is measured: the same data and commands, through mongo-dsl and without it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import attrs
from bson import ObjectId

from benchmarks.harness import Case
from mapper import Mapper, SyncDocument
from mapper.connection import CODEC


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


def raw_orders(count: int) -> Iterator[dict[str, Any]]:
    """Make stored orders; the seed is fixed, so that every run has the same."""
    chance = random.Random(20240501)  # noqa: S311 - not a secret
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    for number in range(count):
        yield {
            "_id": ObjectId(),
            "number": number,
            "customer": f"Customer {chance.randrange(10_000)}",
            "email": f"c{number}@example.org",
            "active": chance.random() < 0.5,
            "total": chance.random() * 100,
            "discount": None,
            "created_at": start + dt.timedelta(minutes=number),
            "updated_at": start + dt.timedelta(hours=number),
            "tags": chance.sample(["a", "b", "c", "d", "e"], 3),
            "address": {"street": f"Street {number}", "city": "Rome", "zip": "00100"},
            "items": [
                {
                    "sku": f"s{item}",
                    "qty": chance.randrange(9),
                    "price": chance.random(),
                }
                for item in range(3)
            ],
            "notes": "x" * chance.randrange(50),
            "visits": 0,
        }


def building() -> Case:
    """Build and compile a query of six conditions, against the dictionary itself."""
    q = Order.q

    def ours() -> Any:
        return (
            (q.active == True)  # noqa: E712 - builds a filter
            & (q.total >= 10)
            & (q.total < 90)
            & q.tags.in_(["a", "b"])
            & (q.address.city != "Oslo")
            & (q.number > 5)
        ).compile()

    def raw() -> Any:
        return {
            "active": True,
            "total": {"$gte": 10, "$lt": 90},
            "tags": {"$in": ["a", "b"]},
            "address.city": {"$ne": "Oslo"},
            "number": {"$gt": 5},
        }

    assert ours() == raw()
    return Case("build + compile, 6 conditions", ours, raw, times=5_000)


def finding(mapper: Mapper, count: int) -> Case:
    """Read documents to typed objects, against the driver's dictionaries."""
    collection = _collection(mapper)
    collection.drop()
    collection.insert_many(raw_orders(count))
    query = mapper.find(Order)
    loaded = query.first()
    assert loaded is not None
    assert loaded.number == 0
    assert loaded.items[0].sku == "s0"
    return Case(
        f"find {count:,} documents", query.to_list, lambda: list(collection.find())
    )


def inserting(mapper: Mapper, count: int) -> Case:
    """Insert new documents, against plain dictionaries; both are made beforehand."""
    collection = mapper.database.get_collection("inserted", codec_options=CODEC)
    made: list[Any] = []
    plain: list[dict[str, Any]] = []

    class Inserted(Order):
        class Meta:
            collection_name = "inserted"

    def prepare() -> None:
        collection.drop()
        plain[:] = list(raw_orders(count))
        made[:] = [_new(Inserted, row) for row in plain]

    def ours() -> Any:
        return mapper.insert_many(made)

    return Case(
        f"insert_many {count:,}",
        ours,
        lambda: collection.insert_many(plain),
        prepare=prepare,
    )


def _new(cls: Any, row: dict[str, Any]) -> Any:
    values = {name: value for name, value in row.items() if name != "_id"}
    values["address"] = Address(**row["address"])
    values["items"] = [Item(**item) for item in row["items"]]
    return cls(**values)


def getting(mapper: Mapper) -> Case:
    """Read one document by its id."""
    collection = _collection(mapper)
    one = collection.find_one()["_id"]
    return Case(
        "get by id",
        lambda: mapper.get(Order, one),
        lambda: collection.find_one({"_id": one}),
        times=200,
    )


def saving(mapper: Mapper) -> Case:
    """Save one changed field, against the update it comes to."""
    collection = _collection(mapper)
    order = mapper.find(Order).first()
    assert order is not None

    def ours() -> None:
        order.visits += 1
        mapper.save(order)

    def raw() -> None:
        collection.update_one({"_id": order.id}, {"$set": {"visits": order.visits + 1}})

    return Case("save one changed field", ours, raw, times=200)


def _collection(mapper: Mapper) -> Any:
    return mapper.database.get_collection("orders", codec_options=CODEC)
