"""What each stage reads and leaves: a table from its name to a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.nodes import Body, Map, Node
from mongo_dsl.shape.accumulated import accumulated, check_order
from mongo_dsl.shape.classes import documents, joined
from mongo_dsl.shape.conditions import check_filter
from mongo_dsl.shape.expressions import argument, argument_kind, data, kind_of
from mongo_dsl.shape.kinds import (
    FLOAT,
    INT,
    NOTHING,
    NULL,
    OPEN,
    UNKNOWN,
    Kind,
    Shape,
)
from mongo_dsl.shape.paths import (
    assigned,
    changed,
    items,
    known,
    placed,
    reached,
    unwound,
)
from mongo_dsl.shape.projections import project, set_, unset
from mongo_dsl.shape.reading import Scope, field_names


After = Callable[[Any, Scope], Shape]


def passed(_: Node, scope: Scope) -> Shape:
    """Leave the documents as they are; what the stage reads isn't looked at."""
    return _shape(scope.root)


def opened(_: Node, __: Scope) -> Shape:
    """Make documents of which nothing is known."""
    return OPEN


def ended(_: Node, __: Scope) -> Shape:
    """End the pipeline: its documents are written, none come out."""
    return Shape({})


def _shape(kind: Kind) -> Shape:
    return kind if isinstance(kind, Shape) else OPEN


def put(scope: Scope, name: str, kind: Kind) -> Shape:
    """Return the shape with *kind* in the field *name*."""
    return _shape(placed(scope.root, name.split("."), kind))


def name_of(body: Node, name: str) -> str | None:
    """Return the field that the argument *name* of a stage gives."""
    found = argument(body, name)
    return None if found is None else next(field_names(found), None)


def read_all(node: Node | None, scope: Scope) -> None:
    """Check the fields that *node* names."""
    for name in field_names(node):
        scope.read(name)


def _match(body: Node, scope: Scope) -> Shape:
    check_filter(body, scope)
    return _shape(scope.root)


def _sort(body: Node, scope: Scope) -> Shape:
    check_order(body, scope)
    return _shape(scope.root)


def _group(body: Body, scope: Scope) -> Shape:
    rest = tuple([item for item in body.items if item[0] != "_id"])
    return _grouped(argument_kind(body, "_id", scope), Body(rest), scope)


def _grouped(by: Kind, output: Node | None, scope: Scope) -> Shape:
    fields = {"_id": NULL if by is NOTHING else by}
    if isinstance(output, (Body, Map)):
        for name, node in output.items:
            fields[name] = accumulated(node, scope)
    return Shape(fields)


_COUNTED = Shape({"count": INT})


def _bucket(body: Node, scope: Scope) -> Shape:
    by = argument_kind(body, "groupBy", scope)
    default = argument(body, "default")
    if default is not None:
        by = joined((by, data(default)))
    return _buckets(by, body, scope)


def _bucket_auto(body: Node, scope: Scope) -> Shape:
    by = argument_kind(body, "groupBy", scope)
    return _buckets(Shape({"min": by, "max": by}), body, scope)


def _buckets(by: Kind, body: Node, scope: Scope) -> Shape:
    made = _grouped(by, argument(body, "output"), scope)
    if argument(body, "output") is None:
        return Shape({**made.fields, **_COUNTED.fields})
    return made


def _sort_by_count(body: Node, scope: Scope) -> Shape:
    return Shape({"_id": known(kind_of(body, scope)), **_COUNTED.fields})


def _count(body: Node, _: Scope) -> Shape:
    return Shape(dict.fromkeys(field_names(body), INT))


def _unwind(body: Node, scope: Scope) -> Shape:
    path = argument(body, "path", 0)
    (name,) = field_names(path)
    scope.read(name)
    made = changed(scope.root, name.split("."), unwound)
    index = name_of(body, "includeArrayIndex")
    return _shape(made if index is None else placed(made, index.split("."), INT))


def _replace_root(body: Node, scope: Scope) -> Shape:
    return documents(argument_kind(body, "newRoot", scope, 0))


def _replace_with(body: Node, scope: Scope) -> Shape:
    return documents(kind_of(body, scope))


def _windows(body: Node, scope: Scope) -> Shape:
    argument_kind(body, "partitionBy", scope)
    check_order(argument(body, "sortBy"), scope)
    made = scope.root
    output = argument(body, "output")
    for name, node in output.items if isinstance(output, (Body, Map)) else ():
        made = assigned(made, name.split("."), accumulated(node, scope))
    return _shape(made)


def _fill(body: Node, scope: Scope) -> Shape:
    argument_kind(body, "partitionBy", scope)
    read_all(argument(body, "partitionByFields"), scope)
    check_order(argument(body, "sortBy"), scope)
    made = scope.root
    output = argument(body, "output")
    for name, node in output.items if isinstance(output, (Body, Map)) else ():
        made = _filled(made, name, node, scope)
    return _shape(made)


def _filled(made: Kind, name: str, node: Node, scope: Scope) -> Kind:
    value = argument(node, "value")
    path = name.split(".")
    if value is None:
        scope.read(name)  # there is nothing to fill from elsewhere
        return made
    was, filling = reached(scope.root, path), kind_of(value, scope)
    if was is NOTHING and len(path) > 1:
        was = UNKNOWN  # an array on the way makes it an empty array
    return assigned(made, path, joined((was, filling)))


def _densify(body: Node, scope: Scope) -> Shape:
    read_all(argument(body, "field"), scope)
    read_all(argument(body, "partitionByFields"), scope)
    return _shape(scope.root)


def _geo_near(body: Node, scope: Scope) -> Shape:
    read_all(argument(body, "key"), scope)
    query = argument(body, "query")
    if query is not None:
        check_filter(query, scope)
    made = scope.root
    for name, kind in (("distanceField", FLOAT), ("includeLocs", UNKNOWN)):
        field = name_of(body, name)
        if field is not None:
            made = placed(made, field.split("."), kind)
    return _shape(made)


def _documents(body: Node, scope: Scope) -> Shape:
    return documents(items(kind_of(body, scope)))


def _named(after: After, names: str) -> dict[str, After]:
    return {f"${name}": after for name in names.split()}


STAGES: dict[str, After] = {
    **_named(
        passed, "limit skip sample redact search vectorSearch rankFusion scoreFusion"
    ),
    **_named(passed, "score rerank changeStreamSplitLargeEvent"),
    **_named(opened, "changeStream collStats currentOp indexStats listLocalSessions"),
    **_named(
        opened, "listSampledQueries listSearchIndexes listSessions planCacheStats"
    ),
    **_named(opened, "searchMeta shardedDataDistribution"),
    **_named(ended, "merge out"),
    **_named(set_, "addFields set"),
    "$match": _match,
    "$sort": _sort,
    "$project": project,
    "$unset": unset,
    "$group": _group,
    "$bucket": _bucket,
    "$bucketAuto": _bucket_auto,
    "$sortByCount": _sort_by_count,
    "$count": _count,
    "$unwind": _unwind,
    "$replaceRoot": _replace_root,
    "$replaceWith": _replace_with,
    "$setWindowFields": _windows,
    "$fill": _fill,
    "$densify": _densify,
    "$geoNear": _geo_near,
    "$documents": _documents,
}
