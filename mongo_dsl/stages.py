"""Aggregation stages, a function each; pipelines offer them as methods.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import attrs
from bson import Decimal128

from mongo_dsl.accumulators import Accumulator
from mongo_dsl.compile import compile_expression
from mongo_dsl.counts import count_node
from mongo_dsl.errors import ArgumentError, OperandError, TruthValueError
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.logic import all_of
from mongo_dsl.names import checked
from mongo_dsl.nodes import (
    Body,
    Collection,
    Map,
    Node,
    Op,
    Path,
    Raw,
    Seq,
    Stages,
    Value,
)
from mongo_dsl.predicates import Query
from mongo_dsl.raw import RawMQL
from mongo_dsl.readable import Readable
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.values import Face, node


@attrs.frozen(repr=False)
class Stage(Readable[dict[str, Any]], Face):
    """One stage of a pipeline, to be stored and inserted where it is needed.

    >>> from mongo_dsl import F, stages
    >>> stages.match(F.age > 18).compile()
    {'$match': {'age': {'$gt': 18}}}
    """

    _node: Node

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_expression(self._node)
        return compiled

    def __bool__(self) -> NoReturn:
        msg = "a stage has no truth value; chain stages as methods of a pipeline"
        raise TruthValueError(msg)


def stages_of(value: Any) -> tuple[Node, ...]:
    """Return the stages of *value*: a stage, a pipeline, raw MQL, or a list of them.

    Plain dictionaries are taken as they are: a pipeline is the caller's code, not data.

    Raises:
        OperandError: *value* is something else.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if isinstance(found, Stages):
        return found.items
    if isinstance(found, Raw) and isinstance(found.body, Seq):
        return tuple(Raw(item) for item in found.body.items)
    if isinstance(found, (Op, Raw)):
        return (found,)
    if isinstance(found, Mapping):
        return (Raw(_stage_document(found)),)
    if isinstance(found, (list, tuple)):
        return tuple(stage for item in found for stage in stages_of(item))
    msg = f"a pipeline got {value!r}; it takes stages, pipelines and documents of MQL"
    raise OperandError(msg)


def _stage_document(found: Mapping[str, Any]) -> Node:
    if len(found) != 1 or next(iter(found))[:1] != "$":
        msg = f"a pipeline got {found!r}; a stage has one key, its operator"
        raise ArgumentError(msg)
    return node(found)


def match(*filters: Any, **keywords: Any) -> Stage:
    """Keep the documents that match all of *filters* and *keywords*."""
    given = (*filters, keyword_filter(None, keywords)) if keywords else filters
    return Stage(Op("$match", Query(all_of(*given)._node)))  # noqa: SLF001


def project(*fields: Any, **computed: Any) -> Stage:
    """Keep *fields* and add the *computed* ones.

    A computed field that is True or 1 is kept, one that is False or 0 is dropped; a
    constant needs `fn.literal`.
    """
    kept: list[tuple[str, Node]] = [(_name("project", f), Value(1)) for f in fields]
    items = kept + _assigned("project", (), computed)
    if not items:
        msg = "project got no fields; it takes at least one"
        raise ArgumentError(msg)
    return Stage(Op("$project", Body(tuple(items))))


def set_(*assignments: Mapping[Any, Any], **fields: Any) -> Stage:
    """Set *fields* to values or expressions; *assignments* name nested ones.

    ``set({F.address.city: "Paris"}, total=F.price * F.qty)``.
    """
    return Stage(Op("$set", _assignment("set", assignments, fields)))


def add_fields(*assignments: Mapping[Any, Any], **fields: Any) -> Stage:
    """Set *fields* to values or expressions: the older name of `set`."""
    return Stage(Op("$addFields", _assignment("add_fields", assignments, fields)))


def _assignment(
    stage: str,
    assignments: tuple[Mapping[Any, Any], ...],
    fields: Mapping[str, Any],
) -> Body:
    items = _assigned(stage, assignments, fields)
    if not items:
        msg = f"{stage} got no fields; it takes at least one"
        raise ArgumentError(msg)
    return Body(tuple(items))


def _assigned(
    stage: str,
    assignments: tuple[Mapping[Any, Any], ...],
    fields: Mapping[str, Any],
) -> list[tuple[str, Node]]:
    pairs = [pair for assignment in assignments for pair in assignment.items()]
    return [(_name(stage, f), _given(value)) for f, value in (*pairs, *fields.items())]


def _given(value: Any) -> Node:
    """Write empty documents as constants: the server refuses bare ones here."""
    found = node(value)
    if not isinstance(found, Map):
        return found
    if not found.items:
        return Op("$literal", Raw(found))
    return Map(tuple((name, _given(item)) for name, item in found.items))


def _key(value: Any) -> Node:
    """Write numbers in a group's key as constants: the server takes bare ones for flags."""
    found = node(value)
    if not isinstance(found, Map):
        return found
    return Map(tuple((name, _constant(item)) for name, item in found.items))


def _constant(found: Node) -> Node:
    flag = isinstance(found, Value) and isinstance(
        found.value, (int, float, Decimal128)
    )
    return Op("$literal", Raw(found)) if flag else found


def unset(*fields: Any) -> Stage:
    """Remove *fields*."""
    if not fields:
        msg = "unset got no fields; it takes at least one"
        raise ArgumentError(msg)
    names = [_name("unset", field) for field in fields]
    return Stage(Op("$unset", node(names[0] if len(names) == 1 else names)))


def group(by: Any, /, **accumulators: Any) -> Stage:
    """Group by *by*, an expression, a mapping of them, or None for one group of all.

    *accumulators* come from `acc` and give the fields of each group; *by* is its
    ``_id``.
    """
    if isinstance(by, str):
        msg = (
            f"group got {by!r}, a text that is the same for all documents; pass F.{by}"
        )
        raise OperandError(f"{msg.replace('$', '')}, or fn.literal(...) for a constant")
    for name, accumulator in accumulators.items():
        if not isinstance(accumulator, (Accumulator, RawMQL)):
            msg = f"group got {name}={accumulator!r}; it takes accumulators: acc.sum_(...)"
            raise OperandError(msg)
    items = [
        ("_id", _key(by)),
        *((n, node(value)) for n, value in accumulators.items()),
    ]
    return Stage(Op("$group", Body(tuple(items))))


def sort(*keys: Any) -> Stage:
    """Sort by *keys*: fields, ``field.desc()``, ``"-name"``, pairs or mappings."""
    if not keys:
        msg = "sort got no keys; it takes at least one"
        raise ArgumentError(msg)
    return Stage(Op("$sort", sort_document(sorts(keys, _path))))


def _path(name: str) -> Path:
    return Path(checked(name))


def limit(count: Any) -> Stage:
    """Stop after *count* documents."""
    return Stage(Op("$limit", count_node("limit", count, 1)))


def skip(count: Any) -> Stage:
    """Skip the first *count* documents."""
    return Stage(Op("$skip", count_node("skip", count, 0)))


def sample(size: Any) -> Stage:
    """Pick *size* documents at random."""
    return Stage(Op("$sample", Body((("size", count_node("sample", size, 1)),))))


def unwind(
    field: Any,
    *,
    include_array_index: str | None = None,
    preserve_null_and_empty_arrays: bool | None = None,
) -> Stage:
    """Make a document of every item of the array *field*.

    *include_array_index* names a field for the item's place,
    *preserve_null_and_empty_arrays* keeps documents without items.
    """
    path = _path(_name("unwind", field))
    options = {
        "includeArrayIndex": include_array_index,
        "preserveNullAndEmptyArrays": preserve_null_and_empty_arrays,
    }
    given = [
        (name, node(value)) for name, value in options.items() if value is not None
    ]
    return Stage(Op("$unwind", Body((("path", path), *given)) if given else path))


def lookup(
    from_: Any,
    *,
    as_: str,
    local_field: Any = None,
    foreign_field: Any = None,
    let: Mapping[str, Any] | None = None,
    pipeline: Any = None,
) -> Stage:
    """Join the documents of *from_*, a collection's name or document class, as *as_*.

    Either by equality of *local_field* and *foreign_field*, or by *pipeline*, which
    reads the variables of *let*, or both.
    """
    if (local_field is None) is not (foreign_field is None):
        msg = "lookup got one of local_field and foreign_field; they go together"
        raise ArgumentError(msg)
    if local_field is None and pipeline is None:
        msg = "lookup got neither fields nor a pipeline; it joins by one or both"
        raise ArgumentError(msg)
    items: list[tuple[str, Node]] = [("from", collection("lookup", from_))]
    if local_field is not None:
        items.append(("localField", node(_name("lookup", local_field))))
        items.append(("foreignField", node(_name("lookup", foreign_field))))
    if let is not None:
        items.append(("let", node(let)))
    if pipeline is not None:
        items.append(("pipeline", Stages(stages_of(pipeline))))
    return Stage(Op("$lookup", Body((*items, ("as", node(as_))))))


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


def count(name: str = "count") -> Stage:
    """Count the documents into the field *name*."""
    return Stage(Op("$count", node(checked(name))))


def facet(**pipelines: Any) -> Stage:
    """Run several *pipelines* over the same documents; each gives an array of its name."""
    if not pipelines:
        msg = "facet got no pipelines; it takes at least one"
        raise ArgumentError(msg)
    items = [(name, Stages(stages_of(value))) for name, value in pipelines.items()]
    return Stage(Op("$facet", Body(tuple(items))))


def replace_root(new_root: Any) -> Stage:
    """Replace every document by the document that *new_root* yields."""
    return Stage(Op("$replaceRoot", Body((("newRoot", node(new_root)),))))


def _name(stage: str, field: Any) -> str:
    """Return the stored name of *field*, which may be given by name."""
    if isinstance(field, str):
        return checked(field)
    path = field._node if isinstance(field, Face) else None  # noqa: SLF001
    if isinstance(path, Path):
        return path.name
    msg = f"{stage} got {field!r}; it takes fields or their names"
    raise OperandError(msg)


def inserted(pieces: Iterable[Any]) -> tuple[Node, ...]:
    """Return the stages of all *pieces*, in order."""
    return tuple(stage for piece in pieces for stage in stages_of(piece))
