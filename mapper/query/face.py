"""`BoundQuerySet`: what the queries of both faces know beyond a query set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mapper import caching
from mapper.concerns import SILENT, Concerns, concerns
from mapper.discriminators import with_class
from mapper.indexes.uniqueness import is_unique
from mapper.query.prepared import PreparedQuery
from mapper.query.relating import Relating
from mapper.scopes import is_whole, scoped
from mapper.tracking import encoded
from mongo_dsl import Filter
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.sorting import Sort


if TYPE_CHECKING:
    from typing_extensions import Self

    from mapper.bulk import DeleteWhere, UpdateWhere

M = TypeVar("M")
Q = TypeVar("Q", bound="BoundQuerySet[Any]")
_MOST = 100_000  # ids in a command of at most 48 MB


@attrs.frozen(repr=False, eq=False, init=False)
class BoundQuerySet(Relating[M]):
    """A query set of a document class, with what its execution needs.

    *mapper* is what it runs on, or its name, found when it executes; *session* is the
    driver's session its commands carry; *whole* says whether it may update or delete a
    whole collection.
    """

    @property
    def mapper(self) -> Any:
        """The mapper that `using` gave, or its name."""
        return self.asked.get("mapper")

    @property
    def session(self) -> Any:
        """The session that `in_session` gave."""
        return self.asked.get("session")

    @property
    def whole(self) -> bool:
        """Whether `everything` was asked for."""
        return "whole" in self.asked

    def using(self, mapper: Any) -> Self:
        """Run on *mapper*, or the database of this name, whatever the class is bound to.

        Executing raises `NotBoundError` if no database of the name is connected.

        Raises:
            OperandError: *mapper* is neither.
        """
        known = mapper is None or isinstance(mapper, str) or hasattr(mapper, "ambient")
        if not known:
            msg = f"using got {mapper!r}; it takes a mapper, or the name of a database"
            raise OperandError(msg)
        return self._with("mapper", mapper)

    def in_session(self, session: Any) -> Self:
        """Send commands in the driver's *session*."""
        return self._with("session", session)

    @property
    def concerns(self) -> Concerns:
        """What `read_concern` and its siblings gave."""
        found: Concerns = self.asked.get("concerns", SILENT)
        return found

    def read_concern(self, level: Any) -> Self:
        """Read what is as sure as *level*, PyMongo's or a name: ``"majority"``.

        See https://www.mongodb.com/docs/manual/reference/read-concern/

        Raises:
            ArgumentError: there is no such level.
        """
        return self._concerned(read_concern=level)

    def write_concern(self, concern: Any) -> Self:
        """Write until it is as sure as *concern*: PyMongo's, ``"majority"``, a number.

        See https://www.mongodb.com/docs/manual/reference/write-concern/

        Raises:
            ArgumentError: there is no such concern.
        """
        return self._concerned(write_concern=concern)

    def read_preference(self, mode: Any) -> Self:
        """Read from the members that *mode* says, PyMongo's or a name: ``"secondary"``.

        See https://www.mongodb.com/docs/manual/core/read-preference/

        Raises:
            ArgumentError: there is no such mode.
        """
        return self._concerned(read_preference=mode)

    def _concerned(self, **asked: Any) -> Self:
        return self._with("concerns", concerns(**asked).over(self.concerns))

    def cached(self, ttl: float | None = None) -> Self:
        """Read through the cache of the class, what is at most *ttl* seconds old.

        Without *ttl* the cache knows. What is read in a session goes past it, and so does
        `stream`. On a hit nothing is sent.

        Raises:
            ArgumentError: *ttl* is no positive number.
        """
        if ttl is not None:
            caching.checked_ttl(ttl, "cached()")
        return self._with("cached", caching.Caching(ttl))

    def uncached(self) -> Self:
        """Ask the server, though the class has a cache."""
        return self._with("cached", False)

    def everything(self) -> Self:
        """Allow the next update or delete to touch the whole collection."""
        return self._with("whole", True)

    def prepare(self) -> PreparedQuery[Self]:  # type: ignore[override]
        """Compile the filter now, but for its parameters; ``bind`` fills them quickly.

        What ``bind`` returns is a query of this class, which executes.

        Raises:
            CompileError: a part has no form where it stands.
        """
        return PreparedQuery(self)

    def max_affected(self, count: int) -> Self:
        """Refuse the next update or delete if it would touch more than *count* documents.

        The ids of the documents are read first, and the write is for them alone, so two
        commands are sent; where there are too many, a read and a count.

        Raises:
            ArgumentError: *count* is not from 1 to 100,000.
        """
        if (
            isinstance(count, bool)
            or not isinstance(count, int)
            or not 0 < count <= _MOST
        ):
            msg = f"max_affected got {count!r}; it takes a number from 1 to {_MOST:,}"
            raise ArgumentError(msg)
        return self._with("max_affected", count)

    def _limited(self, count: int | None) -> Self:
        return self if count is None else self.max_affected(count)

    def updating(
        self,
        changes: Any = None,
        /,
        *,
        many: bool = True,
        upsert: bool = False,
        on_insert: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> UpdateWhere:
        """Return the operation of a `bulk_write` that makes *changes* in the documents.

        See `update`, `update_one` and `upsert`, which do it at once.

        >>> from mapper import SyncDocument
        >>> class User(SyncDocument):
        ...     age: int
        >>> User.filter(age=17).updating(User.q.age.inc(1))
        UpdateWhere(query=Query(User).filter(User.q.age == 17), many=True, changes=User.q.age.inc(), values={}, upsert=False, on_insert=None)
        """
        from mapper.bulk import UpdateWhere

        return UpdateWhere(
            self, changes, values, many=many, upsert=upsert, on_insert=on_insert
        )

    def deleting(self, *, many: bool = True) -> DeleteWhere:
        """Return the operation of a `bulk_write` that deletes the documents, or one."""
        from mapper.bulk import DeleteWhere

        return DeleteWhere(self, many=many)

    def with_deleted(self) -> Self:
        """Find soft-deleted documents, too.

        Raises:
            OperandError: documents of this class are not soft-deleted.
        """
        return self._deleted("with_deleted", "with")

    def only_deleted(self) -> Self:
        """Find soft-deleted documents alone.

        Raises:
            OperandError: documents of this class are not soft-deleted.
        """
        return self._deleted("only_deleted", "only")

    def _deleted(self, method: str, shown: str) -> Self:
        if not hasattr(self.model, "only_deleted"):
            name = self.model.__name__  # type: ignore[union-attr]
            msg = f"{method} of {name}, whose documents are deleted for good; derive it"
            raise OperandError(f"{msg} from SoftDelete")
        return self._with("deleted", shown)

    def _whole(self) -> Mapping[str, Any]:
        model: Any = self.model
        if is_whole(model):
            return self.asked
        return scoped(model, with_class(model, self.asked))

    def _keywords(self, keywords: Mapping[str, Any]) -> Filter:
        options = self.model.__options__  # type: ignore[union-attr]
        return keyword_filter(
            self.model, keywords, operator_dicts=options.operator_dicts
        )

    def _as_stored(self, document: Any) -> Mapping[str, Any]:
        known = isinstance(document, self.model)  # type: ignore[arg-type]
        if known and getattr(document, "id", None) is not None:
            return encoded(document)
        return super()._as_stored(document)

    def _beyond(self, order: Any, way: Any, place: Any) -> Self:
        found = super()._beyond(order, way, place)
        return found._with("cause", None)  # noqa: SLF001 - pages are read in loops

    def _is_unique(self, order: tuple[Sort, ...]) -> bool:
        """Tell whether the class declares a unique index that leaves no ties in *order*.

        A collation may hold for equal what the index tells apart.
        """
        if super()._is_unique(order) or "collation" in self.asked:
            return super()._is_unique(order)
        return is_unique(self.model, {sort.path.name for sort in order})

    def _secrets(self) -> tuple[bytes, ...]:
        return super()._secrets() or self.model.__options__.cursor_secret  # type: ignore[union-attr]

    def _digested(self, order: tuple[Sort, ...]) -> dict[str, Any]:
        return {"collection": self._collection_name(), **super()._digested(order)}

    def _collection_name(self) -> str:
        name: str = self.model.__collection__  # type: ignore[union-attr]
        return name


def seed_query(
    query: Q,
    filters: tuple[Any, ...],
    keywords: Mapping[str, Any],
    sort_by: Any,
    limit: int | None,
    skip: int | None,
) -> Q:
    """Narrow, sort and cut *query* as the arguments of `Document.filter` say."""
    found = query.filter(*filters, **keywords)
    if sort_by is not None:
        found = (
            found.sort(*sort_by) if isinstance(sort_by, list) else found.sort(sort_by)
        )
    if skip is not None:
        found = found.skip(skip)
    return found if limit is None else found.limit(limit)
