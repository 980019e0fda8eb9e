"""Values that no annotation describes: stored by the rules of queries, read as copies.

What is read shares no list or dictionary with the stored document: saving compares the
two, and would miss what was changed in both.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from bson import Code, DBRef, ObjectId

from mapper.conversion.moments import decode_datetime
from mapper.conversion.problems import refused, unfit
from mongo_dsl.compile import compile_value
from mongo_dsl.errors import DslError
from mongo_dsl.nodes import Map, Node, Seq, Value
from mongo_dsl.values import node


_NATIVE = frozenset({str, float, bool, type(None), ObjectId})


def untyped(value: Any) -> Any:
    """Store *value* by the rules of `mongo_dsl.values`, where no annotation says more.

    Raises:
        Misfit: it has no BSON form.
    """
    if type(value) in _NATIVE:
        return value
    try:
        found = node(value)
    except DslError as error:
        raise refused(error) from error
    if _is_data(found):
        return compile_value(found)
    raise unfit(value, "data")


def as_stored(stored: Any, _: Any = None) -> Any:
    """Return a copy of what the driver read, its moments aware and in UTC."""
    copied = _COPIES.get(type(stored))
    if copied is not None:
        return copied(stored)
    return _mapping(stored) if isinstance(stored, Mapping) else stored


def _mapping(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: as_stored(item) for name, item in stored.items()}


def _list(stored: list[Any]) -> list[Any]:
    return [as_stored(item) for item in stored]


def _moment(stored: dt.datetime) -> dt.datetime:
    return decode_datetime(stored, dt.datetime)


_COPIES: dict[type, Callable[[Any], Any]] = {
    dict: _mapping,
    list: _list,
    dt.datetime: _moment,
    Code: copy.deepcopy,  # its scope is a dictionary
    DBRef: copy.deepcopy,
}


def _is_data(found: Node) -> bool:
    """Tell data from queries, which would be stored as operators."""
    if isinstance(found, Seq):
        return all(map(_is_data, found.items))
    if isinstance(found, Map):
        return all(_is_data(item) for _, item in found.items)
    return isinstance(found, Value)
