"""Measuring in pairs: both sides run in every round, so that noise hits both.

Who holds the garbage collector back pays for it before the clock stops. While objects are
made, the collector would visit them time and again; a side that keeps it from doing so
and is then stopped has left that work to whatever runs next. So the round that doesn't
count shows how old a generation the collector reaches on the other side, left to itself,
and the side that holds it back runs a collection of that generation, with all it made
still alive, within its time. It pays once where the collector would have come several
times: to come less often is what is gained, not to come at all is what is not.
Collections before a side starts bring the collector into the same state every time, so
that what it does within the time depends on the side alone. Letting go of the results
is part of the time.

Nothing but the standard library is imported, for peers are measured by it in
environments of their own.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any


Side = Callable[[], Any]


def nothing() -> None:
    """Do nothing."""


def timed(side: Side, times: int, owed: int | None = None) -> float:
    """Return the seconds of one call, the collection *owed* included."""
    made: Any = None
    start = time.perf_counter()
    for _ in range(times):
        made = side()
    if owed is not None:
        gc.collect(owed)
    del made
    return (time.perf_counter() - start) / times


def paired(
    sides: Mapping[str, Side],
    rounds: int,
    *,
    times: int = 1,
    prepare: Callable[[], Any] = nothing,
    check: Callable[[], Any] = nothing,
    meter: Callable[[Side, int, int | None], float] = timed,
    held: Collection[str] = (),
) -> dict[str, list[float]]:
    """Run two *sides* in *rounds*, after one that doesn't count; who is first alternates.

    Each side runs *times* a round, after *prepare*; *check* follows the round that doesn't
    count. The sides *held* keep the collector from running.
    """
    amounts: dict[str, list[float]] = {name: [] for name in sides}
    owed: dict[str, int | None] = dict.fromkeys(sides)
    for number in range(rounds + 1):
        reached: dict[str, int | None] = {}
        for name in sides if number % 2 else reversed([*sides]):
            prepare()
            gc.collect()
            before = _collections()
            amounts[name].append(meter(sides[name], times, owed[name]))
            reached[name] = _oldest(before)
        if not number:
            check()
            owed = {name: _owed(name, reached) for name in held}
            owed = {**dict.fromkeys(sides), **owed}
    return {name: found[1:] for name, found in amounts.items()}


def _owed(name: str, reached: Mapping[str, int | None]) -> int | None:
    """Return the generation that the other side's collector reached."""
    (other,) = (found for side, found in reached.items() if side != name)
    return other


def _collections() -> list[int]:
    return [generation["collections"] for generation in gc.get_stats()]


def _oldest(before: list[int]) -> int | None:
    """Return the oldest generation that was collected since *before*, if one was."""
    now = _collections()
    found = [n for n, count in enumerate(before) if now[n] > count]
    return max(found, default=None)
