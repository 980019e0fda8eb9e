"""Bit tests as arithmetic: servers before 6.3 have no ``$bitAnd``.

A bit is set where the number, divided by the bit's weight and rounded down, is odd; that
holds for negative numbers, too. Binary values are numbers to filters only.
https://www.mongodb.com/docs/manual/reference/operator/query-bitwise/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bson import Decimal128

from mongo_dsl.compile.conditions import CONDITIONS, where
from mongo_dsl.compile.values import compile_value
from mongo_dsl.nodes import Node
from mongo_dsl.values import whole


_SIGN = 63  # the bits of a 64-bit integer from here on repeat its sign


def _all_set(field: Any, mask: Node) -> Any:
    return _of_whole(field, {"$allElementsTrue": [_bits(field, mask)]})


def _any_set(field: Any, mask: Node) -> Any:
    return _of_whole(field, {"$anyElementTrue": [_bits(field, mask)]})


def _all_clear(field: Any, mask: Node) -> Any:
    return _of_whole(field, {"$not": [{"$anyElementTrue": [_bits(field, mask)]}]})


def _any_clear(field: Any, mask: Node) -> Any:
    return _of_whole(field, {"$not": [{"$allElementsTrue": [_bits(field, mask)]}]})


def _of_whole(field: Any, test: Any) -> dict[str, Any]:
    """Test nothing but whole numbers of 64 bits: what a conversion leaves unchanged.

    No value equals what stands in for it: null becomes False, all else that has no
    integer becomes null.
    """
    integer = {"input": field, "to": "long", "onError": None, "onNull": False}
    return where({"$eq": [field, {"$convert": integer}]}, test)


def _bits(field: Any, mask: Node) -> dict[str, Any]:
    """Return for each bit of *mask* 1 or -1 where it is set, else 0."""
    weights = [
        Decimal128(str(1 << min(position, _SIGN)))
        for position in _positions(compile_value(mask))
    ]
    shifted = {"$floor": [{"$divide": [{"$toLong": field}, "$$bit"]}]}
    return {"$map": {"input": weights, "as": "bit", "in": {"$mod": [shifted, 2]}}}


def _positions(mask: Any) -> Iterable[int]:
    if isinstance(mask, list):
        return [whole(position) or 0 for position in mask]
    number = int.from_bytes(mask, "little") if isinstance(mask, bytes) else whole(mask)
    number = number or 0
    return [bit for bit in range(number.bit_length()) if number >> bit & 1]


CONDITIONS.update(
    {
        "$bitsAllSet": _all_set,
        "$bitsAnySet": _any_set,
        "$bitsAllClear": _all_clear,
        "$bitsAnyClear": _any_clear,
    }
)
