"""The update operators, a function each; fields offer them as methods.

https://www.mongodb.com/docs/manual/reference/operator/update/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bson import Decimal128, Int64

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Body, Map, Node, Param, Path, Seq, Value
from mongo_dsl.params import changed, later, settled
from mongo_dsl.predicates import Equals
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.updates import Change, Changes, Update, update_of
from mongo_dsl.values import Face, is_pattern, node


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


def _item(field: Any, value: Any) -> Node:
    spec = field._spec  # noqa: SLF001
    found: Node = node(value) if spec is None else spec.item_value(value)
    return found


def set_(field: Any, value: Any) -> Update:
    """Set *field* to *value*."""
    return _change("$set", field, _stored(field, value))


def unset(field: Any) -> Update:
    """Remove *field*."""
    return _change("$unset", field, Value(""))


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


def current_date(field: Any, type_: Literal["date", "timestamp"] = "date") -> Update:
    """Set *field* to the server's time, as a date or a timestamp."""
    return _change("$currentDate", field, _clock(type_))


def _clock(type_: Any) -> Node:
    if isinstance(type_, Param):
        return later(type_, _clock)
    if type_ not in ("date", "timestamp"):
        msg = f"current_date got {type_!r}; it takes 'date' or 'timestamp'"
        raise ArgumentError(msg)
    return Value(True) if type_ == "date" else node({"$type": "timestamp"})


def bit(
    field: Any,
    *,
    and_: int | None = None,
    or_: int | None = None,
    xor: int | None = None,
) -> Update:
    """Combine the bits of *field* with an integer by exactly one of and, or, xor."""
    given = {"and": and_, "or": or_, "xor": xor}
    chosen = {name: mask for name, mask in given.items() if mask is not None}
    if len(chosen) != 1:
        msg = f"bit got {len(chosen)} of and_, or_ and xor; it takes exactly one"
        raise ArgumentError(msg)
    return _change("$bit", field, node(chosen))


def pop(field: Any, end: Literal[1, -1] = 1) -> Update:
    """Remove the last item of the array (*end* 1) or the first (-1)."""
    return _change("$pop", field, _end(end))


def _end(end: Any) -> Node:
    if isinstance(end, Param):
        return later(end, _end)
    if type(end) is not int or end not in (1, -1):
        msg = f"pop got {end!r}; it takes 1 for the last item or -1 for the first"
        raise ArgumentError(msg)
    return Value(end)


def push(
    field: Any,
    *values: Any,
    slice_: Any = None,
    sort: Any = None,
    position: Any = None,
) -> Update:
    """Append *values* to the array, each as one item.

    *slice_* keeps the first (positive) or last (negative) so many items, *sort* orders
    the items (1, -1 or a sort by their fields), *position* is where to insert.
    """
    items = [_item(field, value) for value in values]
    modifiers = (
        ("$position", _whole("position", position)),
        ("$slice", _whole("slice_", slice_)),
        ("$sort", None if sort is None else _item_order(sort)),
    )
    given = [(name, node(value)) for name, value in modifiers if value is not None]
    if not items and not given:
        raise _empty("push", field)
    return _change("$push", field, _each(items, given))


def add_to_set(field: Any, *values: Any) -> Update:
    """Append those of *values* that the array lacks, each as one item."""
    if not values:
        raise _empty("add_to_set", field)
    return _change("$addToSet", field, _each([_item(field, v) for v in values], []))


def _each(items: list[Node], modifiers: list[tuple[str, Node]]) -> Node:
    """Write one item plainly, unless the server would read it as modifiers."""
    if len(items) == 1 and not modifiers:
        item = items[0]
        return changed(item, _only) if isinstance(item, Param) else _only(item)
    return Body((("$each", Seq(tuple(items))), *modifiers))


def _only(item: Node) -> Node:
    return Body((("$each", Seq((item,))),)) if _operators(item) else item


def _whole(argument: str, number: Any) -> Any:
    if isinstance(number, Param):
        return later(number, _whole, argument)
    if number is None or (isinstance(number, int) and not isinstance(number, bool)):
        return number
    msg = f"push got {argument}={number!r}; it takes a whole number"
    raise OperandError(msg)


def _operators(item: Node) -> bool:
    return isinstance(item, Map) and any(name[:1] == "$" for name, _ in item.items)


def _item_order(sort: Any) -> Node:
    if isinstance(sort, Param):
        return later(sort, _item_order)
    if isinstance(sort, int):
        return Value(sort)
    keys = sort if isinstance(sort, (list, tuple)) else (sort,)
    return sort_document(sorts(keys, Path))


def _empty(name: str, field: Any) -> ArgumentError:
    msg = f"{name} of {field._node.name!r} got no values; it takes at least one"  # noqa: SLF001
    return ArgumentError(msg)


def pull(field: Any, item: Any) -> Update:
    """Remove the items that equal *item*, or that the filter *item* matches.

    A filter speaks of the item's own fields (``F.qty > 5``); a function gets the item
    and returns such a filter (``lambda item: item.qty > 5``).
    """
    if isinstance(item, Face) or callable(item):
        return _change("$pull", field, field._item_test("pull", item))  # noqa: SLF001
    value = _item(field, item)
    if isinstance(value, Param):
        return _change("$pull", field, changed(value, _equal_to))
    return _change("$pull", field, _equal_to(value))


def _equal_to(value: Node) -> Node:
    """Compare whole: a bare document would be read as conditions on the item's fields."""
    plain = not isinstance(value, (Map, Seq)) and not is_pattern(value)
    return value if plain else Equals(Path(""), value)


def pull_all(field: Any, values: Iterable[Any]) -> Update:
    """Remove the items that equal one of *values*."""
    if isinstance(values, Param):
        return _change("$pullAll", field, later(values, _items, field))
    return _change("$pullAll", field, _items(field, values))


def _items(field: Any, values: Any) -> Node:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        msg = f"pull_all got {values!r}; it takes a list of values"
        raise OperandError(msg)
    return Seq(tuple([_item(field, value) for value in values]))


def _number(name: str, field: Any, amount: Any) -> Node:
    if isinstance(amount, Param):
        return later(amount, _number, name, field)
    found = node(amount)
    if isinstance(found, Value) and type(found.value) not in _NUMBERS:
        msg = f"{name} of {field._node.name!r} got {amount!r}; it takes a number"  # noqa: SLF001
        raise OperandError(msg)
    return found
