"""What the peers' processes print, and the tables made of it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.peers.shapes import SHAPES
from benchmarks.report import Row, markdown, ratio


OURS = {"PyMongo": "mongo_dsl", "PyMongo Async": "mongo_dsl_async"}
"""What peers are compared with, by the driver they sit on."""

TARGETS = {"find nested": 5.0, "find flat": 3.5}
"""How many times as long a peer is to take, at least, and what else holds for one peer."""

LOWER = {"mongospecs": {"find nested": 2.5}}

Peer = Mapping[str, Any]


def parsed(name: str, version: str, printed: str, ending: str | None) -> dict[str, Any]:
    """Read what the process of the peer *name* has *printed*, a JSON document a line.

    Shapes that are missing have *ending*, how the process ended, as their reason.
    """
    said = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    driver = next((line["driver"] for line in said if "driver" in line), "")
    found = {line.pop("shape"): line for line in said if "shape" in line}
    missing = {"reason": ending or "failed: nothing was said"}
    shapes = {shape: found.get(shape, missing) for shape in SHAPES}
    return {"name": name, "version": version, "driver": driver, "shapes": shapes}


def ratio_of(peer: Peer, shape: str) -> float | None:
    """Return the median of the ratios to raw, None where nothing was measured."""
    found = peer["shapes"][shape]
    if "ours" not in found:
        return None
    pairs = zip(found["ours"], found["raw"], strict=True)
    return statistics.median(ours / raw for ours, raw in pairs)


def rows(peers: Iterable[Peer]) -> list[Row]:
    """Return the table of ratios to raw, with what became of the others."""
    head = ("peer", "version", "driver", *SHAPES)
    return [head, *(_row(peer) for peer in peers)]


def _row(peer: Peer) -> Row:
    cells = [_cell(peer, shape) for shape in SHAPES]
    return (peer["name"], peer["version"], peer["driver"], *cells)


def _cell(peer: Peer, shape: str) -> str:
    found = ratio_of(peer, shape)
    return _split(peer, shape)[0] if found is None else ratio(found)


def _split(peer: Peer, shape: str) -> tuple[str, str]:
    """Return what has become of *shape*, and why."""
    state, _, why = peer["shapes"][shape]["reason"].partition(": ")
    return state, why


def notes(peers: Iterable[Peer]) -> list[str]:
    """Return why there are no ratios where there are none, each reason once."""
    found: dict[tuple[str, str], list[str]] = {}
    for peer in peers:
        for shape in SHAPES:
            if ratio_of(peer, shape) is None:
                key = peer["name"], ": ".join(_split(peer, shape))
                found.setdefault(key, []).append(shape)
    return [
        f"{name}, {', '.join(shapes)}: {why}" for (name, why), shapes in found.items()
    ]


def tables(peers: Sequence[Peer]) -> str:
    """Return both tables in Markdown, with the reasons between them."""
    why = "".join(f"- {note}\n" for note in notes(peers))
    return "\n".join(
        filter(None, [markdown(rows(peers)), why, markdown(factors(peers))])
    )


def factors(peers: Sequence[Peer]) -> list[Row]:
    """Return the table of how many times as long peers take as mongo-dsl does.

    Compared are the ratios to the same raw driver: noise has hit both sides of each.
    """
    ours = {peer["name"]: peer for peer in peers}
    table: list[Row] = [("peer", *_titles())]
    for peer in peers:
        own = ours.get(OURS.get(peer["driver"], ""))
        if own is not None and peer["name"] not in OURS.values():
            table.append(_compared(peer, own))
    return table


def _titles() -> list[str]:
    return [title for shape in TARGETS for title in (shape, "target", "met")]


def _compared(peer: Peer, own: Peer) -> Row:
    cells = [peer["name"]]
    for shape, general in TARGETS.items():
        target = LOWER.get(peer["name"], {}).get(shape, general)
        theirs, mine = ratio_of(peer, shape), ratio_of(own, shape)
        factor = theirs / mine if theirs and mine else None
        cells += _met(factor, target)
    return cells


def _met(factor: float | None, target: float) -> list[str]:
    if factor is None:
        return ["", f"≥ {ratio(target)}", ""]
    return [ratio(factor), f"≥ {ratio(target)}", "yes" if factor >= target else "no"]
