"""Which documents a query set asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mongo_dsl.filters import Filter, as_filter
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.logic import all_of
from mongo_dsl.queryset.asking import Asking


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")


class Narrowing(Asking[M]):
    """Filter and exclude."""

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
        if len(filters) == 1 and not keywords and type(filters[0]) is Filter:
            known = self._held[1].get("filter")  # the way that most calls take
            return self._with(
                "filter", filters[0] if known is None else known & filters[0]
            )
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
