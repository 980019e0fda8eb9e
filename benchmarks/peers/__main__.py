"""Measure the peers: ``python -m benchmarks.peers [--only TEXT] [--rounds N] [--scale F]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import (
    ROOT,
    InstallationError,
    interpreter,
    names,
    pinned,
)
from benchmarks.peers.table import OURS, factors, notes, parsed, rows, tables
from benchmarks.report import aligned, as_json
from mapper import EmbeddedMongo


PACKAGES = {"django": "django-mongodb-backend"}
"""What peers are called by pip, if otherwise."""

LONGEST = 300  # seconds that a peer may take


def main(arguments: list[str] | None = None) -> str:
    """Measure peers against raw PyMongo, each in an environment of its own."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds that count")
    parser.add_argument("--scale", type=float, default=1.0, help="how many documents")
    parser.add_argument("--only", default="", help="peers whose name has this text")
    parser.add_argument("--results", type=Path, help="the directory to write them to")
    given = parser.parse_args(arguments)
    chosen = [name for name in (*OURS.values(), *names()) if given.only in name]
    if given.rounds < 1 or not chosen:
        others = ", ".join((*OURS.values(), *names()))
        parser.error(f"it takes 1 round or more, of: {others}")
    with EmbeddedMongo() as mongo:
        peers = [_measured(n, mongo.uri, given.rounds, given.scale) for n in chosen]
    said = {"rounds": given.rounds, "scale": given.scale}
    if given.results:
        write(given.results, peers, said)
    parts = aligned(rows(peers)), "\n".join(notes(peers)), aligned(factors(peers))
    text = "\n\n".join(filter(None, parts))
    print(text)
    return text


def _measured(name: str, uri: str, rounds: int, scale: float) -> dict[str, Any]:
    print(f"{name} ...", file=sys.stderr, flush=True)
    if name in OURS.values():
        return parsed(
            name, version("mongo-dsl"), *_ran(sys.executable, name, uri, rounds, scale)
        )
    released = pinned(name)[PACKAGES.get(name, name)]
    try:
        python = interpreter(name)
    except InstallationError as error:
        return parsed(name, released, "", f"failed to install: {error}")
    return parsed(name, released, *_ran(python, name, uri, rounds, scale))


def _ran(python: str, name: str, *arguments: Any) -> tuple[str, str | None]:
    """Run the module of a peer; return what it printed, and how it ended if not well."""
    command = [python, "-m", f"benchmarks.peers.{name}", *map(str, arguments)]
    try:
        ran = subprocess.run(  # noqa: S603 - our own modules
            command, capture_output=True, check=False, cwd=ROOT, timeout=LONGEST
        )
    except subprocess.TimeoutExpired as error:
        return _text(error.stdout), f"failed: took more than {LONGEST} s"
    if ran.returncode:
        said = _text(ran.stderr).strip().splitlines() or [f"exit {ran.returncode}"]
        return _text(ran.stdout), f"failed: {said[-1][:200]}"
    return _text(ran.stdout), None


def _text(said: Any) -> str:
    return (said or b"").decode(errors="replace")


def write(directory: Path, peers: list[dict[str, Any]], said: dict[str, Any]) -> None:
    """Write what was measured as tables and as numbers, with what is *said* of the run."""
    directory.mkdir(parents=True, exist_ok=True)
    text = tables(peers)
    (directory / "peers.md").write_text(text, encoding="utf-8")
    found = as_json({**said, "peers": peers})
    (directory / "peers.json").write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
