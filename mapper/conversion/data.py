"""Values that no annotation describes: stored by the rules of queries, read as they are."""

from __future__ import annotations

from typing import Any

from bson import ObjectId

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


def as_stored(stored: Any, _: Any) -> Any:
    """Return *stored* as the driver read it."""
    return stored


def _is_data(found: Node) -> bool:
    """Tell data from queries, which would be stored as operators."""
    if isinstance(found, Seq):
        return all(map(_is_data, found.items))
    if isinstance(found, Map):
        return all(_is_data(item) for _, item in found.items)
    return isinstance(found, Value)
