"""The code that makes objects of stored documents, generated for each class.

It takes a value as it is where its type is exactly what the field asks for, and leaves
every other value to the hook of the field, which may convert or refuse it. So the code
gives what the hooks would give, for any document; it only asks them less often. What it
raises says little: the converter then asks the hooks for all that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bson import Int64

from mapper.conversion.classes import (
    Field,
    refuse_lacking,
    refuse_unknown,
    refuses_unknown,
)
from mapper.conversion.defaults import default_of
from mapper.conversion.parts import (
    Choice,
    Entries,
    Exact,
    Many,
    Maybe,
    Moment,
    Part,
    Record,
)
from mapper.generation.making import Stores, making
from mapper.generation.moments import in_utc
from mapper.generation.source import Source


Slow = Callable[[str], str]
"""What writes the expression that converts a local name by a hook."""

MISSING: Any = object()
"""What stands for a field that isn't stored."""


class Reader:
    """Writes the code for one class into *source*.

    Values that are *owned* were decoded for this alone, so lists needn't be copied.
    Moments that are *naive* are in UTC and don't say so. Documents read *in_part* have
    the fields that are there.
    """

    def __init__(
        self, source: Source, *, owned: bool, naive: bool, in_part: bool = False
    ) -> None:
        self._source = source
        self._owned = owned
        self._naive = naive
        self._in_part = in_part
        self._open: list[Any] = []
        self._values: list[str] = []  # a name for the fields of each open class
        self._missing = source.named("MISSING", MISSING)
        self._new = source.named("new", object.__new__)

    def value(self, part: Part, name: str, slow: Slow) -> None:
        """Write what turns the stored value called *name* into what *part* says."""
        write = _WRITERS.get(type(part))
        if write is None or self._source.is_deep:
            self._source.line(f"{name} = {slow(name)}")
        else:
            write(self, part, name, slow)

    def exact(self, part: Exact, name: str, slow: Slow, unless: str = "") -> None:
        """Write the check of a type; an `int` may come as the driver's `Int64`."""
        kind = self._source.kind(part.kind)
        with self._source.block(f"if {unless}type({name}) is not {kind}"):
            other = slow(name)
            if part.kind is int:
                other = f"int({name}) if type({name}) is {self._source.kind(Int64)} else {other}"
            self._source.line(f"{name} = {other}")

    def moment(self, _: Moment, name: str, slow: Slow) -> None:
        """Write what makes a moment aware, or gives it the zone of all."""
        fits, made = in_utc(self._source, name, naive=self._naive)
        self._source.line(f"{name} = {made} if {fits} else {slow(name)}")

    def choice(self, part: Choice, name: str, slow: Slow) -> None:
        """Write the look-up of a text."""
        known = self._source.named("known", part.known)
        found = f"type({name}) is str and {name} in {known}"
        self._source.line(f"{name} = {known}[{name}] if {found} else {slow(name)}")

    def maybe(self, part: Maybe, name: str, slow: Slow) -> None:
        """Write what lets None pass."""
        if isinstance(part.inner, Exact):
            self.exact(part.inner, name, slow, f"{name} is not None and ")
            return
        with self._source.block(f"if {name} is not None"):
            self.value(part.inner, name, slow)

    def many(self, part: Many, name: str, slow: Slow) -> None:
        """Write what makes an array of a list; one bad item leaves it to the hook."""
        with self._source.block(f"if type({name}) is list"):
            if isinstance(part.inner, Exact):
                self._checked_items(part, part.inner, name, slow)
            else:
                self._made_items(part, name)
        self._else(name, slow)

    def _checked_items(self, part: Many, inner: Exact, name: str, slow: Slow) -> None:
        item = self._source.local("item")
        unfit = f"if type({item}) is not {self._source.kind(inner.kind)}"
        with self._source.block(f"for {item} in {name}"), self._source.block(unfit):
            self._source.line(f"{name} = {slow(name)}")
            self._source.line("break")
        if part.make is not list or not self._owned:
            with self._source.block("else"):
                made = self._source.named(part.make.__name__, part.make)
                self._source.line(f"{name} = {made}({name})")

    def _made_items(self, part: Many, name: str) -> None:
        items, item = self._source.local("items"), self._source.local("item")
        self._source.line(f"{items} = []")
        with self._source.block(f"for {item} in {name}"):
            self.value(part.inner, item, self._by_hook(part.inner))
            self._source.line(f"{items}.append({item})")
        if part.make is list:
            self._source.line(f"{name} = {items}")
        else:
            made = self._source.named(part.make.__name__, part.make)
            self._source.line(f"{name} = {made}({items})")

    def entries(self, part: Entries, name: str, slow: Slow) -> None:
        """Write what makes a dictionary of one."""
        with self._source.block(f"if type({name}) is dict"):
            items, item = self._source.local("entries"), self._source.local("item")
            key = self._source.local("key")
            self._source.line(f"{items} = {{}}")
            with self._source.block(f"for {key}, {item} in {name}.items()"):
                self.value(part.inner, item, self._by_hook(part.inner))
                self._source.line(f"{items}[{key}] = {item}")
            self._source.line(f"{name} = {items}")
        self._else(name, slow)

    def record(self, part: Record, name: str, slow: Slow) -> None:
        """Write what makes an instance of a class; of one within itself, the hook does."""
        if part.kind in self._open or making(part.annotation) is None:
            self._source.line(f"{name} = {slow(name)}")
            return
        with self._source.block(f"if type({name}) is dict"):
            made = self.whole(part, name)
            self._source.line(f"{name} = {made}")
        self._else(name, slow)

    def whole(self, part: Record, row: str, state: str = "") -> str:
        """Write what makes an instance of the dictionary *row*, and return its name.

        *state* is what it is to remember, if anything.
        """
        refuse_lacking(part.kind)
        how: Any = making(part.annotation)
        self._open.append(part.kind)
        if len(self._values) < len(self._open):
            self._values.append(self._source.local("value"))
        self._refusal(part.kind, row)
        if isinstance(how, Stores):
            made = self._assigned(part, row, how, state)
        else:
            made = self._called(part, row)
        self._open.pop()
        return made

    def _assigned(self, part: Record, row: str, how: Stores, state: str) -> str:
        made = self._source.local("made")
        maker = self._source.named(how.maker.__name__, how.maker)
        self._source.line(f"{made} = {self._new}({maker})")
        for field, inner in part.fields():
            if self._in_part and len(self._open) == 1:
                self._found(how.maker, field, inner, row, made)
                continue
            name = self._field(part.kind, field, inner, row, made)
            self._assignment(how.maker, made, field.name, name)
        if state and len(self._open) == 1:
            self._assignment(how.maker, made, "_state", state)
        if how.maker is not part.kind:
            self._source.line(f"{made}.__class__ = {self._source.kind(part.kind)}")
        return made

    def _found(self, maker: Any, field: Field, part: Part, row: str, made: str) -> None:
        """Write what reads a *field* if it is there; else it has no value."""
        name = self._values[0]
        self._source.line(f"{name} = {row}.get({field.stored!r}, {self._missing})")
        with self._source.block(f"if {name} is not {self._missing}"):
            self.value(part, name, self._by_hook(part))
            self._assignment(maker, made, field.name, name)

    def _assignment(self, maker: Any, made: str, name: str, value: str) -> None:
        if maker.__setattr__ is object.__setattr__:
            self._source.line(f"{made}.{name} = {value}")
        else:
            assign = self._source.named("assign", object.__setattr__)
            self._source.line(f"{assign}({made}, {name!r}, {value})")

    def _called(self, part: Record, row: str) -> str:
        made = self._source.local("made")
        given = []
        for field, inner in part.fields():
            name = self._source.local(f"its_{field.name}")
            self._field(part.kind, field, inner, row, "None", name)
            given.append(f"{field.argument}={name}")
        kind = self._source.kind(part.kind)
        self._source.line(f"{made} = {kind}({', '.join(given)})")
        return made

    def _field(
        self, kind: Any, field: Field, part: Part, row: str, made: str, name: str = ""
    ) -> str:
        """Write what reads a *field* of *row*, and return the name of its value."""
        name = name or self._values[len(self._open) - 1]
        slow = self._by_hook(part)
        if field.required:  # a KeyError is as good as any
            self._source.line(f"{name} = {row}[{field.stored!r}]")
        else:
            self._source.line(f"{name} = {row}.get({field.stored!r}, {self._missing})")
            slow = self._or_default(kind, field, slow, made)
        self.value(part, name, slow)
        return name

    def _or_default(self, kind: Any, field: Field, slow: Slow, made: str) -> Slow:
        default = default_of(kind, field.name)
        if default.make is None:
            value = default.value
            text = "None" if value is None else self._source.named("default", value)
        else:
            text = f"{self._source.named('default', default)}({made})"
        return lambda name: f"{text} if {name} is {self._missing} else {slow(name)}"

    def _refusal(self, kind: Any, row: str) -> None:
        """Write what refuses fields that the class doesn't describe, if it does."""
        if refuses_unknown(kind):
            refuse = self._source.named("refuse_unknown", refuse_unknown)
            self._source.line(f"{refuse}({self._source.kind(kind)}, {row})")

    def _by_hook(self, part: Part) -> Slow:
        hook = self._source.named("hook", part.hook)
        about = self._source.named("annotation", part.annotation)
        return lambda name: f"{hook}({name}, {about})"

    def _else(self, name: str, slow: Slow) -> None:
        with self._source.block("else"):
            self._source.line(f"{name} = {slow(name)}")


_WRITERS: dict[type[Part], Any] = {
    Exact: Reader.exact,
    Moment: Reader.moment,
    Choice: Reader.choice,
    Maybe: Reader.maybe,
    Many: Reader.many,
    Entries: Reader.entries,
    Record: Reader.record,
}
