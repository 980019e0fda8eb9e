"""Shapes as calls of `geo`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl import geo
from mongo_dsl.nodes import Map, Node, Seq
from mongo_dsl.source.literals import data
from mongo_dsl.source.written import UnwritableError, Written, call


def shape(node: Node) -> Written:
    """Write the shape that a geo operator takes: ``{"$geometry": …}``, ``{"$box": …}``.

    Raises:
        UnwritableError: it is no shape.
    """
    if isinstance(node, Map) and len(node.items) == 1:
        name, body = node.items[0]
        if name == "$geometry":
            return data(body)
        if name in _PLANAR:
            return _planar(name, body)
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
