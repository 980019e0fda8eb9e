"""Reading some fields as values, and documents by their ids."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from mapper.commands import Command, Flow
from mapper.converter import decode
from mapper.errors import DocumentsMissingError
from mapper.flows import finding, reading
from mapper.flows.loading import loaded_one
from mapper.scopes import is_whole
from mapper.tracking import decode_field
from mongo_dsl import Filter
from mongo_dsl.errors import ArgumentError
from mongo_dsl.schema import FieldSpec, find
from mongo_dsl.values import Face


def values(query: Any, fields: tuple[Any, ...], *, flat: bool) -> Flow[list[Any]]:
    """Return the values of *fields* in the documents of *query*, as tuples or *flat*."""
    if not fields or (flat and len(fields) > 1):
        takes = "exactly one" if flat else "at least one"
        msg = f"values got {len(fields)} fields; it takes {takes}"
        raise ArgumentError(f"{msg}{' with flat=True' if flat else ''}")
    specs = [_spec(query.model, field) for field in fields]
    names = [spec.stored for spec in specs]
    shown = {name: 1 for name in names if not _is_within(name, names)}
    if "_id" not in shown:
        shown["_id"] = 0
    narrowed = query._with("projection", tuple(shown.items()))  # noqa: SLF001
    rows = yield from finding.rows(narrowed)
    readers = [_reader(spec) for spec in specs]
    if flat:
        return [readers[0](row) for row in rows]
    return [tuple([read(row) for read in readers]) for row in rows]


def _is_within(name: str, others: list[str]) -> bool:
    """Tell whether the path *name* leads into one of *others*, which is loaded whole."""
    return any(name.startswith(f"{other}.") for other in others)


def _spec(model: Any, field: Any) -> FieldSpec:
    if isinstance(field, str):
        return find(model, field)
    spec: FieldSpec | None = getattr(field, "_spec", None)
    if spec is None:
        path = field._node.name if isinstance(field, Face) else str(field)  # noqa: SLF001
        return find(model, path)
    return spec


def _reader(spec: FieldSpec) -> Callable[[dict[str, Any]], Any]:
    """Return what reads the value of a field in a stored document."""
    if "." not in spec.name:
        return _top(spec)
    path = spec.stored.split(".")

    def read(row: dict[str, Any]) -> Any:
        found = _below(row, path, spec.annotation)
        return None if found is _MISSING else found

    return read


def _top(spec: FieldSpec) -> Callable[[dict[str, Any]], Any]:
    cls, name, stored = spec.root, spec.name, spec.stored
    if name not in attrs.fields_dict(cls):  # computed, or of a subclass alone
        return _lone(spec)
    default: Any = attrs.fields_dict(cls)[name].default

    def read(row: dict[str, Any]) -> Any:
        if stored in row:
            return decode_field(cls, name, row[stored])
        if isinstance(default, _FACTORY):
            return None if default.takes_self else default.factory()
        return None if default is attrs.NOTHING else default

    return read


def _lone(spec: FieldSpec) -> Callable[[dict[str, Any]], Any]:
    def read(row: dict[str, Any]) -> Any:
        there = spec.stored in row
        return decode(row[spec.stored], spec.annotation) if there else None

    return read


_MISSING = object()
_FACTORY: Any = attrs.Factory


def _below(value: Any, path: list[str], annotation: Any) -> Any:
    """Decode what is at *path*; of arrays, what is there in each item that has it."""
    if not path:
        return decode(value, annotation)
    if isinstance(value, list):
        found = [_below(item, path, annotation) for item in value]
        return [item for item in found if item is not _MISSING]
    if not isinstance(value, dict) or path[0] not in value:
        return _MISSING
    return _below(value[path[0]], path[1:], annotation)


def get(cls: Any, id_: Any, query: Callable[[Any], Any]) -> Flow[Any]:
    """Return the document of *cls* with this id, or None; *query* makes queries of it.

    What can't be an id is refused before the flow begins.
    """
    if type(id_) in _plain_ids(cls):
        return _get(cls, {"_id": id_})
    condition: Filter = cls.q.id == id_
    if _adds_nothing(cls):
        return _get(cls, condition.compile())
    return reading.first(query(cls).filter(condition))


@functools.lru_cache(maxsize=1024)
def _plain_ids(cls: Any) -> frozenset[type]:
    """Return the types of ids for which no query set has to be made, as it takes long.

    They are stored as they are; an `int` may be too long for that.
    """
    plain: frozenset[type] = cls.q.id._plain_types  # noqa: SLF001 - of this house
    return plain - {int} if _adds_nothing(cls) else frozenset()


def _adds_nothing(cls: Any) -> bool:
    """Tell whether *cls* neither adds to queries nor caches what is read."""
    return is_whole(cls) and cls.__options__.cache is None


def _get(cls: Any, condition: dict[str, Any]) -> Flow[Any]:
    """Return the one document that meets *condition*, or None."""
    name: str = cls.__options__.collection_name
    found = yield Command(name, "find_one", (condition,))
    return None if found is None else (yield from loaded_one(cls, found))


def get_many(query: Any, ids: Iterable[Any], *, strict: bool) -> Flow[list[Any]]:
    """Return the documents of *query* with these *ids*, in their order."""
    asked = list(ids)
    reading.refuse_cut(query, "get_many", "all that are asked for come")
    if not asked:
        return []
    if dict(query.asked.get("projection", ())).get("_id") == 0:
        msg = "get_many got a query that leaves out the id; load it, too"
        raise ArgumentError(msg)
    narrowed = query.filter(query.model.q.id.in_(asked))
    rows = yield from finding.rows(narrowed)
    by_id = {_key(row["_id"]): row for row in rows}
    keys = [_key(id_) for id_ in _as_stored(query.model, asked)]
    missing = [id_ for id_, key in zip(asked, keys, strict=True) if key not in by_id]
    there = dict.fromkeys(key for key in keys if key in by_id)
    made = yield from reading.made(query, [by_id[key] for key in there])
    if strict and missing:
        raise DocumentsMissingError(query.model, missing, made)
    found = dict(zip(there, made, strict=True))
    return [found[key] for key in keys if key in found]


def _as_stored(model: Any, ids: list[Any]) -> list[Any]:
    """Return *ids* as the database has them: an ObjectId may be given as text."""
    return [model.q.id.eq(id_).compile()["_id"]["$eq"] for id_ in ids]


def _key(value: Any) -> Any:
    """Return something hashable that is equal for equal ids."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
