"""What groups, buckets and windows compute: accumulators, and functions of windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mongo_dsl.nodes import Body, Node
from mongo_dsl.parsing import arguments
from mongo_dsl.parsing.data import data
from mongo_dsl.parsing.expressions import argument, expression, operation
from mongo_dsl.parsing.places import Place


def group(mql: Any, at: Place) -> Node:
    """Read the argument of ``$group``: a key, and accumulators.

    Raises:
        TranslationError: it has no key, or a field that is no accumulator.
    """
    document = at.document(mql, "the argument of $group")
    if "_id" not in document:
        raise at.wrong("$group lacks '_id', which it groups by; null makes one group")
    return Body(
        tuple(
            (key, (expression if key == "_id" else accumulator)(item, at.below(key)))
            for key, item in document.items()
        )
    )


def accumulator(mql: Any, at: Place) -> Node:
    """Read what is computed of a group.

    Raises:
        TranslationError: it is no accumulator.
    """
    return operation(mql, at, "accumulator")


def window(mql: Any, at: Place) -> Node:
    """Read a window's function, whose bounds stand beside its operator.

    Raises:
        TranslationError: it is no function of windows, or its bounds are none.
    """
    if not isinstance(mql, Mapping) or "window" not in mql or len(mql) != 2:  # noqa: PLR2004 - with bounds
        return operation(mql, at, "window")
    items = [
        (key, (_bounds if key == "window" else _computed(key))(value, at.below(key)))
        for key, value in at.document(mql, "a window's function").items()
    ]
    return at.marked(Body(tuple(items)))


def _computed(name: str) -> Callable[[Any, Place], Node]:
    def read(mql: Any, at: Place) -> Node:
        arguments.operator(name, "window", mql, at)
        return argument(name, mql, at)

    return read


_BOUNDS = ("documents", "range", "unit")


def _bounds(mql: Any, at: Place) -> Node:
    for key in at.document(mql, "a window"):
        if key not in _BOUNDS:
            raise at.wrong(f"a window has no {key!r}; it has {', '.join(_BOUNDS)}")
    return data(mql, at)


def documents_of(
    read: Callable[[Any, Place], Node], what: str
) -> Callable[[Any, Place], Node]:
    """Return what reads a document, and its members by *read*."""

    def read_all(mql: Any, at: Place) -> Node:
        items = at.document(mql, what).items()
        return Body(tuple([(k, read(v, at.below(k))) for k, v in items]))

    return read_all
