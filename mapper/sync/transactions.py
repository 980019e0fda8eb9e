"""Sessions and transactions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, overload

from mapper.commands import Atomic
from mapper.flows import transactions as flows
from mapper.flows.transactions import ATTEMPTS, SECONDS, Attempts, Terms
from mapper.sessions import (
    Ambient,
    adopted,
    ambient_of,
    entered,
    joined,
    transaction_of,
)
from mapper.sync.driven import Driven
from mapper.tracking import Journal
from mongo_dsl.errors import OperandError


F = TypeVar("F", bound=Callable[..., Any])


class Transactions(Driven):
    """Blocks whose commands share a session."""

    @contextmanager
    def session(
        self, *, causal_consistency: bool | None = None, snapshot: bool = False
    ) -> Iterator[Any]:
        """Let all commands in a ``with`` carry one session; it gives the driver's.

        Reads see what was written before in the session (*causal_consistency*, which is
        how the driver starts sessions), wherever they are served; or all reads see the
        data of one moment (*snapshot*). Inside another session of the client it joins
        that one. Sends no command.
        See https://www.mongodb.com/docs/manual/core/read-isolation-consistency-recency/

        Raises:
            SessionError: options were given inside another session, or another task or
                thread opened that one.
        """
        outer = ambient_of(self._connection.client)
        if outer is not None:
            flows.check_inner(outer, causal_consistency, snapshot=snapshot)
            yield outer.session
            return
        asked = {"causal_consistency": causal_consistency, "snapshot": snapshot}
        session = self._run(flows.open_session(self._connection.client, asked))
        try:
            with entered(Ambient(self._connection.client, session)):
                yield session
        finally:
            self._run(flows.close_session(session))

    @contextmanager
    def outside_session(self) -> Iterator[None]:
        """Let commands in a ``with`` carry no session: they are no part of a transaction.

        So a log survives an abort, and tasks started inside a block work on their own.
        """
        with entered(Ambient(self._connection.client, None)):
            yield

    @contextmanager
    def transaction(
        self,
        *,
        read_concern: Any = None,
        write_concern: Any = None,
        max_commit_time_ms: int | None = None,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
    ) -> Iterator[Any]:
        """Let all commands in a ``with`` take effect together, or none after an error.

        It gives the driver's session. After an error, documents in memory are again
        what they were for the mapper. A commit whose result is unknown is sent again, at
        most *attempts* times and for *seconds*. Inside another transaction of the client
        it joins that one. Sends one command more at the end, which commits or aborts; none
        if nothing was sent in it.
        See https://www.mongodb.com/docs/manual/core/transactions/

        Raises:
            TransactionAbortedError: the server aborted it; see `in_transaction`.
            UnknownCommitError: the server didn't say whether it was committed.
            TransactionError: the server is no replica set, or options were given inside
                another transaction.
        """
        agreed = flows.terms(
            read_concern, write_concern, max_commit_time_ms, attempts, seconds
        )
        outer = transaction_of(self._connection.client)
        if outer is not None:
            flows.check_joining(agreed)
            with joined(outer):
                yield outer.session
            return
        with self._begun(agreed) as session:
            yield session

    @contextmanager
    def _begun(self, agreed: Terms) -> Iterator[Any]:
        """Begin a transaction, and commit or abort it at the end of the ``with``."""
        client, defaults = self._connection.client, self._connection.concerns
        with self.session() as session:
            self._run(flows.begin(session, agreed.options(defaults)))
            ambient = Ambient(client, session, Journal())
            try:
                with entered(ambient):
                    yield session
                    self._run(flows.commit(ambient, agreed))
            except BaseException:
                ambient.undo.restore()
                self._run(flows.abort(session))
                raise

    def in_transaction(
        self, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Call *function* in a transaction, again after transient errors; return its result.

        It is called with *args* and *kwargs*, at most 20 times and not after 120
        seconds; `transactional` takes other bounds. What it changes it should load
        itself, since it begins anew each time. Inside another transaction it joins that
        one, which alone is tried again. Each try sends one command more, which commits or
        aborts; none if nothing was sent in it.

        Raises:
            TransactionAbortedError: the last try was aborted, too.
            UnknownCommitError: the server didn't say whether it was committed.
        """
        return self._repeat(Terms(), functools.partial(function, *args, **kwargs))

    @overload
    def transactional(self, function: F, /) -> F: ...

    @overload
    def transactional(
        self,
        function: None = None,
        /,
        *,
        read_concern: Any = None,
        write_concern: Any = None,
        max_commit_time_ms: int | None = None,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
    ) -> Callable[[F], F]: ...

    def transactional(
        self,
        function: Any = None,
        /,
        *,
        read_concern: Any = None,
        write_concern: Any = None,
        max_commit_time_ms: int | None = None,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
    ) -> Any:
        """Decorate *function* so that each call is one of `in_transaction`.

        It is called at most *attempts* times and not after *seconds*. Each try sends one
        command more, which commits or aborts; none if nothing was sent in it.

        Raises:
            OperandError: *function* makes a generator, or without asyncio a coroutine.
        """
        agreed = flows.terms(
            read_concern, write_concern, max_commit_time_ms, attempts, seconds
        )

        def decorated(function: Any) -> Any:
            _refuse_async(function)
            flows.refuse_generator(function)

            @functools.wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                return self._repeat(
                    agreed, functools.partial(function, *args, **kwargs)
                )

            return call

        return decorated if function is None else decorated(function)

    def _repeat(self, agreed: Terms, function: functools.partial[Any]) -> Any:
        """Call *function* in a transaction until that is committed or given up."""
        _refuse_async(function.func)
        flows.refuse_generator(function.func)
        outer = transaction_of(self._connection.client)
        if outer is not None:
            flows.check_joining(agreed)
            with joined(outer):
                return function()
        attempts = Attempts(agreed)
        while True:
            try:
                with self._begun(agreed):
                    return function()
            except Exception as error:  # noqa: BLE001 - the attempts decide
                pause = attempts.pause(error)
            self._call(pause)

    def _do(self, step: Any) -> Any:
        if not isinstance(step, Atomic):
            return super()._do(step)
        with adopted(self._connection.client, step.session, Journal()):
            return self.in_transaction(lambda: self._run(step.flow()))


def _refuse_async(function: Any) -> None:
    """Refuse a coroutine function, which nothing here could await."""
    if inspect.iscoroutinefunction(function):
        msg = f"a Mapper's transaction got the async {function.__qualname__}, which it"
        raise OperandError(
            f"{msg} can't await; write it without async, or use AsyncMapper"
        )
