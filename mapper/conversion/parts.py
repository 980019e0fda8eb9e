"""What a hook converts, described: code is generated from the description.

A hook alone says nothing of what it does. Those of our own carry a description, so that a
class can inline what its fields do; what carries none is only ever called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from mapper.conversion.classes import Field


H = TypeVar("H", bound=Callable[..., Any])


@attrs.frozen(eq=False)
class Part:
    """A value of *annotation*, of which *hook* makes the converted one, whatever it is.

    Each kind of part says which values need no hook, and what is done to them.
    """

    annotation: Any
    hook: Callable[..., Any]

    def within(self) -> Iterator[Part] | None:
        """Yield the parts it is made of; None if that isn't known."""
        return iter(())


@attrs.frozen(eq=False)
class Exact(Part):
    """A value that stays as it is, if its type is *kind* and no other."""

    kind: type


@attrs.frozen(eq=False)
class Moment(Part):
    """A `datetime`."""


@attrs.frozen(eq=False)
class Choice(Part):
    """One of the texts that *known* has, and what it stands for."""

    known: Mapping[str, Any]


@attrs.frozen(eq=False)
class Member(Part):
    """A member of the enum *kind*, stored as its value, which is a text."""

    kind: type


@attrs.frozen(eq=False)
class Maybe(Part):
    """None, or *inner*."""

    inner: Part

    def within(self) -> Iterator[Part]:
        """Yield the other alternative."""
        yield self.inner


@attrs.frozen(eq=False)
class Many(Part):
    """An array of *inner*; *make* makes it of a list, and is `list` for lists."""

    inner: Part
    make: Callable[[Any], Any]

    def within(self) -> Iterator[Part]:
        """Yield what its items are."""
        yield self.inner


@attrs.frozen(eq=False)
class Entries(Part):
    """A dictionary with texts for keys, and *inner* for values."""

    inner: Part

    def within(self) -> Iterator[Part]:
        """Yield what its values are."""
        yield self.inner


@attrs.frozen(eq=False)
class Record(Part):
    """An instance of the class *kind*; *fields* finds what it holds.

    That is asked late, for a class may hold itself. *generated* has what was made of it.
    """

    kind: Any
    fields: Callable[[], tuple[tuple[Field, Part], ...]]
    generated: dict[Any, Any] = attrs.field(factory=dict, init=False)

    def within(self) -> Iterator[Part]:
        """Yield what its fields are."""
        return (part for _, part in self.fields())


@attrs.frozen(eq=False)
class Variants(Part):
    """An instance of a class or of its subclasses, of which there may be more later.

    *found* tells the class of a stored document by what is stored under *key*, *of*
    describes instances of a class.
    """

    key: str
    found: Callable[[Mapping[str, Any]], Any]
    of: Callable[[Any], Part]

    def within(self) -> None:
        """Say that it isn't known."""


@attrs.frozen(eq=False)
class Other(Part):
    """A value that the hook converts, whatever it is; *parts* are what it is made of."""

    parts: Callable[[], tuple[Part, ...]] | None = None

    def within(self) -> Iterator[Part] | None:
        """Yield what it is made of; None of hooks that aren't ours."""
        return None if self.parts is None else iter(self.parts())


def described(hook: H, part: Callable[[H], Part]) -> H:
    """Let *hook* carry the *part* that it converts."""
    carrier: Any = hook
    carrier.__part__ = lambda: part(hook)
    return hook


def part_of(annotation: Any, hook: Callable[..., Any]) -> Part:
    """Return what *hook* says that it converts; *annotation* is what it was found for."""
    found: Any = getattr(hook, "__part__", None)
    return Other(annotation, hook) if found is None else found()


def is_known(part: Part) -> bool:
    """Tell whether all of *part* is converted by hooks of our own."""
    seen: set[int] = set()
    todo = [part]
    while todo:
        one = todo.pop()
        if isinstance(one, Record):
            if id(one.kind) in seen:
                continue
            seen.add(id(one.kind))
        inner = one.within()
        if inner is None:
            return False
        todo.extend(inner)
    return True
