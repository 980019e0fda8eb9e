"""Stages that write what a pipeline gives into a collection.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mongo_dsl import placement
from mongo_dsl.errors import OperandError
from mongo_dsl.nodes import Body, Node, Stages
from mongo_dsl.stages.arguments import (
    choice,
    collection,
    constant,
    field_name,
    field_names,
    namespace,
    options,
)
from mongo_dsl.stages.correlation import variables
from mongo_dsl.stages.face import stage, stages_of


WhenMatched = Literal["replace", "keepExisting", "merge", "fail", "pipeline"]
"""What `merge` does with a document that is there already."""

WhenNotMatched = Literal["insert", "discard", "fail"]
"""What `merge` does with a document that isn't there yet."""


@stage("$out")
def out(
    coll: Any,
    *,
    db: str | None = None,
    timeseries: Mapping[str, Any] | None = None,
) -> Node:
    """Replace the collection *coll*, given by name or document class, by the documents.

    *db* is another database. *timeseries* makes a time series collection, which needs
    MongoDB 7.0.3: ``{"timeField": F.time, "metaField": F.sensor}``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/out/

    >>> from mongo_dsl import stages
    >>> stages.out("totals").compile(), stages.out("totals", db="reports").compile()
    ({'$out': 'totals'}, {'$out': {'coll': 'totals', 'db': 'reports'}})
    """
    name = collection("out", coll)
    if db is None and timeseries is None:
        return name
    return options(coll=name, db=constant(db), timeseries=constant(timeseries))


@stage("$merge")
def merge(
    into: Any,
    *,
    on: Any = None,
    let: Mapping[str, Any] | None = None,
    when_matched: WhenMatched | Any = None,
    when_not_matched: WhenNotMatched | None = None,
) -> Node:
    """Write the documents into a collection, beside those that are there.

    *into* is its name, a document class, or a pair of database and name. Documents are
    the same that have the same *on*, a field or a list of them, by default ``_id``.
    *when_matched* is a choice or a pipeline that changes the document there; in it,
    ``var("new")`` is the new one, next to the variables of *let*.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/

    Raises:
        PlacementError: the pipeline has a stage that updates don't take.

    >>> from mongo_dsl import stages
    >>> stages.merge("totals", on="day", when_matched="replace").compile()
    {'$merge': {'into': 'totals', 'on': 'day', 'whenMatched': 'replace'}}
    """
    given = Body(tuple(variables("merge", let).items()))
    return options(
        into=namespace("merge", into),
        on=_identifiers(on),
        let=None if let is None else given,
        when_matched=_when_matched(when_matched),
        when_not_matched=choice(
            "merge", "when_not_matched", when_not_matched, WhenNotMatched
        ),
    )


def _identifiers(on: Any) -> Any:
    if on is None or isinstance(on, (list, tuple)):
        return constant(field_names("merge", on))
    return constant(field_name("merge", on))


def _when_matched(given: Any) -> Any:
    if given is None or isinstance(given, str):
        return choice("merge", "when_matched", given, WhenMatched)
    try:
        found = stages_of(given)
    except OperandError:
        msg = f"merge got when_matched={given!r}; it takes a choice, or a pipeline"
        raise OperandError(msg) from None
    placement.check_update(found, "when_matched")
    return Stages(found)
