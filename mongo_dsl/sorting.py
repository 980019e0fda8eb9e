"""Sort orders: field by field, ascending, descending or by a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
from bson import Int64

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.memory import Memory
from mongo_dsl.nodes import Body, Node, Path, Raw, Value
from mongo_dsl.values import Face, node


Resolve = Callable[[str], Path]
"""Turns a name, as the caller writes it, into the path it is stored under."""

_DIRECTIONS = {1: 1, -1: -1, "asc": 1, "desc": -1, "ascending": 1, "descending": -1}


@attrs.frozen
class Sort(Node):
    """One field's part of a sort order; made by ``field.asc()`` and ``field.desc()``.

    It is frozen at run time, too, for callers hold the one that all get.
    """

    path: Path
    direction: Node

    def reverse(self) -> Sort:
        """Turn the direction around; a sort by score has only one.

        Raises:
            ArgumentError: the sort is by score.

        >>> from mongo_dsl import F
        >>> F.age.asc().reverse() == F.age.desc()
        True
        """
        if not isinstance(self.direction, Value):
            msg = f"the sort by {self.path.name!r} can't be reversed; scores have one order"
            raise ArgumentError(msg)
        direction = self.direction.value
        return attrs.evolve(self, direction=Value(type(direction)(-direction)))


def sort_by(field: Any, direction: int) -> Sort:
    """Return the sort by *field* in a *direction*, 1 or -1."""
    key = (id(field), direction)
    known = _by_field.get(key)
    if known is None:
        made = Sort(field._node, Value(direction))  # noqa: SLF001
        return _by_field.made(key, made, field)
    found: Sort = known[0]
    return found


_by_field = Memory()


def sorts(keys: Sequence[Any], resolve: Resolve) -> tuple[Sort, ...]:
    """Read the *keys* of a sort: fields, sorts, ``"-name"``, pairs and mappings of them.

    Raises:
        OperandError: a key is something else.
        ArgumentError: a direction is neither 1 nor -1, or a field comes twice.
    """
    found = [sort for key in keys for sort in _sorts(key, resolve)]
    paths = [sort.path.name for sort in found]
    for name in paths:
        if paths.count(name) > 1:
            msg = f"sort got {name!r} twice; a field has one direction"
            raise ArgumentError(msg)
    return tuple(found)


def _sorts(key: Any, resolve: Resolve) -> list[Sort]:
    if isinstance(key, Sort):
        return [key]
    if isinstance(key, Mapping):
        return [_sort(name, direction, resolve) for name, direction in key.items()]
    if isinstance(key, str):
        name = key.lstrip("+-")
        return [Sort(resolve(name), Value(-1 if key[:1] == "-" else 1))]
    if isinstance(key, Face):
        return [_sort(key, 1, resolve)]
    if isinstance(key, list):
        return [sort for item in key for sort in _sorts(item, resolve)]
    if isinstance(key, tuple) and len(key) == 2:  # noqa: PLR2004 - (name, direction)
        return [_sort(*key, resolve)]
    raise _not_a_key(key)


def _sort(name: Any, direction: Any, resolve: Resolve) -> Sort:
    path = _asked(name) if isinstance(name, Face) else resolve(name)
    if not isinstance(path, Path):
        raise _not_a_key(name)
    if isinstance(direction, Mapping):
        return Sort(path, Raw(node(direction)))
    if isinstance(direction, Face):
        return Sort(path, node(direction))
    if not isinstance(direction, (int, float, str)) or direction not in _DIRECTIONS:
        msg = f"sort got the direction {direction!r} for {path.name!r}; it is 1 or -1"
        raise ArgumentError(msg)
    number = isinstance(direction, (Int64, float))  # MongoDB takes 1 of every type
    return Sort(path, Value(direction if number else _DIRECTIONS[direction]))


def _asked(field: Any) -> Any:
    spec = getattr(field, "_spec", None)
    if spec is not None:
        spec.require("order")
    return field._node  # noqa: SLF001


def _not_a_key(key: Any) -> OperandError:
    msg = f"sort got {key!r}; it takes fields, field.desc(), '-name' or (name, -1)"
    return OperandError(msg)


def sort_document(order: Iterable[Sort]) -> Body:
    """Build the node of ``{path: direction, …}``."""
    return Body(tuple((sort.path.name, sort.direction) for sort in order))
