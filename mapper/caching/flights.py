"""Reads that are under way: who asks for the same meanwhile waits for them.

Threads wait for threads, and the tasks of an event loop for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

import attrs

from mapper.caching.entries import Entry, Stamps


@attrs.frozen
class Waiting:
    """How callers wait: those of one *scope* for each other, by an *event*."""

    scope: Hashable
    event: Callable[[], Any]


IN_THREADS = Waiting(None, threading.Event)


def in_tasks() -> Waiting:
    """Return how the tasks of the running event loop wait."""
    import asyncio

    return Waiting(asyncio.get_running_loop(), asyncio.Event)


@attrs.define(eq=False)
class Flight:
    """A read that is under way since *since*, when *stamps* was known of writes.

    Those who wait for *landed* find its *entry*. Without one they load on their own if it
    *failed*; if it was given up, one of them does for all.
    """

    since: float
    stamps: Stamps
    landed: Any
    entry: Entry | None = None
    failed: bool = False
