"""Measuring in pairs: both sides run in every round, so that noise hits both.

Who holds the garbage collector back pays for it before the clock stops. While objects are
made, the collector would visit them time and again; a side that keeps it from doing so
and is then stopped has left that work to whatever runs next. So that side runs a full
collection, with all it made last still alive, within its time: once, where the collector
would have come several times. To come less often is what is gained, not to come at all is
not. Collections before a side starts bring the collector into the same state every time,
so that what it does within the time depends on the side alone. Letting go of the results
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


def timed(side: Side, times: int, owing: bool = False) -> float:
    """Return the seconds of one call; a side that is *owing* collects everything once."""
    made: Any = None
    start = time.perf_counter()
    for _ in range(times):
        made = side()
    if owing:
        gc.collect()
    del made
    return (time.perf_counter() - start) / times


def paired(
    sides: Mapping[str, Side],
    rounds: int,
    *,
    times: int = 1,
    prepare: Callable[[], Any] = nothing,
    check: Callable[[], Any] = nothing,
    meter: Callable[[Side, int, bool], float] = timed,
    held: Collection[str] = (),
) -> dict[str, list[float]]:
    """Run two *sides* in *rounds*, after one that doesn't count; who is first alternates.

    Each side runs *times* a round, after *prepare*; *check* follows the round that doesn't
    count. The sides *held* keep the collector from running, and pay for it.
    """
    amounts: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name in sides if number % 2 else reversed([*sides]):
            prepare()
            gc.collect()
            amounts[name].append(meter(sides[name], times, name in held))
        if not number:
            check()
    return {name: found[1:] for name, found in amounts.items()}
