"""Change streams that are followed: at once, or when awaited.

The two classes differ in nothing but ``await``; `flows/following` has the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mapper.flows import following
from mapper.flows.following import Following
from mapper.flows.watching import checked, stages
from mapper.hydration import reader
from mapper.streams import ChangeEvent, CollectionTokens, Token
from mapper.streams.reading import EventReader


if TYPE_CHECKING:
    from typing_extensions import Self

M = TypeVar("M")


class _Followed(Generic[M]):
    """What the streams of both faces know; *given* are options of `watch`."""

    def __init__(self, mapper: Any, query: Any, given: Mapping[str, Any]) -> None:
        options = checked(query, given)
        stages(query, options)  # what can't be asked for is an error now
        model = None if "raw" in query.asked else query.model
        self._run = mapper._run  # noqa: SLF001 - of this package
        self._following = Following(
            query=query,
            given=options,
            read=EventReader(model, reader(query)),
            store=options.get("store", CollectionTokens(mapper)),
        )

    @property
    def alive(self) -> bool:
        """Whether there may be more events."""
        return not self._following.ended

    @property
    def resume_token(self) -> Token | None:
        """Where the stream goes on; None before it is opened."""
        return self._following.place


class ChangeStream(_Followed[M]):
    """An iterator over events, which waits for them; closing it frees the server's cursor.

    It opens with one command when it is entered or the first event is asked for, and sends
    one for each batch of events, or each time the server has waited long enough. With
    ``resume``, opening reads the saved token, and asking for an event saves the token of
    the one before. After errors that pass it is opened again, where it was.

    Raises:
        ResumeTokenLostError: the server doesn't know any more what came after a token.
    """

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ChangeEvent[M]:
        event: ChangeEvent[M] | None = self._run(following.following(self._following))
        if event is None:
            raise StopIteration
        return event

    def try_next(self) -> ChangeEvent[M] | None:
        """Return the next event; None if none comes within *max_await*, or at the end.

        Sends one command where no event is left of the last one, and another one before
        where the stream isn't open.
        """
        return self._run(following.try_next(self._following))

    def done(self) -> None:
        """Say that the last event was handled: its token is saved now, not with the next.

        Sends one command, or none without ``resume``.
        """
        self._run(following.done(self._following))

    def close(self) -> None:
        """Stop; the last event comes again to the next stream, unless it was `done`.

        Sends no command but the driver's own, which frees the cursor.
        """
        self._run(following.closed(self._following))

    def __enter__(self) -> Self:
        self._run(following.opened(self._following))
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncChangeStream(_Followed[M]):
    """An async iterator over events, which waits for them; closing it frees the cursor.

    It opens with one command when it is entered or the first event is asked for, and sends
    one for each batch of events, or each time the server has waited long enough. With
    ``resume``, opening reads the saved token, and asking for an event saves the token of
    the one before. After errors that pass it is opened again, where it was; so it is when
    waiting was cancelled, which loses nothing.

    Raises:
        ResumeTokenLostError: the server doesn't know any more what came after a token.
    """

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChangeEvent[M]:
        event: ChangeEvent[M] | None = await self._run(
            following.following(self._following)
        )
        if event is None:
            raise StopAsyncIteration
        return event

    async def try_next(self) -> ChangeEvent[M] | None:
        """Return the next event; None if none comes within *max_await*, or at the end.

        Sends one command where no event is left of the last one, and another one before
        where the stream isn't open.
        """
        return await self._run(following.try_next(self._following))

    async def done(self) -> None:
        """Say that the last event was handled: its token is saved now, not with the next.

        Sends one command, or none without ``resume``.
        """
        await self._run(following.done(self._following))

    async def close(self) -> None:
        """Stop; the last event comes again to the next stream, unless it was `done`.

        Sends no command but the driver's own, which frees the cursor.
        """
        await self._run(following.closed(self._following))

    async def __aenter__(self) -> Self:
        await self._run(following.opened(self._following))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
