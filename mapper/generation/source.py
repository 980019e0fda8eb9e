"""Source code that is written line by line, with the objects that it names."""

from __future__ import annotations

import keyword
import linecache
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


_BUILTINS = (type, zip, list, tuple, set, frozenset, dict, str, int, float, bool, bytes)


class Source:
    """The lines of one function, and the *names* of what it takes from without.

    *reserved* are names of its own; nothing else gets these, or those of builtins.
    """

    def __init__(self, *reserved: str) -> None:
        self.names: dict[str, Any] = {}
        self._lines: list[str] = []
        self._depth = 0
        self._taken: dict[str, int] = dict.fromkeys(reserved, 1)
        self._known: dict[tuple[str, int], str] = {}
        for one in _BUILTINS:
            self.named(one.__name__, one)

    @property
    def text(self) -> str:
        """The code."""
        return "\n".join(self._lines) + "\n"

    @property
    def depth(self) -> int:
        """How many blocks stand open."""
        return self._depth

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
        stem = f"{stem}_" if keyword.iskeyword(stem) else stem
        number = self._taken.get(stem, 0)
        self._taken[stem] = number + 1
        return f"{stem}_{number}" if number else stem

    def named(self, stem: str, value: Any) -> str:
        """Return the name under which the code finds *value*, one for each value."""
        known = (stem, id(value))  # which lives as long as `names` has it
        if known not in self._known:
            name = self.local(stem)
            self._known[known] = name
            self.names[name] = value
        return self._known[known]

    def compiled(self, function: str, about: str) -> Any:
        """Return the *function* of the code; tracebacks show it as code *about* something.

        Its ``__source__`` is the code.
        """
        filename = f"<mapper generated {function} of {about}>"
        # A class of that name that is defined anew takes the place of the one before.
        lines = self.text.splitlines(keepends=True)
        linecache.cache[filename] = (len(self.text), None, lines, filename)
        exec(compile(self.text, filename, "exec"), self.names)  # noqa: S102 - our own lines
        made = self.names[function]
        made.__source__ = self.text
        return made
