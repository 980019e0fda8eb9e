"""How flows are driven: each step is sent to the driver, or is a call of the application's."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, TypeVar

from mapper.commands import Call, Command, Flow, Pause, Step, run_async
from mapper.connection import Connection


T = TypeVar("T")


class Driven:
    """What drives flows over *database*."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self._connection = Connection(database)

    async def _run(self, flow: Flow[T]) -> T:
        return await run_async(flow, self._call)

    async def _call(self, step: Step) -> Any:
        """Do what *step* says and return the reply."""
        if isinstance(step, Call):
            return await _awaited(step())
        if isinstance(step, Pause):
            return await asyncio.sleep(step.seconds)
        reply = await _awaited(self._open(step))
        return await reply.to_list(None) if step.rows else reply

    def _open(self, command: Command) -> Any:
        """Send *command*, which may open a cursor."""
        return self._connection.send(command)


async def _awaited(reply: Any) -> Any:
    return await reply if inspect.isawaitable(reply) else reply
