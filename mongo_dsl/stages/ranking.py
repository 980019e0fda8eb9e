"""Stages that rank: by a score of one's own, by several searches, by a model.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.nodes import Body, Node
from mongo_dsl.stages.arguments import (
    assigned,
    choice,
    constant,
    field_name,
    field_names,
    options,
    output_name,
    whole,
)
from mongo_dsl.stages.face import stage, sub_pipeline
from mongo_dsl.values import node


ScoreNormalization = Literal["none", "sigmoid", "minMaxScaler"]
"""How a score is brought between 0 and 1."""


@stage("$rankFusion")
def rank_fusion(
    input_: Mapping[str, Any],
    *,
    combination: Mapping[str, Any] | None = None,
    score_details: bool | None = None,
) -> Node:
    """Begin with what several pipelines rank, by reciprocal ranks. Needs MongoDB 8.1.

    *input_* is ``{"pipelines": {name: pipeline, …}}``, *combination*
    ``{"weights": {name: number, …}}``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/rankFusion/

    >>> from mongo_dsl import F, stages
    >>> best = stages.rank_fusion({"pipelines": {"new": stages.sort(F.year.desc())}})
    >>> best.compile()
    {'$rankFusion': {'input': {'pipelines': {'new': [{'$sort': {'year': -1}}]}}}}
    """
    return options(
        input_=_input("rank_fusion", "$rankFusion", input_),
        combination=combination,
        score_details=score_details,
    )


@stage("$scoreFusion")
def score_fusion(
    input_: Mapping[str, Any],
    *,
    combination: Mapping[str, Any] | None = None,
    score_details: bool | None = None,
) -> Node:
    """Begin with what several pipelines find, by their scores. Needs MongoDB 8.0.

    *input_* is ``{"pipelines": {name: pipeline, …}, "normalization": …}``. *combination*
    has ``weights``, or the ``method`` ``"expression"`` and an ``expression`` that reads
    the scores as variables.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/scoreFusion/

    >>> from mongo_dsl import F, stages
    >>> pages = stages.score(F.pages, normalization="sigmoid")
    >>> found = {"pipelines": {"long": pages}, "normalization": "none"}
    >>> stages.score_fusion(found).compile()["$scoreFusion"]["input"]["normalization"]
    'none'
    """
    return options(
        input_=_input("score_fusion", "$scoreFusion", input_),
        combination=combination,
        score_details=score_details,
    )


def _input(name: str, within: str, given: Any) -> Node:
    if not isinstance(given, Mapping) or not isinstance(
        given.get("pipelines"), Mapping
    ):
        msg = f"{name} got the input {given!r}; it takes {{'pipelines': {{name: pipeline}}}}"
        raise OperandError(msg)
    pipelines = Body(
        tuple(
            (output_name(name, field), sub_pipeline(within, pipeline))
            for field, pipeline in assigned(name, [given["pipelines"]], {})
        )
    )
    return Body(
        tuple(
            (part, pipelines if part == "pipelines" else node(value))
            for part, value in given.items()
        )
    )


@stage("$score")
def score(
    score: Any,
    *,
    normalization: ScoreNormalization | None = None,
    weight: Any = MISSING,
    score_details: bool | None = None,
) -> Node:
    """Give every document the *score* that an expression yields. Needs MongoDB 8.2.

    *normalization* brings it between 0 and 1, and *weight* is multiplied with it.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/score/

    >>> from mongo_dsl import F, stages
    >>> stages.score(F.likes / 10, normalization="sigmoid").compile()
    {'$score': {'score': {'$divide': ['$likes', 10]}, 'normalization': 'sigmoid'}}
    """
    return options(
        score=node(score),
        normalization=choice(
            "score", "normalization", normalization, ScoreNormalization
        ),
        weight=weight if weight is MISSING else node(weight),
        score_details=score_details,
    )


@stage("$rerank")
def rerank(
    *,
    model: str,
    query: Mapping[str, Any],
    path: Any,
    num_docs_to_rerank: Any,
) -> Node:
    """Order the first documents anew, as a *model* ranks them. Needs MongoDB 8.3.

    *query* is ``{"text": …}``, *path* a field or a list of them that the model reads.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/rerank/

    >>> from mongo_dsl import F, stages
    >>> stages.rerank(
    ...     model="rerank-2", query={"text": "surf"}, path=F.plot, num_docs_to_rerank=20
    ... ).compile()["$rerank"]
    {'model': 'rerank-2', 'query': {'text': 'surf'}, 'path': 'plot', 'numDocsToRerank': 20}
    """
    return options(
        model=constant(model),
        query=constant(query),
        path=_paths(path),
        num_docs_to_rerank=whole("rerank", "num_docs_to_rerank", num_docs_to_rerank, 1),
    )


def _paths(path: Any) -> Any:
    if isinstance(path, (list, tuple)):
        return constant(field_names("rerank", path))
    return constant(field_name("rerank", path))
