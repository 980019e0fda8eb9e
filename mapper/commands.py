"""Flows and what drives them.

A flow is a generator: it yields steps, receives the replies to them and returns a
result. A step is a command for the driver, the call of an application's hook, a pause, or
a flow that is all or nothing. A flow knows no driver; `run` and `run_async` do the talking, and throw the errors of a step
into the flow, which decides what they mean.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

import attrs


T = TypeVar("T")


@attrs.define
class Command:
    """A call of *method* on *collection*; *rows* asks for all rows of its cursor.

    An empty *collection* means the database itself. *cause* is what would have made the
    command needless, where that is known; None says that nothing would have.
    """  # nobody changes one; not frozen, since that takes twice as long to make

    collection: str
    method: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = attrs.field(factory=dict)
    rows: bool = False
    cause: str | None = attrs.field(default="", eq=False)


@attrs.frozen
class Call:
    """A call of *function*, a hook of the application, which may have to be awaited."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        """What the function is called."""
        return getattr(self.function, "__qualname__", repr(self.function))

    def __call__(self) -> Any:
        """Make the call."""
        return self.function(*self.args, **self.kwargs)


@attrs.frozen
class Pause:
    """A wait of *seconds*, before another attempt."""

    seconds: float


@attrs.frozen
class Atomic:
    """A flow inside this one, all or nothing; its result is the reply.

    *flow* is a function that starts it, called anew for each try: it runs in the
    transaction that is on, else in one of its own, which is tried again after transient
    errors. *session* is the one that the caller gave, if any.
    """

    flow: Callable[[], Generator[Any, Any, Any]]
    session: Any = None


@attrs.frozen
class CachedRead:
    """A read whose result may come from *cache*, and is kept there for *ttl* seconds.

    Without a *ttl* the cache knows. *load* is what is done if it isn't there: a command,
    or a call, which is known by *source*. *others* are collections that are read, too,
    though the command doesn't say so.
    """

    load: Any
    cache: Any
    ttl: float | None = None
    source: Any = None
    others: frozenset[str] = frozenset()


Step: TypeAlias = Command | Call | Pause | Atomic | CachedRead
Flow: TypeAlias = Generator[Step, Any, T]


def run(flow: Flow[T], call: Callable[[Step], Any]) -> T:
    """Drive *flow* with *call*, which does a step and returns the reply."""
    resume: Callable[[Any], Step] = flow.send
    value: Any = None
    while True:
        try:
            step = resume(value)
        except StopIteration as done:
            result: T = done.value
            return result
        try:
            resume, value = flow.send, call(step)
        except Exception as error:  # noqa: BLE001 - the flow decides what it means
            resume, value = flow.throw, error
        except (
            BaseException
        ):  # an interruption: the flow tidies up, and sends nothing more
            flow.close()
            raise


async def run_async(flow: Flow[T], call: Callable[[Step], Any]) -> T:
    """Drive *flow* with *call*, whose replies may have to be awaited."""
    resume: Callable[[Any], Step] = flow.send
    value: Any = None
    while True:
        try:
            step = resume(value)
        except StopIteration as done:
            result: T = done.value
            return result
        try:
            reply = call(step)
            resume, value = (
                flow.send,
                await reply if inspect.isawaitable(reply) else reply,
            )
        except Exception as error:  # noqa: BLE001 - the flow decides what it means
            resume, value = flow.throw, error
        except (
            BaseException
        ):  # an interruption: the flow tidies up, and sends nothing more
            flow.close()
            raise
