"""In which order documents come, and which part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mongo_dsl.counts import count_node
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Param
from mongo_dsl.params import settled
from mongo_dsl.queryset.asking import Asking
from mongo_dsl.sorting import Sort, sorts


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")


class Ordering(Asking[M]):
    """Sort, skip, limit and slice."""

    __slots__ = ()

    def sort(self, *keys: Any) -> Self:
        """Sort by *keys*, which replace an earlier order; none of them removes it.

        Keys are names (``"-age"``), fields (``User.q.age.desc()``), pairs
        (``("age", -1)``) or mappings (``{"age": -1}``).

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().sort("-age", F.name).compile().sort
        {'age': -1, 'name': 1}
        """
        if len(keys) == 1 and type(keys[0]) is Sort:
            return self._with("sort", keys)
        return self._with("sort", sorts(keys, self._order))

    def reverse(self) -> Self:
        """Turn the sort order around; without one, the newest ``_id`` comes first.

        Raises:
            ArgumentError: the query set sorts by a score, which has one order.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("-age", "name").reverse().compile().sort
        {'age': 1, 'name': -1}
        """
        order: tuple[Sort, ...] = self.asked.get("sort", ())
        if not order:
            return self.sort("-_id")
        return self._with("sort", tuple(sort.reverse() for sort in order))

    def skip(self, count: Any) -> Self:
        """Skip the first *count* documents.

        Raises:
            ArgumentError: *count* is negative.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().skip(20).compile().skip
        20
        """
        return self._with("skip", count_node("skip", count, 0))

    def limit(self, count: Any) -> Self:
        """Stop after *count* documents.

        Raises:
            ArgumentError: *count* is below 1; MongoDB reads 0 as "no limit".

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().limit(10).compile().limit
        10
        """
        return self._with("limit", count_node("limit", count, 1))

    def __getitem__(self, part: slice) -> Self:
        """Take a part of the result: ``[10:20]`` skips 10 and limits to 10.

        Raises:
            OperandError: *part* is no slice.
            ArgumentError: the slice is empty, steps, or counts from the end.
        """
        if not isinstance(part, slice):
            msg = f"a query set got the key {part!r}; it takes slices, such as [:10]"
            raise OperandError(msg)
        start, stop = settled("a slice", part.start) or 0, settled("a slice", part.stop)
        if (
            part.step not in (None, 1)
            or start < 0
            or (stop is not None and stop <= start)
        ):
            msg = (
                f"a query set got [{part.start}:{part.stop}:{part.step}]; slices count"
            )
            raise ArgumentError(f"{msg} forward from 0 and hold at least one document")
        return self._part(start, stop)

    def _part(self, start: int, stop: int | None) -> Self:
        """Slice within what skip and limit left."""
        skipped, limit = self._number("skip") or 0, self._number("limit")
        size = None if stop is None else stop - start
        left = None if limit is None else limit - start
        if left is not None and left < 1:
            msg = f"a query set got a slice from {start}, past its limit of {limit}"
            raise ArgumentError(msg)
        sizes = [number for number in (size, left) if number is not None]
        found = self.skip(skipped + start) if skipped + start else self
        return found.limit(min(sizes)) if sizes else found

    def _number(self, name: str) -> int | None:
        found = self.asked.get(name)
        if isinstance(found, Param):
            msg = f"a query set can't be sliced while {name} is the parameter {found.name!r}"
            raise ArgumentError(f"{msg}; bind it first")
        return None if found is None else found.value
