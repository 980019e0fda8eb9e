"""What the garbage collector is made to do around a side."""

from __future__ import annotations

import functools
import gc
from typing import Any

from benchmarks.pairing import Side


def promoted(side: Side) -> Side:
    """Run *side* as mappers read: without the collector, its objects taken for old ones."""

    @functools.wraps(side)
    def promoting() -> Any:
        gc.disable()
        try:
            made = side()
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
        finally:
            gc.enable()
        return made

    return promoting


def collected(side: Side) -> Side:
    """Run *side* and a full collection, while all it made is alive."""

    @functools.wraps(side)
    def collecting() -> Any:
        made = side()
        gc.collect()
        return made

    return collecting
