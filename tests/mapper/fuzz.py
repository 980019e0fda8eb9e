"""Damaged documents for the accelerator, built with sanitizers: ``make fuzz``.

The extension is compiled into ``.cache``, and this module runs once more with it, and with
the runtime of the sanitizers loaded first. They end the program at the first byte that is
read out of bounds; a document of which Python would make something else ends it, too.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import shlex
import struct
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / ".cache" / "fuzz" / "_bson.so"
WITHIN = "MONGO_DSL_FUZZ"  # set where the sanitizers are loaded
FLAGS = (
    *("-shared", "-fPIC", "-g", "-O1", "-fno-omit-frame-pointer"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",  # Python itself ends with leaks
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "PYTHONMALLOC": "malloc",  # so that each object has bounds of its own
}
POOL = 5_000
LENGTHS = (-(1 << 31), -1, 0, 1, 4, 5, 6, 100, 1 << 16, (1 << 31) - 1)


def main() -> None:
    """Build, and run with what was built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % (1 << 32))
    asked = parser.parse_args()
    if os.environ.get(WITHIN):
        _run(asked.seconds, asked.seed)
        return
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[:1]
    _build(compiler)
    runtime = _told([*compiler, "-print-file-name=libasan.so"])
    # The memory of shells is no business of the sanitizers, so only Python gets them.
    variables = {**os.environ, **OPTIONS, "LD_PRELOAD": runtime, WITHIN: "1"}
    given = ["--seconds", str(asked.seconds), "--seed", str(asked.seed)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mapper.fuzz", *given],
        check=False,
        cwd=ROOT,
        env=variables,
    )
    sys.exit(done.returncode)


def _told(command: list[str]) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.strip()


def _build(compiler: list[str]) -> None:
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    include = f"-I{sysconfig.get_path('include')}"
    source = str(ROOT / "mapper" / "_bson.c")
    subprocess.run([*compiler, *FLAGS, include, source, "-o", str(BUILT)], check=True)


def _run(seconds: float, seed: int) -> None:
    """Feed damaged documents for some *seconds*."""
    spec: Any = importlib.util.spec_from_file_location("mapper._bson", BUILT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["mapper._bson"] = module

    from tests.mapper.hostile import SEEDS
    from tests.mapper.readings import check_hostile, planning

    assert planning.accelerator is module
    chance, pool = random.Random(seed), list(SEEDS)  # noqa: S311 - not a secret
    end, fed, made = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        for _ in range(100):
            cls, batch = chance.choice(pool)
            damaged = _damaged(chance, batch, chance.choice(pool)[1])
            _note(damaged)
            if check_hostile(cls, damaged):
                made += 1
                pool.append((cls, damaged))
            fed += 1
        del pool[len(SEEDS) : -POOL]
    print(f"{fed} inputs, objects were made of {made}; the seed was {seed}")  # noqa: T201


def _note(damaged: bytes) -> None:
    """Keep what is tried, for it may be the last."""
    BUILT.with_name("last").write_bytes(damaged)


def _damaged(chance: random.Random, batch: bytes, other: bytes) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        place = chance.randrange(len(batch) + 1)
        batch = chance.choice(_DAMAGES)(chance, batch, place, other)
    if chance.random() < 0.7 and len(batch) > 5:
        return struct.pack("<i", len(batch)) + batch[4:-1] + b"\0"
    return batch


def _with_byte(chance: random.Random, batch: bytes, place: int, _: bytes) -> bytes:
    return batch[:place] + bytes([chance.randrange(256)]) + batch[place + 1 :]


def _with_type(chance: random.Random, batch: bytes, place: int, _: bytes) -> bytes:
    kind = chance.choice((*range(21), 127, 255))
    return batch[:place] + bytes([kind]) + batch[place + 1 :]


def _with_length(chance: random.Random, batch: bytes, place: int, _: bytes) -> bytes:
    length = chance.choice((*LENGTHS, chance.randrange(len(batch) + 8)))
    return batch[:place] + struct.pack("<i", length) + batch[place + 4 :]


def _without(chance: random.Random, batch: bytes, place: int, _: bytes) -> bytes:
    return batch[:place] + batch[place + chance.randrange(40) :]


def _with_part(chance: random.Random, batch: bytes, place: int, other: bytes) -> bytes:
    start = chance.randrange(len(other) + 1)
    part = other[start : start + chance.randrange(40)]
    return batch[:place] + part + batch[place + chance.choice((0, len(part))) :]


def _truncated(_chance: random.Random, batch: bytes, place: int, _: bytes) -> bytes:
    return batch[:place]


_DAMAGES: tuple[Callable[..., bytes], ...] = (
    *(_with_byte, _with_type, _with_length, _without, _with_part, _truncated),
)


if __name__ == "__main__":
    main()
