"""Which fields tell documents apart, as unique indexes say."""

from __future__ import annotations

import functools
from collections.abc import Set as AbstractSet
from typing import Any

from mapper.indexes.declared import wanted_indexes


_PARTLY = {"sparse", "partialFilterExpression", "collation"}


def is_unique(model: Any, stored: AbstractSet[str]) -> bool:
    """Tell whether no two documents of *model* have the same at the paths *stored*."""
    return any(keys <= stored for keys in _unique_keys(model))


@functools.lru_cache(maxsize=1024)
def _unique_keys(model: Any) -> tuple[frozenset[str], ...]:
    """Return the keys of unique indexes that hold for every document."""
    found = [wanted.specification for wanted in wanted_indexes(model)]
    return tuple(
        frozenset(one["key"])
        for one in found
        if one.get("unique") and _PARTLY.isdisjoint(one)
    )
