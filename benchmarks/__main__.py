"""Run the benchmarks: ``python -m benchmarks [--rounds N] [--scale F] [--only TEXT]``."""

from __future__ import annotations

import argparse
import platform
from pathlib import Path
from typing import Any

import pymongo

from benchmarks.bench import Bench, opened
from benchmarks.cases import CASES
from benchmarks.harness import Result, measure
from benchmarks.report import aligned, as_json, markdown, plain, rows
from mapper.loaders import accelerated


def main(arguments: list[str] | None = None) -> str:
    """Measure, and print ratios to raw PyMongo in the same process."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--scale", type=float, default=1.0, help="how many documents")
    parser.add_argument("--only", default="", help="cases whose name has this text")
    parser.add_argument("--results", type=Path, help="the directory to write them to")
    given = parser.parse_args(arguments)
    chosen = [name for name in CASES if given.only in name]
    if given.rounds < 1 or not chosen:
        parser.error(f"it takes 1 round or more, of: {', '.join(CASES)}")
    with opened(given.scale) as bench:
        results = [_measured(bench, name, given.rounds) for name in chosen]
        said = {"rounds": given.rounds, "scale": given.scale, **_versions(bench)}
    if given.results:
        write(given.results, results, said)
    text = aligned(rows(results))
    print(text)
    return text


def _measured(bench: Bench, name: str, rounds: int) -> Result:
    return measure(CASES[name](bench), rounds)


def _versions(bench: Bench) -> dict[str, Any]:
    """Say what was measured with."""
    return {
        "python": platform.python_version(),
        "mongodb": bench.mapper.database.client.server_info()["version"],
        "pymongo": pymongo.version,
        "machine": platform.machine(),
        "accelerator": "yes" if accelerated else "no",
    }


def write(directory: Path, results: list[Result], said: dict[str, Any]) -> None:
    """Write *results* as a table and as numbers, with what is *said* of the run."""
    directory.mkdir(parents=True, exist_ok=True)
    table = markdown(rows(results))
    heading = ", ".join(f"{name} {value}" for name, value in said.items())
    (directory / "latest.md").write_text(f"{heading}\n\n{table}", encoding="utf-8")
    text = as_json({**said, "cases": plain(results)})
    (directory / "latest.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
