"""The update operators, a function each; fields offer them as methods.

https://www.mongodb.com/docs/manual/reference/operator/update/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bson import Decimal128, Int64

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.names import in_mql
from mongo_dsl.nodes import Body, Map, Node, Param, Path, Seq, Value
from mongo_dsl.params import changed, later, settled
from mongo_dsl.predicates import Equals, Fits
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.updates import Change, Changes, Update, update_of
from mongo_dsl.values import Face, is_pattern, node, number, whole


_NUMBERS = frozenset({int, float, Int64, Decimal128})


def _change(operator: str, field: Any, value: Node) -> Update:
    path: Any = field._node  # noqa: SLF001
    if not isinstance(path, Path) or not path.name:
        msg = f"{operator} got {field!r}; it takes a field"
        raise OperandError(msg)
    arrays = getattr(field, "_arrays", ())
    return update_of(Changes((Change(operator, path, value),), arrays))


def _stored(field: Any, value: Any) -> Node:
    spec = field._spec  # noqa: SLF001
    found: Node = node(value) if spec is None else spec.stored_value(value)
    return found


def _item(field: Any, value: Any, compared: bool = True) -> Node:
    spec = field._spec  # noqa: SLF001
    found: Node = node(value) if spec is None else spec.item_value(compared, value)
    return found


def set_(field: Any, value: Any) -> Update:
    """Set *field* to *value*."""
    return _change("$set", field, _stored(field, value))


def unset(field: Any, placeholder: Any = "") -> Update:
    """Remove *field*; MongoDB takes any *placeholder* for its value."""
    return _change("$unset", field, node(placeholder))


def set_on_insert(field: Any, value: Any) -> Update:
    """Set *field* to *value* if an upsert inserts."""
    return _change("$setOnInsert", field, _stored(field, value))


def inc(field: Any, amount: Any = 1) -> Update:
    """Add *amount* to *field*."""
    return _change("$inc", field, _number("inc", field, amount))


def mul(field: Any, factor: Any) -> Update:
    """Multiply *field* by *factor*."""
    return _change("$mul", field, _number("mul", field, factor))


def min_(field: Any, value: Any) -> Update:
    """Lower *field* to *value* if it is greater."""
    return _change("$min", field, _stored(field, value))


def max_(field: Any, value: Any) -> Update:
    """Raise *field* to *value* if it is less."""
    return _change("$max", field, _stored(field, value))


def rename(field: Any, name: str) -> Update:
    """Rename *field* to *name*, the whole new path as it is stored."""
    if (
        not isinstance(settled("rename", name), str)
        or not name
        or "\0" in name
        or name[:1] == "$"
    ):
        msg = f"rename got {name!r}; it takes a field's new name"
        raise ArgumentError(msg)
    return _change("$rename", field, Value(name))


def current_date(
    field: Any, type_: Literal["date", "timestamp"] | bool = True
) -> Update:
    """Set *field* to the server's time, as a date or a timestamp."""
    return _change("$currentDate", field, _clock(type_))


def _clock(type_: Any) -> Node:
    if isinstance(type_, Param):
        return later(type_, _clock)
    if isinstance(type_, bool):
        return Value(type_)
    if type_ not in ("date", "timestamp"):
        msg = f"current_date got {type_!r}; it takes 'date', 'timestamp' or a boolean"
        raise ArgumentError(msg)
    return node({"$type": type_})


_BITS = {"and_": "and", "or_": "or", "xor": "xor"}


def bit(field: Any, **masks: Any) -> Update:
    """Combine the bits of *field* with integers: *and_*, *or_* and *xor*, in turn."""
    given = in_mql("bit", masks, _BITS)
    if not given:
        msg = "bit got none of and_, or_ and xor; it takes at least one"
        raise ArgumentError(msg)
    found = [(name, _mask(name, mask)) for name, mask in given.items()]
    return _change("$bit", field, Body(tuple(found)))


def _mask(name: str, mask: Any) -> Node:
    if isinstance(mask, Param):
        return later(mask, _mask, name)
    found = node(mask)
    if isinstance(found, Value) and type(found.value) not in (int, Int64):
        msg = f"bit got {mask!r} for {name!r}; it takes integers"
        raise OperandError(msg)
    return found


def pop(field: Any, end: Any = 1) -> Update:
    """Remove the last item of the array (*end* 1) or the first (-1)."""
    return _change("$pop", field, _end(end))


def _end(end: Any) -> Node:
    if isinstance(end, Param):
        return later(end, _end)
    if whole(end) not in (1, -1):
        msg = f"pop got {end!r}; it takes 1 for the last item or -1 for the first"
        raise ArgumentError(msg)
    return node(end)


_MODIFIERS = {
    "each": "$each",
    "slice_": "$slice",
    "sort": "$sort",
    "position": "$position",
}


def push(field: Any, *values: Any, **modifiers: Any) -> Update:
    """Append *values* to the array, each as one item.

    *each* writes ``$each`` literally, also around one value or none. *slice_* keeps the
    first (positive) or last (negative) so many items, *sort* orders the items (1, -1 or a
    sort by their fields), *position* is where to insert; they are written in the order
    of the call.
    """
    given = in_mql("push", modifiers, _MODIFIERS)
    items = _given("push", field, values, given.get("$each"), False)
    if not values and not given:
        raise _empty("push", field)
    if not given and len(values) == 1:
        return _change("$push", field, _one(_item(field, values[0], False)))
    written = {"$each": items} | {
        name: _modifier(name, value) for name, value in given.items() if name != "$each"
    }
    order = given if "$each" in given else written
    return _change("$push", field, Body(tuple((name, written[name]) for name in order)))


def add_to_set(field: Any, *values: Any, each: Any = None) -> Update:
    """Append those of *values* that the array lacks, each as one item.

    *each* writes ``$each`` literally, also around one value or none.
    """
    items = _given("add_to_set", field, values, each)
    if not values and each is None:
        raise _empty("add_to_set", field)
    if each is None and len(values) == 1:
        return _change("$addToSet", field, _one(_item(field, values[0])))
    return _change("$addToSet", field, Body((("$each", items),)))


def _given(
    name: str, field: Any, values: tuple[Any, ...], each: Any, compared: bool = True
) -> Node:
    """Return the items that are given one by one, or as *each*."""
    if each is None:
        return _items("", field, compared, values)
    subject = f"{name} of {_label(field)} got"
    if values:
        msg = f"{subject} values beside each={each!r}; give all of them in one place"
        raise ArgumentError(msg)
    return _items(f"{subject} each=", field, compared, each)


def _empty(name: str, field: Any) -> ArgumentError:
    return ArgumentError(
        f"{name} of {_label(field)} got no values; it takes at least one"
    )


def _one(item: Node) -> Node:
    """Write one item plainly, unless the server would read it as modifiers."""
    return changed(item, _only) if isinstance(item, Param) else _only(item)


def _only(item: Node) -> Node:
    is_each = isinstance(item, Map) and any(name == "$each" for name, _ in item.items)
    return Body((("$each", Seq((item,))),)) if is_each else item


def _modifier(name: str, value: Any) -> Node:
    return _item_order(value) if name == "$sort" else _count(name, value)


def _count(name: str, value: Any) -> Node:
    if isinstance(value, Param):
        return later(value, _count, name)
    found = node(value)
    if isinstance(found, Value) and whole(value) is None:
        argument = {"$slice": "slice_"}.get(name, name[1:])
        msg = f"push got {argument}={value!r}; it takes a whole number"
        raise OperandError(msg)
    return found


def _item_order(sort: Any) -> Node:
    if isinstance(sort, Param):
        return later(sort, _item_order)
    if number(sort) is None:
        keys = sort if isinstance(sort, (list, tuple)) else (sort,)
        return sort_document(sorts(keys, Path))
    if whole(sort) not in (1, -1):
        msg = f"push got sort={sort!r}; it takes 1, -1 or an order of the items' fields"
        raise ArgumentError(msg)
    return node(sort)


def _label(field: Any) -> str:
    return repr(field._node.name)  # noqa: SLF001


def pull(field: Any, item: Any) -> Update:
    """Remove the items that equal *item*, or that the filter *item* matches.

    A filter speaks of the item's own fields (``F.qty > 5``); a function gets the item
    and returns such a filter (``lambda item: item.qty > 5``).
    """
    if isinstance(item, Face) or callable(item):
        test = field._item_test("pull", item)  # noqa: SLF001
        bare = isinstance(test, Fits) and not test.path.name
        return _change("$pull", field, test.pattern if bare else test)
    value = _item(field, item)
    if isinstance(value, Param):
        return _change("$pull", field, changed(value, _equal_to))
    return _change("$pull", field, _equal_to(value))


def _equal_to(value: Node) -> Node:
    """Compare whole: a bare document would be read as conditions on the item's fields."""
    plain = not isinstance(value, Map) and not is_pattern(value)
    return value if plain else Equals(Path(""), value)


def pull_all(field: Any, values: Iterable[Any]) -> Update:
    """Remove the items that equal one of *values*."""
    return _change("$pullAll", field, _items("pull_all got ", field, True, values))


def _items(got: str, field: Any, compared: bool, values: Any) -> Node:
    if isinstance(values, Param):
        return later(values, _items, got, field, compared)
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        msg = f"{got}{values!r}; it takes a list of values"
        raise OperandError(msg)
    return Seq(tuple([_item(field, value, compared) for value in values]))


def _number(name: str, field: Any, amount: Any) -> Node:
    if isinstance(amount, Param):
        return later(amount, _number, name, field)
    found = node(amount)
    plain = isinstance(found, Value) and type(found.value) not in _NUMBERS
    if plain or isinstance(found, (Map, Seq)):
        msg = f"{name} of {field._node.name!r} got {amount!r}; it takes a number"  # noqa: SLF001
        raise OperandError(msg)
    return found
