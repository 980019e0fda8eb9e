"""Bringing soft-deleted documents back."""

from __future__ import annotations

from typing import Any, TypeVar

from mapper.commands import Flow
from mapper.flows.changing import Written, update_many
from mapper.flows.writing import rewrite


D = TypeVar("D")

_LIVE = {"is_deleted": False, "deleted_at": None, "deleted_by": None}


def restore(document: D) -> Flow[D]:
    """Take the mark of deletion from *document*."""
    return (yield from rewrite(document, _LIVE, alive=False))


def restore_many(query: Any) -> Flow[int]:
    """Take the mark of deletion from all documents of *query*; return how many had it."""
    found = query.only_deleted()
    written: Written = yield from update_many(found.everything(), None, _LIVE)
    return written.modified
