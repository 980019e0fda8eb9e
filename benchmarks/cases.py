"""What is measured: the same data and commands, through mongo-dsl and without it."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import building, importing, memory, reading, writing
from benchmarks.bench import Bench
from benchmarks.harness import Case


CASES: dict[str, Callable[[Bench], Case]] = {
    "find": reading.finding,
    "find, async": reading.async_finding,
    "find, collector left alone": reading.left_alone,
    "find, async, collector left alone": reading.async_left_alone,
    "find, a full collection on our side": reading.paying_each_time,
    "find, a full collection on both sides": reading.collecting,
    "find, raw with the same policy": reading.alike,
    "find, raw with naive dates": reading.against_naive_dates,
    "stream": reading.streaming,
    "stream, async": reading.async_streaming,
    "find flat": reading.finding_flat,
    "find flat, async": reading.async_finding_flat,
    "find flat, collector left alone": reading.flat_left_alone,
    "find flat, async, collector left alone": reading.async_flat_left_alone,
    "page of 100": reading.finding_a_page,
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
