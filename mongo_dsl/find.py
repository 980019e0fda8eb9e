"""What a query set asks for, and what it compiles to."""

from __future__ import annotations

from typing import Any

import attrs

from mongo_dsl.compile import compile_filter, compile_value
from mongo_dsl.nodes import Body, Node
from mongo_dsl.predicates import EVERYTHING, Predicate
from mongo_dsl.render import to_shell
from mongo_dsl.sorting import Sort, sort_document


@attrs.frozen
class Find(Node):
    """What a query set asks for; None is what it doesn't say."""

    predicate: Predicate = EVERYTHING
    order: tuple[Sort, ...] = ()
    skip: Node | None = None
    limit: Node | None = None
    projection: Body | None = None
    row: type | None = None
    hint: Node | None = None
    collation: Node | None = None
    comment: Node | None = None
    max_time_ms: int | None = None
    raw: bool = False


@attrs.frozen
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
        return {
            name: value
            for name, value in attrs.asdict(self, recurse=False).items()
            if value is not None
        }


def compile_find(asked: Find) -> FindCommand:
    """Compile what a query set asks for.

    Raises:
        ParameterError: a parameter is unbound.
    """
    return FindCommand(
        compile_filter(asked.predicate),
        _compiled(asked.projection),
        _compiled(sort_document(asked.order) if asked.order else None),
        _compiled(asked.skip),
        _compiled(asked.limit),
        _compiled(asked.hint),
        _compiled(asked.collation),
        _compiled(asked.comment),
        asked.max_time_ms,
    )


def _compiled(tree: Node | None) -> Any:
    return None if tree is None else compile_value(tree)


def find_shell(collection: str, command: FindCommand, indent: int | None) -> str:
    """Write *command* as mongosh reads it."""
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
