"""Building queries and objects, without a server."""

from __future__ import annotations

from typing import Any

import attrs

from benchmarks.bench import Bench
from benchmarks.data import raw_orders, raw_pipeline, raw_query
from benchmarks.documents import Order, new_order
from benchmarks.harness import Case
from mapper.converter import encode_document
from mongo_dsl import F, Pipeline, QuerySet, acc, param


def built() -> Any:
    """Build and compile a query of six conditions."""
    q = Order.q
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


def prepared() -> Any:
    """Prepare the same query, with three values left open."""
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
    return query.only(q.number, q.total).prepare()


def building(bench: Bench) -> Case:
    """Build and compile a query, against the dictionary itself."""

    def check() -> None:
        assert built().as_dict() == raw_query()

    times = bench.scaled(5_000)
    return Case("build", built, raw_query, times, check=check, target=10)


def building_cursors(bench: Bench) -> Case:
    """Build and compile a query, against the driver's cursor that would send it."""
    collection = bench.collection("orders")

    def raw() -> Any:
        asked = raw_query()
        cursor = collection.find(asked["filter"], asked["projection"])
        return cursor.sort(asked["sort"]).limit(asked["limit"])

    case = building(bench)
    return attrs.evolve(case, name="build, against find()", raw=raw, target=0.6)


def binding(bench: Bench) -> Case:
    """Bind a prepared query, against the dictionary itself."""
    query = prepared()

    def ours() -> Any:
        return query.bind(least=10, most=90, city="Oslo")

    def check() -> None:
        assert ours().as_dict() == raw_query()

    times = bench.scaled(5_000)
    return Case("bind", ours, raw_query, times, check=check, target=4)


def piping(bench: Bench) -> Case:
    """Build and compile a pipeline of eight stages, against the dictionaries themselves."""

    def check() -> None:
        assert piped() == raw_pipeline()

    times = bench.scaled(1_000)
    return Case("pipeline", piped, raw_pipeline, times, check=check, target=12)


def piped() -> Any:
    """Build and compile a pipeline of eight stages."""
    q = Order.q
    active = (q.active == True) & (q.total >= 10)  # noqa: E712 - builds a filter
    return (
        Pipeline(Order)
        .match(active)
        .lookup("customers", local_field=q.customer, foreign_field="name", as_="buyer")
        .unwind(F.buyer)
        .set(net=q.total - q.visits)
        .group(F.buyer.country, orders=acc.count(), net=acc.sum_(F.net))
        .sort(F.net.desc())
        .limit(10)
        .project("orders", "net", country=F["_id"], _id=0)
        .compile()
    )


def constructing(bench: Bench) -> Case:
    """Make a checked object of values, against their dictionary."""
    row = next(raw_orders(1))

    def raw() -> dict[str, Any]:
        address = dict(**row["address"])
        items = [dict(**item) for item in row["items"]]
        return dict(**{**row, "address": address, "items": items})

    def check() -> None:
        made = encode_document(new_order(row))
        del made["_id"]
        assert made == raw() == row

    times = bench.scaled(5_000)
    return Case("construct", lambda: new_order(row), raw, times, check=check)
