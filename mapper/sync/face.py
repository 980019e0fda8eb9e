"""`Mapper`: documents over PyMongo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mapper import binding, flows
from mapper.query import Query
from mapper.sync.documents import Documents
from mapper.sync.managing import Managing
from mapper.sync.queries import Queries
from mapper.sync.transactions import Transactions


if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from mapper.changestreams import ChangeStream
    from mapper.flows.watching import WatchOptions

M = TypeVar("M")


class Mapper(Documents, Queries, Managing, Transactions):
    """Documents in *database*, a `Database` of PyMongo.

    As a context manager it closes its client at the end.
    """

    def __repr__(self) -> str:
        return f"Mapper({self.database.name!r})"

    @contextmanager
    def ambient(self) -> Iterator[Self]:
        """Let documents run on this mapper inside a ``with``, whatever they are bound to."""
        token = binding.ambient_sync.set(self)
        try:
            yield self
        finally:
            binding.ambient_sync.reset(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def find(self, model: type[M], *filters: Any, **keywords: Any) -> Query[M]:
        """Return the query of the documents of *model* that match, to run here."""
        return Query(model).using(self).filter(*filters, **keywords)

    def get(self, model: type[M], id: Any) -> M | None:  # noqa: A002
        """Return the document of *model* with this *id*, or None. Sends one command."""
        return self._run(flows.picking.get(model, id, Query))

    def watch(
        self, model: type[M], *filters: Any, **options: Unpack[WatchOptions]
    ) -> ChangeStream[M]:
        """Follow the changes of the documents of *model* that match; see the `watch` of queries."""
        return self.find(model, *filters).watch(**options)

    def close(self) -> None:
        """Close the client and forget what was registered with it."""
        binding.forget(self)
        self.database.client.close()
