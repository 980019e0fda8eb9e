"""The code that tells which fields of an object aren't stored as they are, made for each class.

A field whose value is exactly of the type that it asks for, and equal to what is stored,
has not changed: nothing of it has to be encoded. Most fields of most documents are such.
Of every other field the hook is asked, and what it returns remains to be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapper.conversion.parts import (
    Choice,
    Entries,
    Exact,
    Many,
    Maybe,
    Member,
    Moment,
    Part,
    Record,
)
from mapper.generation.moments import alike
from mapper.generation.source import Source


Differing = Callable[[Any, "dict[str, Any]"], "dict[str, Any]"]
"""It takes an object and what is stored of it, and encodes what may have changed."""

_GONE: Any = object()


class _Comparer:
    """Writes the code for one class into *source*.

    All tests are expressions of two names: of the value, and of what is stored.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._functions: dict[Any, str] = {}
        self._late: list[tuple[Part, str]] = []

    def same(self, part: Part, value: str, stored: str) -> str:
        """Write the test that *value* is surely what is *stored* of *part*."""
        write = _TESTS.get(type(part))
        return "False" if write is None else write(self, part, value, stored)

    def finish(self) -> None:
        """Write the functions that the tests call."""
        while self._late:
            part, name = self._late.pop()
            with self.source.block(f"def {name}(value, stored)"):
                if isinstance(part, Record):
                    self._record(part)
                else:
                    test = self.same(part, "value", "stored")
                    self.source.line(f"return {test}")

    def exact(self, part: Exact, value: str, stored: str) -> str:
        """Write the test of a value that stays as it is: identity is asked first."""
        kind = self.source.kind(part.kind)
        equal = f"type({stored}) is {kind} and {stored} == {value}"
        return f"type({value}) is {kind} and ({stored} is {value} or {equal})"

    def maybe(self, part: Maybe, value: str, stored: str) -> str:
        """Write the test of None, or of something else."""
        inner = self.same(part.inner, value, stored)
        return f"({stored} is None if {value} is None else {inner})"

    def moment(self, _: Moment, value: str, stored: str) -> str:
        """Write the test of a moment in UTC, without more than milliseconds."""
        return alike(self.source, value, stored)

    def choice(self, _: Choice, value: str, stored: str) -> str:
        """Write the test of a text."""
        return f"type({value}) is type({stored}) is str and {stored} == {value}"

    def member(self, part: Member, value: str, stored: str) -> str:
        """Write the test of an enum's member."""
        types = (
            f"type({value}) is {self.source.kind(part.kind)} and type({stored}) is str"
        )
        return f"{types} and {stored} == {value}._value_"

    def many(self, part: Many, value: str, stored: str) -> str:
        """Write the test of an array; that of a set is for its hook."""
        if part.make not in (list, tuple):
            return "False"
        types = f"type({value}) is {part.make.__name__} and type({stored}) is list"
        if isinstance(part.inner, Exact) and part.make is list:
            only = self.source.named("only", frozenset({part.inner.kind}))
            exact = [f"{only}.issuperset(map(type, {one}))" for one in (value, stored)]
            return f"{types} and {stored} == {value} and {' and '.join(exact)}"
        test = self._function(part.inner)
        lengths = f"len({value}) == len({stored})"
        return f"{types} and {lengths} and all(map({test}, {value}, {stored}))"

    def entries(self, part: Entries, value: str, stored: str) -> str:
        """Write the test of a mapping."""
        test = self._function(part.inner)
        types = f"type({value}) is type({stored}) is dict"
        keys = f"{value}.keys() == {stored}.keys()"
        found = f"{value}.values(), map({stored}.get, {value})"
        return f"{types} and {keys} and all(map({test}, {found}))"

    def record(self, part: Record, value: str, stored: str) -> str:
        """Write the test of an object of a class, which is a function's."""
        return f"{self._function(part)}({value}, {stored})"

    def _record(self, part: Record) -> None:
        """Write the tests of all fields; nothing else may be stored."""
        types = f"type(value) is not {self.source.kind(part.kind)} or type(stored) is not dict"
        with self.source.block(f"if {types} or len(stored) != {len(part.fields())}"):
            self.source.line("return False")
        for field, inner in part.fields():
            self.fetch(field.name, field.stored, "value")
            with self.source.block(f"if not ({self.same(inner, 'its', 'known')})"):
                self.source.line("return False")
        self.source.line("return True")

    def fetch(self, name: str, stored: str, instance: str) -> None:
        """Write what takes the value of a field, and what is stored of it."""
        gone = self.source.named("GONE", _GONE)
        self.source.line(f"its = {instance}.{name}")
        self.source.line(f"known = stored.get({stored!r}, {gone})")

    def _function(self, part: Part) -> str:
        """Return the name of the function that tests *part*, to be written later."""
        about = part.annotation if isinstance(part, Record) else part
        if about not in self._functions:
            name = self.source.local("same")
            self._functions[about] = name
            self._late.append((part, name))
        return self._functions[about]


_TESTS: dict[type[Part], Any] = {
    Exact: _Comparer.exact,
    Maybe: _Comparer.maybe,
    Moment: _Comparer.moment,
    Choice: _Comparer.choice,
    Member: _Comparer.member,
    Many: _Comparer.many,
    Entries: _Comparer.entries,
    Record: _Comparer.record,
}


def differing(part: Record) -> Differing:
    """Return the function that encodes the fields of an object that may have changed."""
    source = Source("differing", "instance", "stored", "found", "its", "known", "value")
    comparer = _Comparer(source)
    with source.block("def differing(instance, stored)"):
        source.line("found = {}")
        for field, inner in part.fields():
            comparer.fetch(field.name, field.stored, "instance")
            with source.block(f"if not ({comparer.same(inner, 'its', 'known')})"):
                hook = source.named("hook", inner.hook)
                source.line(f"found[{field.stored!r}] = {hook}(its)")
        source.line("return found")
    comparer.finish()
    found: Differing = source.compiled("differing", part.kind)
    return found


def unaltered(writes: Record, reads: Record) -> dict[str, frozenset[type]]:
    """Return the types of values that are stored and read as they are, by stored names."""
    read = {field.stored: _exact(part) for field, part in reads.fields()}
    found = {field.stored: _exact(part) for field, part in writes.fields()}
    return {name: kinds & read.get(name, frozenset()) for name, kinds in found.items()}


def _exact(part: Part) -> frozenset[type]:
    if isinstance(part, Maybe):
        return frozenset({type(None)}) | _exact(part.inner)
    return frozenset({part.kind}) if isinstance(part, Exact) else frozenset()
