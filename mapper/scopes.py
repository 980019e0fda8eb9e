"""Scopes: what every query of a class asks for besides, as its behaviours say.

Soft-deleted documents are left out by one; documents of other classes in the same
collection by another.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from mapper.behaviour import behaviours_of
from mapper.discriminators import class_filter
from mongo_dsl import Filter, all_of
from mongo_dsl.variants import discriminator_of


_NOTHING: Mapping[str, Any] = {}


@functools.lru_cache(maxsize=1024)
def is_whole(cls: Any) -> bool:
    """Tell whether queries of *cls* surely ask for nothing besides, as those of most do."""
    return not behaviours_of(cls) and discriminator_of(cls) is None


def scope_of(cls: Any, asked: Mapping[str, Any] = _NOTHING) -> Filter | None:
    """Return the scope of *cls* for a query set that asks for *asked*; None for all."""
    scopes = [behaviour.scope(cls, asked) for behaviour in behaviours_of(cls)]
    scopes.append(class_filter(cls))
    found = [scope for scope in scopes if scope is not None]
    return all_of(*found) if found else None


def scoped(cls: Any, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a query set of *cls* asks for, with the scope in its filter."""
    scope = scope_of(cls, asked)
    if scope is None:
        return asked
    return {**asked, "filter": asked["filter"] & scope if "filter" in asked else scope}
