"""Plots of results, as small SVG files that are the same for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.harness import Result


mpl.rcParams["svg.hashsalt"] = "mongo-dsl"  # else ids are random
mpl.rcParams["svg.fonttype"] = "none"  # text stays text

OURS, THEIRS, TARGET = "#2c6fbb", "#b0b7bf", "#c0392b"


def ratios(results: Sequence[Result]) -> str:
    """Plot the ratio to raw of each case, with its ends and its target."""
    figure, axes = _drawn(len(results))
    for place, result in enumerate(reversed(results)):
        low, high = min(result.ratios), max(result.ratios)
        error = [[result.ratio - low], [high - result.ratio]]
        axes.errorbar(result.ratio, place, xerr=error, fmt="o", color=OURS)
        if result.target is not None:
            axes.plot([result.target] * 2, [place - 0.45, place + 0.45], color=TARGET)
    _named(axes, [result.name for result in results])
    axes.set_xscale("log")  # twice as fast is as far from 1 as twice as slow
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color="#e4e4e4")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time or memory as a multiple of raw PyMongo's; red: target")
    return _svg(figure)


def peers(names: Sequence[str], nested: Sequence[Any], flat: Sequence[Any]) -> str:
    """Plot the ratios to raw of all peers; None stands for what a peer can't do."""
    figure, axes = _drawn(len(names))
    for place, (one, other) in enumerate(zip(nested[::-1], flat[::-1], strict=True)):
        axes.barh(place + 0.2, one or 0, 0.38, color=OURS)
        axes.barh(place - 0.2, other or 0, 0.38, color=THEIRS)
    _named(axes, names)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time as a multiple of raw PyMongo's; blue: nested, grey: flat")
    return _svg(figure)


def memory(sizes: dict[str, float]) -> str:
    """Plot how many bytes an object of each kind holds."""
    figure, axes = _drawn(len(sizes))
    for place, number in enumerate(reversed(sizes.values())):
        axes.barh(place, number, color=OURS)
    _named(axes, list(sizes))
    axes.set_xlabel("bytes an object")
    return _svg(figure)


def _drawn(count: int) -> tuple[Figure, Any]:
    figure = Figure(figsize=(7.5, 1 + 0.3 * count), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _named(axes: Any, names: Sequence[str]) -> None:
    """Name the bars, the first at the top."""
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.margins(y=0.01)


def _svg(figure: Figure) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    lines = (line.rstrip() for line in written.getvalue().splitlines())
    return "\n".join(lines) + "\n"
