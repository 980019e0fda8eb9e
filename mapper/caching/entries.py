"""What is kept of a read, and what it is known by."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import attrs
import bson

from mapper.caching.marks import Mark, mark_of
from mapper.codec import CODEC
from mapper.commands import Command
from mapper.rows import Rows, joined


Stamps = tuple[tuple[Mark, object], ...]


@attrs.frozen
class Source:
    """What a result comes from: a *key*, and the *marks* of the collections that are read.

    *keep* turns a result into a function that returns it again, as a new object each time.
    """

    key: Hashable
    marks: tuple[Mark, ...]
    keep: Callable[[Any], Callable[[], Any]]

    @classmethod
    def of(
        cls, command: Command, place: Hashable, names: Iterable[tuple[str, str]]
    ) -> Source:
        """Return the source of what *command* reads at *place*, from collections *names*."""
        asked = bson.encode({"": [command.args, command.kwargs]}, codec_options=CODEC)
        key = (place, str(command.collection), command.method, asked)
        marks = tuple(mark_of(*pair) for pair in names)
        return cls(key, marks, kept_rows if command.rows else kept_value)

    def steady(self) -> bool:
        """Tell whether what is read now may be cached, and what is cached may be read."""
        return all(mark.steady() for mark in self.marks)

    def stamps(self) -> Stamps:
        """Return what is known of writes now."""
        return tuple((mark, mark.stamp) for mark in self.marks)


def current(stamps: Stamps) -> bool:
    """Tell whether nothing was written since there were *stamps*."""
    return all(mark.stamp is stamp for mark, stamp in stamps)


@attrs.frozen(eq=False)
class Entry:
    """A result: *value* returns it anew; it was read at the time *since*.

    It holds for *ttl* seconds, and while *stamps* are what is known of writes.
    """

    value: Callable[[], Any]
    since: float
    ttl: float
    stamps: Stamps


def kept_rows(rows: Iterable[Any]) -> Callable[[], Any]:
    """Keep *rows* as BSON."""
    if isinstance(rows, Rows):
        return lambda: rows
    kept = [bson.encode(row, codec_options=CODEC) for row in rows]
    return lambda: joined(kept)


def kept_value(value: Any) -> Callable[[], Any]:
    """Keep one *value* as BSON."""
    kept = bson.encode({"": value}, codec_options=CODEC)
    return lambda: bson.decode(kept, CODEC)[""]


def kept_object(found: Any) -> Callable[[], Any]:
    """Keep an object of Python by copying it."""
    kept = copy.deepcopy(found)
    return lambda: copy.deepcopy(kept)
