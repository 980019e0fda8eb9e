"""Methods that rank by a score of one's own, by several searches, or by a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.stages.ranking import ScoreNormalization


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class RankingStages(Chained):
    """Rank by a score of one's own, by several searches, or by a model."""

    __slots__ = ()

    @in_call_order
    def rank_fusion(
        self,
        input_: Mapping[str, Any],
        *,
        combination: Mapping[str, Any] | None = None,
        score_details: bool | None = None,
    ) -> Self:
        """Begin with what several pipelines rank, by reciprocal ranks. Needs MongoDB 8.1.

        *input_* is ``{"pipelines": {name: pipeline, …}}``, *combination*
        ``{"weights": {name: number, …}}``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/rankFusion/

        >>> from mongo_dsl import F, Pipeline
        >>> best = Pipeline().rank_fusion({"pipelines": {"new": Pipeline().sort(F.year.desc())}})
        >>> best.compile()
        [{'$rankFusion': {'input': {'pipelines': {'new': [{'$sort': {'year': -1}}]}}}}]
        """
        return self.then(
            stages.rank_fusion(
                input_, combination=combination, score_details=score_details
            )
        )

    @in_call_order
    def score_fusion(
        self,
        input_: Mapping[str, Any],
        *,
        combination: Mapping[str, Any] | None = None,
        score_details: bool | None = None,
    ) -> Self:
        """Begin with what several pipelines find, by their scores. Needs MongoDB 8.0.

        *input_* is ``{"pipelines": {name: pipeline, …}, "normalization": …}``. *combination*
        has ``weights``, or the ``method`` ``"expression"`` and an ``expression`` that reads
        the scores as variables.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/scoreFusion/

        >>> from mongo_dsl import F, Pipeline
        >>> pages = Pipeline().score(F.pages, normalization="sigmoid")
        >>> found = {"pipelines": {"long": pages}, "normalization": "none"}
        >>> Pipeline().score_fusion(found).compile()[0]["$scoreFusion"]["input"]["normalization"]
        'none'
        """
        return self.then(
            stages.score_fusion(
                input_, combination=combination, score_details=score_details
            )
        )

    @in_call_order
    def score(
        self,
        score: Any,
        *,
        normalization: ScoreNormalization | None = None,
        weight: Any = MISSING,
        score_details: bool | None = None,
    ) -> Self:
        """Give every document the *score* that an expression yields. Needs MongoDB 8.2.

        *normalization* brings it between 0 and 1, and *weight* is multiplied with it.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/score/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().score(F.likes / 10, normalization="sigmoid").compile()
        [{'$score': {'score': {'$divide': ['$likes', 10]}, 'normalization': 'sigmoid'}}]
        """
        return self.then(
            stages.score(
                score,
                normalization=normalization,
                weight=weight,
                score_details=score_details,
            )
        )

    @in_call_order
    def rerank(
        self,
        *,
        model: str,
        query: Mapping[str, Any],
        path: Any,
        num_docs_to_rerank: Any,
    ) -> Self:
        """Order the first documents anew, as a *model* ranks them. Needs MongoDB 8.3.

        *query* is ``{"text": …}``, *path* a field or a list of them that the model reads.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/rerank/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().rerank(
        ...     model="rerank-2", query={"text": "surf"}, path=F.plot, num_docs_to_rerank=20
        ... ).compile()[0]["$rerank"]
        {'model': 'rerank-2', 'query': {'text': 'surf'}, 'path': 'plot', 'numDocsToRerank': 20}
        """
        return self.then(
            stages.rerank(
                model=model,
                query=query,
                path=path,
                num_docs_to_rerank=num_docs_to_rerank,
            )
        )
