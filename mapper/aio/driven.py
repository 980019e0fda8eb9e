"""How flows are driven: each step is sent to the driver, or is a call of the application's."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import caching
from mapper.collector import ambient
from mapper.commands import CachedRead, Command, Flow, Pause, Step, run_async
from mapper.connected import Connected
from mapper.rows import gathered
from mapper.sessions import any_ambient, transaction_of
from mapper.tracking import recording


if TYPE_CHECKING:
    pass

T = TypeVar("T")


class Driven(Connected):
    """What drives flows over *database*."""

    async def _run(self, flow: Flow[T]) -> T:
        policy = self._connection.collector
        if policy is None:
            if not any_ambient():  # as a rule; cold code costs more than its lines
                return await run_async(flow, self._call)
            return await self._ran(flow)
        with ambient(policy):
            return await self._ran(flow)

    async def _ran(self, flow: Flow[T]) -> T:
        if not any_ambient():
            return await run_async(flow, self._call)
        on = transaction_of(self._connection.client)
        with recording(None if on is None else on.undo):
            return await run_async(flow, self._call)

    async def _call(self, step: Step) -> Any:
        """Do what *step* says and return the reply."""
        if not isinstance(step, Command):
            return await self._do(step)
        try:
            reply = await awaited(self._open(step))
            return gathered([row async for row in reply]) if step.rows else reply
        except Exception as error:
            meant = self._meaning(step)(error)
            if meant is None:
                raise
            raise meant from error

    async def _do(self, step: Any) -> Any:
        """Do what *step*, which is no command, says."""
        if isinstance(step, CachedRead):
            flow = caching.through(step, self._connection, caching.in_tasks())
            return await run_async(flow, self._call)
        if isinstance(step, Pause):
            import asyncio

            return await asyncio.sleep(step.seconds)
        return await awaited(step())

    def _open(self, command: Command) -> Any:
        """Send *command*, which may open a cursor."""
        writing = self._connection.writing(command)
        if writing is None:
            return self._connection.send(command)
        return self._write(command, writing)

    async def _write(self, command: Command, writing: caching.Writing) -> Any:
        """Send *command* while *writing*; a pipeline that writes has no rows to wait for."""
        with writing:
            reply = await awaited(self._connection.send(command))
            if hasattr(reply, "to_list"):
                await reply.to_list(None)  # Motor sends it when a row is asked for
            return reply


async def awaited(reply: Any) -> Any:
    """Return *reply*, awaited if need be."""
    return await reply if inspect.isawaitable(reply) else reply
