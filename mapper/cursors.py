"""Cursors: documents streamed from the server, one made at a time.

The two classes are the one place where sync and async code stands twice.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


class Cursor(Generic[M]):
    """An iterator over the documents of a query; closing it frees the server's cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects
    of the driver's dictionaries, *meant* says what an error of the driver's means, if not
    itself.
    """

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Callable[[Any], M],
        meant: Callable[[Exception], Exception | None],
    ) -> None:
        self._open = open_
        self._read = read
        self._meant = meant
        self._rows: Any = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> M:
        try:
            if self._rows is None:
                self._rows = self._open()
            row = next(self._rows)
        except Exception as error:
            meant = self._meant(error)
            if meant is None:
                raise
            raise meant from error
        return self._read(row)

    def close(self) -> None:
        """Stop streaming."""
        if self._rows is not None:
            self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FinishingCursor(Cursor[M]):
    """A cursor that takes *size* rows at a time, of which *finish* makes documents."""

    def __init__(
        self,
        open_: Callable[[], Any],
        meant: Callable[[Exception], Exception | None],
        finish: Callable[[list[Any]], Any],
        size: int,
    ) -> None:
        super().__init__(open_, _as_it_is, meant)
        self._finish = finish
        self._size = size
        self._ready: deque[M] = deque()

    def __next__(self) -> M:
        if not self._ready:
            self._ready.extend(self._finish(self._taken()))
        if not self._ready:
            raise StopIteration
        return self._ready.popleft()

    def _taken(self) -> list[Any]:
        found: list[Any] = []
        while len(found) < self._size:
            try:
                found.append(super().__next__())
            except StopIteration:  # noqa: PERF203 - once
                break
        return found


class AsyncCursor(Generic[M]):
    """An async iterator over the documents of a query; closing it frees the cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects
    of the driver's dictionaries, *meant* says what an error of the driver's means, if not
    itself.
    """

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Callable[[Any], M],
        meant: Callable[[Exception], Exception | None],
    ) -> None:
        self._open = open_
        self._read = read
        self._meant = meant
        self._rows: Any = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        try:
            if self._rows is None:
                rows = self._open()
                self._rows = await rows if inspect.isawaitable(rows) else rows
            row = await anext(self._rows)
        except Exception as error:
            meant = self._meant(error)
            if meant is None:
                raise
            raise meant from error
        return self._read(row)

    async def close(self) -> None:
        """Stop streaming."""
        if self._rows is not None:
            await self._rows.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncFinishingCursor(AsyncCursor[M]):
    """A cursor that takes *size* rows at a time, of which *finish* makes documents."""

    def __init__(
        self,
        open_: Callable[[], Any],
        meant: Callable[[Exception], Exception | None],
        finish: Callable[[list[Any]], Any],
        size: int,
    ) -> None:
        super().__init__(open_, _as_it_is, meant)
        self._finish = finish
        self._size = size
        self._ready: deque[M] = deque()

    async def __anext__(self) -> M:
        if not self._ready:
            self._ready.extend(await self._finish(await self._taken()))
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    async def _taken(self) -> list[Any]:
        found: list[Any] = []
        while len(found) < self._size:
            try:
                found.append(await super().__anext__())
            except StopAsyncIteration:  # noqa: PERF203 - once
                break
        return found


def _as_it_is(row: Any) -> Any:
    return row
