"""`QuerySet`: an immutable description of a find; the mapper executes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Concatenate,
    NoReturn,
    ParamSpec,
    TypeVar,
)

import attrs

from mongo_dsl.demands import QUERY
from mongo_dsl.errors import OperandError, TruthValueError
from mongo_dsl.filters import Filter, filter_of
from mongo_dsl.find import (
    Find,
    FindCommand,
    compile_find,
    find_arguments,
    find_shell,
)
from mongo_dsl.queryset.asking import query_set
from mongo_dsl.queryset.narrowing import Narrowing
from mongo_dsl.queryset.ordering import Ordering
from mongo_dsl.queryset.places import Placing
from mongo_dsl.queryset.serving import Serving
from mongo_dsl.queryset.showing import Showing
from mongo_dsl.readable import Readable


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")
R = TypeVar("R")
P = ParamSpec("P")


@attrs.frozen(repr=False, eq=False, init=False)
class QuerySet(
    Narrowing[M],
    Ordering[M],
    Placing[M],
    Showing[M],
    Serving[M],
    Readable[FindCommand],
):
    """A query of documents, of the class *model* or of none; each method returns another.

    >>> from mongo_dsl import F, QuerySet
    >>> adults = QuerySet().filter(F.age >= 18).sort("-age")
    >>> print(adults[:10].to_json())
    {"filter": {"age": {"$gte": 18}}, "sort": {"age": -1}, "limit": 10}
    """

    _place: ClassVar[str] = QUERY

    @property
    def _node(self) -> Find:
        return Find(
            tuple(
                [
                    (name, part._node if name == "filter" else part)  # noqa: SLF001
                    for name, part in self.asked.items()
                ]
            )
        )

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is a query set that asks the same of the same class."""
        if type(other) is not type(self) or not isinstance(other, QuerySet):
            return NotImplemented
        return self.model is other.model and self.asked == other.asked

    def __hash__(self) -> int:
        return hash((type(self), self.model, frozenset(self.asked.items())))

    def pipe(
        self,
        function: Callable[Concatenate[Self, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Return ``function(self, *args, **kwargs)``: fragments read left to right.

        >>> from mongo_dsl import QuerySet
        >>> def page(query, number):
        ...     return query[number * 10 : number * 10 + 10]
        >>> QuerySet().pipe(page, 2).compile().as_dict()
        {'filter': {}, 'skip': 20, 'limit': 10}
        """
        return function(self, *args, **kwargs)

    def __and__(self, other: QuerySet[Any]) -> Self:
        """Join two query sets: both filters; else the right one's word, where it has one.

        Raises:
            OperandError: they are of two document classes.
        """
        if isinstance(other, Filter):
            return self.filter(other)
        if not isinstance(other, QuerySet):
            msg = f"& got {other!r}; a query set joins query sets and filters"
            raise OperandError(msg)
        if None not in (self.model, other.model) and self.model is not other.model:
            msg = f"& got query sets of {_named(self.model)} and {_named(other.model)}"
            raise OperandError(f"{msg}; it takes two of one class")
        joined = self.filters & other.filters
        asked = {**self.asked, **other.asked, "filter": joined}
        return query_set(type(self), self.model or other.model, asked)

    def _rebuilt(self, node: Any) -> Self:
        asked = {
            name: filter_of(part) if name == "filter" else part
            for name, part in node.items
        }
        return query_set(type(self), self.model, asked)

    def _compile(self) -> FindCommand:
        return compile_find(self._whole())

    def _arguments(self) -> dict[str, Any]:
        """Return what `compile` says, as a dictionary of what was given: executing takes that."""
        try:
            return find_arguments(self._whole())
        except RecursionError:
            return self.compile().as_dict()  # which says what that means

    def _whole(self) -> Mapping[str, Any]:
        """Return what is asked for, with what a class asks for besides."""
        return self._held[1]

    def _document(self) -> dict[str, Any]:
        return self.compile().as_dict()

    def to_shell(self, *, indent: int | None = None) -> str:
        """Return the query as mongosh reads it; *indent* breaks long lines.

        >>> from mongo_dsl import F, QuerySet
        >>> print(QuerySet().filter(F.age > 18).sort("-age").limit(5).to_shell())
        db.collection.find({ age: { $gt: 18 } }).sort({ age: -1 }).limit(5)
        """
        return find_shell(self._collection_name(), self.compile(), indent)

    def _collection_name(self) -> str:
        return "collection"

    def __bool__(self) -> NoReturn:
        msg = "a query set has no truth value; ask exists() or count()"
        raise TruthValueError(msg)

    def __iter__(self) -> Any:
        msg = "a query set of no document class can't be executed; the mapper's can"
        raise OperandError(msg)

    def __contains__(self, item: object) -> NoReturn:
        msg = "a query set can't answer 'in'; filter by what you look for and ask exists()"
        raise TruthValueError(msg)


def _named(model: type | None) -> str:
    return "no class" if model is None else model.__name__
