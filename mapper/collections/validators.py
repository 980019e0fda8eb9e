"""``$jsonSchema`` of a class: what the server can check of documents as they are stored.

Every document that the mapper stores fits. What JSON Schema can't say isn't checked: the
rules of validators, dates that are midnights, documents deeper within themselves than once.
https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/
"""

from __future__ import annotations

import datetime as dt
import re
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import Flag
from typing import Any

from bson import (
    Binary,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)

from mapper.conversion.arrays import is_array, is_row, items_of, rows_of
from mapper.conversion.choices import is_choice
from mapper.conversion.classes import Field, fields_of, is_class, is_document, origin
from mapper.conversion.geometry import is_shape
from mapper.conversion.mappings import is_mapping
from mapper.conversion.references import target_in
from mapper.conversion.trees import is_tree, named, top_of
from mapper.conversion.unions import DISCRIMINATOR, is_union
from mapper.converter import encode
from mapper.references import id_annotation, is_ref
from mongo_dsl import geo
from mongo_dsl.conformity import bare, conforms, members
from mongo_dsl.storage import Storage, storage_of
from mongo_dsl.variants import discriminator_of


Schema = dict[str, Any]

_INT = ["int", "long"]
_NUMBER = ["double", "int", "long"]
_TYPES: dict[Any, str | list[str]] = {
    str: "string",
    bool: "bool",
    int: _INT,
    Int64: _INT,
    float: _NUMBER,
    None: "null",
    type(None): "null",
    ObjectId: "objectId",
    uuid.UUID: "binData",
    bytes: "binData",
    Binary: "binData",
    dt.datetime: "date",
    dt.date: "date",
    dt.time: "string",
    dt.timedelta: _INT,
    Decimal: "decimal",
    Decimal128: "decimal",
    re.Pattern: "regex",
    Regex: "regex",
    Timestamp: "timestamp",
    MinKey: "minKey",
    MaxKey: "maxKey",
}


def validator_of(model: Any) -> Schema:
    """Return the ``$jsonSchema`` of the documents of *model*, by their stored names.

    >>> import attrs
    >>> @attrs.define
    ... class Place:
    ...     name: str
    ...     people: int | None = None
    >>> validator_of(Place)["properties"]
    {'name': {'bsonType': 'string'}, 'people': {'bsonType': ['int', 'long', 'null']}}

    Raises:
        DefinitionError: an annotation of a field names nothing.
    """
    return _tree(top_of(model), ()) if is_tree(model) else _class(model, ())


def _schema(annotation: Any, above: tuple[Any, ...]) -> Schema:
    """Return the schema of *annotation* within the classes *above*."""
    annotation = bare(annotation)
    form = storage_of(annotation)
    if form is not None:
        return _in_form(form, annotation)
    kind = typing.get_origin(annotation) or annotation
    key = kind if kind is re.Pattern else annotation
    if isinstance(key, typing.Hashable) and key in _TYPES:
        return {"bsonType": _TYPES[key]}
    if is_ref(annotation):
        return _schema(id_annotation(target_in(annotation).model), above)
    for holds, write in _RULES:
        if holds(annotation):
            return write(annotation, above)
    return {}  # stored by a rule of the application's


def _in_form(form: Storage, annotation: Any) -> Schema:
    """Return the types that *form* stores, and null where *annotation* allows None."""
    kinds = [*form.stored, *([None] if conforms(annotation)(None) else [])]
    return {"bsonType": [_TYPES[kind] for kind in kinds]} if form.stored else {}


def _choice(annotation: Any, _: tuple[Any, ...]) -> Schema:
    if isinstance(annotation, type) and issubclass(annotation, Flag):
        return {"bsonType": _INT}
    listed: Any = annotation
    if not isinstance(annotation, type):
        listed = typing.get_args(annotation)
    found = [encode(value, annotation) for value in listed]
    kinds = [{"bsonType": _TYPES.get(type(value))} for value in found]
    if any(one["bsonType"] is None for one in kinds):
        return {"enum": found}
    return {"bsonType": _merged(kinds), "enum": found}


def _shape(annotation: Any, _: tuple[Any, ...]) -> Schema:
    if annotation is geo.GeometryCollection:
        return _geojson(annotation, "geometries")
    if annotation is geo.Geometry:
        return {"anyOf": [_shape(kind, ()) for kind in _GEOMETRIES]}
    if annotation in _GEOMETRIES:
        return _geojson(annotation, "coordinates")
    return {"bsonType": "object"}


_GEOMETRIES = (
    *(geo.Point, geo.LineString, geo.Polygon, geo.MultiPoint, geo.MultiLineString),
    *(geo.MultiPolygon, geo.GeometryCollection),
)


def _geojson(kind: Any, part: str) -> Schema:
    properties = {"type": {"enum": [kind.__name__]}, part: {"bsonType": "array"}}
    return {"bsonType": "object", "required": ["type", part], "properties": properties}


def _union(annotation: Any, above: tuple[Any, ...]) -> Schema:
    classes = [one for one in members(annotation) if _may_be_document(one)]
    found = [
        _tagged(one, above)
        if is_class(one) and len(classes) > 1
        else _schema(one, above)
        for one in members(annotation)
    ]
    if {} in found:
        return {}
    if all(list(one) == ["bsonType"] for one in found):
        return {"bsonType": _merged(found)}
    return {"anyOf": found}


def _may_be_document(annotation: Any) -> bool:
    return is_class(annotation) or is_mapping(annotation) or annotation in (Any, object)


def _merged(schemas: list[Schema]) -> list[str]:
    named = (one["bsonType"] for one in schemas)
    listed = ([name] if isinstance(name, str) else name for name in named)
    return list(dict.fromkeys(name for names in listed for name in names))


def _tree(annotation: Any, above: tuple[Any, ...]) -> Schema:
    """Return the schema of a class, in whose place its subclasses may stand."""
    kind, key = origin(annotation), str(discriminator_of(origin(annotation)))
    if kind in above:  # MongoDB's dialect has no references
        return {"bsonType": "object"}
    found = []
    for name, one in named(kind).items():
        tagged = _with_name(_class(one, (*above, kind)), key, name)
        if one is top_of(kind):  # documents may be older than its subclasses
            tagged["required"].remove(key)
        found.append({name: part for name, part in tagged.items() if part})
    return found[0] if len(found) == 1 else {"anyOf": found}


def _tagged(annotation: Any, above: tuple[Any, ...]) -> Schema:
    """Require the name by which the class is told from others."""
    found = (
        _tree(annotation, above) if is_tree(annotation) else _class(annotation, above)
    )
    return _with_name(found, DISCRIMINATOR, origin(annotation).__name__)


def _with_name(found: Schema, key: str, name: str) -> Schema:
    return {
        **found,
        "required": [key, *found.get("required", [])],
        "properties": {key: {"enum": [name]}, **found.get("properties", {})},
    }


def _class(annotation: Any, above: tuple[Any, ...]) -> Schema:
    if annotation in above and not is_tree(annotation):
        return {"bsonType": "object"}  # MongoDB's dialect has no references
    below = (*above, annotation)
    fields = fields_of(annotation)
    found = {one.stored: _field(annotation, one, below) for one in fields}
    required = [one.stored for one in fields if one.required]
    return {
        "bsonType": "object",
        **({"required": required} if required else {}),
        "properties": found,
    }


def _field(owner: Any, field: Field, above: tuple[Any, ...]) -> Schema:
    if field.stored == "_id" and is_document(owner):
        given = [one for one in members(field.annotation) if one is not type(None)]
        return _schema(typing.Union[tuple(given)], above)  # noqa: UP007 - made at run time
    return _schema(field.annotation, above)


def _row(annotation: Any, above: tuple[Any, ...]) -> Schema:
    items = [_schema(item, above) for item in rows_of(annotation)]
    size = {"minItems": len(items), "maxItems": len(items)}
    return {"bsonType": "array", **({"items": items} if items else {}), **size}


def _array(annotation: Any, above: tuple[Any, ...]) -> Schema:
    return {"bsonType": "array", "items": _schema(items_of(annotation), above)}


def _mapping(annotation: Any, above: tuple[Any, ...]) -> Schema:
    _, item = typing.get_args(annotation) or (str, Any)
    return {"bsonType": "object", "additionalProperties": _schema(item, above)}


_RULES: tuple[
    tuple[Callable[[Any], bool], Callable[[Any, tuple[Any, ...]], Schema]], ...
] = (
    (is_choice, _choice),
    (is_shape, _shape),
    (is_union, _union),
    (is_tree, _tree),
    (is_class, _class),
    (is_row, _row),
    (is_array, _array),
    (is_mapping, _mapping),
)
