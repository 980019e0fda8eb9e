"""The code that makes documents to store of objects, generated for each class.

It takes a value as it is where its type is exactly what the field asks for, and leaves
every other value to the hook of the field, as `reading` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from mapper.conversion.parts import (
    Choice,
    Exact,
    Many,
    Maybe,
    Member,
    Moment,
    Part,
    Record,
)
from mapper.generation.source import Source


_LEAST, _MOST = -(1 << 63), (1 << 63) - 1  # what BSON's integers hold
_DEEPEST = 10  # blocks; Python takes 20 loops within each other


class Writer:
    """Writes the code for one class into *source*."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[Any] = []

    def value(self, part: Part, name: str) -> None:
        """Write what turns the value called *name* into what is stored of *part*."""
        write = _WRITERS.get(type(part))
        if write is None or self._source.depth > _DEEPEST:
            self._by_hook(part, name)
        else:
            write(self, part, name)

    def exact(self, part: Exact, name: str, unless: str = "") -> None:
        """Write the check of a type, and of what an integer may be."""
        with self._source.block(f"if {unless}{self._misfit(part, name)}"):
            self._by_hook(part, name)

    def _misfit(self, part: Exact, name: str) -> str:
        text = f"type({name}) is not {self._kind(part.kind)}"
        if part.kind is int:
            text = f"({text} or not {_LEAST} <= {name} <= {_MOST})"
        return text

    def moment(self, part: Moment, name: str) -> None:
        """Write the check that a moment is in UTC, and has no more than milliseconds."""
        utc = self._source.named("UTC", dt.timezone.utc)
        kind = self._kind(dt.datetime)
        other = f"{name}.tzinfo is not {utc} or {name}.microsecond % 1000"
        with self._source.block(f"if type({name}) is not {kind} or {other}"):
            self._by_hook(part, name)

    def choice(self, part: Choice, name: str) -> None:
        """Write the check of a text."""
        known = self._source.named("known", part.known)
        with self._source.block(f"if type({name}) is not str or {name} not in {known}"):
            self._by_hook(part, name)

    def member(self, part: Member, name: str) -> None:
        """Write what takes the value of an enum's member."""
        with self._source.block(f"if type({name}) is {self._kind(part.kind)}"):
            self._source.line(f"{name} = {name}._value_")
        with self._source.block("else"):
            self._by_hook(part, name)

    def maybe(self, part: Maybe, name: str) -> None:
        """Write what lets None pass."""
        if isinstance(part.inner, Exact):
            self.exact(part.inner, name, f"{name} is not None and ")
            return
        with self._source.block(f"if {name} is not None"):
            self.value(part.inner, name)

    def many(self, part: Many, name: str) -> None:
        """Write what makes a list of an array; the order of a set is for its hook."""
        if part.make not in (list, tuple):
            self._by_hook(part, name)
            return
        with self._source.block(f"if type({name}) is {part.make.__name__}"):
            if isinstance(part.inner, Exact):
                self._checked_items(part, part.inner, name)
            else:
                self._made_items(part, name)
        with self._source.block("else"):
            self._by_hook(part, name)

    def _checked_items(self, part: Many, inner: Exact, name: str) -> None:
        item = self._source.local("item")
        unfit = f"if {self._misfit(inner, item)}"
        with self._source.block(f"for {item} in {name}"), self._source.block(unfit):
            self._by_hook(part, name)
            self._source.line("break")
        with self._source.block("else"):
            self._source.line(f"{name} = list({name})")

    def _made_items(self, part: Many, name: str) -> None:
        items, item = self._source.local("items"), self._source.local("item")
        self._source.line(f"{items} = []")
        with self._source.block(f"for {item} in {name}"):
            self.value(part.inner, item)
            self._source.line(f"{items}.append({item})")
        self._source.line(f"{name} = {items}")

    def record(self, part: Record, name: str) -> None:
        """Write what makes a dictionary of an instance."""
        if part.kind in self._open:
            self._by_hook(part, name)
            return
        with self._source.block(f"if type({name}) is {self._kind(part.kind)}"):
            self._source.line(f"{name} = {self.document(part, name)}")
        with self._source.block("else"):
            self._by_hook(part, name)

    def document(self, part: Record, instance: str) -> str:
        """Write what stores the fields of *instance*, and return what makes the document."""
        self._open.append(part.kind)
        pairs = []
        for field, inner in part.fields():
            name = self._source.local(f"its_{field.name}")
            self._source.line(f"{name} = {instance}.{field.name}")
            self.value(inner, name)
            pairs.append(f"{field.stored!r}: {name}")
        self._open.pop()
        return f"{{{', '.join(pairs)}}}"

    def _by_hook(self, part: Part, name: str) -> None:
        hook = self._source.named("hook", part.hook)
        self._source.line(f"{name} = {hook}({name})")

    def _kind(self, kind: type) -> str:
        return self._source.named(kind.__name__, kind)


_WRITERS: dict[type[Part], Any] = {
    Exact: Writer.exact,
    Moment: Writer.moment,
    Choice: Writer.choice,
    Member: Writer.member,
    Maybe: Writer.maybe,
    Many: Writer.many,
    Record: Writer.record,
}


def unstructuring(part: Record) -> Callable[[Any], dict[str, Any]]:
    """Return the function that makes a document of an instance."""
    source = Source("unstructure", "instance")
    writer = Writer(source)
    with source.block("def unstructure(instance)"):
        source.line(f"return {writer.document(part, 'instance')}")
    return source.compiled("unstructure", part.kind.__qualname__)
