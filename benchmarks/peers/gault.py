"""gault, by its synchronous manager; what is nested stays dictionaries there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bson import ObjectId
from gault import Field, Manager, Pipeline, Schema, configure
from pymongo import MongoClient

from benchmarks.peers.shapes import Calls, main


class Order(Schema, collection="orders"):
    id: Field[ObjectId] = configure(pk=True, db_alias="_id")
    number: Field[int]
    customer: Field[str]
    email: Field[str]
    active: Field[bool]
    total: Field[float]
    discount: Field[float | None]
    created_at: Field[dt.datetime]
    updated_at: Field[dt.datetime]
    tags: Field[list[str]]
    address: Field[dict[str, Any]]
    items: Field[list[dict[str, Any]]]
    notes: Field[str | None]
    visits: Field[int]


class Account(Schema, collection="accounts"):
    id: Field[ObjectId] = configure(pk=True, db_alias="_id")
    number: Field[int]
    name: Field[str]
    email: Field[str]
    active: Field[bool]
    balance: Field[float]
    logins: Field[int]
    country: Field[str]
    created_at: Field[dt.datetime]
    seen_at: Field[dt.datetime]
    notes: Field[str | None]


def look(order: Order) -> tuple[Any, ...]:
    return order.number, order.address["city"], order.items[-1]["qty"], order.tags


def build() -> Any:
    query = (
        (Order.active == True)  # noqa: E712 - builds a filter
        & (Order.total >= 10)
        & (Order.total < 90)
        & Order.tags.in_("a", "b")
        & Field("address.city").ne("Oslo")
        & (Order.number > 5)
    )
    pipeline = Pipeline().match(query).sort({Order.total: -1}).take(10)
    return pipeline.project({"number": True, "total": True}).build()


def connect(uri: str, database: str) -> Calls:
    manager = Manager(MongoClient(uri)[database])
    return Calls(
        nested=lambda: list(manager.select(Order)),
        flat=lambda: list(manager.select(Account)),
        page=lambda: list(manager.select(Order, take=100)),
        get=lambda one: manager.get(Order, Order.id == one),
        new=lambda row: Order(id=ObjectId(), **row),
        insert=manager.insert_many,
        build=build,
        look=look,
    )


if __name__ == "__main__":
    main(connect)
