"""How stored documents become objects: one by one by the converter, many by `loaders`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import attrs
import bson

from mapper.codec import CODEC
from mapper.collector import collecting, policy_of
from mapper.conversion.parts import Record, Variants, is_known, part_of
from mapper.converter import class_of, converter, decode
from mapper.loaders import Load, code_of, load_as_it_is, loader, part_loader
from mapper.rows import Rows, document_at
from mapper.tracking import Stored, begin, decode_field
from mongo_dsl.structure import computed_in, fields_of


D = TypeVar("D")

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

        return Hydrator(some, part_loader(model, some, cut), model)
    one = partial(load, model)
    return Hydrator(one, loader(model, one, stateful=True), model)


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
        code = code_of(part, naive=naive, stateful=stateful)
    if code is None:
        return (
            f"# {cls.__name__} has an __init__ of its own, which makes its instances\n"
        )
    text: str = code.__source__
    return text


def load(cls: type[D], raw: dict[str, Any]) -> D:
    """Make the document that is stored as *raw*."""
    document: Any
    try:
        document = converter().decoder(cls)(raw, cls)
    except Exception:  # noqa: BLE001 - what it says may quote what messages don't
        document = None
    if document is None:
        document = decode(raw, cls)
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

    return Hydrator(one, loader(row, one, stateful=False), row)


_AS_IT_IS = Hydrator(lambda row: row, load_as_it_is)
