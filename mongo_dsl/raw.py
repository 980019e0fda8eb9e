"""Raw MQL: the one door through which hand-written operators enter."""

from __future__ import annotations

from typing import Any

import attrs

from mongo_dsl.compile import compile_value
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Raw
from mongo_dsl.params import inert
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face, node


@attrs.frozen(repr=False)
class RawMQL(Readable[Any], Face):
    """MQL written by hand; it stands wherever a filter, expression, stage or update may."""

    _node: Raw

    def _compile(self) -> Any:
        return compile_value(self._node)

    def __and__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return (Filter() & self) & other

    def __or__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return (Filter() & self) | other

    def __invert__(self) -> Filter:
        """Match what the filter doesn't match."""
        return ~(Filter() & self)


def raw(mql: Any) -> RawMQL:
    """Take *mql* as it is: a filter, an expression, a stage or an update.

    Never build it from a user's input: everything else in a query is data, this isn't.
    Parameters in it take plain data, without a ``$`` in front.

    >>> from mongo_dsl import F
    >>> ((F.age > 18) & raw({"$where": "this.a > this.b"})).compile()
    {'age': {'$gt': 18}, '$where': 'this.a > this.b'}
    """
    return RawMQL(Raw(inert(node(mql))))
