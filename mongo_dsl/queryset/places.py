"""Keyset pages: what comes after and before a place in the sort order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mongo_dsl import keyset
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Node, Path, Value
from mongo_dsl.queryset.asking import Asking
from mongo_dsl.sorting import Sort
from mongo_dsl.values import node


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")


class Placing(Asking[M]):
    """Pages that start after, or end before, a document or its cursor."""

    __slots__ = ()

    def after(self, cursor: str | Mapping[str, Any] | Any) -> Self:
        """Keep what comes after *cursor* in the sort order: keyset pages.

        *cursor* is a text that `cursor` wrote, or a stored document. The sort order must
        end in a unique field; ``_id`` is added where it is missing. Pages stay right and
        fast however deep they are, as skip doesn't.

        Raises:
            CursorError: *cursor* was altered, or belongs to another query.
            OperandError: the sort order has no places: scores, arrays.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").after({"age": 30, "_id": 7}).compile().filter
        {'$or': [{'age': {'$gt': 30}}, {'age': 30, '_id': {'$gt': 7}}]}
        """
        order = self._total_order()
        return self._beyond(order, order, self._values_at("after", cursor, order))

    def before(self, cursor: str | Mapping[str, Any] | Any) -> Self:
        """Keep what comes before *cursor* in the sort order, which stays as it is.

        With ``reverse().limit(n)`` the nearest come first. See `after`.

        Raises:
            CursorError: *cursor* was altered, or belongs to another query.
            OperandError: the sort order has no places: scores, arrays.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").before({"age": 30, "_id": 7}).compile().filter
        {'$or': [{'$or': [{'age': {'$lt': 30}}, {'age': None}]}, {'age': 30, '_id': {'$lt': 7}}]}
        """
        order = self._total_order()
        back = tuple(sort.reverse() for sort in order)
        return self._beyond(order, back, self._values_at("before", cursor, order))

    def cursor(self, document: Any) -> str:
        """Write the place of the stored *document* in the sort order, for `after`.

        The text is URL-safe. It can't be altered, nor used for a query with another
        filter or sort order; `signed` says with which secret. Who holds it can read the
        values it was made of.

        Raises:
            OperandError: *document* is not a stored document, or has no place.

        >>> from mongo_dsl import QuerySet
        >>> by_age = QuerySet().sort("age")
        >>> text = by_age.cursor({"_id": 7, "age": 30})
        >>> by_age.after(text) == by_age.after({"_id": 7, "age": 30})
        True
        """
        order = self._total_order()
        keyset.refuse_order(order, self.model)
        values = keyset.place_of(order, self._as_stored(document))
        return keyset.write(values, self._digested(order), self._secrets())

    def signed(self, *secrets: str | bytes) -> Self:
        """Sign cursors with the first of *secrets*, and take those that any of them signed.

        Without a secret, cursors have a checksum: it finds errors, but whoever knows how
        can compute another one, and start the page elsewhere, within the filter.

        Raises:
            ArgumentError: a secret is empty, or there is none.

        >>> from mongo_dsl import QuerySet
        >>> ours, theirs = QuerySet().signed("secret"), QuerySet().signed("other")
        >>> ours.after(theirs.cursor({"_id": 7}))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        mongo_dsl.errors.CursorError: after got the cursor '...', which was altered or signed with another secret; start again at the first page
        """
        return self._with("secrets", as_secrets("signed", secrets))

    def in_total_order(self) -> Self:
        """Sort by ``_id`` at last, where the sort order leaves documents side by side.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("-age").in_total_order().compile().sort
        {'age': -1, '_id': 1}
        """
        return self._with("sort", self._total_order())

    def _values_at(
        self, method: str, cursor: Any, order: tuple[Sort, ...]
    ) -> list[Node]:
        keyset.refuse_order(order, self.model)
        if isinstance(cursor, str):
            query = self._digested(order)
            values = keyset.read(method, cursor, query, self._secrets(), len(order))
        else:
            values = keyset.place_of(order, self._as_stored(cursor))
        return [node(value) for value in values]

    def _beyond(
        self, order: tuple[Sort, ...], way: tuple[Sort, ...], place: list[Node]
    ) -> Self:
        later = keyset.beyond(way, place, self.model)
        narrowed = self._with("filter", self.filters & Filter(later))
        return narrowed._with("sort", order)  # noqa: SLF001

    def _as_stored(self, document: Any) -> Mapping[str, Any]:
        if isinstance(document, Mapping) and "_id" in document:
            return document
        msg = f"a keyset page got {document!r}; it takes a cursor, or a stored document"
        raise OperandError(f"{msg} with its _id")

    def _total_order(self) -> tuple[Sort, ...]:
        order: tuple[Sort, ...] = self.asked.get("sort", ())
        return order if self._is_unique(order) else keyset.with_tie_breaker(order)

    def _is_unique(self, order: tuple[Sort, ...]) -> bool:
        """Tell whether no two documents can stand side by side in *order*."""
        return any(sort.path == Path("_id") for sort in order)

    def _secrets(self) -> tuple[bytes, ...]:
        found: tuple[bytes, ...] = self.asked.get("secrets", ())
        return found

    def _digested(self, order: tuple[Sort, ...]) -> dict[str, Any]:
        """Return what a cursor is bound to."""
        collation = self.asked.get("collation")
        return {
            "filter": self.filters.compile(),
            "sort": [[s.path.name, _direction(s)] for s in order],
            "collation": str(collation),
        }


def _direction(sort: Sort) -> int:
    return 1 if sort.direction == Value(1) else -1


def as_secrets(method: str, secrets: tuple[Any, ...]) -> tuple[bytes, ...]:
    """Return *secrets* as bytes; *method* is who got them.

    Raises:
        ArgumentError: one is empty, or there is none.
        OperandError: one is neither text nor bytes; it is not shown.
    """
    found = tuple(s.encode() if isinstance(s, str) else s for s in secrets)
    for secret in found:
        if not isinstance(secret, bytes):
            msg = f"{method} got a secret that is a {type(secret).__name__}"
            raise OperandError(f"{msg}; secrets are text or bytes")
    if not found or not all(found):
        msg = f"{method} got no secret, or an empty one; it takes text or bytes"
        raise ArgumentError(msg)
    return found
