"""Cases and what comes of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection
from typing import Any

import attrs

from benchmarks.pairing import Side, nothing, paired, timed


@attrs.frozen
class Case:
    """Two ways to do one thing: *ours* and *raw*, each run *times* a round.

    Args:
        name: what the case is called in tables.
        ours: the way through mongo-dsl.
        raw: the way without it.
        times: how often each side runs a round.
        prepare: what goes before each side, outside its time.
        check: what follows the round that doesn't count, and asserts that both sides do
            the same.
        target: the ratio that is aimed at, None for none.
        held: the sides that hold the garbage collector back, and pay for it.
        meter: what measures a side, in *unit*.
        unit: ``"s"`` or ``"B"``.
        most: how many rounds are enough.
    """

    name: str
    ours: Side
    raw: Side
    times: int = 1
    prepare: Callable[[], Any] = nothing
    check: Callable[[], Any] = nothing
    target: float | None = None
    held: Collection[str] = ()
    meter: Callable[[Side, int, bool], float] = timed
    unit: str = "s"
    most: int | None = None


@attrs.frozen
class Result:
    """What a call takes, one number a round, and the ratio of the two in each round."""

    name: str
    ours: list[float]
    raw: list[float]
    target: float | None = None
    unit: str = "s"

    @property
    def ratios(self) -> list[float]:
        """Ours divided by raw, round by round."""
        return [mine / theirs for mine, theirs in zip(self.ours, self.raw, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def missing(self) -> float | None:
        """How far the ratio is above the target, as a part of it; None without a target."""
        return None if self.target is None else max(0.0, self.ratio / self.target - 1)


def measure(case: Case, rounds: int) -> Result:
    """Run *case* in *rounds*, or as many as are enough."""
    found = paired(
        {"ours": case.ours, "raw": case.raw},
        min(rounds, case.most or rounds),
        times=case.times,
        prepare=case.prepare,
        check=case.check,
        meter=case.meter,
        held=case.held,
    )
    return Result(case.name, found["ours"], found["raw"], case.target, case.unit)
