"""`AutoIncrement`: documents whose ids are counted."""

from __future__ import annotations

from collections.abc import Sequence as Documents
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from mapper.behaviour import Behaviour, Values
from mapper.commands import Command, Flow


if TYPE_CHECKING:
    from mapper.typed import Mapped


@attrs.frozen(kw_only=True)
class Sequence:
    """Where numbers come from.

    Args:
        name: what the sequence is called; the collection's name if not given. Classes
            that name the same sequence share its numbers.
        start: the first number.
        collection: where the last numbers are stored, a document a sequence.

    >>> Sequence(name="invoices", start=1000)
    Sequence(name='invoices', start=1000, collection='sequences')
    """

    name: str | None = None
    start: int = 1
    collection: str = "sequences"


class Numbers(Behaviour):
    """Gives new documents the next numbers of their sequence, by one command for all."""

    def inserting(self, documents: Documents[Any]) -> Flow[list[Values]]:
        """Number those of the *documents* that have no id."""
        wanted = sum(document.id is None for document in documents)
        if not wanted:
            return [{} for _ in documents]
        last = yield _taking(type(documents[0]), wanted)
        numbers = iter(range(last["value"] - wanted + 1, last["value"] + 1))
        return [
            {"id": next(numbers)} if document.id is None else {}
            for document in documents
        ]


def _taking(cls: Any, count: int) -> Command:
    """Return the command that takes *count* numbers and tells the last one.

    It runs outside of transactions, which would wait for one another here; the numbers
    of a transaction that is aborted are lost.
    """
    sequence: Sequence = cls.sequence
    before: Any = {"$ifNull": ["$value", sequence.start - 1]}
    update = [{"$set": {"value": {"$add": [before, count]}}}]
    return Command(
        sequence.collection,
        "find_one_and_update",
        ({"_id": sequence.name or cls.__collection__}, update),
        {"upsert": True, "return_document": True, "session": None},
    )


class AutoIncrement:
    """Lends documents an `id` that counts 1, 2, 3, ….

    The numbers come from a `Sequence`, which the class may declare as ``sequence``; ids
    that the caller gives hold. Numbers are never given twice, but some may be missing:
    those of inserts that failed. An insert sends two commands, an `insert_many` one
    command for all numbers of a batch.

    >>> from typing import ClassVar
    >>> from mapper import Document
    >>> class Invoice(AutoIncrement, Document):
    ...     total: int
    ...     sequence: ClassVar[Sequence] = Sequence(start=1000)
    >>> Invoice(total=5)
    Invoice(id=None, total=5)
    """

    __behaviour__: ClassVar[Behaviour] = Numbers()

    sequence: ClassVar[Sequence] = Sequence()
    if TYPE_CHECKING:
        id: Mapped[int | None]
    else:
        id: int | None = None
