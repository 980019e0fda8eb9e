"""Reading documents to typed objects, against the driver's dictionaries."""

from __future__ import annotations

from typing import Any

import attrs

from benchmarks.bench import Bench
from benchmarks.collecting import collected, promoted
from benchmarks.data import raw_accounts, raw_orders
from benchmarks.documents import Account, Order
from benchmarks.harness import Case
from mapper.converter import encode_document


ROWS = {Order: raw_orders, Account: raw_accounts}
COUNT = 20_000
READS = {Order: 4, Account: 10}
"""How many reads have one full collection in their time.

The mapper lets the collector look through everything after half a million objects: about
every fourth of these reads of nested documents, and every twenty-fifth of flat ones.
"""


def finding(bench: Bench, model: Any = Order, count: int = COUNT, **said: Any) -> Case:
    """Read many documents at once; *said* are other options of the mapper."""
    collection = _filled(bench, model, count)
    ours = bench.mapper.with_options(**said).find(model).to_list

    def raw() -> list[dict[str, Any]]:
        return list(collection.find())

    def check() -> None:
        assert [encode_document(one) for one in ours()] == raw()

    times = READS[model]
    return Case("find", ours, raw, times, check=check, target=0.40, held=("ours",))


def async_finding(bench: Bench, model: Any = Order, **said: Any) -> Case:
    """Read many documents at once, both sides in one event loop."""
    collection = _filled(bench, model, COUNT, is_async=True)
    query = bench.async_mapper.with_options(**said).find(model)

    def ours() -> list[Any]:
        return bench.run(query.to_list())

    def raw() -> list[dict[str, Any]]:
        return bench.run(collection.find().to_list())

    def check() -> None:
        assert [encode_document(one) for one in ours()] == raw()

    name, times = "find, async", READS[model]
    return Case(name, ours, raw, times, check=check, target=0.40, held=("ours",))


def finding_flat(bench: Bench) -> Case:
    """Read documents without others in them."""
    return attrs.evolve(finding(bench, Account), name="find flat", target=0.50)


def async_finding_flat(bench: Bench) -> Case:
    """Read documents without others in them, in an event loop."""
    case = async_finding(bench, Account)
    return attrs.evolve(case, name="find flat, async", target=0.50)


def finding_a_page(bench: Bench) -> Case:
    """Read the first hundred documents of many."""
    collection = _filled(bench, Order, COUNT)
    ours = bench.mapper.find(Order).limit(100).to_list

    def raw() -> list[dict[str, Any]]:
        return list(collection.find().limit(100))

    def check() -> None:
        assert [encode_document(order) for order in ours()] == raw()

    times = bench.scaled(50)
    return Case("page of 100", ours, raw, times, check=check, target=1.15)


def paying_each_time(bench: Bench) -> Case:
    """Read many documents, and visit all of them once more; only our side does."""
    case = finding(bench)
    name = "find, a full collection on our side"
    ours = collected(case.ours)
    return attrs.evolve(case, name=name, ours=ours, times=1, held=(), target=None)


def collecting(bench: Bench) -> Case:
    """Read many documents, and visit all of them once more; both sides do."""
    case = paying_each_time(bench)
    name = "find, a full collection on both sides"
    return attrs.evolve(case, name=name, raw=collected(case.raw))


def left_alone(bench: Bench) -> Case:
    """Read many documents while the collector comes and goes as it does."""
    case = finding(bench, collector="leave")
    return _left(case, "find, collector left alone", 1.35)


def async_left_alone(bench: Bench) -> Case:
    """Read many documents in an event loop while the collector comes and goes."""
    case = async_finding(bench, collector="leave")
    return _left(case, "find, async, collector left alone", 1.35)


def flat_left_alone(bench: Bench) -> Case:
    """Read documents without others in them while the collector comes and goes."""
    case = finding(bench, Account, collector="leave")
    return _left(case, "find flat, collector left alone", None)


def async_flat_left_alone(bench: Bench) -> Case:
    """Read documents without others in them in an event loop, the collector likewise."""
    case = async_finding(bench, Account, collector="leave")
    return _left(case, "find flat, async, collector left alone", None)


def _left(case: Case, name: str, target: float | None) -> Case:
    return attrs.evolve(case, name=name, times=1, target=target, held=())


def alike(bench: Bench) -> Case:
    """Read many documents, with the same done to the collector on both sides.

    Neither pays for it: the other's collector did not run either.
    """
    case = finding(bench)
    name = "find, raw with the same policy"
    raw = promoted(case.raw)
    return attrs.evolve(case, name=name, raw=raw, times=1, held=(), target=1.25)


def against_naive_dates(bench: Bench) -> Case:
    """Read many documents, against dictionaries whose dates lack their time zone."""
    case = finding(bench)
    collection = bench.mapper.database.get_collection("orders")

    def raw() -> list[dict[str, Any]]:
        return list(collection.find())

    name = "find, raw with naive dates"
    return attrs.evolve(case, name=name, raw=raw, target=None)


def streaming(bench: Bench) -> Case:
    """Read many documents one after the other, none of which is kept."""
    collection = _filled(bench, Order, COUNT)
    query = bench.mapper.find(Order)

    def ours() -> None:
        for _ in query:
            pass

    def raw() -> None:
        for _ in collection.find():
            pass

    def check() -> None:
        assert [encode_document(order) for order in query] == list(collection.find())

    return Case("stream", ours, raw, check=check, target=1.15)


def async_streaming(bench: Bench) -> Case:
    """Read many documents one after the other in an event loop."""
    collection = _filled(bench, Order, COUNT, is_async=True)
    query = bench.async_mapper.find(Order)

    async def consume(documents: Any) -> None:
        async for _ in documents:
            pass

    async def check() -> None:
        ours = [encode_document(order) async for order in query]
        assert ours == await collection.find().to_list()

    return Case(
        "stream, async",
        lambda: bench.run(consume(query)),
        lambda: bench.run(consume(collection.find())),
        check=lambda: bench.run(check()),
        target=1.15,
    )


def getting(bench: Bench) -> Case:
    """Read one document by its id."""
    collection = _filled(bench, Order, 100)
    one = collection.find_one()["_id"]

    def ours() -> Order | None:
        return bench.mapper.get(Order, one)

    def raw() -> Any:
        return collection.find_one({"_id": one})

    def check() -> None:
        assert encode_document(ours()) == raw()

    return Case("get by id", ours, raw, bench.scaled(500), check=check, target=1.05)


def _filled(bench: Bench, model: Any, count: int, *, is_async: bool = False) -> Any:
    """Return the collection of *model*, with *count* documents to scale."""
    name = model.Meta.collection_name
    collection = bench.stored(name, ROWS[model](bench.scaled(count)))
    return bench.async_collection(name) if is_async else collection
