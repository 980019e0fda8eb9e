"""Writing documents, against the dictionaries and updates that they come to."""

from __future__ import annotations

from typing import Any

from pymongo import WriteConcern

from benchmarks.bench import Bench
from benchmarks.data import raw_orders
from benchmarks.documents import Order, new_order
from benchmarks.harness import Case


def inserting(bench: Bench) -> Case:
    """Insert many new documents, which both sides have beforehand."""
    count = bench.scaled(10_000)
    mapper, collection = bench.mapper, bench.collection("orders")
    new: list[Any] = []
    plain: list[dict[str, Any]] = []

    def prepare() -> None:
        collection.drop()
        plain[:] = raw_orders(count)
        new[:] = map(new_order, raw_orders(count))

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

    return Case(
        "insert_many",
        ours,
        raw,
        prepare=prepare,
        check=check,
        target=1.10,
    )


def inserting_one(bench: Bench, w: int | str = 1) -> Case:
    """Insert one new document, which both sides have beforehand."""
    times = bench.scaled(300)
    mapper, collection = _acknowledged(bench, w)
    new: list[Any] = []
    plain: list[dict[str, Any]] = []

    def prepare() -> None:
        plain[:] = raw_orders(times)
        new[:] = map(new_order, raw_orders(times))

    def ours() -> None:
        mapper.insert(new.pop())

    def raw() -> None:
        collection.insert_one(plain.pop())

    def check() -> None:
        found = list(collection.find({}, {"_id": 0}).sort("number"))
        assert found[::2] == found[1::2] == list(raw_orders(times))

    return Case(
        f"insert one, w={w}", ours, raw, times, prepare, check=check, target=1.05
    )


def inserting_one_by_majority(bench: Bench) -> Case:
    """Insert one new document as the server acknowledges it if nothing is said."""
    return inserting_one(bench, "majority")


def saving(bench: Bench, w: int | str = 1) -> Case:
    """Save one changed field, against the update it comes to; each has its document."""
    mapper, collection = _acknowledged(bench, w)
    collection.insert_many(raw_orders(100))
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

    times = bench.scaled(300)
    return Case(f"save a change, w={w}", ours, raw, times, check=check, target=1.05)


def saving_by_majority(bench: Bench) -> Case:
    """Save one changed field as the server acknowledges it if nothing is said."""
    return saving(bench, "majority")


def _acknowledged(bench: Bench, w: int | str) -> tuple[Any, Any]:
    """Return a mapper and an empty collection whose writes *w* members acknowledge."""
    collection = bench.collection("orders")
    collection.drop()
    concern = WriteConcern(w=w)
    return (
        bench.mapper.with_options(write_concern=w),
        collection.with_options(write_concern=concern),
    )
