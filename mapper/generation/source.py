"""Source code that is written line by line, with the objects that it names."""

from __future__ import annotations

import keyword
import linecache
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


_BUILTINS = (type, zip, list, tuple, set, frozenset, dict, str, int, float, bool, bytes)

_DEEPEST = 10  # blocks; Python takes 20 loops within each other


class Source:
    """The lines of one function, and the *names* of what it takes from without.

    *reserved* are names of its own; nothing else gets these, or those of builtins.
    """

    def __init__(self, *reserved: str) -> None:
        self.names: dict[str, Any] = {}
        self._lines: list[str] = []
        self._depth = 0
        self._taken = set(reserved)
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[str, int], str] = {}
        for one in _BUILTINS:
            self.kind(one)

    @property
    def text(self) -> str:
        """The code."""
        return "\n".join(self._lines) + "\n"

    @property
    def is_deep(self) -> bool:
        """Whether so many blocks stand open that no more should be opened."""
        return self._depth > _DEEPEST

    def line(self, text: str) -> None:
        """Write a line into the innermost block."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write *head*, and what is written until the end of the ``with`` below it."""
        self.line(f"{head}:")
        self._depth += 1
        yield
        self._depth -= 1

    def local(self, stem: str) -> str:
        """Return a name that nothing has yet."""
        stem = re.sub(r"\W", "_", stem)
        if keyword.iskeyword(stem) or not stem.isidentifier():
            stem = f"_{stem}"
        name, number = stem, self._numbers.get(stem, 0)
        while (
            name in self._taken
        ):  # a field may be called like another one with a number
            number += 1
            name = f"{stem}_{number}"
        self._numbers[stem] = number
        self._taken.add(name)
        return name

    def named(self, stem: str, value: Any) -> str:
        """Return the name under which the code finds *value*, one for each value."""
        known = (stem, id(value))  # which lives as long as `names` has it
        if known not in self._known:
            name = self.local(stem)
            self._known[known] = name
            self.names[name] = value
        return self._known[known]

    def kind(self, kind: type) -> str:
        """Return the name under which the code finds the class *kind*."""
        return self.named(kind.__name__, kind)

    def compiled(self, function: str, kind: Any) -> Any:
        """Return the *function* of the code; tracebacks show it as code for the class *kind*.

        Its ``__source__`` is the code.
        """
        about = f"{kind.__module__}.{kind.__qualname__}"
        filename = f"<mapper generated {function} of {about}>"
        # A class of that name that is defined anew takes the place of the one before.
        lines = self.text.splitlines(keepends=True)
        linecache.cache[filename] = (len(self.text), None, lines, filename)
        exec(compile(self.text, filename, "exec"), self.names)  # noqa: S102 - our own lines
        made = self.names[function]
        made.__source__ = self.text
        return made
