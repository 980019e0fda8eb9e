"""Count instructions: ``python -m benchmarks.instructions [--update] [--only TEXT]``.

Times are noisy, instructions hardly: valgrind's callgrind counts them, and the same
functions take the same number on every machine with the same Python. A process runs
every function N times, others one of them 2N times; the difference, divided by N, is
what the function takes, whatever importing takes. Committed figures are for minor
versions of Python, and an increase beyond the tolerance is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.counted import COUNTED
from benchmarks.report import Row, aligned


ROOT = Path(__file__).parents[1]
FIGURES = Path(__file__).with_suffix(".json")
VERSION = ".".join(map(str, sys.version_info[:2]))
TOLERANCE = 0.10
TIMES = 1_000
MISSING = (
    "valgrind is not there, and nothing else counts instructions; install it"
    " (Debian, Ubuntu: apt install valgrind)"
)
_TOTAL = re.compile(r"refs:\s+([\d,]+)")


def main(arguments: list[str] | None = None) -> int:
    """Count the instructions of functions, and compare them with the committed figures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--only", default="", help="functions whose name has this text")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each runs")
    parser.add_argument("--update", action="store_true", help="write the figures")
    given = parser.parse_args(arguments)
    chosen = [name for name in COUNTED if given.only in name]
    if given.times < 1 or not chosen:
        parser.error(f"it takes 1 time or more, of: {', '.join(COUNTED)}")
    if shutil.which("valgrind") is None:
        print(MISSING, file=sys.stderr)
        return 2
    known = read(FIGURES)
    found = count(chosen, given.times)
    print(aligned(rows(found, known.get(VERSION, {}))))
    if given.update:
        known[VERSION] = {**known.get(VERSION, {}), **found}
        write(FIGURES, known)
        return 0
    return int(any(regressed(found, known.get(VERSION, {}))))


def count(names: list[str], times: int) -> dict[str, int]:
    """Return the instructions that a call of each function takes, by its name."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = ["", *names]
        base, *totals = pool.map(lambda name: _total(times, name), jobs)
    return {
        name: round((total - base) / times)
        for name, total in zip(names, totals, strict=True)
    }


def _total(times: int, more: str) -> int:
    """Return the instructions of a process that runs the function *more* twice as often."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    ran = subprocess.run(  # noqa: S603 - our own module
        [*command, sys.executable, "-m", "benchmarks.counted", str(times), more],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        text=True,
    )
    return total_in(ran.stderr)


def total_in(said: str) -> int:
    """Return the number of instructions in what callgrind has *said*."""
    (found,) = _TOTAL.findall(said)
    return int(found.replace(",", ""))


def change(found: int, known: int | None) -> float | None:
    """Return by which part *found* is above *known*, None where nothing is known."""
    return None if known is None else found / known - 1


def regressed(found: dict[str, int], known: dict[str, int]) -> list[str]:
    """Return the functions that take more than the tolerance allows."""
    most = {name: number * (1 + TOLERANCE) for name, number in known.items()}
    return [name for name, number in found.items() if number > most.get(name, number)]


def rows(found: dict[str, int], known: dict[str, int]) -> list[Row]:
    """Return the table of instructions a call, beside those that are committed."""
    worse = regressed(found, known)
    table: list[Row] = [("function", "instructions", "committed", "change", "")]
    for name, number in found.items():
        by = change(number, known.get(name))
        cells = ("", "") if by is None else (f"{known[name]:,}", f"{by:+.1%}")
        mark = "regressed" if name in worse else ""
        table.append((name, f"{number:,}", *cells, mark))
    return table


def read(path: Path) -> dict[str, dict[str, int]]:
    """Return the committed figures, by the minor version of Python."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write(path: Path, figures: dict[str, dict[str, int]]) -> None:
    """Commit *figures*."""
    path.write_text(f"{json.dumps(figures, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
