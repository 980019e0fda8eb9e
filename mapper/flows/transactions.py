"""Beginning, committing and aborting transactions, and when they are tried again.

See https://www.mongodb.com/docs/manual/core/transactions-in-applications/
"""

from __future__ import annotations

import inspect
import itertools
import random
import time
from collections.abc import Mapping
from typing import Any

import attrs

from mapper.commands import Call, Flow, Pause
from mapper.concerns import SILENT, Concerns, concerns
from mapper.errors import (
    SessionError,
    TransactionAbortedError,
    TransactionError,
    UnknownCommitError,
)
from mapper.sessions import Ambient, labelled, said, transient
from mongo_dsl.errors import ArgumentError, OperandError


ATTEMPTS = 20
SECONDS = 120.0

_TIME_IS_UP = 50  # MaxTimeMSExpired: who limited the time wants no more of it
_SHORTEST, _LONGEST, _GROWTH = 0.005, 0.5, 1.5


_LEAST: Mapping[str, tuple[tuple[type, ...], int]] = {
    "max_commit_time_ms": ((int,), 1),
    "attempts": ((int,), 1),
    "seconds": ((int, float), 0),
}


@attrs.frozen
class Terms:
    """How a transaction reads and writes, and how often it is tried.

    Args:
        concerns: its read and write concern.
        max_commit_time_ms: how many milliseconds a commit may take.
        attempts: how often it is tried, and how often a commit is sent.
        seconds: for how long it is tried again, and how long a commit is sent again.
    """

    concerns: Concerns = SILENT
    max_commit_time_ms: int | None = None
    attempts: int = ATTEMPTS
    seconds: float = SECONDS

    def __attrs_post_init__(self) -> None:
        for name, (kinds, least) in _LEAST.items():
            value = getattr(self, name)
            if value is not None and not (type(value) in kinds and value >= least):
                number = "a number" if float in kinds else "a whole number"
                msg = (
                    f"{name} of a transaction is {value!r}; it is {number} from {least}"
                )
                msg = f"{msg} on"
                raise ArgumentError(msg)

    def options(self, defaults: Concerns) -> dict[str, Any]:
        """Return the driver's options, with *defaults* where nothing is said.

        Transactions read from the primary, whatever the client prefers.
        """
        given = self.concerns.over(attrs.evolve(defaults, read_preference=None))
        primary = concerns(read_preference="primary")
        limit = {"max_commit_time_ms": self.max_commit_time_ms}
        return {**primary.over(given).said(), **limit}


def terms(
    read_concern: Any,
    write_concern: Any,
    max_commit_time_ms: int | None,
    attempts: int,
    seconds: float,
) -> Terms:
    """Return the terms that the arguments of a transaction say."""
    asked = concerns(read_concern=read_concern, write_concern=write_concern)
    return Terms(asked, max_commit_time_ms, attempts, seconds)


def check_joining(asked: Terms) -> None:
    """Refuse terms for a transaction inside another.

    Raises:
        TransactionError: *asked* says something.
    """
    if asked.concerns != SILENT or asked.max_commit_time_ms is not None:
        msg = "a transaction inside another joins it and can't have options of its own;"
        raise TransactionError(f"{msg} give them to the outer one")


def check_inner(
    outer: Ambient, causal_consistency: bool | None, *, snapshot: bool
) -> None:
    """Refuse options for a session inside another.

    Raises:
        SessionError: there are some.
    """
    outer.check()
    if causal_consistency is not None or snapshot:
        msg = "a session inside another joins it and can't have options of its own;"
        raise SessionError(f"{msg} give them to the outer one")


def open_session(client: Any, options: dict[str, Any]) -> Flow[Any]:
    """Start a session; nothing is sent."""
    return (yield Call(client.start_session, (), options))


def refuse_generator(function: Any) -> None:
    """Refuse a function whose body runs after the call, and so after the transaction.

    Raises:
        OperandError: *function* makes a generator.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        msg = f"a transaction got the generator {function.__qualname__}, which runs after it"
        raise OperandError(f"{msg}; return a list, or use transaction() inside")


def begin(session: Any, options: dict[str, Any]) -> Flow[None]:
    """Start a transaction; its first command will tell the server.

    Raises:
        TransactionError: *session* reads from a snapshot.
    """
    if session.options.snapshot:
        msg = (
            "a snapshot session can't have transactions; begin one outside of it, with"
        )
        raise TransactionError(f"{msg} read_concern='snapshot'")
    yield Call(session.start_transaction, (), options)


def commit(ambient: Ambient, agreed: Terms) -> Flow[None]:
    """Commit; send it again while nobody knows whether it was taken.

    Raises:
        TransactionAbortedError: nothing was written.
        UnknownCommitError: the server didn't tell, however often it was asked.
    """
    ambient.check()
    started = time.monotonic()
    for attempt in itertools.count(1):
        error = yield from _sent(ambient.session)
        if error is None:
            return
        left = agreed.seconds - (time.monotonic() - started)
        if attempt >= agreed.attempts or left < 0 or _late(error):
            raise _unknown(error, attempt) from error
        yield Pause(min(backoff(attempt), left))


def _sent(session: Any) -> Flow[Exception | None]:
    """Send a commit, and return the error that left its result unknown."""
    try:
        yield Call(session.commit_transaction)
    except Exception as error:
        if not _unsettled(error):
            raise _not_committed(error) from error
        return error
    return None


def abort(session: Any) -> Flow[None]:
    """Abort what is on; one that the server has aborted or got to commit is over."""
    if session.in_transaction:
        yield Call(session.abort_transaction)


def close_session(session: Any) -> Flow[None]:
    """Give the session back; nothing is sent."""
    yield Call(session.end_session)


@attrs.define
class Attempts:
    """The tries of one transaction, as often and as long as *agreed*."""

    agreed: Terms
    _made: int = attrs.field(default=0, init=False)
    _started: float = attrs.field(factory=time.monotonic, init=False)

    def pause(self, error: Exception) -> Pause:
        """Return the pause before the next try after *error*.

        Raises:
            TransactionAbortedError: there was the last one.
            Exception: *error*, which another try wouldn't mend.
        """
        self._made += 1
        if not transient(error):
            raise error
        left = self.agreed.seconds - (time.monotonic() - self._started)
        if self._made >= self.agreed.attempts or left < 0:
            msg = f"the transaction was aborted {self._made} times and is given up;"
            msg = f"{msg} the last time, {error}"
            raise TransactionAbortedError(msg, self._made) from error
        return Pause(min(backoff(self._made), left))


def backoff(attempt: int) -> float:
    """Return how many seconds to wait after an *attempt*: longer each time, and jittered."""
    longest = min(_LONGEST, _SHORTEST * _GROWTH**attempt)
    return random.uniform(0, longest)  # noqa: S311 - it spreads, it hides nothing


def _unsettled(error: Exception) -> bool:
    return labelled(error, "UnknownTransactionCommitResult")


def _late(error: Exception) -> bool:
    return getattr(error, "code", None) == _TIME_IS_UP


def _not_committed(error: Exception) -> Exception:
    if getattr(error, "code", None) is None and not transient(error):
        return error
    return TransactionAbortedError(f"the commit was refused: {said(error)}")


def _unknown(error: Exception, attempts: int) -> UnknownCommitError:
    msg = f"the commit was sent {attempts} times and nobody knows whether it was taken,"
    msg = f"{msg} the last time because of: {said(error)}; look before doing it again"
    return UnknownCommitError(msg, attempts)
