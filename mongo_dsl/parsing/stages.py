"""Pipelines: stages, whose arguments are expressions unless their names say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mongo_dsl import placement
from mongo_dsl.errors import PlacementError
from mongo_dsl.nodes import Body, Data, Node, Op, Stages
from mongo_dsl.parsing.arguments import is_operator
from mongo_dsl.parsing.arguments import stage as check_names
from mongo_dsl.parsing.data import data
from mongo_dsl.parsing.expressions import expression
from mongo_dsl.parsing.filters import predicate
from mongo_dsl.parsing.outputs import accumulator, documents_of, group, window
from mongo_dsl.parsing.places import Place
from mongo_dsl.parsing.requirements import requires
from mongo_dsl.parsing.searches import search_stage
from mongo_dsl.predicates import Query


def pipeline(mql: Any, at: Place, within: str = "") -> Stages:
    """Read a pipeline, which is that of the stage *within*, if any.

    Raises:
        TranslationError: it isn't one.
    """
    stages = at.array(mql, "a pipeline")
    read = [_stage(stage, at.below(n)) for n, stage in enumerate(stages)]
    _check_places(read, at, within)
    return at.marked(Stages(tuple(read)))


def update_pipeline(mql: Any, at: Place) -> Stages:
    """Read a pipeline that is an update.

    Raises:
        TranslationError: it isn't one.
    """
    read = pipeline(mql, at)
    for n, stage in enumerate(read.items):
        with at.below(n).pointing(PlacementError):
            placement.check_update([stage])
    return read


def _check_places(stages: list[Node], at: Place, within: str) -> None:
    """Check where stages stand, the last one that stands wrong first."""
    try:
        placement.check(stages, within=within)
    except PlacementError:
        for n in reversed(range(len(stages))):
            with at.below(n).pointing(PlacementError):
                placement.check(stages, since=n + 1, within=within)


def _stage(mql: Any, at: Place) -> Node:
    document = at.document(mql, "a stage")
    if len(document) != 1:
        keys = ", ".join(map(repr, document)) or "none"
        raise at.wrong(f"a stage has one key, its operator; this one has {keys}")
    ((name, body),) = document.items()
    place = at.below(name)
    place.known(name, "stage", "stage of a pipeline")
    requires(name, body, place)
    read = _WHOLE.get(name)
    if read is not None:
        return place.marked(Op(name, read(body, place)))
    return place.marked(Op(name, _body(name, body, place)))


def _body(name: str, mql: Any, at: Place) -> Node:
    """Read what *name* takes; names of its fields aren't those of operators."""
    if not isinstance(mql, Mapping) or is_operator(mql):
        return expression(mql, at)
    document = at.document(mql, "a stage's argument")
    check_names(name, document, at)
    items = [(k, _argument(name, k, v, at.below(k))) for k, v in document.items()]
    return Body(tuple(items))


def _argument(stage: str, key: str, mql: Any, at: Place) -> Node:
    read = _ARGUMENTS.get((stage, key))
    if read is not None:
        return read(mql, at)
    if stage in _OF_DATA:
        return _constant(mql, at)
    if key == "pipeline":
        return pipeline(mql, at, stage)
    return _nested(mql, at)


def _nested(mql: Any, at: Place) -> Node:
    """Read documents key by key: inside stages, their names may have dots."""
    if isinstance(mql, Mapping) and not is_operator(mql):
        document = at.document(mql, "a document")
        return Body(tuple([(k, _nested(v, at.below(k))) for k, v in document.items()]))
    return expression(mql, at)


def _query(mql: Any, at: Place) -> Query:
    return Query(predicate(mql, at))


def _constant(mql: Any, at: Place) -> Data:
    return Data(data(mql, at))


def _pipelines(within: str) -> Callable[[Any, Place], Node]:
    def read(mql: Any, at: Place) -> Node:
        return pipeline(mql, at, within)

    return documents_of(read, "the pipelines")


def _updating(mql: Any, at: Place) -> Node:
    if isinstance(mql, (list, tuple)):
        return update_pipeline(mql, at)
    return _constant(mql, at)


def _fused(stage: str) -> Callable[[Any, Place], Node]:
    """Return what reads the input of *stage*: pipelines, and how they are used."""
    pipelines = _pipelines(stage)

    def read(mql: Any, at: Place) -> Node:
        items = at.document(mql, f"the input of {stage}").items()
        return Body(
            tuple(
                (key, (pipelines if key == "pipelines" else _nested)(v, at.below(key)))
                for key, v in items
            )
        )

    return read


_OF_DATA = frozenset({"$vectorSearch", "$changeStream", "$collStats", "$densify"})
_WHOLE: dict[str, Callable[[Any, Place], Node]] = {
    "$match": _query,
    "$facet": _pipelines("$facet"),
    "$group": group,
    "$unset": data,
    "$count": _constant,
    "$out": _constant,
    "$search": search_stage,
    "$searchMeta": search_stage,
}
_ARGUMENTS: dict[tuple[str, str], Callable[[Any, Place], Node]] = {
    ("$lookup", "from"): _constant,
    ("$lookup", "localField"): _constant,
    ("$lookup", "foreignField"): _constant,
    ("$lookup", "as"): _constant,
    ("$graphLookup", "restrictSearchWithMatch"): _query,
    ("$geoNear", "query"): _query,
    ("$vectorSearch", "filter"): _query,
    ("$bucket", "output"): documents_of(accumulator, "the output"),
    ("$bucketAuto", "output"): documents_of(accumulator, "the output"),
    ("$setWindowFields", "output"): documents_of(window, "the output"),
    ("$merge", "whenMatched"): _updating,
    ("$rankFusion", "input"): _fused("$rankFusion"),
    ("$scoreFusion", "input"): _fused("$scoreFusion"),
}
