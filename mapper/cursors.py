"""Cursors: documents streamed from the server, one made at a time.

The two classes are the one place where sync and async code stands twice.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


class Cursor(Generic[M]):
    """An iterator over the documents of a query; closing it frees the server's cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects
    of the driver's dictionaries.
    """

    def __init__(self, open_: Callable[[], Any], read: Callable[[Any], M]) -> None:
        self._open = open_
        self._read = read
        self._rows: Any = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> M:
        if self._rows is None:
            self._rows = self._open()
        return self._read(next(self._rows))

    def close(self) -> None:
        """Stop streaming."""
        if self._rows is not None:
            self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncCursor(Generic[M]):
    """An async iterator over the documents of a query; closing it frees the cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects
    of the driver's dictionaries.
    """

    def __init__(self, open_: Callable[[], Any], read: Callable[[Any], M]) -> None:
        self._open = open_
        self._read = read
        self._rows: Any = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        if self._rows is None:
            rows = self._open()
            self._rows = await rows if inspect.isawaitable(rows) else rows
        return self._read(await anext(self._rows))

    async def close(self) -> None:
        """Stop streaming."""
        if self._rows is not None:
            await self._rows.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
