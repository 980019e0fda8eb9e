"""Stages that run pipelines of their own: joins, unions and facets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongo_dsl.nodes import Collection, Map, Node, Stages
from mongo_dsl.shape.binding import bound
from mongo_dsl.shape.classes import joined, of_class
from mongo_dsl.shape.conditions import check_filter
from mongo_dsl.shape.expressions import argument, argument_kind
from mongo_dsl.shape.flow import flow
from mongo_dsl.shape.kinds import INT, OPEN, Array, Kind, Shape
from mongo_dsl.shape.reading import Scope
from mongo_dsl.shape.stages import STAGES, name_of, put, read_all


def _foreign(node: Node | None) -> Shape:
    """Return the shape of the documents in the collection that *node* names."""
    if isinstance(node, Map):  # with the name of a database
        node = argument(node, "coll")
    known = isinstance(node, Collection) and node.model is not None
    return of_class(node.model) if known else OPEN  # type: ignore[union-attr]


def _run(shape: Shape, node: Node | None, variables: Mapping[str, Kind]) -> Shape:
    if node is None:
        return shape
    return flow(shape, node.items, variables) if isinstance(node, Stages) else OPEN


def _lookup(body: Node, scope: Scope) -> Shape:
    foreign = _foreign(argument(body, "from"))
    read_all(argument(body, "localField"), scope)
    inside = scope.of(foreign)
    read_all(argument(body, "foreignField"), inside)
    variables = {**scope.variables, **bound(argument(body, "let"), scope)}
    found = _run(foreign, argument(body, "pipeline"), variables)
    return put(scope, name_of(body, "as") or "", Array(found))


def _graph_lookup(body: Node, scope: Scope) -> Shape:
    foreign = _foreign(argument(body, "from"))
    argument_kind(body, "startWith", scope)
    inside = scope.of(foreign)
    for name in ("connectFromField", "connectToField"):
        read_all(argument(body, name), inside)
    restriction = argument(body, "restrictSearchWithMatch")
    if restriction is not None:
        check_filter(restriction, inside)
    depth = name_of(body, "depthField")
    found = foreign if depth is None else put(inside, depth, INT)
    return put(scope, name_of(body, "as") or "", Array(found))


def _union_with(body: Node, scope: Scope) -> Shape:
    source = body if isinstance(body, Collection) else argument(body, "coll")
    other = _run(_foreign(source), argument(body, "pipeline"), scope.variables)
    found = joined((scope.root, other))
    return found if isinstance(found, Shape) else OPEN


def _facet(body: Any, scope: Scope) -> Shape:
    root: Any = scope.root
    return Shape(
        {
            name: Array(_run(root, stages, scope.variables))
            for name, stages in body.items
        }
    )


STAGES.update(
    {
        "$lookup": _lookup,
        "$graphLookup": _graph_lookup,
        "$unionWith": _union_with,
        "$facet": _facet,
    }
)
