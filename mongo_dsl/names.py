"""Names as callers write them: checked, and corrected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mongo_dsl.errors import ArgumentError


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` where one of *known* looks like *name*."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def checked(name: str) -> str:
    """Check a name written by the caller.

    Raises:
        ArgumentError: a part of it is empty, holds a NUL byte or begins with ``$``.
    """
    for segment in name.split("."):
        if not segment or segment[0] == "$" or "\0" in segment:
            msg = f"the field name {name!r} has the part {segment!r}; parts are not empty,"
            raise ArgumentError(f"{msg} hold no NUL byte and don't begin with '$'")
    return name
