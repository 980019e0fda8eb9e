"""`Pipeline`: what an aggregation is built of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

import attrs

from mongo_dsl import placement
from mongo_dsl.compile import compile_expression
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.mermaid import flowchart
from mongo_dsl.nodes import Node, Stages
from mongo_dsl.pipeline.diagnostics import DiagnosticStages
from mongo_dsl.pipeline.documents import DocumentStages
from mongo_dsl.pipeline.grouping import GroupingStages
from mongo_dsl.pipeline.joining import JoiningStages
from mongo_dsl.pipeline.output import OutputStages
from mongo_dsl.pipeline.ranking import RankingStages
from mongo_dsl.pipeline.searching import SearchStages
from mongo_dsl.pipeline.selection import SelectionStages
from mongo_dsl.pipeline.series import SeriesStages
from mongo_dsl.pipeline.sources import SourceStages
from mongo_dsl.readable import Readable
from mongo_dsl.stages.arguments import collection_name
from mongo_dsl.stages.face import inserted
from mongo_dsl.values import Face


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

R = TypeVar("R")
P = ParamSpec("P")


@attrs.frozen(repr=False, init=False)
class Pipeline(
    SelectionStages,
    DocumentStages,
    GroupingStages,
    SeriesStages,
    JoiningStages,
    OutputStages,
    SourceStages,
    SearchStages,
    RankingStages,
    DiagnosticStages,
    Readable[list[dict[str, Any]]],
    Face,
):
    """An aggregation pipeline, started from a document class, stages or nothing.

    *model* is the document class, if it was started from one.

    >>> from mongo_dsl import F, Pipeline, acc
    >>> by_city = Pipeline().match(F.age >= 18).group(F.city, people=acc.count())
    >>> by_city.compile()
    [{'$match': {'age': {'$gte': 18}}}, {'$group': {'_id': '$city', 'people': {'$count': {}}}}]
    """

    _node: Stages
    model: type | None

    def __init__(self, *pieces: Any) -> None:
        model, pieces = _started(pieces)
        stages = _grown((), inserted(pieces))
        self.__attrs_init__(stages, model)  # pyright: ignore[reportAttributeAccessIssue]

    def then(self, *pieces: Any) -> Self:
        """Add stages, pipelines or documents of MQL.

        Raises:
            PlacementError: a stage stands where MongoDB doesn't take it.

        >>> from mongo_dsl import Pipeline, stages
        >>> Pipeline().then(stages.limit(5), {"$skip": 2}).compile()
        [{'$limit': 5}, {'$skip': 2}]
        """
        return self._rebuilt(_grown(self._node.items, inserted(pieces)))

    def __add__(self, other: Any) -> Self:
        """Run *other* on what this pipeline gives."""
        return self.then(other)

    def pipe(
        self,
        function: Callable[Concatenate[Self, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Return ``function(self, *args, **kwargs)``: fragments read left to right."""
        return function(self, *args, **kwargs)

    def to_mermaid(self, source: Any = None) -> str:
        """Draw the pipeline as a Mermaid flowchart.

        *source* is what the pipeline reads: a collection's name, or a document class, by
        default the one it was started from.

        >>> from mongo_dsl import F, Pipeline
        >>> print(Pipeline().match(F.age > 18).count().to_mermaid("users"), end="")
        flowchart TB
            n1[("users")]
            n2["$match<br/>{ age: { $gt: 18 } }"]
            n1 --> n2
            n3["$count<br/>#quot;count#quot;"]
            n2 --> n3
        """
        if source is not None:
            return flowchart(self._node, collection_name("to_mermaid", source))
        known = getattr(self.model, "__collection__", None)
        return flowchart(self._node, known or getattr(self.model, "__name__", None))

    def _rebuilt(self, node: Any) -> Self:
        made = type(self).__new__(type(self))
        made.__attrs_init__(node, self.model)  # pyright: ignore[reportAttributeAccessIssue]
        return made

    def _compile(self) -> list[dict[str, Any]]:
        compiled: list[dict[str, Any]] = compile_expression(self._node)
        return compiled

    def __len__(self) -> int:
        return len(self._node.items)

    def __bool__(self) -> NoReturn:
        msg = "a pipeline has no truth value; len(...) counts its stages"
        raise TruthValueError(msg)


def _started(pieces: tuple[Any, ...]) -> tuple[type | None, tuple[Any, ...]]:
    """Return the document class that *pieces* begin with, if any, and the others."""
    first = pieces[0] if pieces else None
    if not isinstance(first, type):
        return None, pieces
    if not attrs.has(first):
        msg = f"a pipeline started from {first!r}; it takes a document class there"
        raise OperandError(f"{msg}: one made by attrs or a mapper")
    return first, pieces[1:]


def _grown(before: tuple[Node, ...], added: tuple[Node, ...]) -> Stages:
    """Add stages to those *before*: all stages of all pipelines come through here."""
    items = (*before, *added)
    placement.check(items, since=len(before))
    return Stages(items)
