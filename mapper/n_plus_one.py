"""Finding loops that send a command for every document, where one would do for all.

While a block watches, the commands that read are counted by where in the application they
come from and by what they look like. Nothing is counted elsewhere.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import attrs

from mapper.commands import Command
from mapper.connection import watcher
from mapper.errors import NPlusOneError, NPlusOneWarning
from mapper.registry import document_classes
from mapper.relations.referrers import references_of, reverses_of
from mongo_dsl.errors import ArgumentError


_OURS = frozenset({"mapper", "mongo_dsl", "pymongo", "motor"})

Kind = tuple[str, str, str, tuple[tuple[str, int], ...]]
"""A method, a collection, what the filter looks like, and the lines that led there."""


@attrs.define
class Watch:
    """What a block has seen: *counts* are by kind of command and by place.

    Args:
        threshold: how many commands of one kind one place may send.
        strict: whether that many are an error, not a warning.
    """

    threshold: int
    strict: bool
    counts: Counter[Kind] = attrs.field(factory=Counter)
    _first: dict[Kind, list[Any]] = attrs.field(factory=dict, init=False, repr=False)

    def __call__(self, command: Command) -> None:
        """Count *command*, which is about to be sent.

        Raises:
            NPlusOneError: a strict block has seen too many like it.
        """
        if command.method not in _READS or _is_page(command):
            return
        frames = list(_frames())
        lines = tuple((one.f_code.co_filename, one.f_lineno) for one in frames)
        method = command.method.removesuffix("_one")  # a find, either way
        kind = (method, command.collection, _shape(command), lines)
        first = self._first.setdefault(kind, frames)
        self.counts[kind] += 1
        if self.counts[kind] == self.threshold:
            self._tell(command, kind, *_loop(first, frames))

    def _tell(self, command: Command, kind: Kind, file: str, line: int) -> None:
        method, collection, shape, _ = kind
        advice = _advice(command)
        msg = (
            f"{file}:{line} sent {method} to {collection} {self.threshold} times, with"
        )
        msg = f"{msg} filters like {shape}; {advice}"
        if self.strict:
            raise NPlusOneError(msg, file, line, advice)
        warnings.warn_explicit(NPlusOneWarning(msg), NPlusOneWarning, file, line)

    def forget(self) -> None:
        """Let go of the frames that were seen."""
        self._first.clear()


_READS = {
    "find": lambda command: command.kwargs.get("filter"),
    "find_one": lambda command: command.args[0],
    "count_documents": lambda command: command.args[0],
    "distinct": lambda command: command.args[1],
    "aggregate": lambda command: command.args[0],
}


@contextmanager
def watching_n_plus_one(*, threshold: int = 5, strict: bool = False) -> Iterator[Watch]:
    """Warn of loops that read document by document, inside a ``with``.

    A place in the application that reads *threshold* times by filters that differ in
    their values alone is named in an `NPlusOneWarning`, with the `include` that would have
    done it in one command; if *strict*, in an `NPlusOneError`. Pages of a query, and what
    is included in parts of a stream, are no such loops. The block holds for the tasks that
    are started in it, too.

    Raises:
        ArgumentError: *threshold* is below 2.
    """
    if threshold < 2:  # noqa: PLR2004 - once is no loop
        msg = f"watching_n_plus_one got threshold={threshold!r}; it is at least 2"
        raise ArgumentError(msg)
    watch = Watch(threshold, strict)
    token = watcher.set(watch)
    try:
        yield watch
    finally:
        watcher.reset(token)
        watch.forget()


def _frames() -> Iterator[Any]:
    """Yield the frames of the application that have led here, the nearest first.

    They end where a task begins: what runs the event loop runs all tasks.
    """
    frame: Any = sys._getframe(2)  # noqa: SLF001 - the only way to ask who calls
    while frame is not None:
        room = frame.f_globals.get("__name__", "").partition(".")[0]
        if room == "asyncio":
            return
        if room not in _OURS:
            yield frame
        frame = frame.f_back


def _loop(first: list[Any], last: list[Any]) -> tuple[str, int]:
    """Return where the loop is: in the nearest frame that hasn't ended in between."""
    lasting = [one for one in last if any(one is other for other in first)]
    frame = (lasting or last)[0]
    return frame.f_code.co_filename, frame.f_lineno


def _is_page(command: Command) -> bool:
    """Tell whether *command* reads many documents, part by part, or includes for many."""
    return command.cause is None or bool(command.kwargs.get("skip"))


def _shape(command: Command) -> str:
    return _like(_READS[command.method](command))


def _like(value: Any) -> str:
    """Write what *value* looks like: its keys, and nothing of its data."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_like(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return "[" + ", ".join(map(_like, value)) + "]"
    return "…"


def _advice(command: Command) -> str:
    """Say what would have made *command* one for all documents."""
    found = [command.cause] if command.cause else [*dict.fromkeys(_relations(command))]
    if not found:
        return "find all of them by one filter, with in_(...)"
    return (
        f"add {' or '.join(found)} to the query of the documents that are gone through"
    )


def _relations(command: Command) -> Iterator[str]:
    """Yield what includes the documents that *command* looks for, by its filter."""
    asked = _READS[command.method](command)
    names = [*asked] if isinstance(asked, Mapping) else []
    for cls in document_classes():
        if names[:1] == ["_id"]:
            for forward in references_of(cls, command.collection):
                yield f"include({cls.__name__}.q.{forward.name})"
        for reverse, stored in reverses_of(cls, command.collection):
            if names[:1] == [stored]:
                yield f"include({reverse!r})"
