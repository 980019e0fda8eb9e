"""Making documents of what was read, and announcing them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.commands import Flow
from mapper.events import announce, is_silent
from mapper.hydration import load, reader


MQL = dict[str, Any]

_EVENTS = ("before_load", "after_load")


def loaded(query: Any, rows: Iterable[MQL]) -> Flow[list[Any]]:
    """Make what the caller of *query* gets of *rows*, documents as they are stored."""
    read = reader(query)
    if not is_announced(query):
        return read.all(rows)
    return (yield from _announced(query.model, read, rows))


def loaded_one(cls: Any, raw: MQL) -> Flow[Any]:
    """Make the document of *cls* that is stored as *raw*."""
    if is_silent(_EVENTS):
        return load(cls, raw)
    (document,) = yield from _announced(cls, lambda row: load(cls, row), [raw])
    return document


def is_announced(query: Any) -> bool:
    """Tell whether someone may listen to the loading of what *query* finds.

    Rows of other classes and raw documents are not announced.
    """
    if is_silent(_EVENTS):
        return False
    return "raw" not in query.asked and "row" not in query.asked


def _announced(cls: Any, read: Any, rows: Iterable[MQL]) -> Flow[list[Any]]:
    documents = []
    for row in rows:
        yield from announce("before_load", cls, row)
        document = read(row)
        yield from announce("after_load", type(document), document)
        documents.append(document)
    return documents
