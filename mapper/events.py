"""Events: functions of the application that are called when documents are written.

Each document's events are ``before_`` and ``after_`` one of ``insert``, ``update``,
``save``, ``delete`` and ``load``; ``create`` is another word for ``insert``. Changes of
state are told as ``before_transition`` and ``after_transition``, by a `Transition`. Writes by
queries don't know the documents they touch and have events of their own:
``before_query_update``, ``after_query_update``, ``before_query_delete``,
``after_query_delete``, ``before_bulk_write`` and ``after_bulk_write``, whose functions
get a `Touched`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast, overload

import attrs

from mapper.commands import Call
from mapper.errors import DefinitionError
from mongo_dsl.names import suggestion


F = TypeVar("F", bound=Callable[..., Any])

_OF_DOCUMENTS = ("insert", "update", "save", "delete", "load")
_OF_STATES = ("transition",)
_OF_QUERIES = ("query_update", "query_delete", "bulk_write")
EVENTS = tuple(
    f"{when}_{what}"
    for what in (*_OF_DOCUMENTS, *_OF_STATES, *_OF_QUERIES)
    for when in ("before", "after")
)
_ALIASES = {"before_create": "before_insert", "after_create": "after_insert"}


@attrs.frozen
class Touched:
    """What a write by a query touches, or has touched.

    Args:
        model: the document class.
        filter: the filter that is sent.
        update: the update that is sent; None for a delete.
        result: what the server answered; None before.
    """

    model: type
    filter: Mapping[str, Any]
    update: Any = None
    result: Any = None


@attrs.frozen(eq=False)
class Transition:
    """A change of state: the *field* of *document* goes from *source* to *target*."""

    document: Any
    field: str
    source: Any
    target: Any


class Listeners:
    """Functions by event."""

    def __init__(self) -> None:
        self._functions: dict[str, list[Callable[..., Any]]] = {}

    def add(self, event: str, function: Callable[..., Any]) -> None:
        """Have *function* called at *event*.

        Raises:
            DefinitionError: there is no such event, or *function* can't be called.
        """
        known = _ALIASES.get(event, event)
        if known not in EVENTS:
            raise DefinitionError(_unknown(event))
        if not callable(function):
            msg = f"the event {event!r} got {function!r}; it takes a function"
            raise DefinitionError(msg)
        self._functions.setdefault(known, []).append(function)
        _heard.add(known)

    def remove(self, event: str, function: Callable[..., Any]) -> None:
        """Have *function* called no more at *event*.

        Raises:
            DefinitionError: it wasn't called.
        """
        functions = self._functions.get(_ALIASES.get(event, event), [])
        if function not in functions:
            msg = f"{function!r} doesn't listen to {event!r}"
            raise DefinitionError(msg)
        functions.remove(function)

    def of(self, event: str) -> Iterable[Callable[..., Any]]:
        """Return the functions of *event*, in the order they were added."""
        return tuple(self._functions.get(event, ()))

    @overload
    def on(self, event: str) -> Callable[[F], F]: ...

    @overload
    def on(self, event: str, function: F) -> F: ...

    def on(self, event: str, function: Any = None) -> Any:
        """Have *function* called at *event*; without it, decorate a function."""
        if function is None:
            return lambda decorated: self.on(event, decorated)
        self.add(event, function)
        return function


_heard: set[str] = set()  # events that were ever listened to: most aren't
application = Listeners()
"""The listeners of every class."""


def on(event: str, function: Any = None) -> Any:
    """Have *function* called at *event* of every class; without it, decorate one.

    Raises:
        DefinitionError: there is no such event, or *function* can't be called.

    >>> from mapper import events
    >>> @events.on("after_delete")
    ... def note(document): ...
    >>> events.application.remove("after_delete", note)
    """
    return application.on(event, function)


def _unknown(event: Any) -> str:
    hint = suggestion(event, EVENTS) if isinstance(event, str) else ""
    return f"there is no event {event!r}{hint}; the events are: {', '.join(EVENTS)}"


def listeners_of(cls: Any) -> Listeners:
    """Return the listeners of *cls* itself."""
    found = cls.__dict__.get("__listeners__")
    if found is None:
        found = Listeners()
        type.__setattr__(cls, "__listeners__", found)
    return cast("Listeners", found)


def functions_of(cls: Any, event: str) -> Iterator[Callable[..., Any]]:
    """Yield what is called: the application's first, then from the root class down."""
    yield from application.of(event)
    for base in reversed(cls.__mro__):
        listeners = vars(base).get("__listeners__")
        if listeners is not None:
            yield from listeners.of(event)


is_silent = _heard.isdisjoint
"""Tell whether nobody has ever listened to any of some events, of whichever class."""


def announce(event: str, cls: Any, *documents: Any) -> Iterable[Call]:
    """Call what listens to *event* of *cls* with each of *documents*, one after another.

    An error of a function ends the flow there.
    """
    return _calls(event, cls, documents) if event in _heard else ()


def announce_each(events: Iterable[str], cls: Any, document: Any) -> Iterable[Call]:
    """Call what listens to each of *events* of *cls* with *document*, in their order."""
    if is_silent(events):  # as a rule; one question for all of them
        return ()
    return (call for event in events for call in _calls(event, cls, (document,)))


def _calls(event: str, cls: Any, documents: Iterable[Any]) -> Iterator[Call]:
    functions = list(functions_of(cls, event))
    for document in documents:
        for function in functions:
            yield Call(function, (document,))
