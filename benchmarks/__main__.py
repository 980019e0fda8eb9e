"""Run the benchmarks: ``python -m benchmarks [--rounds N] [--scale F] [--only TEXT]``."""

from __future__ import annotations

import argparse

from benchmarks import cases
from benchmarks.harness import measure, report
from mapper import EmbeddedMongo, connect


def main(arguments: list[str] | None = None) -> str:
    """Measure, and print ratios to raw PyMongo in the same process."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count")
    parser.add_argument("--scale", type=float, default=1.0, help="how many documents")
    parser.add_argument("--only", default="", help="cases whose name has this text")
    given = parser.parse_args(arguments)
    with EmbeddedMongo() as mongo, connect(mongo.uri, "benchmarks") as mapper:
        made = (
            cases.building(),
            cases.finding(mapper, int(20_000 * given.scale)),
            cases.inserting(mapper, int(10_000 * given.scale)),
            cases.getting(mapper),
            cases.saving(mapper),
        )
        chosen = [case for case in made if given.only in case.name]
        text = report([measure(case, given.rounds) for case in chosen])
    print(text)
    return text


if __name__ == "__main__":
    main()
