"""Measuring in pairs: both sides run in every round, so that noise hits both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Case:
    """Two ways to do one thing: *ours* and *raw*, each run *times* a round.

    *prepare* goes before each side; *check* follows the round that doesn't count, and
    asserts that both sides do the same.
    """

    name: str
    ours: Callable[[], Any]
    raw: Callable[[], Any]
    times: int = 1
    prepare: Callable[[], Any] = lambda: None
    check: Callable[[], Any] = lambda: None


@attrs.frozen
class Result:
    """Seconds a call, one number a round, and the ratio of the two in each round."""

    name: str
    ours: list[float]
    raw: list[float]

    @property
    def ratios(self) -> list[float]:
        """Ours divided by raw, round by round."""
        return [mine / theirs for mine, theirs in zip(self.ours, self.raw, strict=True)]


def measure(case: Case, rounds: int) -> Result:
    """Run *case* in *rounds*, after one that doesn't count; who goes first alternates."""
    seconds: dict[str, list[float]] = {"ours": [], "raw": []}
    for number in range(rounds + 1):
        sides = [("ours", case.ours), ("raw", case.raw)]
        for name, side in sides if number % 2 else reversed(sides):
            case.prepare()
            taken = timed(side, case.times)
            if number:
                seconds[name].append(taken)
        if not number:
            case.check()
    return Result(case.name, **seconds)


def timed(side: Callable[[], Any], times: int) -> float:
    """Return the seconds of one call; garbage of the other side is collected before."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(times):
        side()
    return (time.perf_counter() - start) / times


def report(results: list[Result]) -> str:
    """Lay the results out: medians, and least to greatest of each."""
    rows = [("case", "ours (min-max)", "raw (min-max)", "ratio (min-max)")]
    rows += [
        (
            r.name,
            spread(r.ours, duration),
            spread(r.raw, duration),
            spread(r.ratios, ratio),
        )
        for r in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def spread(numbers: list[float], show: Callable[[float], str]) -> str:
    """Show the median of *numbers*, and their ends."""
    middle = statistics.median(numbers)
    return f"{show(middle)} ({show(min(numbers))}-{show(max(numbers))})"


def duration(seconds: float) -> str:
    """Show *seconds* in a unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds / 1e-6:.2f} µs"


def ratio(number: float) -> str:
    """Show how many times as long ours takes."""
    return f"{number:.2f}x"
