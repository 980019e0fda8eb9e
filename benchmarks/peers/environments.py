"""The peers' own virtual environments, made when they are needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).parent / "requirements"
ENVIRONMENTS = ROOT / ".cache" / "bench-peers"
INSTALLING = 600  # seconds that a peer's installation may take


class InstallationError(Exception):
    """A peer could not be installed; the text is the reason."""


def names() -> list[str]:
    """Return the names of the peers."""
    return sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))


def pinned(name: str) -> dict[str, str]:
    """Return the versions of what the peer *name* is installed with."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    pairs = (line.partition("==") for line in text.split())
    return {package: version for package, _, version in pairs}


def interpreter(name: str) -> str:
    """Return the Python that has the peer *name*; its environment is made if need be.

    Raises:
        InstallationError: it can't be made.
    """
    wanted = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    place = ENVIRONMENTS / name
    python, made = place / "bin" / "python", place / "installed.txt"
    if not made.is_file() or made.read_text(encoding="utf-8") != wanted:
        ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        _run([str(ROOT / ".ci" / "venv"), sys.executable, str(place)])
        requirements = str(REQUIREMENTS / f"{name}.txt")
        _run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements])
        made.write_text(wanted, encoding="utf-8")
    return str(python)


def _run(command: Sequence[str]) -> None:
    """Run *command*; the last it says is the reason when it fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - our own commands
            command, capture_output=True, check=False, text=True, timeout=INSTALLING
        )
    except subprocess.TimeoutExpired as error:
        msg = f"took more than {INSTALLING} s"
        raise InstallationError(msg) from error
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines() or ["nothing was said"]
        raise InstallationError(said[-1][:200])
