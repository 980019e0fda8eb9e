"""The functions that make objects of stored documents: of one, or of many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mapper.conversion.parts import Record
from mapper.generation.making import Stores, making
from mapper.generation.reading import Reader
from mapper.generation.source import Source


Loading = Callable[[Iterable[Any], Iterable[Any], "list[Any]"], None]
"""It takes decoded rows, what each is to remember, and the list of what is made."""


def structuring(part: Record) -> Callable[[Any], Any] | None:
    """Return the function that makes an instance of a stored document.

    There is none where instances are made in ways of their own.
    """
    if making(part.annotation) is None:
        return None
    source = Source("structure", "row")
    reader = Reader(source, owned=False, naive=False)
    with source.block("def structure(row)"):
        source.line(f"return {reader.whole(part, 'row')}")
    return source.compiled("structure", part.kind)


def loading(part: Record, *, naive: bool, stateful: bool) -> Loading | None:
    """Return the function that appends instances of decoded *rows* to a list.

    Where it is *stateful*, they are documents and remember what they were read from. There
    is no function where instances are made in ways of their own.
    """
    if making(part.annotation) is None:
        return None
    return _loading(part, "raw" if stateful else "", owned=True, naive=naive)


def loading_in_part(part: Record, *, naive: bool) -> Loading | None:
    """Return the function that makes documents of the fields that rows have, and no others.

    They may remember the rows, and share nothing with them.
    """
    if not isinstance(making(part.annotation), Stores):
        return None
    return _loading(part, "raw", owned=False, naive=naive, in_part=True)


def _loading(part: Record, state: str, **how: bool) -> Loading:
    source = Source("load", "rows", "raws", "row", "raw", "found", "add")
    reader = Reader(source, **how)
    with source.block("def load(rows, raws, found)"):
        source.line("add = found.append")
        each = "row, raw in zip(rows, raws)" if state else "row in rows"
        with source.block(f"for {each}"):
            source.line(f"add({reader.whole(part, 'row', state)})")
    made: Loading = source.compiled("load", part.kind)
    return made
