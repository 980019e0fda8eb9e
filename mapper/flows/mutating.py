"""Changing a document in spite of others who change it, too."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

from mapper.commands import Call, Flow, Pause
from mapper.errors import StaleDocumentError
from mapper.flows import reading
from mapper.flows.writing import save
from mongo_dsl.errors import ArgumentError


_FIRST, _LONGEST = 0.005, 0.5  # seconds


def mutate(query: Any, function: Callable[[Any], Any], attempts: int) -> Flow[Any]:
    """Load, change and save the document of *query* until nobody interferes."""
    if isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1:
        msg = f"mutate got attempts={attempts!r}; it takes a whole number from 1"
        raise ArgumentError(msg)
    for attempt in itertools.count(1):
        document = yield from reading.one(query.uncached())
        yield Call(function, (document,))
        try:
            return (yield from save(document))
        except StaleDocumentError:
            if attempt == attempts:
                raise
            yield Pause(_wait(attempt))
    return None  # never: the last attempt returns or raises


def _wait(attempt: int) -> float:
    """Return a random time, so that those who met don't meet again."""
    longest = min(_LONGEST, _FIRST * 2.0**attempt)
    return random.uniform(0, longest)  # noqa: S311 - no secret
