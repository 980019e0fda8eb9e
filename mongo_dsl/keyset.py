"""Keyset pages: the filter that selects what comes after a document in a sort order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from bson import json_util

from mongo_dsl.errors import ArgumentError
from mongo_dsl.nodes import Node, Op, Path, Seq, Value
from mongo_dsl.predicates import And, Equals, Or, Predicate, Where
from mongo_dsl.sorting import Sort


_OPTIONS = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL,
    tz_aware=True,
)


def cursor(order: Sequence[Sort], document: Mapping[str, Any]) -> str:
    """Write the place of *document*, as it is stored, in *order* as an opaque text."""
    values = [_read(document, sort.path.name) for sort in order]
    encoded = json_util.dumps(values, json_options=_OPTIONS, separators=(",", ":"))
    return base64.urlsafe_b64encode(encoded.encode()).decode().rstrip("=")


def _read(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for segment in path.split("."):
        value = value.get(segment) if isinstance(value, Mapping) else None
    return value


def places(order: Sequence[Sort], text: str) -> tuple[Any, ...]:
    """Read the values that `cursor` wrote.

    Raises:
        ArgumentError: *text* was not made by a cursor for this sort order.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True)
        values = json_util.loads(decoded.decode(), json_options=_OPTIONS)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ArgumentError(_not_a_cursor(text)) from error
    if not isinstance(values, list) or len(values) != len(order):
        raise ArgumentError(_not_a_cursor(text))
    return tuple(values)


def _not_a_cursor(text: str) -> str:
    return (
        f"after got {text!r}, which is no cursor of this sort order; pass one it gave"
    )


def beyond(order: Sequence[Sort], values: Sequence[Node]) -> Predicate:
    """Select what comes after the document that has *values* at the keys of *order*.

    Null and missing sort before everything else, which ``$gt`` and ``$lt`` don't know:
    they compare values of one type only.
    """
    choices: list[Predicate] = []
    equal: tuple[Predicate, ...] = ()
    for sort, value in zip(order, values, strict=True):
        step = _step(sort, value)
        if step is not None:
            choices.append(And((*equal, step)) if equal else step)
        equal = (*equal, Equals(sort.path, value))
    if not choices:
        return Where(Path("_id"), (Op("$in", Seq(())),))
    return choices[0] if len(choices) == 1 else Or(tuple(choices))


def _step(sort: Sort, value: Node) -> Predicate | None:
    """Select what differs from *value* and comes after it; None where nothing can."""
    ascending = sort.direction == Value(1)
    if value == Value(None):
        return Where(sort.path, (Op("$ne", value),)) if ascending else None
    after = Where(sort.path, (Op("$gt" if ascending else "$lt", value),))
    if ascending or sort.path.name == "_id":  # every document has an _id
        return after
    return Or((after, Equals(sort.path, Value(None))))
