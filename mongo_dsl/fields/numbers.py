"""What fields that hold numbers can do.

https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mongo_dsl import changes, updates
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.fields.operands import Amount
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Node, Op, Param, Path, Seq, Value
from mongo_dsl.params import later
from mongo_dsl.predicates import Where
from mongo_dsl.values import node, number, whole


if TYPE_CHECKING:
    from typing_extensions import Unpack

    from mongo_dsl.fields.operands import Masks

Mask = Amount | bytes | Sequence[Amount]
"""A number, bytes or the positions of bits."""


class NumberMethods:
    """Test remainders and bits; count, scale and combine."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path

    def mod(self, divisor: Amount, remainder: Amount = 0) -> Filter:
        """Match numbers that leave *remainder* when divided by *divisor*.

        >>> from mongo_dsl import F
        >>> F.qty.mod(4, 1).compile()
        {'qty': {'$mod': [4, 1]}}
        """
        operands = Seq((_divisor(divisor), _number("remainder", remainder)))
        return Filter(Where(self._node, (Op("$mod", operands),)))

    def bits_all_set(self, mask: Mask) -> Filter:
        """Match where every bit of *mask* is 1; *mask* is a number, bytes or positions.

        >>> from mongo_dsl import F
        >>> F.flags.bits_all_set(6).compile()
        {'flags': {'$bitsAllSet': 6}}
        """
        return self._bits("bits_all_set", "$bitsAllSet", mask)

    def bits_any_set(self, mask: Mask) -> Filter:
        """Match where some bit of *mask* is 1; *mask* is a number, bytes or positions."""
        return self._bits("bits_any_set", "$bitsAnySet", mask)

    def bits_all_clear(self, mask: Mask) -> Filter:
        """Match where every bit of *mask* is 0; *mask* is a number, bytes or positions."""
        return self._bits("bits_all_clear", "$bitsAllClear", mask)

    def bits_any_clear(self, mask: Mask) -> Filter:
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

    def bit(self, **masks: Unpack[Masks]) -> updates.Update:
        """Combine the field's bits with integers: *and_*, *or_* and *xor*, in turn.

        >>> from mongo_dsl import F
        >>> F.flags.bit(or_=4).compile()
        {'$bit': {'flags': {'or': 4}}}
        """
        return changes.bit(self, **masks)


def _divisor(divisor: Any) -> Node:
    if isinstance(divisor, Param):
        return later(divisor, _divisor)
    found, size = _number("divisor", divisor), number(divisor)
    if size is not None and int(size) == 0:
        msg = f"mod got the divisor {divisor!r}; it takes any other number"
        raise ArgumentError(msg)
    return found


def _number(name: str, given: Any) -> Node:
    if isinstance(given, Param):
        return later(given, _number, name)
    made, found = node(given), number(given)
    known = found is not None and math.isfinite(found)
    if not known and isinstance(made, Value):
        msg = f"mod got the {name} {given!r}; it takes a number"
        raise OperandError(msg)
    return made


def _mask(name: str, mask: Any) -> Node:
    """Check a bit mask: no negative number, no negative position."""
    if isinstance(mask, Param):
        return later(mask, _mask, name)
    if isinstance(mask, (bytes, bytearray)):
        return node(mask)
    given = mask if isinstance(mask, (list, tuple)) else [mask]
    found = [item for item in map(whole, given) if item is not None]
    if len(found) < len(given):
        msg = f"{name} got {mask!r}; it takes an integer, bytes or a list of positions"
        raise OperandError(msg)
    if any(item < 0 for item in found):
        msg = f"{name} got {mask!r}; masks and positions are not negative"
        raise ArgumentError(msg)
    return node(mask)
