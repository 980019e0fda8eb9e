"""How flows are driven: each step is sent to the driver, or is a call of the application's."""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import caching
from mapper.collector import ambient
from mapper.commands import CachedRead, Call, Command, Flow, Pause, Step, run
from mapper.connected import Connected
from mapper.connection import FINDING
from mapper.errors import HookError
from mapper.rows import gathered
from mapper.sessions import any_ambient, transaction_of
from mapper.tracking import recording


if TYPE_CHECKING:
    pass

T = TypeVar("T")


class Driven(Connected):
    """What drives flows over *database*."""

    def _run(self, flow: Flow[T]) -> T:
        policy = self._connection.collector
        if policy is None:
            if not any_ambient():  # as a rule; cold code costs more than its lines
                return run(flow, self._call)
            return self._ran(flow)
        with ambient(policy):
            return self._ran(flow)

    def _ran(self, flow: Flow[T]) -> T:
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
            send = self._connection.send if step.method in FINDING else self._open
            reply = send(step)
            return gathered(list(reply)) if step.rows else reply
        except Exception as error:
            meant = self._meaning(step)(error)
            if meant is None:
                raise
            raise meant from error

    def _do(self, step: Any) -> Any:
        """Do what *step*, which is no command, says."""
        if isinstance(step, CachedRead):
            flow = caching.through(step, self._connection, caching.IN_THREADS)
            return run(flow, self._call)
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        return _at_once(step)

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
