"""What stages take: fields by name, collections, options, numbers and choices."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.filters import condition
from mongo_dsl.logic import all_of
from mongo_dsl.names import checked, suggestion
from mongo_dsl.nodes import (
    Body,
    Collection,
    Data,
    Map,
    Node,
    Param,
    Path,
    Seq,
    Value,
    substitute,
)
from mongo_dsl.params import changed, later
from mongo_dsl.predicates import Query
from mongo_dsl.signatures import camel_case
from mongo_dsl.values import Face, key, node


def options(**given: Any) -> Body:
    """Build a document of the arguments that were *given*, in MongoDB's names."""
    return Body(
        tuple(
            [
                (camel_case(name), value if isinstance(value, Node) else node(value))
                for name, value in given.items()
                if value is not None and value is not MISSING
            ]
        )
    )


def constant(value: Any) -> Any:
    """Take *value* as data, fields in it as their names; without one, there is none."""
    if value is None:
        return None
    named = substitute(_mql(value), lambda path: Value(path.name), Path)
    return changed(named, Data) if isinstance(named, Param) else Data(named)


def _mql(value: Any) -> Node:
    """Turn *value* into a node; keys of mappings may be fields."""
    if isinstance(value, Mapping):
        pairs = ((name_or_key(name), _mql(item)) for name, item in value.items())
        return Map(tuple(pairs))
    if isinstance(value, (list, tuple)):
        return Seq(tuple(map(_mql, value)))
    return node(value)


def name_or_key(name: Any) -> str:
    """Return the key that *name* stands for, which may be a field."""
    path = name._node if isinstance(name, Face) else None  # noqa: SLF001
    return path.name if isinstance(path, Path) else key(name)


def field_name(stage: str, field: Any) -> str:
    """Return the stored name of *field*, which may be given by name.

    Raises:
        OperandError: *field* is neither.
        ArgumentError: it can't be a field's name.
    """
    if isinstance(field, str):
        return checked(field)
    path = field._node if isinstance(field, Face) else None  # noqa: SLF001
    if isinstance(path, Path):
        return path.name
    msg = f"{stage} got {field!r}; it takes fields or their names"
    raise OperandError(msg)


def optional_name(stage: str, field: Any) -> str | None:
    """Return the stored name of *field*, if there is one."""
    return None if field is None else field_name(stage, field)


def field_names(stage: str, fields: Sequence[Any] | None) -> list[str] | None:
    """Return the stored names of a list of *fields*, if there is one."""
    if isinstance(fields, (str, Face)):
        msg = f"{stage} got {fields!r} where it takes a list of fields; write [{fields!r}]"
        raise OperandError(msg)
    return None if fields is None else [field_name(stage, field) for field in fields]


def output_name(stage: str, field: Any) -> str:
    """Return the name of a field that *stage* makes at the top of the document.

    Raises:
        ArgumentError: it has a dot.
    """
    return undotted(stage, field_name(stage, field))


def undotted(stage: str, name: str) -> str:
    """Check the *name* of a field that *stage* makes at the top of the document.

    Raises:
        ArgumentError: it has a dot.
    """
    if "." in name:
        msg = f"{stage} got the name {name!r}; names of its fields have no dots"
        raise ArgumentError(msg)
    return name


def collection(stage: str, source: Any) -> Collection:
    """Return the collection that *source* names: a text, or a document class.

    Raises:
        OperandError: *source* is something else.
    """
    if isinstance(source, str):
        return Collection(source)
    name = getattr(source, "__collection__", None)
    if isinstance(name, str):
        return Collection(name, source)
    msg = f"{stage} got {source!r}; it takes a collection's name or a document class"
    raise OperandError(msg)


def namespace(stage: str, source: Any) -> Node:
    """Return the node of a collection: its name, a class, or both with a database.

    ``("db", "coll")`` and ``{"db": …, "coll": …}`` name the database.
    """
    if isinstance(source, str):
        return Collection(source)
    if isinstance(source, tuple) and len(source) == 2:  # noqa: PLR2004 - db and coll
        source = dict(zip(("db", "coll"), source, strict=True))
    if not isinstance(source, Mapping):
        return collection(stage, source)
    if not {"coll"} <= source.keys() <= {"db", "coll"}:
        msg = f"{stage} got {source!r}; a collection of a database is {{'db': …, 'coll': …}}"
        raise ArgumentError(msg)
    named = {
        part: collection(stage, value) if part == "coll" else value
        for part, value in source.items()
    }
    return Data(node(named))


def query(*filters: Any) -> Query:
    """Return the node of a filter that is a stage's argument."""
    if len(filters) == 1:
        return Query(condition(filters[0]))
    return Query(all_of(*filters)._node)  # noqa: SLF001


def optional_query(filter_: Any) -> Query | None:
    """Return the node of a filter, if there is one."""
    return None if filter_ is None else query(filter_)


def assigned(
    stage: str,
    mappings: Iterable[Any],
    keywords: Mapping[str, Any],
) -> list[tuple[str, Any]]:
    """List the names and values that *mappings* and *keywords* hold, in their order.

    Raises:
        OperandError: one of *mappings* is none.
        ArgumentError: a name comes twice, or none at all.
    """
    pairs: list[tuple[str, Any]] = []
    for mapping in mappings:
        if not isinstance(mapping, Mapping):
            msg = f"{stage} got {mapping!r}; it takes mappings of names, and keywords"
            raise OperandError(msg)
        pairs += [(field_name(stage, name), item) for name, item in mapping.items()]
    pairs += [(field_name(stage, name), item) for name, item in keywords.items()]
    return distinct(stage, pairs)


def distinct(stage: str, pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Check that *pairs* have different names, and that there are some.

    Raises:
        ArgumentError: they haven't, or there are none.
    """
    if not pairs:
        msg = f"{stage} got no fields; it takes at least one"
        raise ArgumentError(msg)
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            msg = f"{stage} got {name!r} twice; a field has one value"
            raise ArgumentError(msg)
        seen.add(name)
    return pairs


def expression(stage: str, value: Any) -> Node:
    """Return the node of an expression that a text would be the same for all of.

    Raises:
        OperandError: *value* is a text.
    """
    if isinstance(value, str):
        name = value.replace("$", "")
        msg = f"{stage} got {name!r}, a text that is the same for all documents"
        raise OperandError(f"{msg}; pass F.{name}, or fn.literal(...) for a constant")
    return node(value)


def optional_expression(stage: str, value: Any) -> Any:
    """Return the node of such an expression; None is BSON's null."""
    return MISSING if value is MISSING else expression(stage, value)


def choice(stage: str, argument: str, value: Any, known: Any) -> Any:
    """Check a *value* that is one of the texts of the literal type *known*.

    Raises:
        ArgumentError: there is no such choice.
    """
    if value is None:
        return None
    if isinstance(value, Param):
        return later(value, _chosen, stage, argument, known)
    return _chosen(stage, argument, known, value)


def _chosen(stage: str, argument: str, known: Any, value: Any) -> Any:
    names = typing.get_args(known)
    if isinstance(value, Face) or value in names:
        return value
    hint = suggestion(value, names) if isinstance(value, str) else ""
    msg = f"{stage} got {argument}={value!r}{hint}; it is one of: {', '.join(names)}"
    raise ArgumentError(msg)


def whole(stage: str, argument: str, number: Any, least: int) -> Any:
    """Check a number of things; a parameter checks it when it is bound.

    Raises:
        ArgumentError: *number* is no whole number, or below *least*.
    """
    if number is None:
        return None
    if isinstance(number, Param):
        return later(number, _whole, stage, argument, least)
    return _whole(stage, argument, least, number)


def _whole(stage: str, argument: str, least: int, number: Any) -> Any:
    if isinstance(number, Face):
        return number
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        msg = f"{stage} got {argument}={number!r}; it takes a whole number from {least} on"
        raise ArgumentError(msg)
    return number
