"""Shapes as calls of `geo`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl import geo
from mongo_dsl.nodes import Body, Map, Node, Param, Seq
from mongo_dsl.source.calls import kept
from mongo_dsl.source.literals import data
from mongo_dsl.source.written import UnwritableError, Written, call


Items = tuple[tuple[str, Node], ...]


def shape(node: Node) -> Written:
    """Write what a geo operator takes: ``{"$geometry": …}``, ``{"$box": …}``, a pair.

    Raises:
        UnwritableError: it is no shape.
    """
    if isinstance(node, (Map, Body)):
        return _document(node, node.items)
    if isinstance(node, Seq) and len(node.items) == 2:  # noqa: PLR2004 - a pair
        numbers = [data(item) for item in node.items]
        return call("geo.LegacyPair", geo.LegacyPair, numbers)
    return data(node) if isinstance(node, Param) else kept(data(node))


def distances(node: Node) -> Items:
    """Return the distances that stand behind ``$geometry``."""
    items = node.items if isinstance(node, (Map, Body)) else ()
    return items[1:] if items and items[0][0] == "$geometry" else ()


def _document(node: Node, items: Items) -> Written:
    name, body = items[0] if items else ("", node)
    if name == "$geometry":
        return data(body)
    if name in _PLANAR and len(items) == 1:
        return _planar(name, body)
    if name[:1] != "$" or any(key == "$geometry" for key, _ in items):
        return kept(data(node))
    raise UnwritableError(node)


def _planar(name: str, body: Node) -> Written:
    kind = _PLANAR[name]
    args = [data(item) for item in body.items] if isinstance(body, Seq) else []
    if name == "$polygon":
        args = [data(body)]
    return call(f"geo.{kind.__name__}", kind, args)


_PLANAR: dict[str, Callable[..., Any]] = {
    "$box": geo.Box,
    "$center": geo.Center,
    "$centerSphere": geo.CenterSphere,
    "$polygon": geo.PlanarPolygon,
}
