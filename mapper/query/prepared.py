"""`PreparedQuery`: a query that was compiled but for its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from mongo_dsl import Filter
from mongo_dsl.nodes import parameters
from mongo_dsl.params import fill, refuse_unknown
from mongo_dsl.queryset import QuerySet
from mongo_dsl.queryset.asking import query_set


Q = TypeVar("Q", bound=QuerySet[Any])
_set_flat = vars(Filter)["_flat"].__set__
_set_tree = vars(Filter)["_tree"].__set__


class FilledFilter(Filter):
    """A filter that is compiled already; its tree is filled when it is asked for."""

    __slots__ = ("_compiled", "_open", "_values")
    _compiled: dict[str, Any]
    _open: Filter
    _values: Mapping[str, Any]

    def __init__(
        self, compiled: dict[str, Any], open_: Filter, values: Mapping[str, Any]
    ) -> None:
        _set_flat(self, None)
        _set_compiled(self, compiled)
        _set_open(self, open_)
        _set_values(self, values)

    @property
    def _node(self) -> Any:
        try:
            return self._tree
        except AttributeError:
            _set_tree(self, fill(self._open._node, self._values))  # noqa: SLF001
            return self._tree

    def _compile(self) -> dict[str, Any]:
        return self._compiled

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is the same condition, written the same way."""
        return isinstance(other, Filter) and self._node == other._node

    __hash__ = Filter.__hash__


_set_compiled = vars(FilledFilter)["_compiled"].__set__
_set_open = vars(FilledFilter)["_open"].__set__
_set_values = vars(FilledFilter)["_values"].__set__


class PreparedQuery(Generic[Q]):
    """A query whose filter is compiled but for its parameters; made by `prepare`.

    >>> from mapper import SyncDocument
    >>> from mongo_dsl import param
    >>> class User(SyncDocument):
    ...     age: int
    >>> adults = User.filter(User.q.age >= param("age")).sort("age").prepare()
    >>> adults.bind(age=21).limit(5).compile().as_dict()
    {'filter': {'age': {'$gte': 21}}, 'sort': {'age': 1}, 'limit': 5}
    """

    __slots__ = ("_filter", "_holes", "_names", "_open", "_others", "_query")

    def __init__(self, query: Q) -> None:
        self._query = query
        self._open = query.filters
        self._filter = self._open.prepare()
        self._names = frozenset(_names(self._open._node))  # noqa: SLF001
        self._others = {
            name: frozenset(_names(part))
            for name, part in query.asked.items()
            if name != "filter" and _names(part)
        }
        self._holes = self._names.union(*self._others.values())

    def bind(self, **values: Any) -> Q:
        """Return the query with its parameters filled: of the same class, to be executed.

        Raises:
            ParameterError: a parameter has no value, or there is none of such a name.
            OperandError: a parameter doesn't take its value.
        """
        if values.keys() != self._holes:
            refuse_unknown(values, sorted(self._holes))
        query, given = self._query, values
        if self._others:
            given = {name: v for name, v in values.items() if name in self._names}
        compiled = self._filter.bind(**given)
        filled = FilledFilter(compiled, self._open, given)
        asked = {**query.asked, "filter": filled}
        for part, names in self._others.items():
            known = {name: v for name, v in values.items() if name in names}
            asked[part] = fill(asked[part], known)
        return query_set(type(query), query.model, asked)

    def __repr__(self) -> str:
        return (
            f"<PreparedQuery {', '.join(sorted(self._holes)) or 'without parameters'}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return PreparedQuery, (self._query,)


def _names(part: Any) -> list[str]:
    return [hole.name for hole in parameters(part)]
