"""Queries that make documents where there are none, and look before they write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import flows
from mapper.commands import Flow
from mapper.query.face import BoundQuerySet


if TYPE_CHECKING:
    from mapper.preview import Preview


M = TypeVar("M")
T = TypeVar("T")


class Creating(BoundQuerySet[M]):
    """Documents that are made where there are none, and a look before writing, at once."""

    __slots__ = ()

    def _run(self, flow: Flow[T]) -> T:
        raise NotImplementedError

    def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, /, **keywords: Any
    ) -> tuple[M, bool]:
        """Return the document with the values *keywords*, and whether it was made now.

        A new one is made of *keywords* and *defaults*, whole. Sends one command where it
        is found; only if not, what listens to ``before_insert`` is called, and a second
        one looks again and makes it, so that there is one, whoever else makes it; see
        `upsert`.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        return self._run(flows.creating.get_or_create(self, defaults or {}, keywords))

    def update_or_create(
        self,
        values: Mapping[str, Any],
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> tuple[M, bool]:
        """Set *values* in the document with *keywords*; return it, and whether it was made.

        A new one is made of *keywords*, *values* and *on_insert*, whole, by the one
        command that also looks for it; see `upsert`. Where the id is among them, a
        second command reads a document that was updated.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        found = flows.creating.update_or_create(self, values, on_insert or {}, keywords)
        return self._run(found)

    def preview(
        self, changes: Any = None, /, *, sample: int = 5, **values: Any
    ) -> Preview[M]:
        """Say what an `update` with *changes*, or without them a `delete`, would touch.

        Counts the documents and reads some, as many as *sample*. Sends two commands and
        writes nothing.

        Raises:
            ArgumentError: the query was cut, or *sample* is below 1.
        """
        update = None
        if changes is not None or values:
            update, _ = flows.changing.compiled(self, changes, values)
        return self._run(flows.guarding.preview(self, update, sample))


class AsyncCreating(BoundQuerySet[M]):
    """Documents that are made where there are none, and a look before writing, when awaited."""

    __slots__ = ()

    async def _run(self, flow: Flow[T]) -> T:
        raise NotImplementedError

    async def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, /, **keywords: Any
    ) -> tuple[M, bool]:
        """Return the document with the values *keywords*, and whether it was made now.

        A new one is made of *keywords* and *defaults*, whole. Sends one command where it
        is found; only if not, what listens to ``before_insert`` is called, and a second
        one looks again and makes it, so that there is one, whoever else makes it; see
        `upsert`.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        return await self._run(
            flows.creating.get_or_create(self, defaults or {}, keywords)
        )

    async def update_or_create(
        self,
        values: Mapping[str, Any],
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> tuple[M, bool]:
        """Set *values* in the document with *keywords*; return it, and whether it was made.

        A new one is made of *keywords*, *values* and *on_insert*, whole, by the one
        command that also looks for it; see `upsert`. Where the id is among them, a
        second command reads a document that was updated.

        Raises:
            DuplicateKeyError: another unique value of it is there already.
        """
        found = flows.creating.update_or_create(self, values, on_insert or {}, keywords)
        return await self._run(found)

    async def preview(
        self, changes: Any = None, /, *, sample: int = 5, **values: Any
    ) -> Preview[M]:
        """Say what an `update` with *changes*, or without them a `delete`, would touch.

        Counts the documents and reads some, as many as *sample*. Sends two commands and
        writes nothing.

        Raises:
            ArgumentError: the query was cut, or *sample* is below 1.
        """
        update = None
        if changes is not None or values:
            update, _ = flows.changing.compiled(self, changes, values)
        return await self._run(flows.guarding.preview(self, update, sample))
