"""Stages that change documents one by one: their fields, or all of them.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import Decimal128

from mongo_dsl.compile.expressions import is_data
from mongo_dsl.errors import ArgumentError
from mongo_dsl.nodes import Body, Data, Map, Node, Op, Param, Path, Raw, Seq, Value
from mongo_dsl.params import changed
from mongo_dsl.stages.arguments import (
    assigned,
    distinct,
    expression,
    field_name,
    optional_name,
    options,
)
from mongo_dsl.stages.face import stage
from mongo_dsl.values import Face, int64, node


@stage("$project")
def project(*fields: Any, **computed: Any) -> Node:
    """Keep *fields* and add the *computed* ones.

    A computed field that is True or a number is kept, one that is False or 0 is dropped;
    a constant needs `fn.literal` or a parameter. Mappings among *fields* have nested or dotted names,
    and a mapping as value says the same of the fields in a document.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/project/

    >>> from mongo_dsl import F, stages
    >>> stages.project("name", {"address.city": True}, total=F.price * F.qty).compile()
    {'$project': {'name': 1, 'address.city': True, 'total': {'$multiply': ['$price', '$qty']}}}
    """
    items: list[tuple[str, Any]] = []
    for field in fields:
        if not isinstance(field, (str, Face)) and isinstance(field, Mapping):
            items += [(field_name("project", k), v) for k, v in field.items()]
        else:
            items.append((field_name("project", field), 1))
    items += [(field_name("project", name), v) for name, v in computed.items()]
    given = distinct("project", items)
    return Body(tuple([(name, _projected(value)) for name, value in given]))


_FLAGS = (bool, int)  # what most fields are projected by


def _projected(value: Any) -> Node:
    """Read nested mappings as MQL, unless that would make operators of their keys."""
    if type(value) in _FLAGS:
        return Value(int64(value))
    if isinstance(value, Mapping) and value and all(map(_is_name, value)):
        return Body(tuple([(name, _projected(item)) for name, item in value.items()]))
    found = node(value)
    return changed(found, _constant) if isinstance(found, Param) else found


def _constant(found: Node) -> Node:
    """Write what a parameter is bound to as data: it neither keeps nor drops fields."""
    number = isinstance(found, Value) and isinstance(
        found.value, (int, float, Decimal128)
    )
    document = isinstance(found, Map) and is_data(found)
    return Op("$literal", Raw(found)) if number or document else found


def _is_name(name: Any) -> bool:
    segments = name.split(".") if isinstance(name, str) else [""]
    return all(part and part[0] != "$" and "\0" not in part for part in segments)


@stage("$set")
def set_(*assignments: Mapping[Any, Any], **fields: Any) -> Node:
    """Set *fields* to values or expressions; *assignments* name nested ones.

    A mapping as value sets the fields it names, and leaves others beside them as they
    are; `fn.literal` replaces the whole document.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/set/

    >>> from mongo_dsl import F, stages
    >>> stages.set_({F.address.zip: "$5"}, total=F.price + 1).compile()
    {'$set': {'address.zip': {'$literal': '$5'}, 'total': {'$add': ['$price', 1]}}}
    """
    return _values("set", assignments, fields)


@stage("$addFields")
def add_fields(*assignments: Mapping[Any, Any], **fields: Any) -> Node:
    """Set *fields* to values or expressions: the older name of `set_`.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/addFields/

    >>> from mongo_dsl import F, stages
    >>> stages.add_fields(total=F.price + 1).compile()
    {'$addFields': {'total': {'$add': ['$price', 1]}}}
    """
    return _values("add_fields", assignments, fields)


def _values(name: str, mappings: Any, keywords: Mapping[str, Any]) -> Body:
    given = assigned(name, mappings, keywords)
    return Body(tuple([(field, _filled(node(value))) for field, value in given]))


def _filled(value: Node) -> Node:
    """Write empty documents as constants: the server refuses bare ones here."""
    if isinstance(value, Param):
        return changed(value, _filled)
    if not isinstance(value, Map):
        return value
    if not value.items:
        return Op("$literal", Raw(value))
    return Map(tuple([(name, _filled(item)) for name, item in value.items]))


@stage("$unset")
def unset(*fields: Any) -> Node:
    """Remove *fields*; a list of them is written as a list, whatever its length.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/unset/

    >>> from mongo_dsl import F, stages
    >>> stages.unset("photo").compile(), stages.unset("photo", F.address.zip).compile()
    ({'$unset': 'photo'}, {'$unset': ['photo', 'address.zip']})
    """
    listed = len(fields) == 1 and isinstance(fields[0], list)
    given = fields[0] if listed else fields
    names = [Value(field_name("unset", field)) for field in given]
    if not names:
        msg = "unset got no fields; it takes at least one"
        raise ArgumentError(msg)
    return Seq(tuple(names)) if listed or len(names) > 1 else names[0]


@stage("$replaceRoot")
def replace_root(new_root: Any) -> Node:
    """Replace every document by the document that *new_root* yields.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/replaceRoot/

    >>> from mongo_dsl import F, stages
    >>> stages.replace_root(F.address).compile()
    {'$replaceRoot': {'newRoot': '$address'}}
    """
    return options(new_root=expression("replace_root", new_root))


@stage("$replaceWith")
def replace_with(expression: Any) -> Node:
    """Replace every document by the document that *expression* yields.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/replaceWith/

    >>> from mongo_dsl import F, stages
    >>> stages.replace_with({"city": F.address.city}).compile()
    {'$replaceWith': {'city': '$address.city'}}
    """
    return _document("replace_with", expression)


_document = expression


@stage("$redact")
def redact(expression: Any) -> Node:
    """Keep, drop or go into every document and those in it, as *expression* decides.

    It yields `fn.KEEP`, `fn.PRUNE` or `fn.DESCEND`.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/redact/

    >>> from mongo_dsl import F, fn, stages
    >>> stages.redact(fn.cond(F.level == 5, fn.PRUNE, fn.DESCEND)).compile()
    {'$redact': {'$cond': {'if': {'$eq': ['$level', 5]}, 'then': '$$PRUNE', 'else': '$$DESCEND'}}}
    """
    return _document("redact", expression)


@stage("$unwind")
def unwind(
    path: Any,
    *,
    include_array_index: str | None = None,
    preserve_null_and_empty_arrays: bool | None = None,
) -> Node:
    """Make a document of every item of the array at *path*, a field or its name.

    *include_array_index* names a field for the item's place,
    *preserve_null_and_empty_arrays* keeps documents without items.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/unwind/

    >>> from mongo_dsl import F, stages
    >>> stages.unwind(F.tags).compile()
    {'$unwind': '$tags'}
    >>> stages.unwind("tags", include_array_index="place").compile()
    {'$unwind': {'path': '$tags', 'includeArrayIndex': 'place'}}
    """
    found = path._node if isinstance(path, Face) else None  # noqa: SLF001
    root = found.root if isinstance(found, Path) else None
    array = Path(field_name("unwind", path), (), root)
    index = optional_name("unwind", include_array_index)
    body = options(
        path=array,
        include_array_index=None if index is None else Data(Value(index)),
        preserve_null_and_empty_arrays=preserve_null_and_empty_arrays,
    )
    return body if len(body.items) > 1 else array
