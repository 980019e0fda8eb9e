"""How stored documents become objects.

Many at once are made by generated code, piece by piece: a piece is decoded and turned into
objects while it is in the processor's cache, which takes half the time of decoding
everything first. Where a document isn't what the code expects, the converter takes over,
and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias, TypeVar

import attrs
import bson

from mapper.codec import CODEC, NAIVE
from mapper.collector import collecting, policy_of
from mapper.conversion.parts import Record, Variants, is_known, part_of
from mapper.converter import class_of, converter, decode
from mapper.generation import Loading, loading
from mapper.rows import Rows, behind, document_at, piece
from mapper.tracking import Stored, begin, decode_field
from mongo_dsl.structure import computed_in, fields_of


D = TypeVar("D")

PIECE = 64
"""How many documents are decoded and made at a time; more don't stay in the cache."""

Load: TypeAlias = Callable[[bytes, int, int, "list[Any]"], int]
"""What makes objects of a batch of BSON, from a place on, at most so many, into a list.

It returns the place behind the last. Where that isn't the end, the next document is one
that it can't make.
"""

_MANY = 1 << 16  # bytes; of less than that the collector has little to do
_ALL = 1 << 62


@attrs.frozen
class Hydrator:
    """How rows become what the caller gets: *one* makes it of any row, *load* of batches."""

    one: Callable[[dict[str, Any]], Any]
    load: Load
    model: Any = None

    def __call__(self, row: dict[str, Any]) -> Any:
        """Make what the caller gets of one *row*."""
        return self.one(row)

    def all(self, rows: Iterable[dict[str, Any]]) -> list[Any]:
        """Make what the caller gets of *rows*."""
        if not isinstance(rows, Rows):
            return [*map(self.one, rows)]
        if rows.size < _MANY:
            return self._all(rows)
        with collecting(policy_of(self.model)):
            return self._all(rows)

    def _all(self, rows: Rows) -> list[Any]:
        found: list[Any] = []
        for batch in rows.batches:
            place = self.load(batch, 0, _ALL, found)
            while place < len(batch):
                raw = document_at(batch, place)
                found.append(self.decoded(raw))
                place = self.load(batch, place + len(raw), _ALL, found)
        return found

    def decoded(self, raw: bytes) -> Any:
        """Make what the caller gets of the document *raw*, which *load* can't make it of.

        Raises:
            DecodeError: it doesn't fit.
        """
        return self.one(bson.decode(raw, CODEC))


def reader(query: Any) -> Hydrator:
    """Return what turns the rows of *query* into what the caller gets."""
    asked, model = query.asked, query.model
    if "raw" in asked:
        return _AS_IT_IS
    if "row" in asked:
        return _of_rows(asked["row"])
    if "projection" in asked:
        cut = _cut(asked["projection"])

        def some(raw: dict[str, Any]) -> Any:
            return load_part(model, raw, cut)

        return Hydrator(some, partial(_load_singly, some), model)
    one = partial(load, model)
    return Hydrator(one, _loader(model, one, stateful=True), model)


def row_reader(pipeline: Any, into: Any = None) -> Hydrator:
    """Return what turns the rows of *pipeline* into what the caller gets."""
    row = getattr(pipeline, "row", None) if into is None else into
    return _AS_IT_IS if row is None else _of_rows(row)


def source_of(cls: Any) -> str:
    """Return the code that makes instances of *cls*, of many documents at once.

    >>> import attrs
    >>> @attrs.define
    ... class Point:
    ...     x: float
    ...     y: float = 0.0
    >>> print(source_of(Point))
    def load(rows, raws, found):
        add = found.append
        for row in rows:
            made = new(Point)
            value = row['x']
            if type(value) is not float:
                value = hook(value, annotation)
            made.x = value
            value = row.get('y', MISSING)
            if type(value) is not float:
                value = default if value is MISSING else hook(value, annotation)
            made.y = value
            add(made)
    <BLANKLINE>
    """
    part = part_of(cls, converter().get_structure_hook(cls))
    if isinstance(part, Variants):
        part = part.of(cls)
    naive, stateful = is_known(part), hasattr(cls, "__is_document__")
    code: Any = None
    if isinstance(part, Record):
        code = _code(part, naive=naive, stateful=stateful)
    if code is None:
        return (
            f"# {cls.__name__} has an __init__ of its own, which makes its instances\n"
        )
    text: str = code.__source__
    return text


def load(cls: type[D], raw: dict[str, Any]) -> D:
    """Make the document that is stored as *raw*."""
    document: D = decode(raw, cls)
    object.__setattr__(document, "_state", raw)
    return document


def load_part(cls: type[D], raw: dict[str, Any], cut: frozenset[str]) -> D:
    """Make a document of the fields in *raw* alone; the others have no value."""
    model: Any = class_of(cls, raw)
    document: Any = model.__new__(model)
    for name, (stored, _) in fields_of(model).items():
        if stored in raw and name not in computed_in(model):
            object.__setattr__(document, name, decode_field(model, name, raw[stored]))
    begin(document, Stored(raw, partial=True, cut=cut))
    return document


def _cut(projection: Any) -> frozenset[str]:
    """Find the fields that *projection* keeps in part."""
    return frozenset(n.partition(".")[0] for n, _ in projection if "." in n)


def _of_rows(row: Any) -> Hydrator:
    def one(raw: dict[str, Any]) -> Any:
        return decode(raw, row)

    return Hydrator(one, _loader(row, one, stateful=False), row)


def _loader(annotation: Any, one: Any, *, stateful: bool) -> Load:
    """Return what makes instances of *annotation*, which remember their state if *stateful*.

    Where no code can be generated it is *one* that makes them.
    """
    part = part_of(annotation, converter().get_structure_hook(annotation))
    if isinstance(part, Variants):
        return partial(_load_variants, part, stateful)
    found = _generated(part, stateful=stateful) if isinstance(part, Record) else None
    return partial(_load_singly, one) if found is None else found


def _generated(part: Record, *, stateful: bool) -> Load | None:
    """Return what runs the code for a class, which is generated once, if there is any."""
    if stateful not in part.generated:
        naive = is_known(part)  # hooks of others get moments that say their zone
        code = _code(part, naive=naive, stateful=stateful)
        made = None if code is None else partial(_load, code, NAIVE if naive else CODEC)
        part.generated[stateful] = made
    found: Load | None = part.generated[stateful]
    return found


def _code(part: Record, *, naive: bool, stateful: bool) -> Loading | None:
    """Return the code for a class, which is generated once."""
    if (naive, stateful) not in part.generated:
        made = loading(part, naive=naive, stateful=stateful)
        part.generated[naive, stateful] = made
    found: Loading | None = part.generated[naive, stateful]
    return found


def _load(
    code: Loading, codec: Any, batch: bytes, place: int, most: int, found: list[Any]
) -> int:
    """Make objects by generated *code*, piece by piece."""
    while place < len(batch) and most > 0:
        raws = piece(batch, place, min(most, PIECE))
        before, size = len(found), sum(map(len, raws))
        try:
            code(bson.decode_all(batch[place : place + size], codec), raws, found)
        except Exception:  # noqa: BLE001 - the converter says what is wrong
            return place + sum(map(len, raws[: len(found) - before]))
        place += size
        most -= len(raws)
    return place


def _load_variants(
    part: Variants,
    stateful: bool,
    batch: bytes,
    place: int,
    most: int,
    found: list[Any],
) -> int:
    """Make instances of a class and its subclasses, each by the code for its own."""
    for raw in piece(batch, place, min(most, PIECE)):
        row = bson.decode(raw, CODEC)
        try:
            of_class: Any = part.of(part.found(row))
            code = _code(of_class, naive=False, stateful=stateful)
            if code is None:
                return place
            code([row], [raw], found)
        except Exception:  # noqa: BLE001 - the converter says what is wrong
            return place
        place += len(raw)
    return place


def _load_singly(
    one: Callable[[Any], Any], batch: bytes, place: int, most: int, found: list[Any]
) -> int:
    """Make objects by *one*, where there is no code for them."""
    for raw in piece(batch, place, min(most, PIECE)):
        try:
            found.append(one(bson.decode(raw, CODEC)))
        except Exception:  # noqa: BLE001 - it is asked again, and then says what is wrong
            return place
        place += len(raw)
    return place


def _load_as_it_is(batch: bytes, place: int, most: int, found: list[Any]) -> int:
    """Decode documents."""
    after = behind(batch, place, most)
    found.extend(bson.decode_all(batch[place:after], CODEC))
    return after


_AS_IT_IS = Hydrator(lambda row: row, _load_as_it_is)
