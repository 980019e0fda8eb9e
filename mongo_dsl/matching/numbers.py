"""Remainders and bits.

https://www.mongodb.com/docs/manual/reference/operator/query/mod/ and
https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from bson import Decimal128

from mongo_dsl.matching.ordering import payload
from mongo_dsl.matching.verdicts import Condition, Some, refuse
from mongo_dsl.values import whole


def _mod(operand: Any) -> Condition:
    if not isinstance(operand, list) or len(operand) != 2:  # noqa: PLR2004
        raise refuse("$mod", operand, "it takes a divisor and a remainder")
    divisor, remainder = map(_whole, operand)
    if not divisor or remainder is None:
        raise refuse("$mod", operand, "it takes a divisor and a remainder")

    def test(value: Any) -> bool:
        number = _whole(value)
        return number is not None and _remainder(number, divisor) == remainder

    return Some(test)


def _whole(value: Any) -> int | None:
    """Return the number *value* without its fraction; None for others and huge ones."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal128)):
        return None
    number = value.to_decimal() if isinstance(value, Decimal128) else value
    if not math.isfinite(number):
        return None
    whole = int(number)
    return whole if -(1 << 63) <= whole < 1 << 63 else None


def _remainder(number: int, divisor: int) -> int:
    """Divide towards zero: the remainder has the sign of *number*."""
    rest = abs(number) % abs(divisor)
    return -rest if number < 0 else rest


def _bits(
    name: str, decide: Callable[[Any], bool], wanted: int, mask: Any
) -> Condition:
    places = _places(name, mask)

    def test(value: Any) -> bool:
        bits = _bits_of(name, value)
        return bits is not None and decide(bits >> n & 1 == wanted for n in places)

    return Some(test)


def _places(name: str, mask: Any) -> list[int]:
    """Return the places of the bits that *mask* sets."""
    if isinstance(mask, list):
        places = [
            place for place in map(whole, mask) if place is not None and place >= 0
        ]
        if len(places) == len(mask):
            return places
    number = _as_integer(mask) if isinstance(mask, bytes) else whole(mask)
    if number is not None and number >= 0:
        return [place for place in range(number.bit_length()) if number >> place & 1]
    raise refuse(name, mask, "it takes an integer from 0, bytes or a list of places")


def _bits_of(name: str, value: Any) -> int | None:
    """Return an integer of the bits of *value*; a negative one goes on with its sign."""
    if isinstance(value, bytes):
        return _as_integer(value)
    if isinstance(value, Decimal128):
        raise refuse(name, value, "only the server knows the bits of decimals")
    number = _whole(value)
    return number if number == value else None


def _as_integer(value: bytes) -> int:
    return int.from_bytes(payload(value), "little")


OPERATORS: dict[str, Callable[[Any], Condition]] = {
    "$mod": _mod,
    "$bitsAllSet": partial(_bits, "$bitsAllSet", all, 1),
    "$bitsAnySet": partial(_bits, "$bitsAnySet", any, 1),
    "$bitsAllClear": partial(_bits, "$bitsAllClear", all, 0),
    "$bitsAnyClear": partial(_bits, "$bitsAnyClear", any, 0),
}
