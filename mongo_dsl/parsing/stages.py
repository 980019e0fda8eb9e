"""Pipelines: stages, whose arguments are expressions unless their names say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mongo_dsl.nodes import Body, Data, Node, Op, Stages
from mongo_dsl.parsing.data import data
from mongo_dsl.parsing.expressions import expression
from mongo_dsl.parsing.filters import predicate
from mongo_dsl.parsing.places import Place
from mongo_dsl.predicates import Query


def pipeline(mql: Any, at: Place) -> Stages:
    """Read a pipeline.

    Raises:
        TranslationError: it isn't one.
    """
    stages = at.array(mql, "a pipeline")
    return Stages(tuple([_stage(stage, at.below(n)) for n, stage in enumerate(stages)]))


def _stage(mql: Any, at: Place) -> Node:
    document = at.document(mql, "a stage")
    if len(document) != 1 or next(iter(document))[:1] != "$":
        raise at.wrong(f"{mql!r} is no stage; a stage has one key, its operator")
    ((name, body),) = document.items()
    place = at.below(name)
    place.known(name, "stage", "stage of a pipeline")
    read = _WHOLE.get(name)
    if read is not None:
        return at.marked(Op(name, read(body, place)))
    return at.marked(Op(name, _body(name, body, place)))


def _body(name: str, mql: Any, at: Place) -> Node:
    """Read what *name* takes; names of its fields aren't those of operators."""
    if not isinstance(mql, Mapping) or any(str(key)[:1] == "$" for key in mql):
        return expression(mql, at)
    document = at.document(mql, "a stage's argument")
    return Body(
        tuple(
            [
                (key, _argument(name, key, v, at.below(key)))
                for key, v in document.items()
            ]
        )
    )


def _argument(stage: str, key: str, mql: Any, at: Place) -> Node:
    read = _ARGUMENTS.get((stage, key))
    if read is not None:
        return read(mql, at)
    if stage in _OF_DATA:
        return _constant(mql, at)
    if key == "pipeline" and isinstance(mql, (list, tuple)):
        return pipeline(mql, at)
    return _nested(mql, at)


def _nested(mql: Any, at: Place) -> Node:
    """Read documents key by key: inside stages, their names may have dots."""
    if isinstance(mql, Mapping) and not any(str(key)[:1] == "$" for key in mql):
        document = at.document(mql, "a document")
        return Body(tuple([(k, _nested(v, at.below(k))) for k, v in document.items()]))
    return expression(mql, at)


def _query(mql: Any, at: Place) -> Query:
    return Query(predicate(mql, at))


def _constant(mql: Any, at: Place) -> Data:
    return Data(data(mql, at))


def _pipelines(mql: Any, at: Place) -> Node:
    document = at.document(mql, "the pipelines")
    return Body(tuple([(k, pipeline(v, at.below(k))) for k, v in document.items()]))


def _outputs(mql: Any, at: Place) -> Node:
    document = at.document(mql, "the output")
    return Body(tuple([(k, _output(v, at.below(k))) for k, v in document.items()]))


def _output(mql: Any, at: Place) -> Node:
    """Read a window's function, whose bounds stand beside its operator."""
    if not isinstance(mql, Mapping) or "window" not in mql:
        return expression(mql, at)
    items = [
        (key, data(v, at.below(key)) if key == "window" else _plain(v, at.below(key)))
        for key, v in at.document(mql, "a window's function").items()
    ]
    return at.marked(Body(tuple(items)))


def _plain(mql: Any, at: Place) -> Node:
    if isinstance(mql, Mapping) and not any(str(key)[:1] == "$" for key in mql):
        items = at.document(mql, "an operator's argument").items()
        return Body(tuple([(k, expression(v, at.below(k))) for k, v in items]))
    return expression(mql, at)


def _updating(mql: Any, at: Place) -> Node:
    return pipeline(mql, at) if isinstance(mql, (list, tuple)) else _constant(mql, at)


_OF_DATA = frozenset({"$vectorSearch", "$changeStream", "$collStats", "$densify"})
_WHOLE: dict[str, Callable[[Any, Place], Node]] = {
    "$match": _query,
    "$facet": _pipelines,
    "$unset": data,
    "$count": _constant,
    "$out": _constant,
    "$search": _constant,
    "$searchMeta": _constant,
}
_ARGUMENTS: dict[tuple[str, str], Callable[[Any, Place], Node]] = {
    ("$lookup", "from"): _constant,
    ("$lookup", "localField"): _constant,
    ("$lookup", "foreignField"): _constant,
    ("$lookup", "as"): _constant,
    ("$graphLookup", "restrictSearchWithMatch"): _query,
    ("$geoNear", "query"): _query,
    ("$vectorSearch", "filter"): _query,
    ("$setWindowFields", "output"): _outputs,
    ("$merge", "whenMatched"): _updating,
    ("$rankFusion", "input"): lambda mql, at: _body("", mql, at),
    ("$scoreFusion", "input"): lambda mql, at: _body("", mql, at),
    ("", "pipelines"): _pipelines,
}
