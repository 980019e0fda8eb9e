"""What many objects hold of memory, against the driver's dictionaries.

Bytes are counted by tracemalloc, for it sees every block that Python allocates, counts
the same in every run and leaves out what is only lent: the pages that the allocator
keeps, and the buffers of the driver. The resident size of a process has these in it, and
depends on what was freed before.
"""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import attrs

from benchmarks.bench import Bench
from benchmarks.data import raw_orders
from benchmarks.documents import Order, OrderRow
from benchmarks.harness import Case
from benchmarks.pairing import Side
from mapper.converter import encode_document


def held(side: Side, _times: int, _owing: bool) -> float:
    """Return the bytes that one of the objects that *side* makes holds."""
    tracemalloc.start()
    try:
        made = side()
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
        return taken / len(made)
    finally:
        tracemalloc.stop()


def tracked(bench: Bench) -> Case:
    """Hold documents, whose changes are tracked."""
    case = _holding(bench, bench.mapper.find(Order))
    return attrs.evolve(case, target=0.55)


def untracked(bench: Bench) -> Case:
    """Hold rows of the same fields, whose changes nobody asks for."""
    case = _holding(bench, bench.mapper.find(Order).select(OrderRow))
    return attrs.evolve(case, name="memory, tracking off")


def _holding(bench: Bench, query: Any) -> Case:
    collection = bench.stored("orders", raw_orders(bench.scaled(100_000)))

    def raw() -> list[dict[str, Any]]:
        return list(collection.find())

    def check() -> None:
        some = query.limit(1_000).to_list()  # all would take longer than the case
        stored = list(collection.find().limit(1_000))
        assert [encode_document(one) for one in some] == stored

    name = "memory, tracking on"
    return Case(name, query.to_list, raw, check=check, meter=held, unit="B", most=1)
