"""The short way of comparisons with plain values: nearly all values are plain."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from mongo_dsl.filters import Filter, new


Comparison = TypeVar("Comparison", bound=Callable[..., Filter])

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def plainly(operator: str) -> Callable[[Comparison], Comparison]:
    """Let a comparison by *operator* take plain values on a short way.

    It makes what the method itself would make, in a single call of Python: calls are what
    comparisons spend their time on. Fields say by ``_plain_types`` what they compare as it
    is; an `int` must fit into 64 bits.
    """

    def shortened(compare: Comparison) -> Comparison:
        @functools.wraps(compare)
        def comparison(self: Any, value: Any) -> Filter:
            kind = type(value)
            if kind in self._plain_types and (
                kind is not int or _LEAST <= value <= _MOST
            ):
                made: Filter = new(Filter)
                made._flat = ((self._node, operator, value),)  # noqa: SLF001
                return made
            return compare(self, value)

        shown: Any = comparison
        return shown

    return shortened
