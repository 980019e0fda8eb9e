"""Check that mypy and pyright refuse exactly the marked lines of *negative.py*.

``make check`` runs this; the checkers are tools of development, so the tests don't.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path


CORPUS = Path(__file__).with_name("negative.py")


def wrong_lines() -> set[int]:
    """Return the lines that are marked."""
    lines = CORPUS.read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


def mypy_lines() -> set[int]:
    """Return the lines that mypy refuses."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--disable-error-code=unused-ignore",
        str(CORPUS),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(n) for n in re.findall(r"negative\.py:(\d+): error", done.stdout)}


def pyright_lines() -> set[int]:
    """Return the lines that pyright refuses."""
    command = [sys.executable, "-m", "pyright", "--outputjson", str(CORPUS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = (one for one in found if one["severity"] == "error")
    return {one["range"]["start"]["line"] + 1 for one in errors}


def main() -> int:
    """Compare, and print what differs; return the exit status."""
    wrong = wrong_lines()
    bad = 0
    for checker, refused in (("mypy", mypy_lines()), ("pyright", pyright_lines())):
        for number in sorted(wrong - refused):
            print(f"{CORPUS.name}:{number}: {checker} accepts this line")
        for number in sorted(refused - wrong):
            print(f"{CORPUS.name}:{number}: {checker} refuses this line")
        bad += len(wrong ^ refused)
    print(f"{len(wrong)} wrong lines, {bad} differences")
    return 1 if bad or not wrong else 0


if __name__ == "__main__":
    sys.exit(main())
