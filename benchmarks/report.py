"""Results as text, as Markdown and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from benchmarks.harness import Result


HEAD = ("case", "ours (min-max)", "raw (min-max)", "ratio (min-max)", "target", "met")

Row = Sequence[str]


def rows(results: Iterable[Result]) -> list[Row]:
    """Return the rows of the table: medians, and least to greatest of each."""
    return [HEAD, *map(_row, results)]


def _row(result: Result) -> Row:
    show = {"s": duration, "B": size}[result.unit]
    return (
        result.name,
        spread(result.ours, show),
        spread(result.raw, show),
        spread(result.ratios, ratio),
        "" if result.target is None else f"≤ {ratio(result.target)}",
        _met(result.missing),
    )


def _met(missing: float | None) -> str:
    if missing is None:
        return ""
    return f"no, {missing:.1%} over" if missing else "yes"


def aligned(table: Sequence[Row]) -> str:
    """Lay *table* out for a terminal."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def markdown(table: Sequence[Row]) -> str:
    """Lay *table* out in Markdown."""
    head, *others = table
    lines = [head, ["---"] * len(head), *others]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def plain(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return *results* for JSON, with the numbers of all rounds."""
    return [
        attrs.asdict(attrs.evolve(r, ours=_cut(r.ours), raw=_cut(r.raw)))
        for r in results
    ]


def _cut(numbers: list[float]) -> list[float]:
    """Leave out digits that mean nothing."""
    return [float(f"{number:.5g}") for number in numbers]


def as_json(found: dict[str, Any]) -> str:
    """Write *found*, a line for each case, so that runs can be compared."""
    *others, cases = found.items()
    head = "".join(f"{json.dumps(key)}: {json.dumps(said)},\n" for key, said in others)
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases[1])
    return f'{{\n{head}"{cases[0]}": [\n{lines}\n]\n}}\n'


def spread(numbers: Sequence[float], show: Callable[[float], str]) -> str:
    """Show the median of *numbers*, and their ends."""
    middle = statistics.median(numbers)
    return f"{show(middle)} ({show(min(numbers))}-{show(max(numbers))})"


def duration(seconds: float) -> str:
    """Show *seconds* in a unit that fits."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.2f} {unit}"
    return f"{seconds / 1e-6:.2f} µs"


def size(count: float) -> str:
    """Show a number of bytes."""
    return f"{count:.0f} B"


def ratio(number: float) -> str:
    """Show how many times as much ours takes."""
    return f"{number:.2f}x"
