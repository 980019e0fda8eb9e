"""Cursors: documents streamed from the server, a few made at a time.

The two classes are the one place where sync and async code stands twice.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mapper.hydration import Hydrator
from mapper.loaders import PIECE
from mapper.rows import document_at, each, joined, undecoded


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


class _Pieces(Generic[M]):
    """Makes objects of the replies it is fed, some at a time."""

    def __init__(self, read: Hydrator) -> None:
        self._read = read
        self._batch: Any = b""
        self._place = 0

    def feed(self, reply: Any) -> None:
        """Take a *reply* of the server: a batch of BSON, or a row."""
        self._batch, self._place = reply, 0

    def taken(self) -> list[M]:
        """Return the next objects, none if there are none left.

        Raises:
            DecodeError: the next document doesn't fit its class; it is passed over.
        """
        found: list[M] = []
        if not isinstance(self._batch, bytes):
            row, self._batch, self._place = self._batch, b"", 0
            return [self._read(row)]
        start, end = self._place, len(self._batch)
        if start < end:
            self._place = self._read.load(self._batch, start, PIECE, found)
        if start == self._place < end:
            raw = document_at(self._batch, start)
            self._place += len(raw)
            found.append(self._read.decoded(raw))
        return found


class _Gathering:
    """Gathers the replies it is fed to *size* rows at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[Any] = []

    def feed(self, reply: Any) -> None:
        """Take a *reply* of the server: a batch of BSON, or a row."""
        self._rows += each(reply) if isinstance(reply, bytes) else [reply]

    @property
    def full(self) -> bool:
        """Whether there are as many rows as are wanted at a time."""
        return len(self._rows) >= self._size

    def taken(self) -> Sequence[dict[str, Any]]:
        """Return the next rows, fewer at the end."""
        found, self._rows = self._rows[: self._size], self._rows[self._size :]
        return joined(found) if found and isinstance(found[0], bytes) else found


class Cursor(Generic[M]):
    """An iterator over the documents of a query; closing it frees the server's cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects of
    the replies, *meant* says what an error of the driver's means, if not itself.
    """

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Hydrator,
        meant: Callable[[Exception], Exception | None],
    ) -> None:
        self._open = open_
        self._meant = meant
        self._replies: Any = None
        self._pieces: _Pieces[M] = _Pieces(read)
        self._ready: Iterator[M] = iter(())

    def __iter__(self) -> Iterator[M]:
        while True:
            yield from self._ready
            try:
                self._ready = iter(self._more())
            except StopIteration:
                return

    def __next__(self) -> M:
        for document in self._ready:
            return document
        self._ready = iter(self._more())
        return next(self._ready)

    def _more(self) -> list[M]:
        """Return the next documents, one at least.

        Raises:
            StopIteration: there are no more.
        """
        found = self._pieces.taken()
        while not found:
            self._pieces.feed(self._reply())
            found = self._pieces.taken()
        return found

    def _reply(self) -> Any:
        """Return what the driver has next: a batch of BSON, or a row."""
        try:
            if self._replies is None:
                self._replies = self._open()
            return undecoded(next(self._replies))
        except Exception as error:
            meant = self._meant(error)
            if meant is None:
                raise
            raise meant from error

    def close(self) -> None:
        """Stop streaming."""
        if self._replies is not None:
            self._replies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FinishingCursor(Cursor[M]):
    """A cursor that takes *size* rows at a time, of which *finish* makes documents."""

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Hydrator,
        meant: Callable[[Exception], Exception | None],
        finish: Callable[[Sequence[Any]], Any],
        size: int,
    ) -> None:
        super().__init__(open_, read, meant)
        self._finish = finish
        self._gathering = _Gathering(size)

    def _more(self) -> list[M]:
        while not self._gathering.full:
            try:
                self._gathering.feed(self._reply())
            except StopIteration:  # noqa: PERF203 - once
                break
        rows = self._gathering.taken()
        if not rows:
            raise StopIteration
        found: list[M] = self._finish(rows)
        return found


class AsyncCursor(Generic[M]):
    """An async iterator over the documents of a query; closing it frees the cursor.

    *open_* sends the command when the first document is asked for, *read* makes objects of
    the replies, *meant* says what an error of the driver's means, if not itself.
    """

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Hydrator,
        meant: Callable[[Exception], Exception | None],
    ) -> None:
        self._open = open_
        self._meant = meant
        self._replies: Any = None
        self._pieces: _Pieces[M] = _Pieces(read)
        self._ready: Iterator[M] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        for document in self._ready:
            return document
        self._ready = iter(await self._more())
        return next(self._ready)

    async def _more(self) -> list[M]:
        """Return the next documents, one at least.

        Raises:
            StopAsyncIteration: there are no more.
        """
        found = self._pieces.taken()
        while not found:
            self._pieces.feed(await self._reply())
            found = self._pieces.taken()
        return found

    async def _reply(self) -> Any:
        """Return what the driver has next: a batch of BSON, or a row."""
        try:
            if self._replies is None:
                replies = self._open()
                is_promise = inspect.isawaitable(replies)
                self._replies = await replies if is_promise else replies
            return undecoded(await anext(self._replies))
        except Exception as error:
            meant = self._meant(error)
            if meant is None:
                raise
            raise meant from error

    async def close(self) -> None:
        """Stop streaming."""
        if self._replies is not None:
            await self._replies.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncFinishingCursor(AsyncCursor[M]):
    """A cursor that takes *size* rows at a time, of which *finish* makes documents."""

    def __init__(
        self,
        open_: Callable[[], Any],
        read: Hydrator,
        meant: Callable[[Exception], Exception | None],
        finish: Callable[[Sequence[Any]], Any],
        size: int,
    ) -> None:
        super().__init__(open_, read, meant)
        self._finish = finish
        self._gathering = _Gathering(size)

    async def _more(self) -> list[M]:
        while not self._gathering.full:
            try:
                self._gathering.feed(await self._reply())
            except StopAsyncIteration:  # noqa: PERF203 - once
                break
        rows = self._gathering.taken()
        if not rows:
            raise StopAsyncIteration
        found: list[M] = await self._finish(rows)
        return found
