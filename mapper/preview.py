"""`Preview`: what a write would touch, and what it would make of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import attrs


M = TypeVar("M")
Raw = dict[str, Any]


@attrs.frozen
class Preview(Generic[M]):
    """What an update or delete would touch; nothing was written.

    Args:
        count: how many documents the query matches.
        before: some of them, as they are.
        after: the same, as the update would make them; None for a delete, and for
            updates that only the server can tell the result of.
    """

    count: int
    before: list[M]
    after: list[M] | None = None


def changed(update: Any, raw: Raw) -> Raw | None:
    """Return *raw* as *update*, in MQL, would make it; None where that isn't simple.

    ``$set``, ``$unset``, ``$inc`` of numbers, ``$min`` and ``$max`` of numbers, and
    ``$push`` of one item are simple, at paths that lead through documents alone.

    >>> changed({"$set": {"a.b": 5}, "$inc": {"n": 1}}, {"_id": 1, "n": 2})
    {'_id': 1, 'n': 3, 'a': {'b': 5}}
    """
    made = copy.deepcopy(raw)
    if not isinstance(update, Mapping):
        return None
    for operator, paths in update.items():
        if operator == "$setOnInsert":
            continue
        for path, value in paths.items():
            if operator not in _SIMPLE or not _apply(operator, made, path, value):
                return None
    return made


def _apply(operator: str, raw: Raw, path: str, value: Any) -> bool:
    """Change what is at *path*; tell whether that was simple."""
    *parents, name = path.split(".")
    below: Any = raw
    for parent in parents:
        below = below.setdefault(parent, {}) if isinstance(below, dict) else None
    return isinstance(below, dict) and _SIMPLE[operator](below, name, value)


def _set(below: Raw, name: str, value: Any) -> bool:
    below[name] = value
    return True


def _unset(below: Raw, name: str, _: Any) -> bool:
    below.pop(name, None)
    return True


def _inc(below: Raw, name: str, value: Any) -> bool:
    old = below.get(name, 0)
    below[name] = old + value if _are_numbers(old, value) else old
    return _are_numbers(old, value)


def _extreme(choose: Callable[..., Any]) -> Callable[[Raw, str, Any], bool]:
    def apply(below: Raw, name: str, value: Any) -> bool:
        old = below.get(name, value)
        below[name] = choose(old, value) if _are_numbers(old, value) else old
        return _are_numbers(old, value)

    return apply


def _push(below: Raw, name: str, value: Any) -> bool:
    items = below.setdefault(name, [])
    modifiers = isinstance(value, Mapping) and any(key[:1] == "$" for key in value)
    if not isinstance(items, list) or modifiers:
        return False
    items.append(value)
    return True


def _are_numbers(*values: Any) -> bool:
    return all(type(value) in (int, float) for value in values)


_SIMPLE: Mapping[str, Callable[[Raw, str, Any], bool]] = {
    "$set": _set,
    "$unset": _unset,
    "$inc": _inc,
    "$min": _extreme(min),
    "$max": _extreme(max),
    "$push": _push,
}
