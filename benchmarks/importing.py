"""What importing takes, in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.harness import Case
from benchmarks.pairing import Side


_ROOT = Path(__file__).parents[1]
_SCRIPT = """
import time
start = time.perf_counter()
import {names}
print(time.perf_counter() - start)
"""


def told(side: Side, times: int, _owing: bool) -> float:
    """Return the seconds that *side* tells, the least: only noise adds to them."""
    return min(side() for _ in range(times))


def seconds_of(names: str) -> float:
    """Return the seconds that a new interpreter takes to import *names*."""
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _SCRIPT.format(names=names)],
        capture_output=True,
        check=True,
        cwd=_ROOT,
        text=True,
    )
    return float(ran.stdout)


def importing(bench: Bench) -> Case:
    """Import the mapper, against the libraries it builds upon; without the interpreter."""
    return Case(
        "import",
        lambda: seconds_of("mapper"),
        lambda: seconds_of("pymongo, attrs, cattrs"),
        bench.scaled(3),
        meter=told,
        target=1.25,
    )
