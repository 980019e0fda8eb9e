"""`Query`: a query that executes at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mapper import flows
from mapper.binding import sync_mapper
from mapper.commands import Flow
from mapper.query.creating import Creating
from mapper.query.looking import Looking


if TYPE_CHECKING:
    from typing_extensions import Unpack

    from mapper.changestreams import ChangeStream
    from mapper.cursors import Cursor
    from mapper.flows.changing import Written
    from mapper.flows.watching import WatchOptions
    from mapper.sync import Mapper

M = TypeVar("M")
R = TypeVar("R")
T = TypeVar("T")


@attrs.frozen(repr=False, eq=False, init=False)
class Query(Looking[M], Creating[M]):
    """A query that executes at once; iterating streams.

    Each method sends one command unless it says otherwise; a find sends more while
    documents don't fit in the reply, and one for each relation that `include` names. What
    a cache has is not asked for.
    """

    if TYPE_CHECKING:

        def select(self, row: type[R]) -> Query[R]:
            """Load rows of the attrs class *row*."""
            ...

    def _bound(self) -> Mapper:
        return sync_mapper(self.model, self.mapper)

    def _run(self, flow: Flow[T]) -> T:
        return self._bound()._run(flow)  # noqa: SLF001 - of this package

    def __iter__(self) -> Iterator[M]:
        """Stream the documents; those of a `cached` query come at once."""
        return iter(self.to_list() if self.asked.get("cached") else self.stream())

    def stream(self, batch_size: int | None = None) -> Cursor[M]:
        """Open a cursor over the documents; *batch_size* is how many a reply brings.

        Sends one command when it is read from, and one more for each further reply.
        """
        return self._bound().stream(self, batch_size)

    def watch(self, **options: Unpack[WatchOptions]) -> ChangeStream[M]:
        """Follow the changes of the documents, as events; `WatchOptions` are described there.

        The filter is held against documents as they are after a change, deleted ones as
        they were before, if that is asked for. Sends nothing before it is entered or asked
        for an event.
        https://www.mongodb.com/docs/manual/changeStreams/

        Raises:
            ArgumentError: an option, or a part of the query, can't be honoured.
            OperandError: the filter can't be held against events.
        """
        from mapper.changestreams import ChangeStream

        return ChangeStream(self._bound(), self, options)

    def to_list(self) -> list[M]:
        """Return all documents."""
        return self._run(flows.reading.to_list(self))

    def first(self) -> M | None:
        """Return the first document, or None."""
        return self._run(flows.reading.first(self))

    def one(self) -> M:
        """Return the only document.

        Raises:
            DocumentNotFoundError: there is none.
            MultipleDocumentsError: there are more.
        """
        return self._run(flows.reading.one(self))

    def one_or_none(self) -> M | None:
        """Return the only document, or None.

        Raises:
            MultipleDocumentsError: there are more.
        """
        return self._run(flows.reading.one_or_none(self))

    def count(self) -> int:
        """Count the documents."""
        return self._run(flows.reading.count(self))

    def estimated_count(self) -> int:
        """Return the size of the whole collection, by its metadata: fast, inexact."""
        return self._run(flows.reading.estimated_count(self))

    def exists(self) -> bool:
        """Tell whether there is a document."""
        return self._run(flows.reading.exists(self))

    def distinct(self, field: Any) -> list[Any]:
        """Return the values of *field*, each once."""
        return self._run(flows.reading.distinct(self, field))

    def aggregate(self, pipeline: Any, *, into: Any = None) -> list[Any]:
        """Run *pipeline* on the documents; rows are dictionaries or *into* a class.

        A pipeline that names the class of its rows needs no *into*.
        """
        return self._run(flows.reading.aggregate(self, pipeline, into))

    def update(
        self,
        changes: Any = None,
        /,
        *,
        max_affected: int | None = None,
        **values: Any,
    ) -> Written:
        """Make *changes* in all documents, *max_affected* at most, and set *values*.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
            TooManyAffectedError: it has more documents; see the method `max_affected`.
        """
        limited = self._limited(max_affected)
        return self._run(flows.changing.update_many(limited, changes, values))

    def update_one(self, changes: Any = None, /, **values: Any) -> Written:
        """Make *changes* in one document, and set *values*."""
        return self._run(flows.changing.update_one(self, changes, values))

    def upsert(
        self,
        changes: Any = None,
        /,
        *,
        on_insert: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Written:
        """Make *changes* in one document, or insert one of the filter and *changes*.

        *on_insert* are values that only a new document gets. Where a unique index lets
        there be one document, upserts at the same time make one: the server refuses the
        others, which are sent once more. Without such an index they may make several.

        https://www.mongodb.com/docs/manual/reference/method/db.collection.updateOne/#upsert-with-unique-index
        """
        return self._run(flows.changing.upsert(self, changes, values, on_insert))

    def find_one_and_update(
        self,
        changes: Any = None,
        /,
        *,
        before: bool = False,
        upsert: bool = False,
        **values: Any,
    ) -> M | None:
        """Change the first document and return it, as it was *before* or is now."""
        return self._run(
            flows.changing.find_one_and_update(
                self, changes, values, before=before, upsert=upsert
            )
        )

    def find_one_and_delete(self) -> M | None:
        """Delete the first document and return it.

        Sends one command. Rules of deletion hold, and send more, as in `delete`.
        """
        return self._run(flows.deleting.find_one_and_delete(self))

    def delete(self, *, max_affected: int | None = None) -> int:
        """Delete all documents, *max_affected* at most, and return how many.

        Sends one command. Where others refer to them by rules (`on_delete`), these are
        kept in the same transaction: one command more to read their ids, for each relation
        and level that is looked up, for each that is written, and to commit. See
        docs/relations.md.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
            TooManyAffectedError: it has more documents; see the method `max_affected`.
        """
        return self._run(flows.deleting.delete_many(self._limited(max_affected)))

    def hard_delete(self, *, max_affected: int | None = None) -> int:
        """Delete all documents for good, where `delete` would mark them; return how many.

        Sends one command. Rules of deletion hold, and send more, as in `delete`.

        Raises:
            UnfilteredWriteError: the query has no filter; see `everything`.
            TooManyAffectedError: it has more documents than *max_affected*.
        """
        limited = self._limited(max_affected)
        return self._run(flows.deleting.delete_many(limited, hard=True))

    def restore(self) -> int:
        """Bring all soft-deleted documents of the query back; return how many.

        Raises:
            OperandError: documents of this class are not soft-deleted.
        """
        return self._run(flows.restoring.restore_many(self))
