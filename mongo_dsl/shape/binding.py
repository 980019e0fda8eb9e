"""Operators that set variables, choose, or take fields by name."""

from __future__ import annotations

from bson import Decimal128, ObjectId

from mongo_dsl.nodes import Body, Map, Node, Op, Value
from mongo_dsl.shape.classes import joined
from mongo_dsl.shape.expressions import (
    SPECIAL,
    argument,
    argument_kind,
    arguments,
    data,
    kind_of,
)
from mongo_dsl.shape.kinds import (
    BOOL,
    FLOAT,
    INT,
    STR,
    UNKNOWN,
    Array,
    Kind,
    Typed,
)
from mongo_dsl.shape.operators import DATE
from mongo_dsl.shape.paths import assigned, child, items, known, removed
from mongo_dsl.shape.reading import Scope


def bound(vars_: Node | None, scope: Scope) -> dict[str, Kind]:
    """Return what the variables hold that *vars_*, a document of expressions, sets."""
    found = vars_.items if isinstance(vars_, (Body, Map)) else ()
    return {name: known(kind_of(item, scope)) for name, item in found}


def _let(body: Node, scope: Scope) -> Kind:
    inner = scope.binding(bound(argument(body, "vars", 0), scope))
    return argument_kind(body, "in", inner, 1)


def _called(body: Node, name: str, default: str) -> str:
    """Return the name of a variable, which *body* may give."""
    given = argument(body, name)
    return given.value if isinstance(given, Value) else default


def _item_scope(body: Node, input_: Kind, scope: Scope) -> Scope:
    variables = {
        _called(body, "as", "this"): known(items(input_)),
        _called(body, "arrayIndexAs", "IDX"): INT,
    }
    return scope.binding(variables)


def _map(body: Node, scope: Scope) -> Kind:
    input_ = argument_kind(body, "input", scope)
    return Array(argument_kind(body, "in", _item_scope(body, input_, scope)))


def _filter(body: Node, scope: Scope) -> Kind:
    input_ = argument_kind(body, "input", scope)
    argument_kind(body, "cond", _item_scope(body, input_, scope))
    argument_kind(body, "limit", scope)
    return Array(known(items(input_)))


def _reduce(body: Node, scope: Scope) -> Kind:
    input_ = argument_kind(body, "input", scope)
    first = argument_kind(body, "initialValue", scope)
    so_far = {_called(body, "valueAs", "value"): UNKNOWN}
    inner = _item_scope(body, input_, scope).binding(so_far)
    return joined((first, argument_kind(body, "in", inner)))


def _literal(body: Node, _: Scope) -> Kind:
    return data(body)


def _cond(body: Node, scope: Scope) -> Kind:
    argument_kind(body, "if", scope, 0)
    names = (("then", 1), ("else", 2))
    return joined([argument_kind(body, name, scope, place) for name, place in names])


def _switch(body: Node, scope: Scope) -> Kind:
    branches = argument(body, "branches")
    default = argument(body, "default")
    found = [] if default is None else [kind_of(default, scope)]
    for branch in arguments(branches) if branches is not None else ():
        argument_kind(branch, "case", scope)
        found.append(argument_kind(branch, "then", scope))
    return joined(found)


def _field_of(body: Node, scope: Scope) -> tuple[Kind, str | None]:
    """Return what ``$getField`` and its like look into, and the name they take."""
    name = argument(body, "field", 0)
    if isinstance(name, Op) and name.name == "$literal":
        name = name.body
    given = argument(body, "input")
    inside = scope.current if given is None else kind_of(given, scope)
    constant = isinstance(name, Value) and isinstance(name.value, str)
    return inside, name.value if constant else None  # type: ignore[union-attr]


def _get_field(body: Node, scope: Scope) -> Kind:
    inside, name = _field_of(body, scope)
    return UNKNOWN if name is None else known(child(inside, name))


def _set_field(body: Node, scope: Scope) -> Kind:
    inside, name = _field_of(body, scope)
    value = argument_kind(body, "value", scope)
    return UNKNOWN if name is None else assigned(inside, [name], value)


def _unset_field(body: Node, scope: Scope) -> Kind:
    inside, name = _field_of(body, scope)
    return UNKNOWN if name is None else removed(inside, [name])


def _sort_array(body: Node, scope: Scope) -> Kind:
    return Array(known(items(argument_kind(body, "input", scope))))


def _zip(body: Node, scope: Scope) -> Kind:
    inputs = argument(body, "inputs")
    found = arguments(inputs) if inputs is not None else []
    return Array(Array(known(joined(items(kind_of(one, scope)) for one in found))))


_CONVERTED = {
    **dict.fromkeys(("int", "long", 16, 18), INT),
    **dict.fromkeys(("double", 1), FLOAT),
    **dict.fromkeys(("bool", 8), BOOL),
    **dict.fromkeys(("string", 2), STR),
    **dict.fromkeys(("date", 9), DATE),
    **dict.fromkeys(("objectId", 7), Typed(ObjectId)),
    **dict.fromkeys(("decimal", 19), Typed(Decimal128)),
}


def _convert(body: Node, scope: Scope) -> Kind:
    argument_kind(body, "input", scope)
    fallbacks = [argument_kind(body, name, scope) for name in ("onError", "onNull")]
    to = argument(body, "to")
    constant = isinstance(to, Value) and isinstance(to.value, (str, int))
    found = _CONVERTED.get(to.value, UNKNOWN) if constant else UNKNOWN  # type: ignore[union-attr]
    return joined((found, *fallbacks))


def _unread(_: Node, __: Scope) -> Kind:
    return UNKNOWN


SPECIAL.update(
    {
        "$let": _let,
        "$map": _map,
        "$filter": _filter,
        "$reduce": _reduce,
        "$literal": _literal,
        "$cond": _cond,
        "$switch": _switch,
        "$getField": _get_field,
        "$setField": _set_field,
        "$unsetField": _unset_field,
        "$sortArray": _sort_array,
        "$zip": _zip,
        "$convert": _convert,
        "$meta": _unread,
    }
)
