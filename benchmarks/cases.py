"""What is measured: the same data and commands, through mongo-dsl and without it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from benchmarks.harness import Case
from mapper import Mapper, SyncDocument
from mapper.connection import CODEC
from mapper.converter import encode_document
from mongo_dsl import F, Pipeline, QuerySet, acc, param


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
    """Make orders as they are stored; every run has the same, but for their ids."""
    chance = random.Random(20240501)  # noqa: S311 - not a secret
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    for number in range(count):
        yield {
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


def _raw_query() -> Any:
    return {
        "filter": {
            "active": True,
            "total": {"$gte": 10, "$lt": 90},
            "tags": {"$in": ["a", "b"]},
            "address.city": {"$ne": "Oslo"},
            "number": {"$gt": 5},
        },
        "projection": {"number": 1, "total": 1},
        "sort": {"total": -1},
        "limit": 10,
    }


def building(_: Mapper, scale: float) -> Case:
    """Build and compile a query of six conditions, against the dictionary itself."""
    q = Order.q

    def ours() -> Any:
        conditions = (
            (q.active == True)  # noqa: E712 - builds a filter
            & (q.total >= 10)
            & (q.total < 90)
            & q.tags.in_(["a", "b"])
            & (q.address.city != "Oslo")
            & (q.number > 5)
        )
        query = QuerySet(Order).filter(conditions).sort(q.total.desc())
        return query.limit(10).only(q.number, q.total).compile()

    def check() -> None:
        assert ours().as_dict() == _raw_query()

    times = _scaled(5_000, scale)
    return Case("build", ours, _raw_query, times=times, check=check)


def binding(_: Mapper, scale: float) -> Case:
    """Bind a prepared query of six conditions, against the dictionary itself."""
    q = Order.q
    conditions = (
        (q.active == True)  # noqa: E712 - builds a filter
        & (q.total >= param("least"))
        & (q.total < param("most"))
        & q.tags.in_(["a", "b"])
        & (q.address.city != param("city"))
        & (q.number > 5)
    )
    query = QuerySet(Order).filter(conditions).sort(q.total.desc()).limit(10)
    prepared = query.only(q.number, q.total).prepare()

    def ours() -> Any:
        return prepared.bind(least=10, most=90, city="Oslo")

    def check() -> None:
        assert ours().as_dict() == _raw_query()

    times = _scaled(5_000, scale)
    return Case("bind", ours, _raw_query, times=times, check=check)


def piping(_: Mapper, scale: float) -> Case:
    """Build and compile a pipeline of eight stages, against the dictionaries themselves."""
    q = Order.q

    def ours() -> Any:
        active = (q.active == True) & (q.total >= 10)  # noqa: E712 - builds a filter
        buyers = (
            Pipeline(Order)
            .match(active)
            .lookup(
                "customers", local_field=q.customer, foreign_field="name", as_="buyer"
            )
        )
        nets = buyers.unwind(F.buyer).set(net=q.total - q.visits)
        by_country = nets.group(
            F.buyer.country, orders=acc.count(), net=acc.sum_(F.net)
        )
        best = by_country.sort(F.net.desc()).limit(10)
        return best.project("orders", "net", country=F["_id"], _id=0).compile()

    def raw() -> Any:
        return [
            {"$match": {"active": True, "total": {"$gte": 10}}},
            {
                "$lookup": {
                    "from": "customers",
                    "localField": "customer",
                    "foreignField": "name",
                    "as": "buyer",
                }
            },
            {"$unwind": "$buyer"},
            {"$set": {"net": {"$subtract": ["$total", "$visits"]}}},
            {
                "$group": {
                    "_id": "$buyer.country",
                    "orders": {"$count": {}},
                    "net": {"$sum": "$net"},
                }
            },
            {"$sort": {"net": -1}},
            {"$limit": 10},
            {"$project": {"orders": 1, "net": 1, "country": "$_id", "_id": 0}},
        ]

    def check() -> None:
        assert ours() == raw()

    times = _scaled(1_000, scale)
    return Case("pipeline", ours, raw, times=times, check=check)


def finding(mapper: Mapper, scale: float) -> Case:
    """Read documents to typed objects, against the driver's dictionaries."""
    collection = _orders(mapper, _scaled(20_000, scale))
    ours = mapper.find(Order).to_list

    def raw() -> list[dict[str, Any]]:
        return list(collection.find())

    def check() -> None:
        assert [encode_document(order) for order in ours()] == raw()

    return Case("find", ours, raw, check=check)


def inserting(mapper: Mapper, scale: float) -> Case:
    """Insert new documents, against plain dictionaries; both are made beforehand."""
    count = _scaled(10_000, scale)
    collection = _collection(mapper)
    new: list[Any] = []
    plain: list[dict[str, Any]] = []

    def prepare() -> None:
        collection.drop()
        plain[:] = raw_orders(count)
        new[:] = map(_new, raw_orders(count))

    def ours() -> Any:
        return mapper.insert_many(new)

    def raw() -> Any:
        return collection.insert_many(plain)

    def check() -> None:
        stored = []
        for insert in (ours, raw):
            prepare()
            insert()
            stored.append(list(collection.find({}, {"_id": 0})))
        assert stored[0] == stored[1] == list(raw_orders(count))

    return Case("insert_many", ours, raw, prepare=prepare, check=check)


def _new(row: dict[str, Any]) -> Order:
    address = Address(**row["address"])
    items = [Item(**item) for item in row["items"]]
    return Order(**{**row, "address": address, "items": items})


def getting(mapper: Mapper, scale: float) -> Case:
    """Read one document by its id."""
    collection = _orders(mapper, 100)
    one = collection.find_one()["_id"]

    def ours() -> Order | None:
        return mapper.get(Order, one)

    def raw() -> Any:
        return collection.find_one({"_id": one})

    def check() -> None:
        assert encode_document(ours()) == raw()

    return Case("get by id", ours, raw, times=_scaled(300, scale), check=check)


def saving(mapper: Mapper, scale: float) -> Case:
    """Save one changed field, against the update it comes to; each has its document."""
    collection = _orders(mapper, 100)
    order, other = mapper.find(Order).limit(2).to_list()
    visits = 0

    def ours() -> None:
        order.visits += 1
        mapper.save(order)

    def raw() -> None:
        nonlocal visits
        visits += 1
        collection.update_one({"_id": other.id}, {"$set": {"visits": visits}})

    def check() -> None:
        stored = [collection.find_one(one.id)["visits"] for one in (order, other)]
        assert stored == [order.visits, visits]

    return Case("save a change", ours, raw, times=_scaled(300, scale), check=check)


CASES: dict[str, Callable[[Mapper, float], Case]] = {
    "build": building,
    "bind": binding,
    "pipeline": piping,
    "find": finding,
    "insert_many": inserting,
    "get by id": getting,
    "save a change": saving,
}


def _scaled(number: int, scale: float) -> int:
    return max(2, round(number * scale))


def _orders(mapper: Mapper, count: int) -> Any:
    """Return the collection, with *count* orders."""
    collection = _collection(mapper)
    collection.drop()
    collection.insert_many(raw_orders(count))
    return collection


def _collection(mapper: Mapper) -> Any:
    return mapper.database.get_collection("orders", codec_options=CODEC)
