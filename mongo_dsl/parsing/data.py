"""Data in MQL: values that are stored and compared."""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import DslError
from mongo_dsl.nodes import Node
from mongo_dsl.parsing.places import Place
from mongo_dsl.values import node


def data(mql: Any, at: Place) -> Node:
    """Read a value.

    Raises:
        TranslationError: it has no BSON form.
    """
    try:
        return at.marked(node(mql))
    except DslError as error:
        raise at.wrong(str(error)) from error


def operator_of(mql: Any) -> str | None:
    """Return the operator that the document *mql* begins with, if it does."""
    first = next(iter(mql), None) if isinstance(mql, dict) else None
    if not isinstance(first, str) or first[:1] != "$":
        return None
    return None if first in _REFERENCE else first


_REFERENCE = frozenset({"$ref", "$id", "$db"})
