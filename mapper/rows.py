"""Documents that a command found, as they came from the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from struct import Struct
from typing import Any, overload

import bson
from bson.raw_bson import RawBSONDocument

from mapper.codec import CODEC


_SIZE = Struct("<i").unpack_from  # what every BSON document begins with


class Rows(Sequence["dict[str, Any]"]):
    """The documents in *batches* of BSON, which become dictionaries when they are asked for.

    Each time they are asked for, they are new ones.
    """

    __slots__ = ("batches",)

    def __init__(self, batches: Sequence[bytes]) -> None:
        self.batches = batches

    @property
    def size(self) -> int:
        """The number of bytes."""
        return sum(map(len, self.batches))

    def raws(self) -> list[bytes]:
        """Return each document by itself."""
        return [raw for batch in self.batches for raw in each(batch)]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self.batches:
            yield from bson.decode_all(batch, CODEC)

    def __bool__(self) -> bool:
        return any(self.batches)

    def __len__(self) -> int:
        return len(self.raws())

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> Any:
        found = self.raws()[index]
        if isinstance(found, bytes):
            return bson.decode(found, CODEC)
        return joined(found)


def joined(raws: Iterable[bytes]) -> Rows:
    """Return the documents *raws* as rows."""
    return Rows([b"".join(raws)])


def gathered(replies: list[Any]) -> Sequence[Any]:
    """Return all rows of a cursor, whose *replies* are batches of BSON, BSON or rows."""
    kind = type(replies[0]) if replies else dict
    if kind is RawBSONDocument:
        return joined(reply.raw for reply in replies)
    return Rows(replies) if kind is bytes else replies


def undecoded(reply: Any) -> Any:
    """Return the BSON of a cursor's *reply*, or the row if it was decoded."""
    return reply.raw if type(reply) is RawBSONDocument else reply


def each(batch: bytes) -> list[bytes]:
    """Return the documents of a *batch*."""
    return piece(batch, 0, len(batch))


def piece(batch: bytes, place: int, most: int) -> list[bytes]:
    """Return the documents of a *batch* from *place* on, *most* of them."""
    found: list[bytes] = []
    end = len(batch)
    while place < end and len(found) < most:
        after = place + _SIZE(batch, place)[0]
        found.append(batch[place:after])
        place = after
    return found


def behind(batch: bytes, place: int, most: int) -> int:
    """Return the place behind *most* documents of a *batch* from *place* on."""
    end = len(batch)
    while place < end and most > 0:
        place += _SIZE(batch, place)[0]
        most -= 1
    return place


def document_at(batch: bytes, place: int) -> bytes:
    """Return the document of a *batch* at *place*."""
    return batch[place : place + _SIZE(batch, place)[0]]
