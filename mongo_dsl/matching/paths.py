"""What a dotted path finds in a document, array by array, as the server walks it.

An array on the way is entered twice: every document in it is asked for the rest of the
path, and the item whose place the next segment names is entered, too. An array at the
end stands for its items and for itself.
https://www.mongodb.com/docs/manual/tutorial/query-array-of-documents/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final


class _Missing:
    """What a path finds where nothing is stored."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def found(
    container: Any, path: tuple[str, ...], *, items: bool = True
) -> Iterator[Any]:
    """Yield what *path* finds in *container*, a document or an array taken for one.

    *items* says whether an array at the end also stands for its items.
    """
    value, rest = _walk(container, path)
    if not isinstance(value, list):
        yield value
    elif rest:
        yield from _within(value, rest, items)
    else:
        if items:
            yield from value
        yield value


def _walk(container: Any, path: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """Follow *path* up to its end or to the first array, and return what is left of it."""
    for place, name in enumerate(path, 1):
        container = _member(container, name)
        if isinstance(container, list):
            return container, path[place:]
        if not isinstance(container, dict) and place < len(path):
            return MISSING, ()
    return container, ()


def _member(container: Any, name: str) -> Any:
    if isinstance(container, dict):
        return container.get(name, MISSING)
    place = int(name) if name.isdecimal() and name.isascii() else len(container)
    return (
        container[place] if place < len(container) and str(place) == name else MISSING
    )


def _within(array: list[Any], rest: tuple[str, ...], items: bool) -> Iterator[Any]:
    for place, item in enumerate(array):
        if isinstance(item, dict):
            yield from found(item, rest, items=items)
        if rest[0] == str(place):
            yield from _at_place(item, rest[1:], items)


def _at_place(item: Any, rest: tuple[str, ...], items: bool) -> Iterator[Any]:
    if not rest:
        yield item
    elif isinstance(item, dict):
        yield from found(item, rest, items=items)
    elif isinstance(item, list):
        yield from _within(item, rest, items)
