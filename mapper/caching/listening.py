"""Hearing of the writes of others, by a change stream.

https://www.mongodb.com/docs/manual/changeStreams/
"""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapper.caching.marks import written
from mapper.commands import Call, Command, Flow, Pause
from mapper.errors import MapperError


if TYPE_CHECKING:
    import asyncio

    from typing_extensions import Self

WAIT = 0.5
"""Seconds that the server waits for changes before it says that there are none."""
PATIENCE = 3.0
"""Seconds of silence after which the stream counts as lost."""
PAUSE = 0.2
"""Seconds before a stream is opened again."""

_STAGES = ({"$project": {"operationType": 1, "ns": 1, "to": 1}},)
_OPTIONS = {"max_await_time_ms": int(WAIT * 1000)}


class _Listening:
    """What both listeners do: follow the changes of the database of *mapper* for *cache*."""

    def __init__(self, cache: Any, mapper: Any) -> None:
        self._cache = cache
        self._mapper = mapper
        self._heard: float | None = None
        self._stream: Any = None
        self._closed = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._cache!r}, {self._mapper!r})"

    @property
    def alive(self) -> bool:
        """Whether all writes that others have made are known."""
        heard = self._heard
        return heard is not None and time.monotonic() - heard < PATIENCE

    def _open(self) -> Flow[Any]:
        """Open the stream; what was read before it is forgotten."""
        self._stream = yield Command("", "watch", (list(_STAGES),), dict(_OPTIONS))
        event = yield Call(self._stream.try_next)  # one driver opens it here
        self._cache.clear()
        self._hear(event)
        return self._stream

    def _follow(self) -> Flow[None]:
        """Listen until the end, and open the stream again whenever it is lost."""
        while not self._closed:
            try:
                known = self._stream
                stream = (yield from self._open()) if known is None else known
                self._hear((yield Call(stream.try_next)))
                if not stream.alive:
                    yield from self._lose()
            except Exception:  # noqa: BLE001 - any: without a stream nothing is cached
                yield from self._lose()
            if self._stream is None and not self._closed:
                yield Pause(PAUSE)

    def _hear(self, event: Mapping[str, Any] | None) -> None:
        """Take note of an *event*, or that there was none."""
        if self._heard is not None and not self.alive:
            self._cache.clear()  # it was silent, and others wrote perhaps
        if event is not None:
            written(_names(event))
        self._heard = time.monotonic()

    def _lose(self) -> Flow[None]:
        """Trust nothing that is cached, until there is another stream."""
        self._heard = None
        self._cache.clear()
        with contextlib.suppress(Exception):  # it is lost
            yield from self._leave()

    def _leave(self) -> Flow[None]:
        """Close the stream."""
        stream, self._stream = self._stream, None
        if stream is not None:
            yield Call(stream.close)


def _names(event: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Return which collections an *event* says were written to."""
    spaces = [event[name] for name in ("ns", "to") if event.get(name)]
    return [(space["db"], space.get("coll")) for space in spaces]


class Listener(_Listening):
    """Listens in a thread, from ``with`` until its end or `close`."""

    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Self:
        """Open the stream, and listen from now on. Sends two commands.

        Raises:
            MapperError: it was started before.
        """
        _check_new(self._thread)
        self._run(self._open())
        self._thread = threading.Thread(
            target=self._run, args=(self._follow(),), name=repr(self), daemon=True
        )
        self._cache.attend(self)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop listening; what is cached is forgotten. It takes half a second at most."""
        self._closed = True
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()
        self._run(self._leave())
        self._cache.clear()
        self._cache.ignore(self)

    def _run(self, flow: Flow[None]) -> None:
        contextvars.Context().run(self._mapper._run, flow)  # noqa: SLF001


class AsyncListener(_Listening):
    """Listens in a task, from ``async with`` until its end or `close`."""

    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> Self:
        """Open the stream, and listen from now on. Sends two commands.

        Raises:
            MapperError: it was started before.
        """
        _check_new(self._task)
        await self._begun(self._open())
        self._cache.attend(self)
        self._task = self._begun(self._follow())
        return self

    async def close(self) -> None:
        """Stop listening; what is cached is forgotten. It takes half a second at most."""
        self._closed = True
        if self._task is not None:
            import asyncio

            await asyncio.wait([self._task])
        await self._begun(self._leave())
        self._cache.clear()
        self._cache.ignore(self)

    def _begun(self, flow: Flow[None]) -> asyncio.Task[None]:
        """Begin *flow* in no session and transaction of the caller's."""
        import asyncio

        run = self._mapper._run  # noqa: SLF001
        return contextvars.Context().run(
            lambda: asyncio.get_running_loop().create_task(run(flow))
        )


def _check_new(started: Any) -> None:
    if started is not None:
        msg = "the listener was started before; listen(...) makes another"
        raise MapperError(msg)


def listener(cache: Any, mapper: Any) -> Listener | AsyncListener:
    """Return what listens for *cache* on *mapper*, in its colour."""
    is_async = inspect.iscoroutinefunction(mapper._run)  # noqa: SLF001
    return (AsyncListener if is_async else Listener)(cache, mapper)
