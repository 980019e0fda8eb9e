"""Values as Python writes them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any

from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex

from mongo_dsl.conformity import describe
from mongo_dsl.nodes import Body, Collection, Data, Map, Node, Param, Raw, Seq, Value
from mongo_dsl.params import annotation_of, param
from mongo_dsl.source.layout import flat
from mongo_dsl.source.written import UnwritableError, Written, listed, mapped, quoted
from mongo_dsl.values import node


def literal(value: Any) -> Written:
    """Write a scalar, with its type."""
    write = _WRITERS.get(type(value))
    return Written(repr(value) if write is None else write(value), value)


def _float(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _pattern(value: re.Pattern[Any]) -> str:
    text = quoted(value.pattern) if isinstance(value.pattern, str) else value.pattern
    flags = int(value.flags) & ~int(re.UNICODE)
    return f"re.compile({text}, {flags})" if flags else f"re.compile({text})"


def _regex(value: Regex[Any]) -> str:
    options = "".join(o for o in "ilmsux" if value.flags & re.RegexFlag[o.upper()])
    text = quoted(value.pattern) if isinstance(value.pattern, str) else value.pattern
    return f"Regex({text}, {quoted(options)})" if options else f"Regex({text})"


def _code(value: Code) -> str:
    scope = "" if value.scope is None else f", {value.scope!r}"
    return f"Code({quoted(str(value))}{scope})"


def _reference(value: DBRef) -> str:
    found = value.as_doc()
    collection, key = found.pop("$ref"), found.pop("$id")
    database = found.pop("$db", None)
    parts = [quoted(collection), flat(data(node(key)).code)]
    if database is not None or found:
        parts.append("None" if database is None else quoted(database))
    if found:
        parts.append(f"**{flat(data(node(found)).code)}")
    return f"DBRef({', '.join(parts)})"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    float: _float,
    Int64: lambda value: f"Int64({int(value)})",
    Decimal128: lambda value: f'Decimal128("{value}")',
    ObjectId: lambda value: f'ObjectId("{value}")',
    Binary: lambda value: f"Binary({bytes(value)!r}, {value.subtype})",
    re.Pattern: _pattern,
    Regex: _regex,
    Code: _code,
    DBRef: _reference,
    dt.datetime: repr,
}


def hole(param_: Param) -> Written:
    """Write a parameter, with its type."""
    annotation = annotation_of(param_)
    made = param(param_.name, annotation)  # without the checks of where it stands
    if annotation is Any:
        return Written(f"param({quoted(param_.name)})", made)
    return Written(f"param({quoted(param_.name)}, {described(annotation)})", made)


def described(annotation: Any) -> str:
    """Write a type, with its module where that isn't the builtins'."""
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        module = annotation.__module__
        prefix = "datetime." if module == "datetime" else ""
        return f"{prefix}{annotation.__qualname__}"
    return describe(annotation)


def collection(found: Collection) -> Written:
    """Write a collection, by its document class where one gave it."""
    if found.model is None:
        return literal(found.name)
    return Written(found.model.__name__, found.model)


def data(found: Node) -> Written:
    """Write *found*, which is data: constants, lists, dictionaries and parameters.

    Raises:
        UnwritableError: a part of it isn't.
    """
    if isinstance(found, Value):
        return literal(found.value)
    if isinstance(found, Seq):
        return listed([data(item) for item in found.items])
    if isinstance(found, (Map, Body)):
        return mapped([(key, data(item)) for key, item in found.items])
    if isinstance(found, Collection):
        return collection(found)
    if isinstance(found, (Data, Raw)):
        return data(found.body)
    if isinstance(found, Param):
        return hole(found)
    raise UnwritableError(found)
