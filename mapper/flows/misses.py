"""Which documents of a bulk write weren't found, or not as they were to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper.commands import Command, Flow
from mapper.flows.documents import gone
from mapper.flows.planning import Planned


def missed(
    planned: list[Planned], reply: Mapping[str, Any], session: Any
) -> Flow[list[tuple[Planned, str]]]:
    """Find the documents whose writes found nothing, and say why.

    The server says how many there are, not which: where some are missing, all are read.
    """
    found = [one for one in planned if one.found is not None]
    short = len(found) - reply.get("nMatched", 0)
    if short <= 0:
        return []
    stored = yield from _stored_rows(found, session)
    there = [(one, row) for one, row in stored if row is not None]
    lost = [
        (one, str(gone(one.operation.document))) for one, row in stored if row is None
    ]
    return [*lost, *_stale(there, short - len(lost))]


def kept(
    planned: list[Planned], reply: Mapping[str, Any], session: Any
) -> Flow[list[tuple[Planned, str]]]:
    """Find the documents whose deletes had a condition that wasn't met, and say so.

    Where fewer were deleted than asked for, they are read: those that are gone are as
    they should be.
    """
    asked = [one for one in planned if one.deleted is not None]
    guarded = [one for one in asked if one.error is not None]
    if not guarded or reply.get("nRemoved", 0) == len(asked):
        return []
    stored = yield from _stored_rows(guarded, session)
    there = [one for one, row in stored if row is not None]
    return [(one, str(one.error())) for one in there if one.error is not None]


def _stored_rows(
    found: list[Planned], session: Any
) -> Flow[list[tuple[Planned, Mapping[str, Any] | None]]]:
    ids = [(one.found or one.deleted or {})["_id"] for one in found]
    given = {} if session is None else {"session": session}
    name, filter_ = found[0].operation.model.__collection__, {"_id": {"$in": ids}}
    rows = yield Command(name, "find", (filter_,), given, rows=True)
    known = [(row["_id"], row) for row in rows]
    return [
        (one, next((row for found_id, row in known if found_id == id_), None))
        for one, id_ in zip(found, ids, strict=True)
    ]


def _stale(
    there: list[tuple[Planned, Mapping[str, Any]]], short: int
) -> list[tuple[Planned, str]]:
    """Tell which *short* documents, of those that are *there*, weren't written.

    They are those that aren't as they were to be. If these are fewer, others have written
    the same, and nobody knows whose it is; if they are more, some were written beside
    what others wrote. Then none of them is taken for written, and the reason says so.
    """
    if short <= 0:
        return []
    guarded = [(one, row) for one, row in there if one.error is not None]
    unlike = [(one, row) for one, row in guarded if _differs(one, row)]
    suspects = unlike if len(unlike) >= short else guarded
    doubt = _DOUBT if len(suspects) > short else ""
    return [(o, f"{o.error()}{doubt}") for o, _ in suspects if o.error is not None]


_DOUBT = "; it may have been saved beside that, only a reload tells"


def _differs(one: Planned, row: Mapping[str, Any]) -> bool:
    """Tell whether *row* isn't what was to be stored."""
    new: Mapping[str, Any] = one.new or {}
    return any(row.get(name) != value for name, value in new.items())
