"""`User.indexes` and its like: what a class can ask of its collection as a whole."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from mapper import collections


if TYPE_CHECKING:
    from mapper.collections import CollectionPlan
    from mapper.indexes import IndexPlan


class Namespace:
    """What stands behind an attribute of the document class *model*."""

    called: ClassVar[str]

    def __init__(self, model: Any) -> None:
        self.model = model

    def __repr__(self) -> str:
        return f"{self.model.__name__}.{self.called}"


class IndexNamespace(Namespace):
    """What needs no command of the indexes of a document class."""

    called = "indexes"


class CollectionNamespace(Namespace):
    """What needs no command of the collection of a document class."""

    called = "collection"

    def validator(self) -> dict[str, Any]:
        """Return the ``$jsonSchema`` of the documents, by their stored names.

        Sends nothing; ``Meta.validator`` has `apply` give it to the server.
        """
        return collections.validator_of(self.model)


class Indexes(IndexNamespace):
    """The indexes of a document class."""

    def plan(self, *, search: bool = True) -> IndexPlan:
        """Compare what the class declares with what the server has; change nothing.

        Sends one command, and another one if the class declares indexes of Atlas Search and they are not left out by *search*.

        Raises:
            UnsupportedError: the server has no Atlas Search.
        """
        found: IndexPlan = self.model._mapper().plan_indexes(self.model, search=search)  # noqa: SLF001
        return found

    def apply(
        self,
        *,
        drop: Iterable[str] = (),
        rebuild: Iterable[str] = (),
        search: bool = True,
    ) -> IndexPlan:
        """Create what is missing, and return the plan that was carried out.

        Nothing is dropped but what *drop* names, and nothing changed but what *rebuild* names. Sends the commands of `plan`; then one that creates all that is missing, one that drops all that goes, and one for each index changed in place. Sends nothing for a class without indexes.

        Raises:
            IndexConflictError: an index is there otherwise than declared, and not named; nothing was written.
            UnknownIndexError: a name is none that can be dropped or rebuilt.
            DuplicateKeyError: documents break the rule of a unique index.
            UnsupportedError: the server has no Atlas Search.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: IndexPlan = mapper.apply_indexes(
            self.model, drop=drop, rebuild=rebuild, search=search
        )
        return found


class AsyncIndexes(IndexNamespace):
    """The indexes of a document class, for asyncio."""

    async def plan(self, *, search: bool = True) -> IndexPlan:
        """Compare what the class declares with what the server has; change nothing.

        Sends one command, and another one if the class declares indexes of Atlas Search and they are not left out by *search*.

        Raises:
            UnsupportedError: the server has no Atlas Search.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: IndexPlan = await mapper.plan_indexes(self.model, search=search)
        return found

    async def apply(
        self,
        *,
        drop: Iterable[str] = (),
        rebuild: Iterable[str] = (),
        search: bool = True,
    ) -> IndexPlan:
        """Create what is missing, and return the plan that was carried out.

        Nothing is dropped but what *drop* names, and nothing changed but what *rebuild* names. Sends the commands of `plan`; then one that creates all that is missing, one that drops all that goes, and one for each index changed in place. Sends nothing for a class without indexes.

        Raises:
            IndexConflictError: an index is there otherwise than declared, and not named; nothing was written.
            UnknownIndexError: a name is none that can be dropped or rebuilt.
            DuplicateKeyError: documents break the rule of a unique index.
            UnsupportedError: the server has no Atlas Search.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: IndexPlan = await mapper.apply_indexes(
            self.model, drop=drop, rebuild=rebuild, search=search
        )
        return found


class Collection(CollectionNamespace):
    """The collection of a document class."""

    def plan(self) -> CollectionPlan:
        """Compare what the class declares with what the server has; change nothing.

        Sends one command.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: CollectionPlan = mapper.plan_collection(self.model)
        return found

    def apply(self, *, change: Iterable[str] = ()) -> CollectionPlan:
        """Create the collection if it is missing, and return the plan carried out.

        Of one that is there nothing is changed but the options of ``Meta`` that *change* names. Sends the command of `plan` and at most one more; none for a class that declares nothing.

        Raises:
            CollectionConflictError: it is there otherwise than declared, and *change* doesn't say so; nothing was written.
            UnknownOptionError: *change* names what doesn't differ or can't be changed.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: CollectionPlan = mapper.apply_collection(self.model, change=change)
        return found


class AsyncCollection(CollectionNamespace):
    """The collection of a document class, for asyncio."""

    async def plan(self) -> CollectionPlan:
        """Compare what the class declares with what the server has; change nothing.

        Sends one command.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: CollectionPlan = await mapper.plan_collection(self.model)
        return found

    async def apply(self, *, change: Iterable[str] = ()) -> CollectionPlan:
        """Create the collection if it is missing, and return the plan carried out.

        Of one that is there nothing is changed but the options of ``Meta`` that *change* names. Sends the command of `plan` and at most one more; none for a class that declares nothing.

        Raises:
            CollectionConflictError: it is there otherwise than declared, and *change* doesn't say so; nothing was written.
            UnknownOptionError: *change* names what doesn't differ or can't be changed.
        """
        mapper = self.model._mapper()  # noqa: SLF001
        found: CollectionPlan = await mapper.apply_collection(self.model, change=change)
        return found


class Namespaced(ABCMeta):
    """Gives classes what their documents don't have: fields may be called the same."""

    __collection_of__: Any
    __indexes_of__: Any

    @property
    def collection(cls) -> Any:
        """The collection of the class: what it declares beside what the server has."""
        return cls.__collection_of__(cls)

    @property
    def indexes(cls) -> Any:
        """The indexes of the class: what it declares beside what the server has."""
        return cls.__indexes_of__(cls)
