"""Keyword filters: ``age=5``, ``age__gte=18`` and the operator documents of MQL.

Plain values are data. A mapping whose keys all begin with ``$`` is read as operators,
unless *operator_dicts* is False; server-side JavaScript is never accepted here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import attrs

from mongo_dsl.errors import OperandError, UnknownFieldError
from mongo_dsl.fields.documents import known_fields
from mongo_dsl.fields.face import Field
from mongo_dsl.fields.untyped import F
from mongo_dsl.filters import Filter
from mongo_dsl.logic import all_of
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Map, Node, Op, Seq
from mongo_dsl.params import inert
from mongo_dsl.predicates import Where
from mongo_dsl.values import node


def keyword_filter(
    model: type | None,
    keywords: Mapping[str, Any],
    *,
    operator_dicts: bool = True,
) -> Filter:
    """Build the filter that *keywords* describe, on the fields of *model*.

    Raises:
        UnknownFieldError: a name is neither a field nor a field with a look-up.
        OperandError: a value the field can't have, or an operator that isn't allowed.
    """
    root = F if model is None else known_fields(model)
    terms = [_term(root, n, v, operator_dicts) for n, v in keywords.items()]
    return all_of(*terms)


def _term(root: Any, name: str, value: Any, operator_dicts: bool) -> Filter:
    field, look_up = _field(root, name)
    if look_up is not None:
        return look_up(field, value)
    if _is_operators(value):
        if not operator_dicts:
            msg = f"{name} got the operators {_names(value)}, which {root!r} refuses"
            raise OperandError(f"{msg}; write them as User.q.age > 18 or age__gt=18")
        return _operators(field, value)
    return cast("Filter", field == value)


def _field(
    root: Any, name: str
) -> tuple[Field[Any], Callable[[Any, Any], Filter] | None]:
    """Split *name* into the field and the look-up that may follow it."""
    path = name.split("__")
    if name[:1] == "_" or len(path) == 1:
        return root[name], None
    if path[-1] in _LOOK_UPS and not _names_field(root, path):
        return root[".".join(path[:-1])], _LOOK_UPS[path[-1]]
    try:
        return root[".".join(path)], None
    except UnknownFieldError as error:
        hint = suggestion(path[-1], _LOOK_UPS)
        listed = ", ".join(_LOOK_UPS)
        msg = (
            f"{error}; and {path[-1]!r} is no look-up{hint}; the look-ups are: {listed}"
        )
        raise UnknownFieldError(msg) from None


def _names_field(root: Any, path: list[str]) -> bool:
    """Tell whether a document class has a field that is called like a look-up."""
    if root is F:
        return False
    try:
        root[".".join(path)]
    except UnknownFieldError:
        return False
    return True


_LOOK_UPS: dict[str, Callable[[Any, Any], Filter]] = {
    "eq": lambda field, value: field == value,
    "ne": lambda field, value: field != value,
    "gt": lambda field, value: field > value,
    "gte": lambda field, value: field >= value,
    "lt": lambda field, value: field < value,
    "lte": lambda field, value: field <= value,
    "in": lambda field, value: field.in_(value),
    "nin": lambda field, value: field.not_in(value),
    "not_in": lambda field, value: field.not_in(value),
    "between": lambda field, value: field.between(*_pair("between", value)),
    "exists": lambda field, value: field.exists(value),
    "is_null": lambda field, value: field.is_null(value),
    "type": lambda field, value: field.type_(value),
    "matches": lambda field, value: field.matches(value),
    "regex": lambda field, value: field.regex(value),
    "contains": lambda field, value: field.contains(value),
    "icontains": lambda field, value: field.contains(value, case=False),
    "startswith": lambda field, value: field.startswith(value),
    "istartswith": lambda field, value: field.startswith(value, case=False),
    "endswith": lambda field, value: field.endswith(value),
    "iendswith": lambda field, value: field.endswith(value, case=False),
    "mod": lambda field, value: field.mod(*_pair("mod", value)),
    "all": lambda field, value: field.all_(value),
    "size": lambda field, value: field.size_(value),
    "any": lambda field, value: field.any(value),
    "near": lambda field, value: field.near(value),
    "within": lambda field, value: field.within(value),
    "intersects": lambda field, value: field.intersects(value),
}


def _pair(name: str, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:  # noqa: PLR2004 - a pair
        msg = f"{name} got {value!r}; it takes a pair of values"
        raise OperandError(msg)
    return tuple(value)


# -- Operator documents --------------------------------------------------------------


def _is_operators(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(name, str) and name[:1] == "$" for name in value)
    )


def _operators(field: Any, value: Mapping[str, Any]) -> Filter:
    groups: list[list[Op]] = []
    for op in _ops(field, value):
        if groups and groups[-1][0].name in _BESIDE.get(op.name, ()):
            groups[-1].append(op)
        else:
            groups.append([op])
    return all_of(*(Filter(Where(field._node, tuple(g))) for g in groups))  # noqa: SLF001 - the face's own module group


_BESIDE = {
    "$options": ("$regex",),
    "$maxDistance": ("$near", "$nearSphere"),
    "$minDistance": ("$near", "$nearSphere"),
}
"""Options, and the operators that they follow in one condition."""


def _ops(field: Any, value: Mapping[str, Any]) -> tuple[Op, ...]:
    return tuple(_op(field, name, operand) for name, operand in value.items())


def _op(field: Any, name: str, operand: Any) -> Op:
    if field._spec is not None and field._spec.is_opaque():  # noqa: SLF001
        field._spec.require(name)  # noqa: SLF001
    if name in _COMPARISONS:
        return Op(name, field._operand(operand))  # noqa: SLF001
    if name in ("$in", "$nin"):
        return Op(name, field._operands(name, operand))  # noqa: SLF001
    if name == "$not" and _is_operators(operand):
        item = attrs.evolve(field._node, name="")  # noqa: SLF001
        return Op("$not", Where(item, _ops(field, operand)))
    if name not in _OPERATORS:
        hint = suggestion(name, _OPERATORS)
        listed = ", ".join(sorted(_OPERATORS))
        msg = f"{field!r} got the operator {name!r}{hint}; keywords take: {listed}"
        raise OperandError(msg)
    found = _without_javascript(inert(node(operand), texts=False))
    return Op(name, _tests_of_items(found) if name == "$all" else found)


def _tests_of_items(values: Node) -> Node:
    """Read ``{"$elemMatch": …}`` in the list of ``$all`` as a test; all else is data."""
    if not isinstance(values, Seq):
        return values
    return Seq(tuple(map(_test_of_item, values.items)))


def _test_of_item(value: Node) -> Node:
    if isinstance(value, Map) and [name for name, _ in value.items] == ["$elemMatch"]:
        return Op(*value.items[0])
    return value


_COMPARISONS = frozenset(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])
_OPERATORS = _COMPARISONS | frozenset(
    [
        "$in",
        "$nin",
        "$not",
        "$exists",
        "$type",
        "$regex",
        "$options",
        "$mod",
        "$all",
        "$size",
        "$elemMatch",
        "$near",
        "$nearSphere",
        "$maxDistance",
        "$minDistance",
        "$geoWithin",
        "$geoIntersects",
        "$bitsAllClear",
        "$bitsAllSet",
        "$bitsAnyClear",
        "$bitsAnySet",
    ]
)
_JAVASCRIPT = frozenset({"$where", "$function", "$accumulator"})


def _without_javascript(tree: Node) -> Node:
    """Return *tree* unless code would run on the server through it."""
    for name in _keys(tree):
        if name in _JAVASCRIPT:
            msg = f"a keyword filter got {name}; server-side JavaScript needs raw({{...}})"
            raise OperandError(msg)
    return tree


def _keys(tree: Node) -> Iterable[str]:
    if isinstance(tree, Map):
        for name, item in tree.items:
            yield name
            yield from _keys(item)
    else:
        for item in getattr(tree, "items", ()):
            yield from _keys(item)


def _names(value: Mapping[str, Any]) -> str:
    return ", ".join(value)
