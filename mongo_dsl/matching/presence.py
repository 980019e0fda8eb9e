"""``$exists`` and ``$type``.

https://www.mongodb.com/docs/manual/reference/operator/query-element/
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from bson import (
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)

from mongo_dsl.matching.paths import MISSING
from mongo_dsl.matching.verdicts import Condition, Not, Some, refuse
from mongo_dsl.names import BSON_TYPES
from mongo_dsl.values import number, truth, whole


_NUMBERS = frozenset({1, 16, 18, 19})

# Asked in this order: a bool is an int, code is a str.
_KINDS: tuple[tuple[Any, str], ...] = (
    (Code, "javascript"),
    (str, "string"),
    (bool, "bool"),
    (Int64, "long"),
    (int, "int"),
    (float, "double"),
    (Decimal128, "decimal"),
    (type(None), "null"),
    ((dict, DBRef), "object"),
    (list, "array"),
    (bytes, "binData"),
    (ObjectId, "objectId"),
    (dt.datetime, "date"),
    (Timestamp, "timestamp"),
    ((Regex, re.Pattern), "regex"),
    (MinKey, "minKey"),
    (MaxKey, "maxKey"),
)


def _exists(operand: Any) -> Condition:
    if not isinstance(operand, bool) and number(operand) is None:
        raise refuse("$exists", operand, "it takes true or false")
    present = Some(lambda value: value is not MISSING)
    return present if truth(operand) else Not(present)


def _type(operand: Any) -> Condition:
    asked = operand if isinstance(operand, list) else [operand]
    if not asked:
        raise refuse("$type", operand, "it takes at least one type")
    codes = frozenset[int]().union(*map(_codes, asked))
    return Some(lambda value: value is not MISSING and code_of(value) in codes)


def _codes(asked: Any) -> frozenset[int]:
    if asked == "number":
        return _NUMBERS
    code = BSON_TYPES.get(asked) if isinstance(asked, str) else whole(asked)
    if code is None or code not in BSON_TYPES.values():
        raise refuse("$type", asked, "it takes the aliases and numbers of BSON's types")
    return frozenset({code})


def code_of(value: Any) -> int:
    """Return the number of the BSON type that *value* is stored as."""
    name = next(name for kind, name in _KINDS if isinstance(value, kind))
    if name == "int" and not -(1 << 31) <= value < 1 << 31:
        name = "long"
    if name == "javascript" and value.scope is not None:
        name = "javascriptWithScope"
    return BSON_TYPES[name]


OPERATORS: dict[str, Callable[[Any], Condition]] = {"$exists": _exists, "$type": _type}
