"""How flows are driven: each step is sent to the driver, or is a call of the application's."""

from __future__ import annotations

import copy
import functools
import inspect
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from mapper.caching import IN_THREADS, through
from mapper.commands import CachedRead, Call, Command, Flow, Pause, Step, run
from mapper.concerns import SILENT, Concerns, concerns
from mapper.connection import Connection
from mapper.errors import HookError
from mapper.sessions import any_ambient, failed, transaction_of
from mapper.tracking import recording


if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class Driven:
    """What drives flows over *database*."""

    def __init__(self, database: Any, concerns: Concerns = SILENT) -> None:
        self.database = database
        self._connection = Connection(database, concerns)

    def _run(self, flow: Flow[T]) -> T:
        if not any_ambient():
            return run(flow, self._call)
        on = transaction_of(self._connection.client)
        with recording(None if on is None else on.undo):
            return run(flow, self._call)

    def _call(self, step: Step) -> Any:
        """Do what *step* says and return the reply."""
        if not isinstance(step, Command):
            return self._do(step)
        try:
            reply = self._open(step)
            return reply.to_list() if step.rows else reply
        except Exception as error:
            meant = self._meaning(step)(error)
            if meant is None:
                raise
            raise meant from error

    def _do(self, step: Any) -> Any:
        """Do what *step*, which is no command, says."""
        if isinstance(step, CachedRead):
            return run(through(step, self._connection, IN_THREADS), self._call)
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        return _at_once(step)

    def with_options(
        self,
        *,
        read_concern: Any = None,
        write_concern: Any = None,
        read_preference: Any = None,
    ) -> Self:
        """Return a mapper on the same client that reads and writes otherwise.

        What isn't given stays; queries and the ``Meta`` of classes come first.

        Raises:
            ArgumentError: one of them can't be.
        """
        asked = concerns(
            read_concern=read_concern,
            write_concern=write_concern,
            read_preference=read_preference,
        )
        made = copy.copy(self)
        made.__dict__["_connection"] = self._connection.with_options(asked)
        return made

    def _meaning(self, command: Command) -> Callable[[Exception], Exception | None]:
        """Return what tells what an error of *command* means, if not itself."""
        return functools.partial(failed, self._connection.client, command)

    def _open(self, command: Command) -> Any:
        """Send *command*, which may open a cursor."""
        writing = self._connection.writing(command)
        if writing is None:
            return self._connection.send(command)
        with writing:
            return self._connection.send(command)


def _at_once(call: Call) -> Any:
    """Make *call*, which nothing here could await.

    Raises:
        HookError: it returned a coroutine.
    """
    reply = call()
    if not inspect.isawaitable(reply):
        return reply
    if inspect.iscoroutine(reply):
        reply.close()
    msg = f"the hook {call.name} is async and was called by a SyncDocument, which can't"
    raise HookError(f"{msg} await it; write it without async, or use Document")
