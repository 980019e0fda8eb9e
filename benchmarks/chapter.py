"""Write the chapter's tables and plots anew: ``python -m benchmarks.chapter``.

What is measured is in ``benchmarks/results``, and in ``benchmarks/instructions.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import Result
from benchmarks.peers import table
from benchmarks.report import markdown, rows


ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
INSTRUCTIONS = ROOT / "benchmarks" / "instructions.json"
CHAPTER = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "plots"


def main() -> None:
    """Put what was measured last into the chapter."""
    from benchmarks import plots  # noqa: PLC0415 - who writes the chapter has it

    text = CHAPTER.read_text(encoding="utf-8")
    CHAPTER.write_text(written(text), encoding="utf-8")
    PLOTS.mkdir(exist_ok=True)
    for name, plot in _drawn(plots).items():
        (PLOTS / f"{name}.svg").write_text(plot, encoding="utf-8")


def written(text: str) -> str:
    """Return the chapter *text*, with tables of what was measured last."""
    said = _read("latest")
    results = rows(_results(said))
    text = put(text, "results", f"{_headline(said)}\n\n{markdown(results)}")
    text = put(text, "peers", table.tables(_read("peers")["peers"]))
    figures = json.loads(INSTRUCTIONS.read_text(encoding="utf-8"))
    return put(text, "instructions", markdown(instructions(figures)))


def _read(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _results(said: dict[str, Any]) -> list[Result]:
    return [Result(**case) for case in said["cases"]]


def put(text: str, name: str, table: str) -> str:
    """Put *table* between the marks *name* in *text*."""
    mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    found, count = mark.subn(lambda m: f"{m[1]}\n{table}\n{m[2]}", text)
    if count != 1:
        msg = f"the chapter has {count} places for {name}; it takes one"
        raise ValueError(msg)
    return found


def _headline(said: dict[str, Any]) -> str:
    """Say what was measured with."""
    return (
        f"Python {said['python']}, MongoDB {said['mongodb']}, PyMongo {said['pymongo']},"
        f" {said['machine']}; medians of {said['rounds']} rounds, in brackets the least"
        " and the greatest."
    )


def instructions(figures: dict[str, dict[str, int]]) -> list[Sequence[str]]:
    """Return the table of the committed figures, a column for each Python."""
    names = list(dict.fromkeys(name for found in figures.values() for name in found))
    head = ["function", *(f"Python {version}" for version in figures)]
    lines = [
        [name, *(_number(f.get(name)) for f in figures.values())] for name in names
    ]
    return [head, *lines]


def _number(found: int | None) -> str:
    return "" if found is None else f"{found:,}"


def _drawn(plots: Any) -> dict[str, str]:
    """Return the plots by name."""
    results, peers = _results(_read("latest")), _read("peers")["peers"]
    nested, flat = (
        [table.ratio_of(peer, shape) for peer in peers]
        for shape in ("find nested", "find flat")
    )
    return {
        "ratios": plots.ratios(results),
        "peers": plots.peers([peer["name"] for peer in peers], nested, flat),
        "memory": plots.memory(sizes(results)),
    }


def sizes(results: Sequence[Result]) -> dict[str, float]:
    """Return the bytes an object, of all kinds that were measured."""
    held = [result for result in results if result.unit == "B"]
    own = {result.name.removeprefix("memory, "): result.ours[0] for result in held}
    return {"dictionaries": held[0].raw[0], **own} if held else {}


if __name__ == "__main__":
    main()
