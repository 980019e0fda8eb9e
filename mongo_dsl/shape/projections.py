"""What ``$project``, ``$set`` and ``$unset`` leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mongo_dsl.nodes import Body, Map, Node, Raw, Value
from mongo_dsl.shape.classes import alternatives, joined
from mongo_dsl.shape.expressions import is_data, kind_of
from mongo_dsl.shape.kinds import NOTHING, OPEN, UNKNOWN, Array, Kind, Shape
from mongo_dsl.shape.paths import assigned, child, removed
from mongo_dsl.shape.reading import Scope, field_names


Path = tuple[str, ...]


def _flat(
    items: Iterable[tuple[str, Node]], above: Path = ()
) -> Iterator[tuple[Path, Node]]:
    """Yield the paths that a stage assigns to: documents of it name fields below."""
    for name, node in items:
        path = (*above, *name.split("."))
        if isinstance(node, (Map, Body)) and node.items and not is_data(node):
            yield from _flat(node.items, path)
        else:
            yield path, node


def set_(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$set``: every expression reads the shape before it."""
    kinds = [(path, kind_of(node, scope)) for path, node in _flat(body.items)]
    made: Any = scope.root
    for path, kind in kinds:
        made = assigned(made, path, kind)
    return _shape(made)


def unset(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$unset``."""
    return _without([tuple(name.split(".")) for name in field_names(body)], scope)


def _without(paths: Iterable[Path], scope: Scope) -> Shape:
    made: Any = scope.root
    for path in paths:
        if path != ("_id",):  # many leave it out to be on the safe side
            scope.read(".".join(path))
        made = removed(made, path)
    return _shape(made)


def _shape(kind: Kind) -> Shape:
    return kind if isinstance(kind, Shape) else OPEN


def project(body: Any, scope: Scope) -> Shape:
    """Return the shape after ``$project``, which keeps some fields or leaves some out."""
    items = list(_flat(body.items))
    if any(isinstance(node, Raw) for _, node in items):
        return OPEN  # it may keep, leave out or compute
    dropped = [path for path, node in items if _flag(node) is False]
    if len(dropped) == len(items) or dropped not in ([], [("_id",)]):
        return _without(dropped, scope)
    kept: dict[str, Any] = {} if dropped else {"_id": True}
    for path, node in items:
        if path not in dropped:
            _plant(kept, path, _wanted(path, node, scope))
    return _shape(_kept(scope.root, kept))


def _flag(node: Node) -> bool | None:
    """Tell whether *node* keeps a field or leaves it out; None if it computes one."""
    if isinstance(node, Value) and isinstance(node.value, (bool, int, float)):
        return bool(node.value)
    return None


def _wanted(path: Path, node: Node, scope: Scope) -> Kind | bool:
    if _flag(node) is None:
        return kind_of(node, scope)
    scope.read(".".join(path))
    return True


def _plant(tree: dict[str, Any], path: Path, wanted: Kind | bool) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = wanted


def _kept(kind: Kind, tree: dict[str, Any]) -> Kind:
    """Return what of *kind* the names in *tree* keep, and what they add."""
    return joined(_kept_of(one, tree) for one in alternatives(kind))


def _kept_of(one: Kind, tree: dict[str, Any]) -> Kind:
    if isinstance(one, Array):
        return Array(_kept(one.item, tree))
    if one == UNKNOWN:
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
