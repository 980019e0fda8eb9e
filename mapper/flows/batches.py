"""Ids in batches that fit into a command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bson


_IDS = 10_000
_BYTES = 12 * 1024 * 1024  # a command has 16 MB, and may have filters of its own


def batches(ids: list[Any]) -> Iterator[list[Any]]:
    """Cut *ids* so that each part fits into a command."""
    for start in range(0, len(ids), _IDS):
        yield from _halved(ids[start : start + _IDS])


def _halved(ids: list[Any]) -> Iterator[list[Any]]:
    if len(ids) == 1 or sum(map(_length, ids)) <= _BYTES:
        yield ids
        return
    half = len(ids) // 2
    yield from _halved(ids[:half])
    yield from _halved(ids[half:])


def _length(value: Any) -> int:
    """Return how many bytes *value* has at most; only texts and the like can be long."""
    if isinstance(value, (str, bytes)):
        return 4 * len(value) + 16
    return len(bson.encode({"": value})) if isinstance(value, (dict, list)) else 48


def key(value: Any) -> Any:
    """Return what stands for an id as a key: ids that are documents have no hash."""
    return repr(value) if isinstance(value, (dict, list)) else value
