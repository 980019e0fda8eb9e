"""JSON Schema of what `to_json` writes and `from_json` reads.

https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import datetime as dt
import inspect
import itertools
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import Flag
from typing import Any

import attrs
from bson import Decimal128, Int64, ObjectId

from mapper.conversion.arrays import is_array, is_row, items_of, rows_of
from mapper.conversion.choices import is_choice
from mapper.conversion.classes import fields_of, is_class, origin
from mapper.conversion.geometry import is_shape
from mapper.conversion.mappings import is_mapping
from mapper.conversion.references import target_in
from mapper.conversion.trees import is_tree, named
from mapper.conversion.unions import DISCRIMINATOR, is_union
from mapper.exchange.documents import form_of
from mapper.exchange.unions import is_tagged, tag_of, text_twins
from mapper.references import id_annotation, is_ref
from mongo_dsl.conformity import bare, members, unmarked
from mongo_dsl.variants import discriminator_of


Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DECIMAL = {
    "type": "string",
    "pattern": r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|^[-a-zA-Z]+$",
}
_SCALARS: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Int64: {"type": "integer"},
    float: {"type": "number"},
    **{key: {"type": "null"} for key in (None, type(None))},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    dt.time: {"type": "string", "format": "time"},
    dt.timedelta: {"type": "string", "format": "duration"},
    Decimal: _DECIMAL,
    Decimal128: _DECIMAL,
    ObjectId: {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    **{key: {} for key in (Any, object)},
}
_INT_KEY = {"type": "string", "pattern": "^(0|-?[1-9][0-9]*)$"}
_SETS = ("Set", "MutableSet", "set", "frozenset")


def json_schema(cls: Any) -> Schema:
    """Return the JSON Schema of *cls*; the classes it holds are under ``$defs``.

    >>> import attrs
    >>> @attrs.define
    ... class Place:
    ...     name: str
    >>> json_schema(Place)["$defs"]["Place"]["properties"]
    {'name': {'type': 'string'}}

    Raises:
        DefinitionError: an annotation of a field names nothing.
    """
    definitions = _Definitions()
    reference = definitions.of(cls)
    return {"$schema": _DIALECT, **reference, "$defs": definitions.found}


@attrs.define
class _Definitions:
    """The schemas of classes, each under a name of its own."""

    found: dict[str, Schema] = attrs.field(factory=dict)
    names: dict[Any, str] = attrs.field(factory=dict)

    def of(self, annotation: Any) -> Schema:
        """Return the schema of *annotation*."""
        annotation = unmarked(annotation)
        if annotation in _SCALARS:
            return dict(_SCALARS[annotation])
        if is_ref(annotation):
            return self.of(id_annotation(target_in(annotation).model))
        for holds, write in _RULES:
            if holds(annotation):
                return write(self, annotation)
        return {"type": "object"}  # Extended JSON

    def tree(self, annotation: Any) -> Schema:
        """Return the schema of a class, in whose place its subclasses may stand."""
        key = str(discriminator_of(origin(annotation)))
        known = named(origin(annotation)).items()
        found = [self.class_(one, (key, name)) for name, one in known]
        return found[0] if len(found) == 1 else {"anyOf": found}

    def class_(self, annotation: Any, tag: tuple[str, str] | None = None) -> Schema:
        """Return the reference to a class, which is described once."""
        key = (annotation, tag)
        if key not in self.names:
            self.names[key] = self._free(
                tag_of(annotation) + (".tagged" if tag else "")
            )
            self.found[self.names[key]] = {}  # a class may hold itself
            self.found[self.names[key]] = self._described(annotation, tag)
        return {"$ref": f"#/$defs/{self.names[key]}"}

    def _free(self, name: str) -> str:
        """Return *name*, with a number where another class has it."""
        numbered = (f"{name}_{number}" for number in itertools.count(2))
        names = itertools.chain([name], numbered)
        return next(one for one in names if one not in self.found)

    def _described(self, annotation: Any, tag: tuple[str, str] | None) -> Schema:
        fields = fields_of(annotation)
        properties = {one.name: self.of(one.annotation) for one in fields}
        required = [one.name for one in fields if one.required]
        if tag is not None:
            properties = {tag[0]: {"const": tag[1]}, **properties}
            required.insert(0, tag[0])
        description = _description(annotation)
        return {
            "type": "object",
            "title": tag_of(annotation),
            **({"description": description} if description else {}),
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def choice(self, annotation: Any) -> Schema:
        """Return the schema of an enum or a literal."""
        if isinstance(annotation, type) and issubclass(annotation, Flag):
            return {"type": "integer"}
        listed: Any = (
            annotation if isinstance(annotation, type) else typing.get_args(annotation)
        )
        return {"enum": [form_of(annotation, True).write(value) for value in listed]}

    def union(self, annotation: Any) -> Schema:
        """Return the schema of a union."""
        twins = text_twins(annotation, lambda one: form_of(one, True))
        return {
            "anyOf": [
                self._member(annotation, one, twins) for one in members(annotation)
            ]
        }

    def _member(self, union: Any, annotation: Any, twins: set[Any]) -> Schema:
        if annotation in twins:
            return {"type": "object"}
        if is_tagged(union, annotation):
            if is_tree(annotation):
                return {"type": "object"}  # with two names
            return self.class_(annotation, (DISCRIMINATOR, tag_of(annotation)))
        return self.of(annotation)

    def array(self, annotation: Any) -> Schema:
        """Return the schema of an array whose items have one type."""
        kind = typing.get_origin(annotation) or annotation
        unique = {"uniqueItems": True} if kind.__name__ in _SETS else {}
        return {"type": "array", "items": self.of(items_of(annotation)), **unique}

    def row(self, annotation: Any) -> Schema:
        """Return the schema of a tuple whose items have types of their own."""
        items = [self.of(item) for item in rows_of(annotation)]
        size = {"minItems": len(items), "maxItems": len(items)}
        return {"type": "array", **({"prefixItems": items} if items else {}), **size}

    def mapping(self, annotation: Any) -> Schema:
        """Return the schema of a mapping with free keys."""
        key, item = typing.get_args(annotation) or (str, Any)
        names = _INT_KEY if bare(key) is int else self.of(key)
        return {
            "type": "object",
            "propertyNames": names,
            "additionalProperties": self.of(item),
        }

    def shape(self, _: Any) -> Schema:
        """Return the schema of a shape."""
        return {
            "type": "object",
            "properties": {"type": {"type": "string"}},
            "required": ["type"],
        }


_RULES: tuple[
    tuple[Callable[[Any], bool], Callable[[_Definitions, Any], Schema]], ...
] = (
    (is_choice, _Definitions.choice),
    (is_shape, _Definitions.shape),
    (is_union, _Definitions.union),
    (is_tree, _Definitions.tree),
    (is_class, _Definitions.class_),
    (is_row, _Definitions.row),
    (is_array, _Definitions.array),
    (is_mapping, _Definitions.mapping),
)


def _description(annotation: Any) -> str:
    """Return the first line of a class's own docstring."""
    kind = typing.get_origin(annotation) or annotation
    text = inspect.cleandoc(kind.__dict__.get("__doc__") or "")
    first = text.partition("\n")[0]
    return "" if first.startswith(f"{kind.__name__}(") else first
