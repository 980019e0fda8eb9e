"""Creating collections as classes declare them, and changing what can be changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.collections.comparison import declared_options, planned
from mapper.collections.plans import CollectionPlan
from mapper.commands import Command, Flow


def plan(model: Any) -> Flow[CollectionPlan]:
    """Compare what *model* declares of its collection with what the server has."""
    document = {"listCollections": 1, "filter": {"name": model.__collection__}}
    reply = yield Command("", "command", (document,))
    rows = reply["cursor"]["firstBatch"]
    return planned(model, rows[0] if rows else None)


def apply(model: Any, change: Iterable[str] = ()) -> Flow[CollectionPlan]:
    """Create a missing collection; change of one that is there what is named."""
    change = list(change)
    if not (change or declared_options(model)):
        return CollectionPlan(model.__collection__)
    found = yield from plan(model)
    found.refuse(change)
    if found.create is not None:
        document = {"create": model.__collection__, **found.create}
        yield Command("", "command", (document,))
    together: dict[str, Any] = {}
    for step in found.change:
        together |= step.change
    if together:
        document = {"collMod": model.__collection__, **together}
        yield Command("", "command", (document,))
    return found
