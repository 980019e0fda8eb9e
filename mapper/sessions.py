"""Which session commands carry: the ambient one of their client, by a context variable.

A driver's session belongs to one client and takes one command after another. So each
block knows its client and the task and thread that opened it; others are refused.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import attrs

from mapper.commands import Command
from mapper.errors import (
    MapperError,
    SessionError,
    TransactionAbortedError,
    TransactionError,
)


def _here() -> tuple[int, Any]:
    """Return the thread that runs, and its task if it has one."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs in this thread
        task = None
    return threading.get_ident(), task


@attrs.define(eq=False)
class Ambient:
    """A *session* of the driver that all commands of *client* carry; None for none.

    In a transaction, *undo* is the journal of what flows change in memory, and *failure*
    is the error that aborted it.
    """

    client: Any
    session: Any
    undo: Any = None
    failure: BaseException | None = None
    ended: bool = attrs.field(default=False, init=False)
    _owner: tuple[int, Any] = attrs.field(factory=_here, init=False)

    @property
    def in_transaction(self) -> bool:
        """Whether the block is a transaction."""
        return self.undo is not None

    @property
    def left_behind(self) -> bool:
        """Whether the block ended elsewhere, as that of an abandoned generator does."""
        return self.ended and _here() == self._owner

    def check(self) -> None:
        """Make sure that a command may be sent.

        Raises:
            SessionError: another task or thread opened the block.
            TransactionAbortedError: an error has aborted the transaction.
        """
        if _here() != self._owner:
            msg = "a session was used by another task or thread than opened its block, but"
            msg = (
                f"{msg} takes one command after another; let the other work without it"
            )
            raise SessionError(f"{msg}: with mapper.outside_session(): ...")
        if self.failure is not None:
            raise self.aborted() from self.failure

    def aborted(self) -> TransactionAbortedError:
        """Return the error that tells what aborted the transaction before."""
        failure: Any = self.failure
        words = said(failure)
        reason = type(failure).__name__ + (f": {words}" if words else "")
        msg = (
            f"the transaction was aborted by {reason}; nothing more can be done in it,"
        )
        return TransactionAbortedError(f"{msg} so catch errors outside of its block")


_ambient: ContextVar[tuple[Ambient, ...]] = ContextVar("ambient", default=())


any_ambient = _ambient.get
"""Return the blocks that are on, of whichever client; as a rule there are none."""


def ambient_of(client: Any) -> Ambient | None:
    """Return the innermost block of *client*; None where commands carry no session."""
    for found in reversed(_ambient.get()):
        if found.client is client and not found.left_behind:
            return None if found.session is None else found
    return None


def transaction_of(client: Any) -> Ambient | None:
    """Return the transaction that is on for *client*, or None."""
    found = ambient_of(client)
    return found if found is not None and found.in_transaction else None


@contextmanager
def entered(ambient: Ambient) -> Iterator[Ambient]:
    """Let commands carry the session of *ambient* until the end of the ``with``.

    A generator may end in another context than it began in, or after a later block.
    """
    _ambient.set((*_ambient.get(), ambient))
    try:
        yield ambient
    finally:
        ambient.ended = True
        _ambient.set(tuple(one for one in _ambient.get() if one is not ambient))


@contextmanager
def joined(ambient: Ambient) -> Iterator[Ambient]:
    """Take part in the transaction of *ambient*, and abort all of it after an error."""
    ambient.check()
    try:
        yield ambient
    except BaseException as error:
        ambient.failure = ambient.failure or error
        raise


@contextmanager
def adopted(client: Any, session: Any, undo: Any) -> Iterator[None]:
    """Let commands carry a *session* of the caller's, if there is one.

    *undo* is for a transaction that the caller may have begun on it.
    """
    if session is None:
        yield
        return
    with entered(Ambient(client, session, undo if session.in_transaction else None)):
        yield


def carried(client: Any, command: Command) -> Mapping[str, Any]:
    """Return the keyword arguments of *command* with the session that it carries.

    Raises:
        TransactionError: the command can't be part of the transaction that is on.
    """
    ambient = _of_command(client, command)
    if ambient is None:
        return command.kwargs
    ambient.check()
    if ambient.in_transaction:
        _refuse(command)
    if command.method in _SESSIONLESS:
        return command.kwargs
    return {**command.kwargs, "session": ambient.session}


def session_of(client: Any, command: Command) -> Any:
    """Return the session that *command* will carry, its own or the ambient one; or None."""
    own = command.kwargs.get("session")
    if own is not None or not _ambient.get():
        return own
    ambient = ambient_of(client)
    return None if ambient is None else ambient.session


def failed(client: Any, command: Command, error: Exception) -> TransactionError | None:
    """Note that *error* aborted a transaction, and return what it means, if not itself."""
    ambient = _of_command(client, command) if _ambient.get() else None
    if ambient is None or not ambient.in_transaction or isinstance(error, MapperError):
        return None
    meant = _meaning(error)
    if meant is not None or getattr(error, "code", None) is not None:
        ambient.failure = ambient.failure or error
    return meant


def transient(error: BaseException | None) -> bool:
    """Tell whether *error*, or one that caused it, says that another try may succeed."""
    while error is not None:
        if labelled(error, "TransientTransactionError"):
            return True
        error = error.__cause__
    return False


def labelled(error: BaseException, label: str) -> bool:
    """Tell whether the driver or the server gave *error* this *label*."""
    has = getattr(error, "has_error_label", None)
    return has is not None and bool(has(label))


def said(error: BaseException) -> str:
    """Return the server's words, without the document around them."""
    details = getattr(error, "details", None)
    words = details.get("errmsg") if isinstance(details, Mapping) else None
    return str(words or error).rstrip(".")


# They take no session: one counts by metadata, one listens longer than a block lasts.
_SESSIONLESS = frozenset({"estimated_document_count", "watch"})
_ILLEGAL = 20
_PING = ("ping",)


def _of_command(client: Any, command: Command) -> Ambient | None:
    """Return the block that *command* is part of.

    It may have a session of its own; None asks for no session at all.
    """
    if "session" in command.kwargs or command.args == _PING:
        return None
    return ambient_of(client)


def _refuse(command: Command) -> None:
    if command.method == "estimated_document_count":
        msg = "estimated_count can't be asked in a transaction; count() can"
        raise TransactionError(msg)
    if command.method == "command" and "explain" in command.args[0]:
        msg = "explain can't be asked in a transaction; ask outside of it"
        raise TransactionError(msg)
    if getattr(command.collection, "own", None):
        msg = f"a query of {command.collection} in a transaction has a read or write"
        msg = f"{msg} concern or read preference of its own; give them to transaction(...)"
        raise TransactionError(msg)


def _meaning(error: Exception) -> TransactionError | None:
    if transient(error):
        msg = f"the transaction was aborted: {said(error)}; another try may succeed,"
        return TransactionAbortedError(f"{msg} see in_transaction")
    if getattr(error, "code", None) == _ILLEGAL and "replica set" in str(error):
        msg = "the server is no member of a replica set, and transactions need one;"
        return TransactionError(
            f"{msg} start mongod with --replSet and initiate the set"
        )
    return None
