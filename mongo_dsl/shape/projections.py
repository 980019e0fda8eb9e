"""What ``$project``, ``$set`` and ``$unset`` leave."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mongo_dsl.errors import ArgumentError
from mongo_dsl.nodes import Body, Map, Node, Param, Raw, Value
from mongo_dsl.shape.classes import alternatives, joined
from mongo_dsl.shape.expressions import is_data, kind_of
from mongo_dsl.shape.kinds import NOTHING, OPEN, UNKNOWN, Array, Kind, Shape
from mongo_dsl.shape.paths import assigned, child, removed
from mongo_dsl.shape.reading import Scope, field_names


Path = tuple[str, ...]


def _flat(
    items: Iterable[tuple[str, Node]], above: Path = ()
) -> list[tuple[Path, Node]]:
    """List the paths that a stage assigns to: documents of it name fields below."""
    found: list[tuple[Path, Node]] = []
    for name, node in items:
        path = (*above, *name.split("."))
        if isinstance(node, (Map, Body)) and node.items and not is_data(node):
            found += _flat(node.items, path)
        else:
            found.append((path, node))
    return found


def _refuse_collisions(paths: Iterable[Path], stage: str) -> None:
    """Refuse a field beside its parts, compared as neighbours in order of path."""
    paths = list(paths)
    if len({path[0] for path in paths}) == len(paths):
        return  # no two of them begin alike
    for one, other in itertools.pairwise(sorted(paths)):
        if other[: len(one)] == one:
            name, below = ".".join(one), ".".join(other)
            both = f"{name!r} twice" if one == other else f"{name!r} and {below!r}"
            msg = f"{stage} names {both}; a stage names a field or parts of it, once"
            raise ArgumentError(msg)


def set_(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$set``: every expression reads the shape before it.

    Raises:
        ArgumentError: it names a field twice, or a field and its parts.
    """
    items = _flat(body.items)
    told = [path for path, node in items if not isinstance(node, (Raw, Param))]
    _refuse_collisions(told, scope.stage)
    kinds = [(path, kind_of(node, scope)) for path, node in items]
    made: Any = scope.root
    for path, kind in kinds:
        made = assigned(made, path, kind)
    return _shape(made)


def unset(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$unset``.

    Raises:
        ArgumentError: it names a field twice, or a field and its parts.
    """
    return _without([tuple(name.split(".")) for name in field_names(body)], scope)


def _without(paths: Sequence[Path], scope: Scope) -> Shape:
    _refuse_collisions(paths, scope.stage)
    made: Any = scope.root
    for path in paths:
        if path != ("_id",):  # many leave it out to be on the safe side
            scope.read(".".join(path))
        made = removed(made, path)
    return _shape(made)


def _shape(kind: Kind) -> Shape:
    return kind if isinstance(kind, Shape) else OPEN


def project(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$project``, which keeps some fields or leaves some out.

    Raises:
        ArgumentError: it does both, or names a field twice, or a field and its parts.
    """
    items = _flat(body.items)
    if Raw in [type(node) for _, node in items]:
        return OPEN  # it may keep, leave out or compute
    _refuse_collisions([path for path, _ in items], scope.stage)
    flags = {path: _flag(node) for path, node in items}
    _refuse_mixture(flags)
    dropped = [path for path, flag in flags.items() if flag is False]
    if len(dropped) == len(items) or dropped not in ([], [("_id",)]):
        return _without(dropped, scope)
    kept: dict[str, Any] = {} if dropped else {"_id": True}
    for path, node in items:
        if flags[path] is None:
            _plant(kept, path, kind_of(node, scope))
        elif flags[path]:
            scope.read(".".join(path))
            _plant(kept, path, True)
    return _shape(_kept(scope.root, kept))


def _refuse_mixture(flags: Mapping[Path, bool | None]) -> None:
    kept = left = None
    for path, flag in flags.items():
        if path == ("_id",):
            continue
        kept = path if flag and kept is None else kept
        left = path if flag is False and left is None else left
    if kept is not None and left is not None:
        msg = (
            f"$project keeps {'.'.join(kept)!r} and leaves out {'.'.join(left)!r}; it does"
            " one or the other"
        )
        raise ArgumentError(f"{msg}, but for '_id'")


def _flag(node: Node) -> bool | None:
    """Tell whether *node* keeps a field or leaves it out; None if it computes one."""
    if isinstance(node, Value) and isinstance(node.value, (bool, int, float)):
        return bool(node.value)
    return None


def _plant(tree: dict[str, Any], path: Path, wanted: Kind | bool) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = wanted


def _kept(kind: Kind, tree: dict[str, Any]) -> Kind:
    """Return what of *kind* the names in *tree* keep, and what they add."""
    return joined([_kept_of(one, tree) for one in alternatives(kind)])


def _kept_of(one: Kind, tree: dict[str, Any]) -> Kind:
    if isinstance(one, Array):
        return Array(_kept(one.item, tree))
    if not isinstance(one, Shape) and one == UNKNOWN:
        return UNKNOWN
    fields = {name: _kept_field(one, name, below) for name, below in tree.items()}
    there = {name: kind for name, kind in fields.items() if kind is not NOTHING}
    return Shape(there) if isinstance(one, Shape) or _computes(tree) else NOTHING


def _computes(tree: dict[str, Any]) -> bool:
    """Tell whether a document is made for what *tree* computes, where there is none."""
    return any(
        _computes(wanted) if isinstance(wanted, dict) else isinstance(wanted, Kind)
        for wanted in tree.values()
    )


def _kept_field(one: Kind, name: str, wanted: Any) -> Kind:
    if isinstance(wanted, Kind):
        return wanted
    found = child(one, name)
    return found if wanted is True else _kept(found, wanted)
