"""`Pipeline`: what an aggregation is built of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

import attrs

from mongo_dsl import placement
from mongo_dsl.compile import compile_stages
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.mermaid import flowchart
from mongo_dsl.nodes import Node, Op, Stages
from mongo_dsl.pipeline.diagnostics import DiagnosticStages
from mongo_dsl.pipeline.documents import DocumentStages
from mongo_dsl.pipeline.grouping import GroupingStages
from mongo_dsl.pipeline.joining import JoiningStages
from mongo_dsl.pipeline.output import OutputStages
from mongo_dsl.pipeline.ranking import RankingStages
from mongo_dsl.pipeline.remembering import beginning, begun
from mongo_dsl.pipeline.searching import SearchStages
from mongo_dsl.pipeline.selection import SelectionStages
from mongo_dsl.pipeline.series import SeriesStages
from mongo_dsl.pipeline.sources import SourceStages
from mongo_dsl.readable import Readable
from mongo_dsl.shape import OPEN, Shape, after, check_row, flow
from mongo_dsl.stages.arguments import collection
from mongo_dsl.stages.face import inserted, stages_of
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

    *model* is the document class, if it was started from one; then every stage is checked
    against the fields that those before it leave, see `shape`. *row* is the class of its
    rows, if `into` named one.

    >>> from mongo_dsl import F, Pipeline, acc
    >>> by_city = Pipeline().match(F.age >= 18).group(F.city, people=acc.count())
    >>> by_city.compile()
    [{'$match': {'age': {'$gte': 18}}}, {'$group': {'_id': '$city', 'people': {'$count': {}}}}]
    """

    _node: Stages
    model: type | None
    row: type | None = None
    # What is known of the documents so far, found when it is asked for.
    _shape: Shape | None = attrs.field(default=None, eq=False)

    def __init__(self, *pieces: Any) -> None:
        found, shape = _EMPTY, begun(pieces[0]) if len(pieces) == 1 else None
        if shape is None:
            model, pieces = _started(pieces)
            found = _grown((), inserted(pieces))
            shape = None if model is None else flow(beginning(model), found.items)
        else:
            model = pieces[0]  # which was looked at before
        _put_node(self, found)
        _put_model(self, model)
        _put_row(self, None)
        _put_shape(self, shape)

    def then(self, *pieces: Any) -> Self:
        """Add stages, pipelines or documents of MQL.

        Raises:
            PlacementError: a stage stands where MongoDB doesn't take it.
            UnknownFieldError: a stage reads a field that is certainly not there; only
                pipelines that were started from a document class look.

        >>> from mongo_dsl import Pipeline, stages
        >>> Pipeline().then(stages.limit(5), {"$skip": 2}).compile()
        [{'$limit': 5}, {'$skip': 2}]
        """
        # methods add a stage each
        added = stages_of(pieces[0]) if len(pieces) == 1 else inserted(pieces)
        found = _grown(self._node.items, added)
        return self._rebuilt(found, self._followed(added))

    def _goes_on(self) -> bool:
        if self.row is not None or (self._shape is None and self.model is not None):
            return False  # there is more to check
        return not placement.ends(self._node.items)

    def _stepped(self, stage: Node, shape: Shape | None) -> Self | None:
        before, model = self._node.items, self.model
        if self.row is not None or (self._shape is None and model is not None):
            return None
        if before and (type(before[-1]) is not Op or before[-1].name in _LAST):
            return None
        stages: Stages = _new(Stages)
        _put_items(stages, (*before, stage))
        if type(self) is not Pipeline:
            return self._rebuilt(stages, shape)
        made: Self = _new(Pipeline)  # what `_rebuilt` does, without its call
        _put_node(made, stages)
        _put_shape(made, shape)
        _put_model(made, model)
        _put_row(made, None)
        return made

    def _followed(self, added: tuple[Node, ...]) -> Shape | None:
        """Return the shape that the stages *added* leave, if there is a class to know."""
        if self.model is None and self.row is None:
            return None
        shape = before = self._shape or self._left()
        for number, stage in enumerate(added, len(self._node.items) + 1):
            shape = after(shape, stage, number)
        if self.row is not None and shape is not before:
            check_row(self.row, shape)
        return shape

    @property
    def shape(self) -> Shape:
        """The fields of the documents that come out, as far as they are known.

        Raises:
            UnknownFieldError: a stage reads a field that is certainly not there.

        >>> from mongo_dsl import F, Pipeline, acc
        >>> Pipeline().group(F.city, people=acc.count(), names=acc.push(F.name)).shape
        <Shape {_id: Any, people: int, names: list[Any]}>
        """
        found = self._left()
        # Other pipelines have the same shape: what is given out is a copy.
        return Shape({**found.fields}, found.rest, found.came)

    def _left(self) -> Shape:
        found = self._shape
        if found is None:
            start = OPEN if self.model is None else beginning(self.model)
            found = flow(start, self._node.items)
            object.__setattr__(self, "_shape", found)
        return found

    def into(self, row: Any) -> Self:
        """Make rows of the attrs class *row*, and check that they can be made.

        Its fields are looked for under their stored names; those with defaults may lack.
        Stages that follow are checked, too.

        Raises:
            UnknownFieldError: a field without default is certainly not there.
            OperandError: *row* is no attrs class, or a field has another type there.

        >>> import attrs
        >>> from mongo_dsl import F, Pipeline, acc
        >>> @attrs.define
        ... class CityStats:
        ...     people: int
        ...     city: str = attrs.field(metadata={"db_name": "_id"})
        >>> Pipeline().group(F.city, people=acc.count()).into(CityStats).row.__name__
        'CityStats'
        """
        check_row(row, self._left())
        return self._evolved(row=row)

    def __add__(self, other: Any) -> Self:
        """Run *other* on what this pipeline gives."""
        return self.then(other)

    def pipe(
        self,
        function: Callable[Concatenate[Self, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Return ``function(self, *args, **kwargs)``: fragments read left to right.

        >>> from mongo_dsl import Pipeline
        >>> def top(pipeline, count):
        ...     return pipeline.sort("-score").limit(count)
        >>> Pipeline().pipe(top, 3).compile()
        [{'$sort': {'score': -1}}, {'$limit': 3}]
        """
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
            return flowchart(self._node, collection("to_mermaid", source).name)
        known = getattr(self.model, "__collection__", None)
        return flowchart(self._node, known or getattr(self.model, "__name__", None))

    def _rebuilt(self, node: Any, shape: Shape | None = None) -> Self:
        kind: Any = type(self)
        made: Self = _new(kind)
        _put_node(made, node)
        _put_shape(made, shape)
        _put_model(made, self.model)
        _put_row(made, self.row)
        if kind is not Pipeline:  # what a subclass holds besides
            for name in _others(kind):
                _put(made, name, getattr(self, name))
        return made

    def _evolved(self, **changes: Any) -> Self:
        made = self._rebuilt(self._node, self._shape)
        for name, value in changes.items():
            _put(made, name, value)
        return made

    def __getstate__(self) -> dict[str, Any]:
        names = [a.name for a in attrs.fields(type(self)) if a.name != "_shape"]
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in {"_shape": None, **state}.items():
            object.__setattr__(self, name, value)

    def _compile(self) -> list[dict[str, Any]]:
        return compile_stages(self._node)

    def __len__(self) -> int:
        return len(self._node.items)

    def __bool__(self) -> NoReturn:
        msg = "a pipeline has no truth value; len(...) counts its stages"
        raise TruthValueError(msg)


# A frozen class lets itself be written to by detours alone; this is the shortest.
_new: Any = object.__new__
_put = object.__setattr__
_put_node = vars(Pipeline)["_node"].__set__
_put_shape = vars(Pipeline)["_shape"].__set__
_put_model = vars(Pipeline)["model"].__set__
_put_row = vars(Pipeline)["row"].__set__
_put_items = vars(Stages)["items"].__set__
_OWN = frozenset({"_node", "_shape", "model", "row"})
_EMPTY = Stages(())
_LAST = placement.LAST


@functools.lru_cache(maxsize=64)
def _others(cls: Any) -> tuple[str, ...]:
    """Return the names of what a pipeline of the class *cls* holds besides our own."""
    names = [attribute.name for attribute in attrs.fields(cls)]
    return tuple([name for name in names if name not in _OWN])


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
    items = before + added
    placement.check(items, since=len(before))
    return Stages(items)
