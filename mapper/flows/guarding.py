"""How much a write may touch: filters, limits, and a look before."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mapper.commands import Command, Flow
from mapper.errors import TooManyAffectedError, UnfilteredWriteError
from mapper.flows import reading
from mapper.preview import Preview, changed
from mongo_dsl import F


def refuse_everything(query: Any, name: str) -> None:
    """Refuse a write to a whole collection that wasn't asked for.

    Raises:
        UnfilteredWriteError: *query* has no filter, and nobody said `everything`.
    """
    if query.whole or not _matches_everything(query.filters.compile()):
        return
    owner = query.model.__name__
    msg = (
        f"{name} of {owner} has no filter and would touch every document; narrow it by"
    )
    raise UnfilteredWriteError(
        f"{msg} filter(...), or ask for it: .everything().{name}(...)"
    )


def _matches_everything(filter_: Mapping[str, Any]) -> bool:
    """Tell whether *filter_* asks for nothing: empty, or a choice with an empty branch."""
    return all(
        (name == "$or" and any(map(_matches_everything, terms)))
        or (name == "$and" and all(map(_matches_everything, terms)))
        for name, terms in filter_.items()
    )


def within_limit(query: Any, name: str) -> Flow[Any]:
    """Return *query* narrowed to documents that `max_affected` allows it to touch.

    The ids of its documents are read first, and the write is for these ids, so that it
    can't touch more, whatever is written in between.

    Raises:
        TooManyAffectedError: *query* has more documents.
    """
    allowed = query.asked.get("max_affected")
    if allowed is None:
        return query
    given = {**reading.arguments(query), "projection": {"_id": 1}, "limit": allowed + 1}
    rows = yield Command(reading.collection(query), "find", (), given, rows=True)
    if len(rows) > allowed:
        count = yield from reading.count(query.uncached())
        raise TooManyAffectedError(name, allowed, max(count, len(rows)))
    return query.filter(F["_id"].in_([row["_id"] for row in rows]))


def preview(query: Any, update: Any, sample: int) -> Flow[Preview[Any]]:
    """Say what a write to *query* would touch, with some documents; write nothing."""
    query = query.uncached()
    count = yield from reading.count(query)
    rows = yield from reading.rows(query.limit(sample))
    before = yield from reading.made(query, copy.deepcopy(rows))
    if update is None:
        return Preview(count, before)
    found = (changed(update, row) for row in rows)
    after = [row for row in found if row is not None]
    if len(after) < len(rows):
        return Preview(count, before)
    return Preview(count, before, (yield from reading.made(query, after)))
