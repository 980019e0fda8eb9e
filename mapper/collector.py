"""What Python's garbage collector does while many objects are made at once.

Making objects makes the collector look for garbage among them, again and again, though
all of them are in use: that takes longer than making them. A policy says what it does
instead:

``"promote"``
    It pauses while the objects are made, which then go straight to its oldest generation,
    where it puts what has survived. All that is young in the process goes with them.
``"pause"``
    It pauses, and then looks through them once.
``"leave"``
    It goes on as ever.

The collector is the whole process's. So it pauses between awaits and never across one,
for as long as the last of all threads needs, and goes on only if it was on before.
Applications that froze objects (`gc.freeze`) would see them unfrozen by a promotion, so
once they did the collector only pauses. Promoting resets what the collector counts to know
when to look again, so what was promoted is counted here: once it is as much as all that
lived when the collector last looked through everything, it does so anew.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Literal, TypeAlias

from mongo_dsl.errors import ArgumentError


Policy: TypeAlias = Literal["promote", "pause", "leave"]

POLICIES: tuple[Policy, ...] = ("promote", "pause", "leave")
DEFAULT: Policy = "promote"

_LEAST = 500_000  # objects between two looks through everything
_IMMORTAL = 2_000  # Python 3.12 freezes some hundred objects itself
_UNTOUCHED: AbstractContextManager[None] = nullcontext()


class _Pauses:
    """How many blocks want the collector to pause, and what was promoted since it looked.

    Whatever runs at any moment, as finalizers and signal handlers do, may read, too: so a
    thread may come back while it has the lock, and finds at each line what it can go on
    with. *holding* says that it was we who switched the collector off.
    """

    def __init__(self) -> None:
        self._promoted = 0
        self._due = _LEAST
        self._frozen = False
        self._holding = False
        self.restart()

    def restart(self) -> None:
        """Forget the blocks of other threads, which a forked process doesn't have."""
        self._lock = threading.RLock()
        self._running = 0
        if self._holding:
            self._holding = False
            gc.enable()

    def begin(self) -> None:
        """Pause the collector for one block more."""
        with self._lock:
            self._running += 1
            if not self._holding and gc.isenabled():
                self._holding = True
                gc.disable()

    def end(self, *, promote: bool) -> None:
        """End a block; after the last one the collector goes on, if it was on."""
        with self._lock:
            due = (
                self._holding and promote and not self._is_frozen() and self._promote()
            )
            self._running = max(self._running - 1, 0)  # none is left after a fork
            if self._holding and not self._running:
                self._holding = False
                gc.enable()
        if due:
            gc.collect()

    def _is_frozen(self) -> bool:
        """Tell whether the application ever froze objects: Python counts them one by one."""
        self._frozen = self._frozen or gc.get_freeze_count() > _IMMORTAL
        return self._frozen

    def _promote(self) -> bool:
        """Promote what is young, and tell whether it is time to look through everything."""
        self._promoted += gc.get_count()[0]
        gc.freeze()
        due = self._promoted >= self._due
        if due:
            self._due = max(_LEAST, gc.get_freeze_count())
            self._promoted = 0
        gc.unfreeze()
        return due


_pauses = _Pauses()
if hasattr(os, "register_at_fork"):  # not on Windows, which doesn't fork
    os.register_at_fork(after_in_child=_pauses.restart)
_ambient: ContextVar[Policy | None] = ContextVar("collector", default=None)


def policy_of(cls: Any) -> Policy:
    """Return the policy for objects of *cls*: its own, else the mapper's that reads them."""
    options = getattr(cls, "__options__", None)
    own: Policy | None = getattr(options, "collector", None)
    return own or _ambient.get() or DEFAULT


@contextmanager
def ambient(policy: Policy) -> Iterator[None]:
    """Let *policy* hold until the end of the ``with``, where classes say nothing else."""
    token = _ambient.set(policy)
    try:
        yield
    finally:
        _ambient.reset(token)


def checked(subject: str, policy: Any) -> Policy | None:
    """Return *policy*, if there is one of that name; *subject* is who asks for it.

    Raises:
        ArgumentError: there isn't.
    """
    if policy is None or policy in POLICIES:
        return policy
    listed = ", ".join(map(repr, POLICIES))
    msg = f"{subject} is {policy!r}; it is one of {listed}"
    raise ArgumentError(msg)


def collecting(policy: Policy) -> AbstractContextManager[None]:
    """Let the collector do what *policy* says until the end of the ``with``."""
    if policy == "leave":
        return _UNTOUCHED
    return _paused(promote=policy == "promote" and hasattr(gc, "freeze"))


@contextmanager
def _paused(*, promote: bool) -> Iterator[None]:
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end(promote=promote)
