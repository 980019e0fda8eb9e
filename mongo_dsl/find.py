"""What a query set asks for, and what it compiles to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from mongo_dsl.compile import compile_value
from mongo_dsl.filters import Filter
from mongo_dsl.flat import compile_flat
from mongo_dsl.nodes import Node, Value, frozen
from mongo_dsl.sorting import Sort


@frozen
class Find(Node):
    """What a query set asks for, by name; what it doesn't say is left out."""

    items: tuple[tuple[str, Any], ...]


@attrs.frozen(slots=False)
class FindCommand:
    """A compiled query set: the arguments of a driver's ``find``.

    `as_dict` has those the query set gave; *max_time_ms* is in milliseconds.
    """

    filter: dict[str, Any]
    projection: dict[str, Any] | None = None
    sort: dict[str, Any] | None = None
    skip: int | None = None
    limit: int | None = None
    hint: Any = None
    collation: dict[str, Any] | None = None
    comment: str | None = None
    max_time_ms: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the arguments by name, the filter always, the others where given.

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().filter(F.age > 18).limit(5).compile().as_dict()
        {'filter': {'age': {'$gt': 18}}, 'limit': 5}
        """
        return {name: value for name, value in vars(self).items() if value is not None}


def compile_find(asked: Mapping[str, Any]) -> FindCommand:
    """Compile what a query set asks for.

    Raises:
        ParameterError: a parameter is unbound.
    """
    command: FindCommand = _new(FindCommand)
    _fill(
        command, _compiled(asked, {**_NOTHING, "filter": {}})
    )  # the constructor takes its time
    return command


def find_arguments(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Compile what a query set asks for, as `FindCommand.as_dict` has it.

    Raises:
        ParameterError: a parameter is unbound.
    """
    return _compiled(asked, {"filter": {}})


def _compiled(asked: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Put what is *asked* for, compiled, into what is *given* without."""
    for name, part in asked.items():
        compile_part = _COMPILERS.get(name)
        if compile_part is not None:
            compiled = part.value if type(part) is Value else compile_part(part)
            if compiled is not None:
                given[name] = compiled
    return given


def _filter(filter_: Filter) -> dict[str, Any]:
    if filter_._flat is not None:  # noqa: SLF001 - the way of most filters
        flat = compile_flat(filter_._flat)  # noqa: SLF001
        if flat is not None:
            return flat
    return filter_._compile()  # noqa: SLF001 - the query set looks after deep nesting


def _order(order: Iterable[Sort]) -> dict[str, Any] | None:
    compiled = {}
    for sort in order:
        direction = sort.direction
        compiled[sort.path.name] = (
            direction.value if type(direction) is Value else compile_value(direction)
        )
    return compiled or None


_COMPILERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("skip", "limit", "hint", "collation"), compile_value),
    **dict.fromkeys(("comment", "max_time_ms"), compile_value),
    "filter": _filter,
    "projection": dict,
    "sort": _order,
}
_new: Any = object.__new__
_fill = vars(FindCommand)["__dict__"].__set__
_NOTHING: dict[str, Any] = attrs.asdict(FindCommand({}))


def find_shell(collection: str, command: FindCommand, indent: int | None) -> str:
    """Write *command* as mongosh reads it."""
    from mongo_dsl.render import to_shell

    documents = (command.filter, command.projection)
    arguments = [to_shell(d, indent=indent) for d in documents if d is not None]
    calls = [
        f".{method}({to_shell(value, indent=indent)})"
        for name, method in _SHELL_METHODS.items()
        if (value := getattr(command, name)) is not None
    ]
    separator = "" if indent is None or len(calls) < 2 else "\n" + " " * indent  # noqa: PLR2004
    found = f"db.{collection}.find({', '.join(arguments)})"
    return separator.join((found, *calls))


_SHELL_METHODS = {
    "sort": "sort",
    "skip": "skip",
    "limit": "limit",
    "hint": "hint",
    "collation": "collation",
    "comment": "comment",
    "max_time_ms": "maxTimeMS",
}
