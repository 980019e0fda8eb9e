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
    """Write what a geo operator takes: ``{"$geometry": …}``, ``{"$box": …}``.

    Raises:
        UnwritableError: it is no shape.
    """
    if isinstance(node, Param):
        return data(node)
    items = node.items if isinstance(node, (Map, Body)) else ()
    if items and items[0][0] == "$geometry":
        return data(items[0][1])
    if len(items) == 1 and items[0][0] in _PLANAR:
        return _planar(*items[0])
    raise UnwritableError(node)


def point(node: Node) -> Written:
    """Write what ``$near`` takes: a shape, or legacy coordinates.

    Raises:
        UnwritableError: it is neither.
    """
    if isinstance(node, Seq) and len(node.items) == 2:  # noqa: PLR2004 - a pair
        numbers = [data(item) for item in node.items]
        return call("geo.LegacyPair", geo.LegacyPair, numbers)
    names = [key for key, _ in node.items] if isinstance(node, (Map, Body)) else []
    legacy = all(name[:1] != "$" for name in names) and not isinstance(node, Param)
    if legacy or "$geometry" in names[1:]:
        return kept(data(node))
    return shape(node)


def distances(node: Node) -> Items:
    """Return the distances that stand behind ``$geometry``."""
    items = node.items if isinstance(node, (Map, Body)) else ()
    return items[1:] if items and items[0][0] == "$geometry" else ()


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
