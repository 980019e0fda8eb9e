"""What a change stream asks the server for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict

from bson import Timestamp

from mapper.commands import Command
from mapper.flows import asking
from mapper.scopes import scoped
from mapper.streams.events import KINDS, ChangeEvent, Deleted
from mapper.streams.stores import Token, TokenStore
from mongo_dsl import Filter, Pipeline
from mongo_dsl.compile import compile_filter
from mongo_dsl.errors import ArgumentError, CompileError, OperandError
from mongo_dsl.names import suggestion
from mongo_dsl.predicates import under


class WatchOptions(TypedDict, total=False):
    """What `watch` takes besides filters.

    *kinds* are the classes of the events to tell, all if not given. *full_document* says
    whether updates come with the document: as it is when the event is read
    (``"updateLookup"``), or as the collection recorded it, if it did (``"whenAvailable"``)
    or else with an error (``"required"``). *full_document_before_change* asks for what it
    was before. *max_await* is how many seconds the server waits for events before it says
    that there are none, *batch_size* how many events a reply brings. *start_after* is the
    token of the event to go on after, *start_at* the time to begin at. *pipeline* has
    stages that look at MongoDB's events before they are read.

    *resume* is the name under which the place is kept in *store*, a collection
    *resume_tokens* if not given. *retries* is how often in a row a stream is opened again
    when the connection is lost, beyond what the driver does.
    """

    kinds: type[ChangeEvent[Any]] | Iterable[type[ChangeEvent[Any]]]
    full_document: Literal["updateLookup", "whenAvailable", "required"]
    full_document_before_change: Literal["whenAvailable", "required"]
    max_await: float
    batch_size: int
    start_after: Token
    start_at: dt.datetime | Timestamp
    pipeline: Any
    resume: str
    store: TokenStore
    retries: int


def checked(query: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options in *given*, if *query* can be watched so.

    Raises:
        ArgumentError: an option is unknown, or has a value it can't have.
    """
    known = list(WatchOptions.__annotations__)
    options = dict(given)
    if isinstance(kinds := given.get("kinds"), Iterable):
        options["kinds"] = tuple(kinds)  # they are asked for more than once
    for name, value in options.items():
        if name not in known:
            msg = f"watch got {name!r}{suggestion(name, known)}; it takes "
            raise ArgumentError(msg + ", ".join(known))
        if name in _CHECKS and not _CHECKS[name][0](value):
            msg = f"watch got {name}={value!r}; it takes {_CHECKS[name][1]}"
            raise ArgumentError(msg)
    if "store" in given and "resume" not in given:
        msg = "watch got a store without a name; give resume='…', the name of the token"
        raise ArgumentError(msg)
    _refuse_parts(query)
    return options


def _number(value: Any) -> bool:
    return type(value) in (int, float) and value > 0


_AFTER = ("updateLookup", "whenAvailable", "required")
_CHECKS: Mapping[str, tuple[Any, str]] = {
    "full_document": (_AFTER.__contains__, f"one of {', '.join(map(repr, _AFTER))}"),
    "full_document_before_change": (
        _AFTER[1:].__contains__,
        f"one of {', '.join(map(repr, _AFTER[1:]))}",
    ),
    "max_await": (_number, "a positive number of seconds"),
    "batch_size": (lambda v: type(v) is int and v > 0, "a positive number of events"),
    "retries": (lambda v: type(v) is int and v >= 0, "a number of attempts"),
    "kinds": (
        lambda v: isinstance(v, type) or (isinstance(v, tuple) and bool(v)),
        "a class of events, or some",
    ),
    "store": (
        lambda v: hasattr(v, "load") and hasattr(v, "save"),
        "a store with the methods load and save",
    ),
    "resume": (lambda v: isinstance(v, str) and bool(v), "the name of a token"),
    "start_at": (
        lambda v: isinstance(v, Timestamp) or (isinstance(v, dt.datetime) and v.tzinfo),
        "a Timestamp, or a datetime with a time zone",
    ),
}

_CUTS = ("skip", "limit", "sort", "projection", "row", "hint", "max_time_ms")


def _refuse_parts(query: Any) -> None:
    """Refuse what a query set can ask for and a change stream can't."""
    for part in _CUTS:
        if part in query.asked:
            msg = (
                f"a query that was given {part!r} can't be watched; watch takes a query"
            )
            raise ArgumentError(f"{msg} of filters alone")


def watch(query: Any, given: Mapping[str, Any], token: Token | None = None) -> Command:
    """Return the command that opens a stream of the changes that *query* looks at.

    *token* is where to go on; without one, the options in *given* say.
    """
    asked = asking.arguments(query)
    options: dict[str, Any] = {**_start(given, token)}
    filtered = bool(asked["filter"])
    if filtered or "full_document" in given:
        options["full_document"] = given.get("full_document", "updateLookup")
    for name in ("full_document_before_change", "batch_size"):
        if name in given:
            options[name] = given[name]
    if "max_await" in given:
        options["max_await_time_ms"] = max(1, round(1000 * given["max_await"]))
    options |= {n: asked[n] for n in ("session", "collation", "comment") if n in asked}
    return Command(asking.collection(query), "watch", (stages(query, given),), options)


def _start(given: Mapping[str, Any], token: Token | None) -> dict[str, Any]:
    after = given.get("start_after") if token is None else token
    if after is not None:
        # unlike resume_after, it takes the token of the event that ended a stream
        return {"start_after": after}
    at = given.get("start_at")
    if at is None:
        return {}
    found = at if isinstance(at, Timestamp) else Timestamp(at, 1)
    return {"start_at_operation_time": found}


def stages(query: Any, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the stages that pick the events *query* looks at.

    Raises:
        OperandError: the filter can't be held against events.
        ArgumentError: the filter can't be held against events of the kinds asked for.
    """
    found = [*_conditions(query, given), *_of_kinds(operations(given))]
    matching = [{"$match": condition} for condition in found]
    return [*matching, *Pipeline(given.get("pipeline", [])).compile()]


def operations(given: Mapping[str, Any]) -> frozenset[str]:
    """Return MongoDB's names of the kinds of events asked for.

    Raises:
        OperandError: they are no classes of events.
    """
    classes = _classes(given)
    for cls in classes:
        if not (isinstance(cls, type) and issubclass(cls, ChangeEvent)):
            known = ", ".join(kind.__name__ for kind in KINDS.values())
            msg = f"watch got {cls!r} among the kinds; it takes classes of events: {known}"
            raise OperandError(msg)
    return frozenset(n for n, kind in KINDS.items() if issubclass(kind, classes))


def _classes(given: Mapping[str, Any]) -> tuple[Any, ...]:
    asked = given.get("kinds", (ChangeEvent,))
    return (asked,) if isinstance(asked, type) else tuple(asked)


def _of_kinds(kinds: frozenset[str]) -> list[dict[str, Any]]:
    """Leave other kinds out; the stream has to know its own end in any case."""
    if kinds == KINDS.keys():
        return []
    names = [n for n in KINDS if n in kinds or n == "invalidate"]
    return [{"operationType": {"$in": names}}]


_WITH_DOCUMENT = ("insert", "update", "replace")
_WITHOUT = ("drop", "rename", "invalidate")


def _conditions(query: Any, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Hold the filter against documents after a change, deleted ones before it."""
    condition = scoped(query.model, query.asked).get("filter")
    if condition is None or not condition.compile():
        return []
    before = "full_document_before_change" in given
    if Deleted in _classes(given) and not before:
        msg = "watch can't hold a filter against deleted documents, which are gone; "
        raise ArgumentError(f"{msg}ask for full_document_before_change too")
    after = _below("fullDocument", condition)
    found = [{"operationType": {"$in": [*_WITH_DOCUMENT]}, **after}]
    if before:
        deleted = _below("fullDocumentBeforeChange", condition)
        found.append({"operationType": "delete", **deleted})
    found.append({"operationType": {"$in": [*_WITHOUT]}})
    return [{"$or": found}]


def _below(prefix: str, condition: Filter) -> dict[str, Any]:
    """Compile *condition* on the document that an event has at *prefix*."""
    try:
        return compile_filter(under(prefix, condition._node))  # noqa: SLF001
    except CompileError:
        msg = f"watch can't hold {condition.to_shell()} against events, as a part of it"
        msg = f"{msg} speaks of the whole document; compare fields with values, or give"
        raise OperandError(f"{msg} pipeline=[...] with stages on events") from None
