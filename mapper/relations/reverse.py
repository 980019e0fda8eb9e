"""`reverse`: the documents that refer to a document, as an attribute of it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from mapper.errors import DefinitionError, NotLoadedError
from mapper.references import Target


if TYPE_CHECKING:
    from typing import overload

    from typing_extensions import Self


class Reverse:
    """What `reverse` declares: the documents of *source* whose *field* leads here."""

    def __init__(self, source: Any, field: str) -> None:
        self._source = source
        self.field = field
        self.owner: Any = None
        self.name = ""

    def __set_name__(self, owner: Any, name: str) -> None:
        self.owner = owner
        self.name = name

    @property
    def model(self) -> Any:
        """The class of the documents that refer."""
        return Target(self._source, self.owner).model

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: Any) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> Related: ...

    def __get__(self, instance: Any, owner: Any) -> Any:
        """Return the documents that refer to *instance*."""
        return self if instance is None else Related(self, instance)

    def __set__(self, instance: Any, value: Any) -> NoReturn:
        """Refuse: what refers is changed where it is stored."""
        msg = f"{self!r} can't be assigned, it is read from {self.model.__name__}."
        raise AttributeError(f"{msg}{self.field}; set that")

    def __repr__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


def reverse(source: Any, field: str) -> Reverse:
    """Declare the documents of *source*, a class or its name, whose *field* leads here.

    They aren't stored here: the attribute is a query of them, and `include` loads them.

    Raises:
        DefinitionError: *source* is no class, or *field* no name.

    In ``Author``, ``books = reverse("Book", "author")`` makes this possible:

    >>> from examples.library import Author
    >>> Author(id=7, name="Ann").books.filter(title="Emma").compile().filter
    {'author': 7, 'title': 'Emma'}
    """
    if not isinstance(source, (str, type)) or not isinstance(field, str) or not field:
        msg = f"reverse got {source!r} and {field!r}; it takes a document class, or the"
        raise DefinitionError(f"{msg} name of one, and the name of its field")
    return Reverse(source, field)


def reverse_of(cls: Any, name: str) -> Reverse | None:
    """Return what `reverse` declares as *name* in *cls*, if it does."""
    found = inspect.getattr_static(cls, name, None)
    return found if isinstance(found, Reverse) else None


class Related:
    """The documents that refer to one document: loaded ones, or a query of them.

    All methods of queries are there. Awaited, or iterated over, it gives the loaded
    documents without a command, and asks for them where they weren't loaded.
    """

    __slots__ = ("_declared", "_document")

    def __init__(self, declared: Reverse, document: Any) -> None:
        self._declared = declared
        self._document = document

    @property
    def query(self) -> Any:
        """The query of the documents."""
        return _query(self._declared, self._document)

    @property
    def loaded(self) -> bool:
        """Whether the documents are there."""
        return self._found is not None

    @property
    def _found(self) -> list[Any] | None:
        found: dict[str, list[Any]] = getattr(self._document, "_related", None) or {}
        return found.get(self._declared.name)

    @property
    def documents(self) -> list[Any]:
        """The documents, where they were loaded.

        Raises:
            NotLoadedError: they weren't.
        """
        found = self._found
        if found is None:
            where = f"{self._declared!r} of {self._document.id!r}"
            raise NotLoadedError(where, f"include({self._declared!r})")
        return found

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the documents; where they weren't loaded, a query does."""
        return iter(self.query if self._found is None else self._found)

    def __await__(self) -> Generator[Any, None, list[Any]]:
        """Return the documents; where they weren't loaded, a query does."""
        found = self._found
        if found is None:
            loaded: list[Any] = yield from self.query.__await__()
            return loaded
        return found

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Stream the documents; where they weren't loaded, a query does."""
        found = self._found
        if found is None:
            async for document in self.query:
                yield document
        else:
            for document in found:
                yield document

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return getattr(_query(self._declared, self._document), name)

    def __repr__(self) -> str:
        where = f"{type(self._document).__name__} {self._document.id!r}"
        return f"<{self._declared!r} of {where}>"


def _query(declared: Reverse, document: Any) -> Any:
    model = declared.model
    return model.find(model.q[declared.field] == document)
