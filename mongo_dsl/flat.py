"""Comparisons of fields with plain values, kept flat: the quick way to build and compile.

Most filters join comparisons with plain values. Such a filter is a tuple of parts, and the
tree of `predicates` grows only when somebody asks for it.
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.compile.expressions import EXPRESSIONS
from mongo_dsl.compile.filters import compile_filter
from mongo_dsl.predicates import Part, Query


def compile_flat(parts: tuple[Part, ...]) -> dict[str, Any] | None:
    """Compile *parts* as `compile_filter` does; None where conditions don't simply merge."""
    merged: dict[str, Any] = {}
    for path, operator, value in parts:
        name = path.name
        plain = list(value) if type(value) is tuple else value
        known = merged.get(name)  # plain values are never None
        if known is None:
            merged[name] = {operator: plain} if operator else plain
        elif operator and type(known) is dict and operator not in known:
            known[operator] = plain
        else:
            return None
    return None if "" in merged else merged  # an array's item has no name


def compile_query(query: Query) -> dict[str, Any]:
    """Compile the filter that is a stage's argument."""
    flat = None if query.parts is None else compile_flat(query.parts)
    return compile_filter(query.predicate) if flat is None else flat


EXPRESSIONS[Query] = compile_query
