"""What a class declares of its collection beside what the server has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from mapper.errors import CollectionConflictError, UnknownOptionError
from mongo_dsl.names import suggestion


@attrs.frozen
class CollectionStep:
    """What is to be said of one option of ``Meta``: its *name*, and the *reason*.

    *change* is what ``collMod`` is told to bring it about, empty where it can't.
    """

    name: str
    reason: str
    change: dict[str, Any] = attrs.field(factory=dict)

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@attrs.frozen
class CollectionPlan:
    """How a collection differs from what its class declares.

    *create* has the options that a missing collection is created with, and is None if it is there. *change* has what can be changed, *conflict* what can't, *unchanged* the rest of what is declared.
    """

    collection: str
    create: dict[str, Any] | None = None
    change: tuple[CollectionStep, ...] = ()
    conflict: tuple[CollectionStep, ...] = ()
    unchanged: tuple[CollectionStep, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the collection is as declared."""
        return self.create is None and not self.change and not self.conflict

    def __str__(self) -> str:
        if self.create is not None:
            options = ", ".join(self.create) or "no options"
            return f"{self.collection}: is not there and is created with {options}"
        parts = {
            "change": self.change,
            "conflict": self.conflict,
            "unchanged": self.unchanged,
        }
        counts = ", ".join(f"{len(steps)} {verb}" for verb, steps in parts.items())
        rows = [f"  {verb} {step}" for verb, steps in parts.items() for step in steps]
        return "\n".join([f"{self.collection}: {counts}", *rows])

    def refuse(self, change: Iterable[str]) -> None:
        """Refuse to go on with conflicts, or with differences that *change* doesn't name.

        Raises:
            UnknownOptionError: *change* names what doesn't differ.
            CollectionConflictError: there are; it has this plan.
        """
        asked, known = list(change), [step.name for step in self.change]
        for name in asked:
            if name not in known:
                msg = f"{self.collection} has no difference in {name!r} that can be changed"
                msg = f"{msg}{suggestion(name, known)}; these can be: "
                raise UnknownOptionError(msg + (", ".join(known) or "none"))
        left = [*self.conflict, *(one for one in self.change if one.name not in asked)]
        if left:
            raise CollectionConflictError(self, "; ".join(map(str, left)))
