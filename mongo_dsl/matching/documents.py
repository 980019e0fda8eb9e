"""Documents and objects in the form they are stored in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from bson import DBRef

from mongo_dsl.compile import compile_value
from mongo_dsl.errors import OperandError
from mongo_dsl.structure import fields_of
from mongo_dsl.values import node, ordered


def stored_form(document: Any) -> dict[str, Any]:
    """Return *document*, a mapping or an object of an attrs class, as it is stored.

    Raises:
        OperandError: it is something else, or holds a value without a BSON form.
    """
    if not _is_object(document) and not isinstance(document, Mapping):
        msg = f"matches got {document!r}; it takes a mapping or an object of an attrs class"
        raise OperandError(msg)
    stored: dict[str, Any] = compile_value(node(_stored(document)))
    return stored


def _is_object(value: Any) -> bool:
    """Tell whether *value* is an instance of an attrs class; shapes are values."""
    return attrs.has(type(value)) and not hasattr(value, "__geo_interface__")


def _stored(value: Any) -> Any:
    if _is_object(value):
        return _encoded(value)
    if isinstance(value, DBRef):
        return _stored(value.as_doc())
    if isinstance(value, Mapping):
        return {name: _stored(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [_stored(item) for item in ordered(value)]
    if isinstance(value, (list, tuple)):
        return [_stored(item) for item in value]
    return value


def _encoded(value: Any) -> Any:
    """Let the class of *value* say how it is stored, if it has something to say."""
    kind: Any = type(value)
    encode: Callable[[Any, Any], Any] | None = getattr(kind, "__encode_value__", None)
    if encode is not None:
        return encode(value, kind)
    return {
        stored: _stored(getattr(value, name))
        for name, (stored, _) in fields_of(kind).items()
    }
