"""The same cases without the accelerator, as where there is no compiler."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import attrs

from benchmarks.bench import Bench
from benchmarks.harness import Case
from benchmarks.pairing import Side
from mapper import loaders


def pure(make: Callable[[Bench], Case], target: float) -> Callable[[Bench], Case]:
    """Return what makes the case that *make* makes, with another *target*."""

    def made(bench: Bench) -> Case:
        case = make(bench)
        return attrs.evolve(
            case,
            name=f"{case.name}, pure Python",
            ours=unaccelerated(case.ours),
            check=unaccelerated(case.check),
            target=target,
        )

    return made


def unaccelerated(side: Side) -> Side:
    """Run *side* without the accelerator."""

    @functools.wraps(side)
    def in_python() -> Any:
        before, loaders.accelerated = loaders.accelerated, False
        try:
            return side()
        finally:
            loaders.accelerated = before

    return in_python
