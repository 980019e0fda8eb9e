"""Comparisons of fields with plain values, kept flat: the quick way to build and compile.

Most filters join comparisons with plain values. Such a filter is a tuple of parts, and the
tree of `predicates` grows only when somebody asks for it.
"""

from __future__ import annotations

import itertools
from typing import Any

from mongo_dsl.nodes import Node, Op, Path, Seq, Value
from mongo_dsl.predicates import And, Equals, Predicate, Where


Part = tuple[Path, str, Any]
"""A path, an operator and a value; without operator they are equal, a tuple is an array."""


def grown(parts: tuple[Part, ...]) -> Predicate:
    """Return the tree that *parts* stand for."""
    terms = tuple(itertools.starmap(_term, parts))
    return terms[0] if len(terms) == 1 else And(terms)


def _term(path: Path, operator: str, value: Any) -> Predicate:
    found: Node = (
        Seq(tuple(map(Value, value))) if type(value) is tuple else Value(value)
    )
    return Where(path, (Op(operator, found),)) if operator else Equals(path, found)


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
