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
    chosen = [case for name, case in cases.CASES.items() if given.only in name]
    if given.rounds < 1 or not chosen:
        parser.error(f"it takes 1 round or more, of: {', '.join(cases.CASES)}")
    with EmbeddedMongo() as mongo, connect(mongo.uri, "benchmarks") as mapper:
        text = report(
            [measure(case(mapper, given.scale), given.rounds) for case in chosen]
        )
    print(text)
    return text


if __name__ == "__main__":
    main()
