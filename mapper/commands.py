"""Flows and what drives them.

A flow is a generator: it yields commands, receives the driver's replies and returns a
result. It knows no driver; `run` and `run_async` do the talking, and throw the driver's
errors into the flow, which decides what they mean.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar, cast

import attrs


T = TypeVar("T")


@attrs.frozen
class Command:
    """A call of *method* on *collection*; *rows* asks for all rows of its cursor.

    An empty *collection* means the database itself.
    """

    collection: str
    method: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = attrs.field(factory=dict)
    rows: bool = False


Flow: TypeAlias = Generator[Command, Any, T]


def run(flow: Flow[T], call: Callable[[Command], Any]) -> T:
    """Drive *flow* with *call*, which executes a command and returns the reply."""
    step: Callable[[Any], Command] = flow.send
    value: Any = None
    while True:
        try:
            command = step(value)
        except StopIteration as done:
            return cast("T", done.value)
        try:
            step, value = flow.send, call(command)
        except Exception as error:  # noqa: BLE001 - the flow decides what it means
            step, value = flow.throw, error


async def run_async(flow: Flow[T], call: Callable[[Command], Any]) -> T:
    """Drive *flow* with *call*, whose replies may have to be awaited."""
    step: Callable[[Any], Command] = flow.send
    value: Any = None
    while True:
        try:
            command = step(value)
        except StopIteration as done:
            return cast("T", done.value)
        try:
            reply = call(command)
            step, value = (
                flow.send,
                await reply if inspect.isawaitable(reply) else reply,
            )
        except Exception as error:  # noqa: BLE001 - the flow decides what it means
            step, value = flow.throw, error
