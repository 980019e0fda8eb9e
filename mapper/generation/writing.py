"""The code that makes documents to store of objects, generated for each class.

It takes a value as it is where its type is exactly what the field asks for, and leaves
every other value to the hook of the field, as `reading` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from mapper.conversion.classes import Field
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


class Writer:
    """Writes the code for one class into *source*."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[Any] = []

    def value(self, part: Part, name: str) -> None:
        """Write what turns the value called *name* into what is stored of *part*."""
        write = _WRITERS.get(type(part))
        if write is None:
            self.by_hook(part, name)
        elif self.source.is_deep:
            self.unfit(part, name)
        else:
            write(self, part, name)

    def unfit(self, part: Part, name: str) -> None:
        """Write what is done with a value that isn't exactly what *part* says."""
        self.by_hook(part, name)

    def by_hook(self, part: Part, name: str) -> None:
        """Write the call of the hook."""
        hook = self.source.named("hook", part.hook)
        self.source.line(f"{name} = {hook}({name})")

    def exact(self, part: Exact, name: str, unless: str = "") -> None:
        """Write the check of a type, and of what an integer may be."""
        with self.source.block(f"if {unless}{self._misfit(part, name)}"):
            self.unfit(part, name)

    def _misfit(self, part: Exact, name: str) -> str:
        text = f"type({name}) is not {self.source.kind(part.kind)}"
        if part.kind is int:
            text = f"({text} or not {_LEAST} <= {name} <= {_MOST})"
        return text

    def moment(self, part: Moment, name: str) -> None:
        """Write the check that a moment is in UTC, and has no more than milliseconds."""
        utc = self.source.named("UTC", dt.timezone.utc)
        kind = self.source.kind(dt.datetime)
        other = f"{name}.tzinfo is not {utc} or {name}.microsecond % 1000"
        with self.source.block(f"if type({name}) is not {kind}"):
            self.unfit(part, name)
        with self.source.block(f"elif {other}"):
            self.by_hook(part, name)

    def choice(self, part: Choice, name: str) -> None:
        """Write the check of a text."""
        known = self.source.named("known", part.known)
        with self.source.block(f"if type({name}) is not str or {name} not in {known}"):
            self.unfit(part, name)

    def member(self, part: Member, name: str) -> None:
        """Write what takes the value of an enum's member."""
        with self.source.block(f"if type({name}) is {self.source.kind(part.kind)}"):
            self.source.line(f"{name} = {name}._value_")
        with self.source.block("else"):
            self.unfit(part, name)

    def maybe(self, part: Maybe, name: str) -> None:
        """Write what lets None pass."""
        if isinstance(part.inner, Exact):
            self.exact(part.inner, name, f"{name} is not None and ")
            return
        with self.source.block(f"if {name} is not None"):
            self.value(part.inner, name)

    def many(self, part: Many, name: str) -> None:
        """Write what makes a list of an array; the order of a set is for its hook."""
        if part.make not in (list, tuple):
            self.by_hook(part, name)
            return
        with self.source.block(f"if type({name}) is {part.make.__name__}"):
            if isinstance(part.inner, Exact):
                self._checked_items(part, part.inner, name)
            else:
                self._made_items(part, name)
        with self.source.block("else"):
            self.unfit(part, name)

    def _checked_items(self, part: Many, inner: Exact, name: str) -> None:
        item = self.source.local("item")
        unfit = f"if {self._misfit(inner, item)}"
        with self.source.block(f"for {item} in {name}"), self.source.block(unfit):
            self.unfit(part, name)
            self.source.line("break")
        with self.source.block("else"):
            self.source.line(f"{name} = list({name})")

    def _made_items(self, part: Many, name: str) -> None:
        items, item = self.source.local("items"), self.source.local("item")
        self.source.line(f"{items} = []")
        with self.source.block(f"for {item} in {name}"):
            self.value(part.inner, item)
            self.source.line(f"{items}.append({item})")
        self.source.line(f"{name} = {items}")

    def record(self, part: Record, name: str) -> None:
        """Write what makes a dictionary of an instance."""
        if part.kind in self.open:
            self.by_hook(part, name)
            return
        with self.source.block(f"if type({name}) is {self.source.kind(part.kind)}"):
            self.source.line(f"{name} = {self.document(part, name)}")
        with self.source.block("else"):
            self.unfit(part, name)

    def document(self, part: Record, instance: str) -> str:
        """Write what stores the fields of *instance*, and return what makes the document."""
        self.open.append(part.kind)
        pairs = []
        for field, inner in part.fields():
            name = self.source.local(f"its_{field.name}")
            self.source.line(f"{name} = {instance}.{field.name}")
            self.field(field, inner, name)
            pairs.append(f"{field.stored!r}: {name}")
        self.open.pop()
        return f"{{{', '.join(pairs)}}}"

    def field(self, field: Field, part: Part, name: str) -> None:  # noqa: ARG002
        """Write what stores a field, whose value is called *name*."""
        self.value(part, name)


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
    return source.compiled("unstructure", part.kind)
