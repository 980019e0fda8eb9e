"""Count instructions: ``python -m benchmarks.instructions [--update] [--only TEXT]``.

Times are noisy, instructions hardly: valgrind's callgrind counts them, and a function
takes nearly the same number wherever Python and the libraries are the same. Each function
runs N times and then 2N times, with marks between, at which callgrind writes down what it
has counted; the difference, divided by N, is what a call takes. Committed figures are for
minor versions of Python, and an increase beyond the tolerance is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.counted import COUNTED
from benchmarks.report import Row, aligned


ROOT = Path(__file__).parents[1]
FIGURES = Path(__file__).with_suffix(".json")
VERSION = ".".join(map(str, sys.version_info[:2]))
TOLERANCE = 0.10
TIMES = 200
VALGRIND = "valgrind"
MISSING = (
    "valgrind is not there, and nothing else counts instructions; install it"
    " (Debian, Ubuntu: apt install valgrind)"
)
_TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)


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
    if shutil.which(VALGRIND) is None:
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


def count(names: Sequence[str], times: int) -> dict[str, int]:
    """Return the instructions that a call of each function takes, by its name."""
    with TemporaryDirectory() as directory:
        prefix = Path(directory) / "part"
        _run(prefix, times, names)
        parts = [_total(prefix.with_suffix(f".{n + 1}")) for n in range(3 * len(names))]
    # Of the three parts of each function, the first is what comes before it.
    pairs = zip(names, parts[1::3], parts[2::3], strict=True)
    return {name: round((twice - once) / times) for name, once, twice in pairs}


def _run(prefix: Path, times: int, names: Sequence[str]) -> None:
    """Run the functions under callgrind, which writes the parts to files."""
    options = [f"--callgrind-out-file={prefix}", "--dump-before=getppid"]
    module = [sys.executable, "-m", "benchmarks.counted"]
    subprocess.run(  # noqa: S603 - our own module
        [VALGRIND, "--tool=callgrind", *options, *module, str(times), *names],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


def _total(path: Path) -> int:
    """Return the number of instructions in the part that is written to *path*."""
    (found,) = _TOTAL.findall(path.read_text(encoding="utf-8"))
    return int(found)


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
