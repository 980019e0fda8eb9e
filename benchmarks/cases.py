"""What is measured: the same data and commands, through mongo-dsl and without it."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import building, importing, memory, reading, writing
from benchmarks.bench import Bench
from benchmarks.harness import Case
from benchmarks.pure import pure


_READING: dict[str, tuple[Callable[[Bench], Case], float]] = {
    "find": (reading.finding, 0.80),
    "find, async": (reading.async_finding, 0.80),
    "find, collector left alone": (reading.left_alone, 1.35),
    "find, async, collector left alone": (reading.async_left_alone, 1.35),
    "find, raw with the same policy": (reading.alike, 1.25),
    "stream": (reading.streaming, 1.15),
    "stream, async": (reading.async_streaming, 1.15),
    "find flat": (reading.finding_flat, 0.95),
    "find flat, async": (reading.async_finding_flat, 1.10),
    "page of 100": (reading.finding_a_page, 1.15),
}
"""What is measured without the accelerator, too, and the target that it has then."""

CASES: dict[str, Callable[[Bench], Case]] = {
    **{name: make for name, (make, _) in _READING.items()},
    **{f"{name}, pure Python": pure(*one) for name, one in _READING.items()},
    "find, a full collection on our side": reading.paying_each_time,
    "find, a full collection on both sides": reading.collecting,
    "find, raw with naive dates": reading.against_naive_dates,
    "find flat, collector left alone": reading.flat_left_alone,
    "find flat, async, collector left alone": reading.async_flat_left_alone,
    "get by id": reading.getting,
    "insert one, w=1": writing.inserting_one,
    "insert one, w=majority": writing.inserting_one_by_majority,
    "save a change, w=1": writing.saving,
    "save a change, w=majority": writing.saving_by_majority,
    "insert_many": writing.inserting,
    "build": building.building,
    "build, against find()": building.building_cursors,
    "bind": building.binding,
    "pipeline": building.piping,
    "construct": building.constructing,
    "memory, tracking on": memory.tracked,
    "memory, tracking off": memory.untracked,
    "import": importing.importing,
}
