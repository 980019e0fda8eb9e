"""Where stages may stand: the rules that MongoDB checks when a pipeline is run.

Each stage's page of the manual says where it stands, and those of ``$facet``, ``$lookup``
and ``$unionWith`` what they take. Servers that lack a stage don't tell; all others were
asked.
https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
https://www.mongodb.com/docs/manual/reference/operator/aggregation/facet/
https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mongo_dsl.errors import PlacementError
from mongo_dsl.nodes import Body, Map, Node, Op, Raw, Seq, Value, parts
from mongo_dsl.predicates import And, Equals, Query, Top, Verbatim, Where


FIRST = frozenset(
    {
        "$changeStream",
        "$collStats",
        "$currentOp",
        "$documents",
        "$geoNear",
        "$indexStats",
        "$listCatalog",
        "$listClusterCatalog",
        "$listLocalSessions",
        "$listSampledQueries",
        "$listSearchIndexes",
        "$listSessions",
        "$planCacheStats",
        "$querySettings",
        "$queryStats",
        "$rankFusion",
        "$scoreFusion",
        "$search",
        "$searchMeta",
        "$shardedDataDistribution",
        "$vectorSearch",
    }
)
"""Stages that begin a pipeline, or a sub-pipeline."""

LAST = frozenset({"$changeStreamSplitLargeEvent", "$merge", "$out"})
"""Stages that end a pipeline."""

_WRITES = frozenset({"$merge", "$out"})
_SERVERS = frozenset({"$changeStream", "$changeStreamSplitLargeEvent", "$currentOp"})

REFUSED_IN = {
    "$facet": FIRST | LAST | {"$facet"},
    "$lookup": _WRITES | _SERVERS,
    "$unionWith": _WRITES | _SERVERS,
    "$rankFusion": _WRITES | _SERVERS,
    "$scoreFusion": _WRITES | _SERVERS,
}
"""Stages that the sub-pipelines of a stage don't take."""

UPDATES = (
    "$addFields",
    "$project",
    "$replaceRoot",
    "$replaceWith",
    "$set",
    "$unset",
)
"""The stages of an update, and of what ``$merge`` does when documents match."""

_NEVER = {
    "$near": "geo_near or within",
    "$nearSphere": "geo_near or within",
    "$where": "fn.function",
}
_JUNCTIONS = ("$and", "$nor", "$or")


def name_of(stage: Node) -> str:
    """Return the operator of *stage*, which may be raw."""
    if isinstance(stage, Op):
        return stage.name
    return next((key for key, _ in _items(stage)), "")


def _items(stage: Any) -> tuple[tuple[str, Node], ...]:
    body = stage.body if isinstance(stage, Raw) else stage
    return body.items if isinstance(body, (Map, Body)) else ()


def check(stages: Sequence[Node], *, since: int = 0, within: str = "") -> None:
    """Check the places of *stages*, in the sub-pipeline of the stage *within* if any.

    Those before the place *since* were checked before.

    Raises:
        PlacementError: one stands where MongoDB doesn't take it.
    """
    refused = REFUSED_IN.get(within, ())
    for place in range(max(since - 1, 0), len(stages)):
        stage = stages[place]
        name = stage.name if type(stage) is Op else name_of(stage)
        if name in refused:
            raise _refused(name, within)
        if name in PLACED:
            _check_place(name, stages, place, within)


PLACED = FIRST | LAST | {"$match"}
"""Stages whose place matters; all others may stand anywhere but after the last."""


def _check_place(name: str, stages: Sequence[Node], place: int, within: str) -> None:
    if place and name in FIRST:
        raise _misplaced(name, place, within, "it must be the first stage")
    if name in LAST and place < len(stages) - 1:
        raise _misplaced(name, place, within, "it must be the last stage")
    if name == "$match" and (place or within):
        _check_text(stages, place, within)


def _refused(name: str, within: str) -> PlacementError:
    msg = f"{name} stands in a sub-pipeline of {within}, which doesn't take it"
    return PlacementError(f"{msg}; write it into a pipeline of its own")


def _misplaced(name: str, place: int, within: str, rule: str) -> PlacementError:
    where = f"a sub-pipeline of {within}" if within else "the pipeline"
    return PlacementError(f"{name} is stage {place + 1} of {where}; {rule}")


def _check_text(stages: Sequence[Node], place: int, within: str) -> None:
    """Check the place of ``$text``; the manual's examples list one ``$match`` by one."""
    body = getattr(stages[place], "body", None)
    if isinstance(body, Query) and (body.parts or _compares(body.predicate)):
        return  # most filters hold nothing that the search below could find
    others = any(name_of(stage) != "$match" for stage in stages[:place])
    if (others or within == "$facet") and "$text" in _operators(stages[place]):
        if within == "$facet":
            raise _refused("$match with $text", within)
        rule = "it must be the first stage"
        raise _misplaced("$match with $text", place, within, rule)


def _compares(node: Node) -> bool:
    """Tell whether *node* does nothing but compare fields with plain values."""
    if type(node) is Equals:
        return type(node.value) is Value
    if type(node) is Where:
        return all(_is_plain(op.body) for op in node.ops)
    return type(node) is And and all(map(_compares, node.terms))


def _is_plain(node: Node) -> bool:
    return type(node) is Value or (
        type(node) is Seq and {*map(type, node.items)} <= {Value}
    )


def asks_for_text(stage: Node) -> bool:
    """Tell whether *stage* is a ``$match`` with ``$text``, which must be the first."""
    return name_of(stage) == "$match" and "$text" in _operators(stage)


def check_filters(stages: Sequence[Node]) -> None:
    """Check that each ``$match`` has operators that a server runs there.

    The manual shows more of them in pipelines than servers take, so this is asked only
    of a pipeline that is to run.

    Raises:
        PlacementError: one has ``$near``, ``$nearSphere``, ``$where``, or ``$text`` later
            than first.
    """
    for place, stage in enumerate(stages):
        for name in _operators(stage) if name_of(stage) == "$match" else ():
            if name in _NEVER:
                msg = f"$match got {name}, which no pipeline runs; write {_NEVER[name]}"
                raise PlacementError(f"{msg} instead")
            if place and name == "$text":
                rule = "it must be the first stage"
                raise _misplaced("$match with $text", place, "", rule)


def ends(stages: Sequence[Node]) -> bool:
    """Tell whether no stage may follow *stages*."""
    if not stages:
        return False
    stage = stages[-1]
    return (stage.name if type(stage) is Op else name_of(stage)) in LAST


def _operators(stage: Node) -> Iterator[str]:
    """Yield the query operators in *stage* whose place matters, perhaps others."""
    for top in parts(stage, Top):
        yield top.op.name
    for where in parts(stage, Where):
        yield from (op.name for op in where.ops)
    for filter_ in parts(stage, Verbatim):
        yield from _written(filter_.body)
    for _, body in _items(stage):
        yield from _written(body)


def _written(filter_: Any) -> Iterator[str]:
    """Yield the operators of a filter that was written by hand; values have none."""
    for key, condition in _items(filter_):
        if key in _JUNCTIONS and isinstance(condition, Seq):
            for term in condition.items:
                yield from _written(term)
        elif key[:1] == "$":
            yield key
        else:
            yield from (name for name, _ in _items(condition))


def check_update(stages: Sequence[Node], subject: str = "an update") -> None:
    """Check that *stages* are those of a pipeline update.

    Raises:
        PlacementError: *subject* doesn't take one of them.
    """
    for stage in stages:
        name = name_of(stage)
        if name not in UPDATES:
            msg = f"{subject} got the stage {name}; its pipeline takes"
            raise PlacementError(f"{msg} {', '.join(UPDATES)}")
