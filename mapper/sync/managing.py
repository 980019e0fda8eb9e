"""Looking after collections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mapper import flows
from mapper.commands import Command
from mapper.sync.driven import Driven


if TYPE_CHECKING:
    from mapper.collections import CollectionPlan
    from mapper.encryption import FernetCipher
    from mapper.indexes import Index, IndexPlan


class Managing(Driven):
    """Methods that take document classes."""

    def create_index(self, model: Any, index: Index, session: Any = None) -> str:
        """Create *index* for *model* and return its name.

        Sends one command, and one more to tell what is in the way.

        Raises:
            IndexConflictError: there is another index of its keys or its name.
            DuplicateKeyError: it is unique, and two documents are alike.
        """
        return self._run(flows.indexing.create_index(model, index, session))

    def create_indexes(self, model: Any, session: Any = None) -> list[str]:
        """Create the indexes *model* declares and return their names.

        Sends one command, or none where none are declared; one more to tell what is in
        the way.

        Raises:
            IndexConflictError: there is another index of the keys or the name of one.
            DuplicateKeyError: one is unique, and two documents are alike.
        """
        return self._run(flows.indexing.create_indexes(model, session))

    def rotate_keys(
        self, model: Any, cipher: FernetCipher, batch_size: int = 1000
    ) -> int:
        """Encrypt anew what older keys of *cipher* encrypted; return how many values.

        Sends a command for every *batch_size* documents of *model*, read in the order of
        their ids, and one for every 1000 values that change. Documents are written only
        where nobody else did in between, and it can be interrupted and run again.
        """
        return self._run(flows.rotation.rotate_keys(model, cipher, batch_size))

    def plan_indexes(self, model: Any, *, search: bool = True) -> IndexPlan:
        """Compare the indexes *model* declares with those the server has; change nothing.

        Sends one command, and another one if *model* declares indexes of Atlas Search and they are not left out by *search*.

        Raises:
            UnsupportedError: the server has no Atlas Search.
        """
        return self._run(flows.indexing.plan(model, search))

    def apply_indexes(
        self,
        model: Any,
        *,
        drop: Iterable[str] = (),
        rebuild: Iterable[str] = (),
        search: bool = True,
    ) -> IndexPlan:
        """Create the indexes of *model* that are missing; return the plan carried out.

        Nothing is dropped but what *drop* names, nothing changed but what *rebuild* names. Sends the commands of `plan_indexes`, one that drops, one that creates, and one for each index changed in place; none for a class without indexes.

        Raises:
            IndexConflictError: an index is there otherwise than declared, and not named; nothing was written.
            UnknownIndexError: a name is none that can be dropped or rebuilt.
            DuplicateKeyError: documents break the rule of a unique index.
            UnsupportedError: the server has no Atlas Search.
        """
        return self._run(flows.indexing.apply(model, drop, rebuild, search))

    def plan_collection(self, model: Any) -> CollectionPlan:
        """Compare what *model* declares of its collection with what the server has.

        Sends one command and changes nothing.
        """
        return self._run(flows.collecting.plan(model))

    def apply_collection(
        self, model: Any, *, change: Iterable[str] = ()
    ) -> CollectionPlan:
        """Create the collection of *model* if it is missing; return the plan carried out.

        Of one that is there nothing is changed but the options that *change* names. Sends the command of `plan_collection` and at most one more; none for a class that declares nothing.

        Raises:
            CollectionConflictError: it is there otherwise than declared, and *change* doesn't say so; nothing was written.
            UnknownOptionError: *change* names what doesn't differ or can't be changed.
        """
        return self._run(flows.collecting.apply(model, change))

    def ping(self) -> None:
        """Ask the server for a sign of life. Sends one command."""
        self._call(Command("", "command", ("ping",)))
