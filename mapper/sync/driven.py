"""How flows are driven: each step is sent to the driver, or is a call of the application's."""

from __future__ import annotations

import inspect
import time
from typing import Any, TypeVar

from mapper.commands import Call, Command, Flow, Pause, Step, run
from mapper.connection import Connection
from mapper.errors import HookError


T = TypeVar("T")


class Driven:
    """What drives flows over *database*."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self._connection = Connection(database)

    def _run(self, flow: Flow[T]) -> T:
        return run(flow, self._call)

    def _call(self, step: Step) -> Any:
        """Do what *step* says and return the reply."""
        if isinstance(step, Call):
            return _at_once(step)
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        reply = self._open(step)
        return reply.to_list() if step.rows else reply

    def _open(self, command: Command) -> Any:
        """Send *command*, which may open a cursor."""
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
