"""What a write may touch: filters, limits, and a look before."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mapper.commands import Command, Flow
from mapper.errors import TooManyAffectedError, UnfilteredWriteError
from mapper.flows import asking, finding, reading
from mapper.preview import Preview, changed
from mongo_dsl import F
from mongo_dsl.errors import ArgumentError


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


def refuse_elsewhere(query: Any, mapper: Any, session: Any) -> None:
    """Refuse a query that a bulk write on *mapper* in *session* can't run where it asks to.

    Raises:
        ArgumentError: it has another mapper, session or write concern of its own.
    """
    own = {
        "using": query.mapper is not None and not _is_on(query, mapper),
        "in_session": query.session is not None and query.session is not session,
        "write_concern": query.concerns.write_concern is not None,
    }
    for method, refused in own.items():
        if refused:
            msg = (
                f"bulk_write got a query of {query.model.__name__} with {method}(...),"
            )
            msg = f"{msg} and runs all operations in one place and way;"
            raise ArgumentError(f"{msg} {_INSTEAD[method]}")


_INSTEAD = {
    "using": "call bulk_write of the mapper the query is for",
    "in_session": "give the session to bulk_write of a mapper",
    "write_concern": "give it to mapper.with_options(...), or to the Meta of the class",
}


def _is_on(query: Any, mapper: Any) -> bool:
    """Tell whether *query* would run on the database of *mapper*."""
    return mapper is not None and query._bound().database is mapper.database  # noqa: SLF001


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
    given = {**asking.arguments(query), "projection": {"_id": 1}, "limit": allowed + 1}
    rows = yield Command(asking.collection(query), "find", (), given, rows=True)
    if len(rows) > allowed:
        count = yield from reading.count(query.uncached())
        raise TooManyAffectedError(name, allowed, max(count, len(rows)))
    return query.filter(F["_id"].in_([row["_id"] for row in rows]))


def preview(query: Any, update: Any, sample: int) -> Flow[Preview[Any]]:
    """Say what a write to *query* would touch, with some documents; write nothing.

    Raises:
        ArgumentError: *query* was cut, or *sample* is below 1.
    """
    asking.refuse_parts(query, "preview", sort=True)
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 1:
        msg = f"preview got sample={sample!r}; it takes a number from 1 on"
        raise ArgumentError(msg)
    query = query.uncached()
    count = yield from reading.count(query)
    rows = yield from finding.rows(query.limit(sample))
    before = yield from reading.made(query, copy.deepcopy(rows))
    if update is None:
        return Preview(count, before)
    found = (changed(update, row) for row in rows)
    after = [row for row in found if row is not None]
    if len(after) < len(rows):
        return Preview(count, before)
    return Preview(count, before, (yield from reading.made(query, after)))
