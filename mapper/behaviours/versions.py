"""`Versioned`: documents that nobody overwrites unseen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar

from mapper.behaviour import Behaviour, Values
from mapper.errors import MapperError
from mapper.flows import mutating
from mapper.tracking import state_of
from mongo_dsl import Update
from mongo_dsl.structure import fields_of


if TYPE_CHECKING:
    from mapper.typed import Mapped


class Versions(Behaviour):
    """Counts the versions of documents; who saves an older one is refused."""

    def updating(self, document: Any, changed: Collection[str]) -> Values:  # noqa: ARG002
        """Count one version more."""
        before = _stored_version(document)
        return {"version": 1 if before is None else before + 1}

    def condition(self, document: Any) -> dict[str, Any]:
        """Ask for the version that was loaded."""
        return {_name(type(document)): _stored_version(document)}

    def changing(self, cls: Any, *, upsert: bool) -> Update:  # noqa: ARG002
        """Let updates by queries count a version, too."""
        found: Update = cls.q.version.inc(1)
        return found


def _name(cls: Any) -> str:
    name: str = fields_of(cls)["version"][0]
    return name


def _stored_version(document: Any) -> int | None:
    """Return the version that is stored; None where none is.

    Raises:
        MapperError: the document was loaded without it.
    """
    state: Any = state_of(document)
    name = _name(type(document))
    if state.partial and name not in state.document:
        owner = type(document).__name__
        msg = f"{owner} {document.id!r} was loaded without its version and can't be written"
        raise MapperError(f"{msg}; let the query load {name!r}, too")
    found: int | None = state.document.get(name)
    return found


class Versioned:
    """Lends documents a `version`, which every write counts up.

    A save or delete of a document that was changed since it was loaded raises
    `StaleDocumentError` and writes nothing. `mutate` loads, changes and saves again and
    again until nobody interferes.

    >>> from mapper import Document
    >>> class Note(Versioned, Document):
    ...     text: str
    >>> Note(text="a")
    Note(id=None, version=1, text='a')
    """

    __behaviour__: ClassVar[Behaviour] = Versions()

    if TYPE_CHECKING:
        version: Mapped[int]
    else:
        version: int = 1

    if TYPE_CHECKING:

        @classmethod
        def _mapper(cls) -> Any: ...

        @classmethod
        def find(cls, *filters: Any, **keywords: Any) -> Any:
            """Return the query of the documents that match."""
            ...

    @classmethod
    def mutate(
        cls,
        id: Any,  # noqa: A002
        function: Callable[[Any], Any],
        *,
        attempts: int = 10,
    ) -> Any:
        """Load the document with this *id*, have *function* change it, and save it.

        Where someone else changed it meanwhile, all of it is done anew, up to *attempts*
        times, after short random waits. *function* gets the document and may be async.
        Sends two commands an attempt, three where it failed.

        Raises:
            DocumentNotFoundError: there is no such document.
            StaleDocumentError: the last attempt came too late, too.
        """
        flow = mutating.mutate(cls.find(id=id), function, attempts)
        return cls._mapper()._run(flow)  # noqa: SLF001
