"""Calls that are made again and again with the same arguments, and what they gave.

A program builds the same queries over and over, a request each, and little in them differs:
fields and names are the same objects every time. So what is made of nothing but such objects
is remembered by their identity, which costs less to look up than to make. Values, which come
from users, are never remembered.
"""

from __future__ import annotations

import weakref
from typing import Any, TypeVar


T = TypeVar("T")

Key = tuple[Any, ...]
"""What tells calls apart: names, and the identities of arguments."""

_CALLS = 1024  # a table that is full starts anew: what is in use is soon there again

# What tables hold and hand out again, by identity, for as long as somebody has it.
_lasting: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def lasts(value: Any) -> bool:
    """Tell whether who asks for *value* again gets the same object: fields, and what is kept."""
    if _lasting.get(id(value)) is value:
        return True
    # of the class, for objects of some have every attribute; array filters hold values
    return getattr(type(value), "_lasts", False) and not value._arrays  # noqa: SLF001


class Memory(dict[Key, tuple[Any, ...]]):
    """Results by what they were made of; in front of it stands what the call gave.

    Whoever looks up a key has its objects in hand, and an entry holds its own, so that one
    identity is never two objects.
    """

    __slots__ = ()

    def keep(self, key: Key, entry: tuple[Any, ...]) -> None:
        """Remember *entry*, a result and all whose identity is in *key*."""
        if len(self) >= _CALLS:
            self.clear()
        self[key] = entry

    def made(self, key: Key, made: T, *arguments: Any) -> T:
        """Return what was *made* of *arguments*, and remember it if they last: so does it."""
        for argument in arguments:
            if not lasts(argument):
                return made
        self.keep(key, (made, arguments))
        _lasting[id(made)] = made
        return made
