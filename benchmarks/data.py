"""What is stored and asked for, without the mapper: peers read the same."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any


_START = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)


def raw_orders(count: int) -> Iterator[dict[str, Any]]:
    """Make orders as they are stored; every run has the same, but for their ids."""
    chance = random.Random(20240501)  # noqa: S311 - not a secret
    for number in range(count):
        yield {
            "number": number,
            "customer": f"Customer {chance.randrange(10_000)}",
            "email": f"c{number}@example.org",
            "active": chance.random() < 0.5,
            "total": chance.random() * 100,
            "discount": None,
            "created_at": _START + dt.timedelta(minutes=number),
            "updated_at": _START + dt.timedelta(hours=number),
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


def raw_accounts(count: int) -> Iterator[dict[str, Any]]:
    """Make accounts as they are stored; none of their values is nested."""
    chance = random.Random(20240502)  # noqa: S311 - not a secret
    for number in range(count):
        yield {
            "number": number,
            "name": f"Customer {chance.randrange(10_000)}",
            "email": f"c{number}@example.org",
            "active": chance.random() < 0.5,
            "balance": chance.random() * 100,
            "logins": chance.randrange(1_000),
            "country": chance.choice(["DE", "FR", "IT", "NO"]),
            "created_at": _START + dt.timedelta(minutes=number),
            "seen_at": _START + dt.timedelta(hours=number),
            "notes": "x" * chance.randrange(50),
        }


def raw_query() -> dict[str, Any]:
    """Return a query of six conditions as the driver takes it, made anew each time."""
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


def raw_pipeline() -> list[dict[str, Any]]:
    """Return a pipeline of eight stages."""
    customers = {"from": "customers", "localField": "customer", "foreignField": "name"}
    return [
        {"$match": {"active": True, "total": {"$gte": 10}}},
        {"$lookup": {**customers, "as": "buyer"}},
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
