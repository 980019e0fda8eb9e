"""How the server works on a query set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Node, Param, Value
from mongo_dsl.params import later
from mongo_dsl.queryset.asking import Asking
from mongo_dsl.values import node


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")


class Serving(Asking[M]):
    """Hints, collations, comments and limits of time."""

    __slots__ = ()

    def hint(self, index: str | Mapping[str, Any]) -> Self:
        """Use *index*, given by name or by its keys.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().hint({"age": 1}).compile().hint
        {'age': 1}
        """
        return self._with("hint", node(index))

    def collation(self, locale: str, **options: Any) -> Self:
        """Compare text by the rules of *locale*; options in the driver's words.

        https://www.mongodb.com/docs/manual/reference/collation/

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().collation("en", strength=2).compile().collation
        {'locale': 'en', 'strength': 2}
        """
        return self._with("collation", node({"locale": locale, **options}))

    def comment(self, message: str) -> Self:
        """Attach *message*, for the server's log and profiler.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().comment("nightly report").compile().comment
        'nightly report'
        """
        return self._with("comment", node(message))

    def max_time(self, seconds: float) -> Self:
        """Let the server give up after *seconds*.

        Raises:
            ArgumentError: *seconds* is not positive.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().max_time(1.5).compile().max_time_ms
        1500
        """
        return self._with("max_time_ms", _milliseconds(seconds))


def _milliseconds(seconds: Any) -> Node:
    if isinstance(seconds, Param):
        return later(seconds, _milliseconds)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"max_time got {seconds!r}; it takes seconds"
        raise OperandError(msg)
    if not seconds > 0:
        msg = f"max_time got {seconds!r}; it takes a positive number of seconds"
        raise ArgumentError(msg)
    return Value(max(1, round(seconds * 1000)))
