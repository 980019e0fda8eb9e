"""Which documents a query set asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mongo_dsl import keyset
from mongo_dsl.errors import OperandError
from mongo_dsl.filters import Filter, as_filter
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.logic import all_of
from mongo_dsl.nodes import Path, Value
from mongo_dsl.queryset.asking import Asking
from mongo_dsl.sorting import Sort
from mongo_dsl.values import node


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")


class Narrowing(Asking[M]):
    """Filter, exclude, and pages that start after a document."""

    __slots__ = ()

    def filter(self, *filters: Any, **keywords: Any) -> Self:
        """Keep the documents that match all of *filters* and *keywords*.

        Keywords are plain values (``city="Paris"``), look-ups (``age__gte=18``) or the
        operator documents of MQL (``age={"$gte": 18}``).

        Raises:
            UnknownFieldError: a keyword names no field.
            OperandError: a filter is no filter, or a value doesn't suit its field.

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().filter(F.age >= 18, city="Paris").compile().filter
        {'age': {'$gte': 18}, 'city': 'Paris'}
        """
        return self._with("filter", self._narrowed(filters, keywords))

    def exclude(self, *filters: Any, **keywords: Any) -> Self:
        """Drop the documents that match all of *filters* and *keywords*.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().exclude(city="Paris").compile().filter
        {'city': {'$ne': 'Paris'}}
        """
        unwanted = all_of(*filters, *([self._keywords(keywords)] if keywords else ()))
        return self._with("filter", self.filters & ~unwanted)

    def _narrowed(
        self, filters: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Filter:
        found: Any = self.asked.get("filter")
        if keywords:
            filters = (*filters, self._keywords(keywords))
        for one in filters:
            known = one if type(one) is Filter else as_filter(one)
            found = known if found is None else found & known
        return Filter() if found is None else found

    def _keywords(self, keywords: Mapping[str, Any]) -> Filter:
        return keyword_filter(self.model, keywords)

    def after(self, cursor: str | Mapping[str, Any] | Any) -> Self:
        """Keep what comes after *cursor* in the sort order: keyset pages.

        *cursor* is a text that `cursor` wrote, or a stored document.
        The sort order must end in a unique field; ``_id`` is added where it is
        missing. Pages stay right and fast however deep they are, as skip doesn't.

        Raises:
            ArgumentError: *cursor* is not one of this sort order.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").after({"age": 30, "_id": 7}).compile().filter
        {'$or': [{'age': {'$gt': 30}}, {'age': 30, '_id': {'$gt': 7}}]}
        """
        order = self._total_order()
        text = cursor if isinstance(cursor, str) else self.cursor(cursor)
        values = [node(value) for value in keyset.places(order, text)]
        later = keyset.beyond(order, values)
        narrowed = self._with("filter", self.filters & later)
        return narrowed._with("sort", order)  # noqa: SLF001

    def cursor(self, document: Any) -> str:
        """Write the place of the stored *document* in the sort order, for `after`.

        Raises:
            OperandError: *document* is not a stored document.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").cursor({"_id": 7, "age": 30})
        'W3siJG51bWJlckludCI6IjMwIn0seyIkbnVtYmVySW50IjoiNyJ9XQ'
        """
        return keyset.cursor(self._total_order(), self._as_stored(document))

    def _as_stored(self, document: Any) -> Mapping[str, Any]:
        if isinstance(document, Mapping) and "_id" in document:
            return document
        msg = f"a keyset page got {document!r}; it takes a cursor, or a stored document"
        raise OperandError(f"{msg} with its _id")

    def _total_order(self) -> tuple[Sort, ...]:
        order: tuple[Sort, ...] = self.asked.get("sort", ())
        if any(sort.path.name == "_id" for sort in order):
            return order
        return (*order, Sort(Path("_id"), Value(1)))
