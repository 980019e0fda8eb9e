"""Names as callers write them: checked, and corrected."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bson import Decimal128

from mongo_dsl.errors import ArgumentError, OperandError


BSON_TYPES = {
    "double": 1,
    "string": 2,
    "object": 3,
    "array": 4,
    "binData": 5,
    "undefined": 6,
    "objectId": 7,
    "bool": 8,
    "date": 9,
    "null": 10,
    "regex": 11,
    "dbPointer": 12,
    "javascript": 13,
    "symbol": 14,
    "javascriptWithScope": 15,
    "int": 16,
    "timestamp": 17,
    "long": 18,
    "decimal": 19,
    "minKey": -1,
    "maxKey": 127,
}
"""The types of values by alias; "number" stands for all of `NUMBER_TYPES`."""

NUMBER_TYPES = ("int", "long", "double", "decimal")


_TYPES = frozenset([*BSON_TYPES, *BSON_TYPES.values(), "number"])


def bson_type(name: Any) -> Any:
    """Check the alias or number of a BSON type.

    Raises:
        ArgumentError: no type is called so.
        OperandError: *name* is neither a text nor a number.
    """
    code = name.to_decimal() if isinstance(name, Decimal128) else name
    if isinstance(name, bool) or not isinstance(code, (str, int, float, Decimal)):
        msg = f"type_ got {name!r}; it takes aliases such as 'string', or numbers"
        raise OperandError(msg)
    if code not in _TYPES:
        listed = ", ".join(sorted([*BSON_TYPES, "number"]))
        msg = f"type_ got {name!r}, which is no BSON type; the types are: {listed}"
        raise ArgumentError(msg)
    return name


def in_mql(
    function: str, given: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, Any]:
    """Call the named arguments *given* to *function* as MQL does, in their order.

    Those that are None are left out.

    Raises:
        OperandError: *function* has no such argument.
    """
    for name in given:
        if name not in known:
            hint, listed = suggestion(name, known), ", ".join(known)
            msg = f"{function} got the argument {name!r}{hint}; it takes {listed}"
            raise OperandError(msg)
    return {known[name]: value for name, value in given.items() if value is not None}


def place(key: Any, subject: str) -> int:
    """Check the place that *subject* is asked for.

    Raises:
        OperandError: *key* is no integer.
    """
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    msg = f"{subject} got the key {key!r}; it takes a name or a place"
    raise OperandError(msg)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` where one of *known* looks like *name*."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


_OF_REFERENCES = frozenset({"$ref", "$id", "$db"})


@functools.lru_cache(maxsize=4096)
def checked(name: str, *, below: bool = False) -> str:
    """Check a name written by the caller, the name of a nested field if *below*.

    The parts of a database reference have names with ``$``; they are nested, always.

    Raises:
        ArgumentError: a part of it is empty, holds a NUL byte or begins with ``$``.
    """
    for place, segment in enumerate(name.split(".")):
        if segment in _OF_REFERENCES and (below or place):
            continue
        if not segment or segment[0] == "$" or "\0" in segment:
            msg = f"the field name {name!r} has the part {segment!r}; parts are not empty,"
            msg = f"{msg} hold no NUL byte and don't begin with '$'"
            raise ArgumentError(f"{msg}; fn.get_field reads fields of such names")
    return name
