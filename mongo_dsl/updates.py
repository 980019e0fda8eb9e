"""Updates: changes of fields that combine with ``&``.

One function per operator; fields offer each as a method.
https://www.mongodb.com/docs/manual/reference/operator/update/
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NoReturn

import attrs
from bson import Decimal128, Int64

from mongo_dsl.compile import compile_expression, compile_filter, compile_value
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    TruthValueError,
    UpdateConflictError,
)
from mongo_dsl.filters import condition, sketch
from mongo_dsl.nodes import Body, Map, Node, Op, Path, Raw, Seq, Value, Var
from mongo_dsl.params import fill
from mongo_dsl.predicates import Equals, Predicate
from mongo_dsl.render import to_json, to_shell
from mongo_dsl.sorting import sort_document, sorts
from mongo_dsl.values import Face, node


@attrs.frozen
class Change(Node):
    """One operator on one path: ``{operator: {path: value}}``."""

    operator: str
    path: Path
    value: Node


@attrs.frozen
class Changes(Node):
    """All that an update does; *arrays* names the items that ``$[name]`` stands for."""

    changes: tuple[Change, ...]
    arrays: tuple[tuple[str, Predicate], ...] = ()
    raw: Raw | None = None


@attrs.frozen(repr=False, init=False)
class Update(Face):
    """Changes of one document, combined from updates.

    Raises:
        UpdateConflictError: two changes touch one path, or a path and its parent.

    >>> from mongo_dsl import F
    >>> (F.visits.inc(1) & F.tags.push("new")).compile()
    {'$inc': {'visits': 1}, '$push': {'tags': 'new'}}
    """

    _node: Changes

    def __init__(self, *updates: Any) -> None:
        self.__attrs_init__(_combined([changes_of(update) for update in updates]))  # pyright: ignore[reportAttributeAccessIssue]

    def __and__(self, other: Any) -> Update:
        """Make the changes of both updates.

        Raises:
            UpdateConflictError: they touch one path, or a path and its parent.
        """
        return Update(self, other)

    def __bool__(self) -> NoReturn:
        msg = "an update has no truth value; combine updates with '&' instead of 'and'"
        raise TruthValueError(msg)

    def bind(self, **values: Any) -> Update:
        """Fill the parameters named in *values*.

        Raises:
            ParameterError: there is no parameter of such a name.
            OperandError: a parameter doesn't take its value.
        """
        return _update(fill(self._node, values))

    def compile(self) -> dict[str, Any]:
        """Return the update as MongoDB takes it.

        Raises:
            ParameterError: a parameter is unbound.
            CompileError: a value is computed, which only a pipeline update can do.
        """
        return _compile(self._node)

    @property
    def array_filters(self) -> list[dict[str, Any]]:
        """The array filters that go with the update, as MongoDB takes them."""
        return [compile_filter(test) for _, test in self._node.arrays]

    def to_json(self, *, canonical: bool = False, indent: int | None = None) -> str:
        """Return the update as Extended JSON v2, relaxed or *canonical*."""
        return to_json(self.compile(), canonical=canonical, indent=indent)

    def to_shell(self) -> str:
        """Return the update as mongosh reads it."""
        return to_shell(self.compile())

    def __str__(self) -> str:
        return self.to_shell()

    def __repr__(self) -> str:
        return f"<Update {sketch(self._node, _compile)}>"


def _update(changes: Changes) -> Update:
    update: Update = Update.__new__(Update)
    update.__attrs_init__(changes)  # pyright: ignore[reportAttributeAccessIssue]
    return update


def changes_of(update: Any) -> Changes:
    """Return the changes of *update*: an `Update`, or raw MQL.

    Raises:
        OperandError: *update* is something else.
    """
    found = update._node if isinstance(update, Face) else update  # noqa: SLF001
    if isinstance(found, Changes):
        return found
    if isinstance(found, Raw):
        return Changes((), (), found)
    msg = f"an update got {update!r}; it takes changes such as F.age.inc(1), or raw({{...}})"
    raise OperandError(msg)


def _combined(parts: list[Changes]) -> Changes:
    changes = tuple(change for part in parts for change in part.changes)
    arrays = dict.fromkeys(array for part in parts for array in part.arrays)
    raws = [part.raw for part in parts if part.raw is not None]
    if raws and len(parts) > 1:
        msg = "raw updates stand alone; write the other changes into the raw one"
        raise ArgumentError(msg)
    _refuse_conflicts(changes)
    _refuse_ambiguous(tuple(arrays))
    return Changes(changes, tuple(arrays), raws[0] if raws else None)


def _refuse_conflicts(changes: tuple[Change, ...]) -> None:
    """Compare neighbours in order of path: a parent stands right before its children."""
    touched = sorted(
        ((path.split("."), change) for change in changes for path in _touched(change)),
        key=lambda pair: pair[0],
    )
    for (first, one), (second, other) in itertools.pairwise(touched):
        if second[: len(first)] == first:
            raise UpdateConflictError(_conflict(one, ".".join(first), other, second))


def _conflict(one: Change, path: str, other: Change, second: list[str]) -> str:
    left, right = (
        f"{one.operator} of {path!r}",
        f"{other.operator} of {'.'.join(second)!r}",
    )
    return f"{left} conflicts with {right}; an update changes a path and its parts once"


def _touched(change: Change) -> tuple[str, ...]:
    if change.operator == "$rename" and isinstance(change.value, Value):
        return change.path.name, change.value.value
    return (change.path.name,)


def _refuse_ambiguous(arrays: tuple[tuple[str, Predicate], ...]) -> None:
    names = [name for name, _ in arrays]
    for name in names:
        if names.count(name) > 1:
            msg = (
                f"two array filters are called {name!r}; give one of them another name"
            )
            raise UpdateConflictError(msg)


def _compile(changes: Changes) -> dict[str, Any]:
    if changes.raw is not None:
        raw: dict[str, Any] = compile_value(changes.raw)
        return raw
    result: dict[str, Any] = {}
    for change in changes.changes:
        if change.operator != "$pull" and reads(change.value):
            raise CompileError(_computed(change))
        value = compile_value(change.value)
        result.setdefault(change.operator, {})[change.path.name] = value
    return result


def _computed(change: Change) -> str:
    msg = f"{change.operator} of {change.path.name!r} is computed from other fields"
    return f"{msg}; pass the update in a list, which makes it a pipeline update"


def reads(tree: Node) -> bool:
    """Tell whether the server must compute *tree* from the document."""
    if type(tree) is Value:
        return False
    if isinstance(tree, Seq):
        return any(map(reads, tree.items))
    if isinstance(tree, (Map, Body)):
        return any(reads(item) for _, item in tree.items)
    return isinstance(tree, (Path, Var, Op, Predicate))


def compile_pipeline(updates: Iterable[Any]) -> list[dict[str, Any]]:
    """Compile *updates*, made of ``set`` and ``unset``, as the stages of a pipeline update.

    Raises:
        CompileError: another operator, which pipeline updates don't have.
    """
    return [stage for update in updates for stage in _stages(changes_of(update))]


def _stages(changes: Changes) -> list[dict[str, Any]]:
    if changes.raw is not None:
        return [compile_value(changes.raw)]
    return [_stage(change) for change in changes.changes]


def _stage(change: Change) -> dict[str, Any]:
    if change.operator == "$set":
        return {"$set": {change.path.name: compile_expression(change.value)}}
    if change.operator == "$unset":
        return {"$unset": change.path.name}
    msg = f"a pipeline update can't {change.operator}"
    raise CompileError(f"{msg}; it takes set and unset")


_NUMBERS = frozenset({int, float, Int64, Decimal128})


# -- The operators -------------------------------------------------------------------


def _change(operator: str, field: Any, value: Node) -> Update:
    path: Any = field._node  # noqa: SLF001
    if not isinstance(path, Path) or not path.name:
        msg = f"{operator} got {field!r}; it takes a field"
        raise OperandError(msg)
    arrays = getattr(field, "_arrays", ())
    return _update(Changes((Change(operator, path, value),), arrays))


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
    if not isinstance(name, str) or not name or "\0" in name or name[:1] == "$":
        msg = f"rename got {name!r}; it takes a field's new name"
        raise ArgumentError(msg)
    return _change("$rename", field, Value(name))


def current_date(field: Any, type_: Literal["date", "timestamp"] = "date") -> Update:
    """Set *field* to the server's time, as a date or a timestamp."""
    if type_ not in ("date", "timestamp"):
        msg = f"current_date got {type_!r}; it takes 'date' or 'timestamp'"
        raise ArgumentError(msg)
    value = Value(True) if type_ == "date" else node({"$type": "timestamp"})
    return _change("$currentDate", field, value)


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
    if type(end) is not int or end not in (1, -1):
        msg = f"pop got {end!r}; it takes 1 for the last item or -1 for the first"
        raise ArgumentError(msg)
    return _change("$pop", field, Value(end))


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
        ("$position", position),
        ("$slice", slice_),
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
    if len(items) == 1 and not modifiers and not _operators(items[0]):
        return items[0]
    return Body((("$each", Seq(tuple(items))), *modifiers))


def _operators(item: Node) -> bool:
    return isinstance(item, Map) and any(name[:1] == "$" for name, _ in item.items)


def _item_order(sort: Any) -> Node:
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
    if callable(item):
        item = item(field._item_face())  # noqa: SLF001
    if isinstance(item, Face):
        return _change("$pull", field, condition(item, "pull"))
    value = _item(field, item)
    plain = not isinstance(value, (Map, Seq)) and not hasattr(item, "pattern")
    return _change("$pull", field, value if plain else _equal_to(value))


def _equal_to(value: Node) -> Node:
    """Compare whole: a bare document would be read as conditions on the item's fields."""
    return Equals(Path(""), value)


def pull_all(field: Any, values: Iterable[Any]) -> Update:
    """Remove the items that equal one of *values*."""
    if isinstance(values, (str, bytes, Mapping)):
        msg = f"pull_all got {values!r}; it takes a list of values"
        raise OperandError(msg)
    return _change("$pullAll", field, Seq(tuple(_item(field, v) for v in values)))


def _number(name: str, field: Any, amount: Any) -> Node:
    found = node(amount)
    if isinstance(found, Value) and type(found.value) not in _NUMBERS:
        msg = f"{name} of {field._node.name!r} got {amount!r}; it takes a number"  # noqa: SLF001
        raise OperandError(msg)
    return found
