"""`Ref`: a reference to a document of another collection, or of the same."""

from __future__ import annotations

import functools
import typing
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import attrs

from mapper.errors import DanglingRefError, NotLoadedError, NotSavedError
from mapper.references.targets import (
    Target,
    id_annotation,
    is_document,
    is_family,
    named,
    target_of,
)
from mongo_dsl.admission import REFUSED, admit
from mongo_dsl.conformity import describe, members
from mongo_dsl.errors import OperandError


if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import overload

    from typing_extensions import Self

    from mapper.document import Document, SyncDocument

    A = TypeVar("A", bound=Document)
    S = TypeVar("S", bound=SyncDocument)

D = TypeVar("D")


class Ref(Generic[D]):
    """A reference to a document, stored as its id.

    It is made of a document, or of a class and an id. References are equal that lead to
    the same id of the same collection.

    >>> from mapper import SyncDocument
    >>> class Author(SyncDocument):
    ...     id: int
    ...     name: str
    >>> Ref(Author, 7)
    Ref(Author, 7)
    >>> Ref(Author, 7).loaded
    False
    """

    __slots__ = ("_dangling", "_document", "_id", "_target")

    def __init__(self, target: D | type[D], id: Any = None) -> None:  # noqa: A002
        if isinstance(target, type):
            model: Any = Target(target).model
            self._settle(model, _as_id(model, id), None)
        else:
            self._settle(Target(type(target)).model, None, target)

    def _settle(self, target: Any, id: Any, document: Any) -> None:  # noqa: A002
        self._target = target
        self._id = id
        self._document = document
        self._dangling = False

    if TYPE_CHECKING:  # constructors and assignments take documents, too

        def __get__(self, instance: object, owner: Any) -> Self: ...
        def __set__(self, instance: object, value: Ref[D] | D) -> None: ...

    else:

        def __class_getitem__(cls, target: Any) -> Any:
            """Name the class that references lead to, which may be made later."""
            known = isinstance(target, (type, Target, TypeVar)) or target is Any
            return super().__class_getitem__(target if known else named(target))

    @property
    def model(self) -> type[D]:
        """The class of the document that is referred to."""
        target = self._target
        found: type[D] = target.model if type(target) is Target else target
        return found

    @property
    def id(self) -> Any:
        """The id of the document that is referred to; None while it was never saved."""
        document: Any = self._document
        return self._id if document is None else document.id

    @property
    def loaded(self) -> bool:
        """Whether the document is there."""
        return self._document is not None

    @property
    def dangling(self) -> bool:
        """Whether the document was looked for, and not found."""
        return self._dangling

    @property
    def document(self) -> D:
        """The document, where it was loaded.

        Raises:
            NotLoadedError: it wasn't.
            DanglingRefError: it was looked for, and not found.
        """
        if self._document is None:
            raise self._unloaded()
        found: D = self._document
        return found

    def _unloaded(self) -> Exception:
        model: Any = self.model
        if self._dangling:
            return DanglingRefError(model, self._id)
        return NotLoadedError(f"{model.__name__} {self._id!r}", self.place)

    @property
    def place(self) -> str:
        """What to add to a query so that the document is loaded."""
        return (
            self._target if type(self._target) is Target else Target(self.model)
        ).place

    if TYPE_CHECKING:

        @overload
        def fetch(self: Ref[S]) -> S: ...
        @overload
        def fetch(self: Ref[A]) -> Awaitable[A]: ...
        @overload
        def fetch(self) -> Any: ...

    def fetch(self) -> Any:
        """Read the document and return it; of a `Document`, await it.

        Sends one command, also where the document was loaded.

        Raises:
            DanglingRefError: there is none with this id.
            NotSavedError: the document was never saved.
        """
        if self.id is None:
            raise unsaved(self)
        model: Any = self.model
        return model.__fetch__(self)

    def found(self, document: Any) -> None:
        """Take the loaded *document*; None if there is none."""
        if document is None:
            self._id, self._dangling = self.id, True
        else:
            self._dangling = False
        self._document = document

    def _key(self) -> tuple[Any, ...]:
        options = self.model.__options__  # type: ignore[attr-defined]
        return options.database, options.collection_name, self.id

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* leads to the same document."""
        if not isinstance(other, Ref):
            return NotImplemented
        if self.id is None:
            return self._document is other._document
        return self._key() == other._key()

    def __hash__(self) -> int:
        if self.id is None:
            raise unsaved(self)
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Ref({self.model.__name__}, {self.id!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.model, self._id, self._document, self._dangling)

    # -- What the query layer asks of an annotation --------------------------------

    @classmethod
    def __allows__(cls, arguments: tuple[Any, ...]) -> Any:
        """Return the function that tells whether a value is such a reference."""
        return functools.partial(_leads_to, target_of(arguments))

    @classmethod
    def __operand__(cls, annotation: Any, value: Any) -> tuple[Any, Any] | None:
        """Return what *value* is compared as, and as which annotation; None if it can't be."""
        model = target_of(typing.get_args(annotation)).model
        if not isinstance(value, Ref) and not is_document(value):
            return value, id_annotation(model)
        if not is_family(value.model if isinstance(value, Ref) else type(value), model):
            return None
        if value.id is None:
            raise unsaved(value)
        return value.id, id_annotation(model)

    @classmethod
    def __in_field__(cls, annotation: Any, owner: Any, field: str) -> Any:
        """Return *annotation* with the place it stands in."""
        target = target_of(typing.get_args(annotation))
        return Ref[attrs.evolve(target, owner=owner, field=field)]  # type: ignore[misc]

    @classmethod
    def __stored_as__(cls, annotation: Any) -> Any:
        """Return the annotation of what is stored."""
        return id_annotation(target_of(typing.get_args(annotation)).model)

    __below__: ClassVar[str] = "; it is stored as an id, join(...) reaches what has it"


def _leads_to(target: Target, value: Any) -> bool:
    return isinstance(value, Ref) and is_family(value.model, target.model)


def _restored(model: Any, id: Any, document: Any, dangling: bool) -> Ref[Any]:  # noqa: A002
    found = reference(model, id, document)
    found._dangling = dangling  # noqa: SLF001 - of this module
    return found


def reference(target: Any, id: Any, document: Any = None) -> Ref[Any]:  # noqa: A002
    """Return the reference to *id* or *document*, which aren't checked."""
    made: Ref[Any] = Ref.__new__(Ref)
    made._settle(target, id, document)  # noqa: SLF001 - of this module
    return made


def _as_id(model: Any, value: Any) -> Any:
    """Check an id of *model*; 24 hexadecimal digits are an `ObjectId`.

    Raises:
        OperandError: no id of *model* is like it.
    """
    kind = id_annotation(model)
    for annotation in members(kind):
        found = admit(value, annotation)
        if found is not REFUSED and value is not None:
            return found
    msg = f"Ref({model.__name__}, …) got the id {value!r}; it takes {describe(kind)}"
    raise OperandError(msg)


def referred(target: Target, value: Any) -> Any:
    """Return the reference to *value*, a document or an id; what is neither as it is."""
    if isinstance(value, Ref) or value is None:
        return value
    if is_document(value):
        return (
            reference(target, None, value)
            if is_family(type(value), target.model)
            else value
        )
    try:
        return reference(target, _as_id(target.model, value))
    except OperandError:
        return value


def unsaved(value: Any) -> NotSavedError:
    """Return the error of a reference to a document, or of one, that has no id yet."""
    model = value.model if isinstance(value, Ref) else type(value)
    return NotSavedError(model)
