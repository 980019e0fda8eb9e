"""What fields that hold numbers can do.

https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mongo_dsl import changes, updates
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.fields.operands import Amount
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Node, Op, Param, Path
from mongo_dsl.params import later
from mongo_dsl.predicates import Where
from mongo_dsl.values import node


class NumberMethods:
    """Test remainders and bits; count, scale and combine."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path

    def mod(self, divisor: float, remainder: float = 0) -> Filter:
        """Match numbers that leave *remainder* when divided by *divisor*.

        >>> from mongo_dsl import F
        >>> F.qty.mod(4, 1).compile()
        {'qty': {'$mod': [4, 1]}}
        """
        operands = node((_divisor(divisor), remainder))
        return Filter(Where(self._node, (Op("$mod", operands),)))

    def bits_all_set(self, mask: int | bytes | Sequence[int]) -> Filter:
        """Match where every bit of *mask* is 1; *mask* is a number, bytes or positions.

        >>> from mongo_dsl import F
        >>> F.flags.bits_all_set(6).compile()
        {'flags': {'$bitsAllSet': 6}}
        """
        return self._bits("bits_all_set", "$bitsAllSet", mask)

    def bits_any_set(self, mask: int | bytes | Sequence[int]) -> Filter:
        """Match where some bit of *mask* is 1; *mask* is a number, bytes or positions."""
        return self._bits("bits_any_set", "$bitsAnySet", mask)

    def bits_all_clear(self, mask: int | bytes | Sequence[int]) -> Filter:
        """Match where every bit of *mask* is 0; *mask* is a number, bytes or positions."""
        return self._bits("bits_all_clear", "$bitsAllClear", mask)

    def bits_any_clear(self, mask: int | bytes | Sequence[int]) -> Filter:
        """Match where some bit of *mask* is 0; *mask* is a number, bytes or positions."""
        return self._bits("bits_any_clear", "$bitsAnyClear", mask)

    def _bits(self, name: str, operator: str, mask: Any) -> Filter:
        return Filter(Where(self._node, (Op(operator, _mask(name, mask)),)))

    def inc(self, amount: Amount = 1) -> updates.Update:
        """Add *amount* to the field.

        >>> from mongo_dsl import F
        >>> F.visits.inc().compile()
        {'$inc': {'visits': 1}}
        """
        return changes.inc(self, amount)

    def mul(self, factor: Amount) -> updates.Update:
        """Multiply the field by *factor*."""
        return changes.mul(self, factor)

    def bit(
        self,
        *,
        and_: int | None = None,
        or_: int | None = None,
        xor: int | None = None,
    ) -> updates.Update:
        """Combine the field's bits with an integer by exactly one of and, or, xor.

        >>> from mongo_dsl import F
        >>> F.flags.bit(or_=4).compile()
        {'$bit': {'flags': {'or': 4}}}
        """
        return changes.bit(self, and_=and_, or_=or_, xor=xor)


def _divisor(divisor: Any) -> Any:
    if isinstance(divisor, Param):
        return later(divisor, _divisor)
    if divisor == 0:
        msg = "mod got the divisor 0; it takes any other number"
        raise ArgumentError(msg)
    return divisor


def _mask(name: str, mask: Any) -> Node:
    """Check a bit mask: no negative number, no negative position."""
    if isinstance(mask, Param):
        return later(mask, _mask, name)
    whole = mask if isinstance(mask, (list, tuple)) else [mask]
    if isinstance(mask, (bytes, bytearray)):
        return node(mask)
    if any(type(item) is not int for item in whole):
        msg = f"{name} got {mask!r}; it takes an integer, bytes or a list of positions"
        raise OperandError(msg)
    if any(item < 0 for item in whole):
        msg = f"{name} got {mask!r}; masks and positions are not negative"
        raise ArgumentError(msg)
    return node(mask)
