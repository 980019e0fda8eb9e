"""The small functions whose instructions are counted, and the process that runs them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import bson
from bson import ObjectId

from benchmarks.building import built, piped, prepared
from benchmarks.data import raw_orders
from benchmarks.documents import Order, new_order
from mapper.converter import encode_document
from mapper.hydration import load, reader
from mapper.loaders import PIECE
from mapper.rows import joined
from mongo_dsl import QuerySet


def _building() -> Callable[[], Any]:
    """Build a query, without compiling it."""
    q = Order.q

    def build() -> Any:
        conditions = (
            (q.total >= 10) & q.tags.in_(["a", "b"]) & (q.address.city != "Oslo")
        )
        return QuerySet(Order).filter(conditions).sort(q.total.desc()).limit(10)

    return build


def _compiling() -> Callable[[], Any]:
    """Compile a query that is there."""
    return _building()().compile


def _binding() -> Callable[[], Any]:
    query = prepared()
    return lambda: query.bind(least=10, most=90, city="Oslo")


def _structuring() -> Callable[[], Any]:
    raw = {"_id": ObjectId(b"0" * 12), **next(raw_orders(1))}
    return lambda: load(Order, {**raw})


def _reading() -> Callable[[], Any]:
    """Make documents of a batch, a whole piece of it."""
    rows = raw_orders(PIECE)
    batch = joined([bson.encode({"_id": ObjectId(b"0" * 12), **row}) for row in rows])
    read = reader(Order.all())
    return lambda: read.all(batch)


def _unstructuring() -> Callable[[], Any]:
    order = new_order(next(raw_orders(1)))
    return lambda: encode_document(order)


def _constructing() -> Callable[[], Any]:
    row = next(raw_orders(1))
    return lambda: new_order(row)


COUNTED: dict[str, Callable[[], Callable[[], Any]]] = {
    "build": _building,
    "compile": _compiling,
    "build and compile": lambda: built,
    "bind": _binding,
    "structure": _structuring,
    "read a batch": _reading,
    "unstructure": _unstructuring,
    "construct": _constructing,
    "pipeline": lambda: piped,
}


def mark() -> None:
    """Call what nothing else calls, so that callgrind sees where a part begins."""
    os.getppid()


def run(times: int, names: Sequence[str]) -> None:
    """Run each function *times*, then twice as often, with a mark around each part.

    A few calls before fill caches. The collector is off, for when it comes depends on all
    that was done before.
    """
    gc.disable()
    for name in names:
        function = COUNTED[name]()
        for _ in range(5):
            function()
        for part in (times, 2 * times):
            mark()
            for _ in range(part):
                function()
        mark()


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
