"""Updates: changes of fields that combine with ``&``.

One function per operator; fields offer each as a method.
https://www.mongodb.com/docs/manual/reference/operator/update/
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, ClassVar, NoReturn

import attrs

from mongo_dsl.compile import (
    compile_filter,
    compile_value,
)
from mongo_dsl.demands import (
    DEMANDS,
    QUERY,
    Demand,
    demands,
    operator,
)
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    TruthValueError,
    UpdateConflictError,
)
from mongo_dsl.nodes import (
    Body,
    Map,
    Node,
    Op,
    Path,
    Raw,
    Seq,
    Value,
    Var,
    frozen,
)
from mongo_dsl.predicates import Predicate
from mongo_dsl.prepared import Prepared
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face


@frozen
class Change(Node):
    """One operator on one path: ``{operator: {path: value}}``."""

    operator: str
    path: Path
    value: Node


@frozen
class Changes(Node):
    """All that an update does; *arrays* names the items that ``$[name]`` stands for."""

    changes: tuple[Change, ...]
    arrays: tuple[tuple[str, Predicate], ...] = ()
    raw: Raw | None = None


@attrs.frozen(repr=False, init=False)
class Update(Readable[dict[str, Any]], Face):
    """Changes of one document, combined from updates.

    Raises:
        UpdateConflictError: two changes touch one path, or a path and its parent.

    >>> from mongo_dsl import F
    >>> (F.visits.inc(1) & F.tags.push("new")).compile()
    {'$inc': {'visits': 1}, '$push': {'tags': 'new'}}
    """

    _node: Changes
    _is_value: ClassVar[bool] = False

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

    def _rebuilt(self, node: Any) -> Update:
        return update_of(node)

    def _compile(self) -> dict[str, Any]:
        return compile_changes(self._node)

    def prepare(self) -> Prepared[dict[str, Any]]:
        """Compile now, but for the parameters; ``bind`` fills them quickly.

        Raises:
            ArgumentError: the update has array filters, which stand beside it.
        """
        if self._node.arrays:
            msg = "an update with array filters can't be prepared; bind it instead"
            raise ArgumentError(msg)
        return super().prepare()

    @property
    def array_filters(self) -> list[dict[str, Any]]:
        """The array filters that go with the update, as MongoDB takes them.

        >>> from mongo_dsl import F
        >>> F.items.where(F.sku == "a").qty.inc(1).array_filters
        [{'items.sku': 'a'}]
        """
        return [compile_filter(test) for _, test in self._node.arrays]


def update_of(changes: Changes) -> Update:
    """Return the update that makes *changes*, which have no conflicts."""
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
    if one.operator == other.operator and "$[" in path and path.split(".") == second:
        return f"{left} comes twice; give one of its where(...) another name"
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


def compile_changes(changes: Changes) -> dict[str, Any]:
    """Compile what an update does.

    Raises:
        ParameterError: a parameter is unbound.
        CompileError: a value is computed, which only a pipeline update can do.
    """
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


def _demands(tree: Changes, _place: str) -> Iterator[Demand]:
    for change in tree.changes:
        yield from operator(change.operator, "update")
        for segment in change.path.name.split("."):
            if segment[:2] == "$[":
                yield segment, "3.6"
        yield from demands(change.value, QUERY)


DEMANDS[Changes] = _demands
