"""Variables: `var`, the arguments of lambdas, and those the server sets.

https://www.mongodb.com/docs/manual/reference/aggregation-variables/
"""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import Expr, positional
from mongo_dsl.names import checked, place, suggestion
from mongo_dsl.nodes import Node, Var
from mongo_dsl.schema import FieldSpec
from mongo_dsl.values import node


__all__ = [
    "CLUSTER_TIME",
    "CURRENT",
    "DESCEND",
    "KEEP",
    "NOW",
    "PRUNE",
    "REMOVE",
    "ROOT",
    "SEARCH_META",
    "USER_ROLES",
    "Variable",
    "var",
]


@attrs.frozen(eq=False, repr=False)
class Variable(Expr):
    """A variable; names lead to the fields of its value, places to its items.

    A name that a method has is reached by item: ``item["bind"]``.

    >>> var("this").price.compile()
    '$$this.price'
    """

    _node: Var
    _spec: FieldSpec | None = None

    def __getattr__(self, name: str) -> Variable:
        if name[:2] == "__":
            raise AttributeError(name)
        return self._below(name)

    def __getitem__(self, key: str | int) -> Expr:
        """Return the field *key*, dotted names included, or the item at a place."""
        if isinstance(key, str):
            return self._below(key)
        return positional("$arrayElemAt", self, place(key, self._subject()))

    def _below(self, name: str) -> Variable:
        if self._spec is None:
            return Variable(Var(f"{self._node.name}.{checked(name)}"))
        spec = self._spec
        for segment in name.split("."):
            spec = spec.sub(segment)
        root = self._node.name.partition(".")[0]
        return Variable(Var(f"{root}.{spec.stored}"), spec)

    def _operand(self, value: Any) -> Node:
        return node(value) if self._spec is None else self._spec.operand(value)

    def _subject(self) -> str:
        return f"variable {self._node.name!r}"

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: names lead to fields, the server's functions are in `fn`."""
        parent, _dot, name = self._node.name.rpartition(".")
        msg = (
            f"variable {parent or name!r} has no method {name!r}; functions of the server"
            f" are in fn: fn.{name}(...)"
        )
        raise OperandError(msg)

    def __dir__(self) -> list[str]:
        names = [] if self._spec is None else self._spec.names()
        return [*names, *super().__dir__()]


SYSTEM = frozenset(
    {
        "CLUSTER_TIME",
        "CURRENT",
        "DESCEND",
        "KEEP",
        "NOW",
        "PRUNE",
        "REMOVE",
        "ROOT",
        "SEARCH_META",
        "USER_ROLES",
    }
)


def var(name: str) -> Variable:
    """Read the variable *name*, or a field of it: ``var("this.price")``.

    Raises:
        ArgumentError: *name* can't be a variable's.

    >>> from mongo_dsl import F, fn
    >>> fn.filter_(F.scores, fn.var("this") >= 5).compile()
    {'$filter': {'input': '$scores', 'cond': {'$gte': ['$$this', 5]}}}
    """
    first, dot, rest = name.partition(".")
    if first not in SYSTEM:
        first = variable_name(first)
    return Variable(Var(f"{first}{dot}{checked(rest)}" if dot else first))


def variable_name(name: Any) -> str:
    """Check the name of a variable that an expression sets.

    Raises:
        ArgumentError: *name* has other characters, or begins with another.
    """
    if isinstance(name, str) and (is_name(name) or name == "CURRENT"):
        return name
    hint = suggestion(name, SYSTEM) if isinstance(name, str) else ""
    msg = (
        f"a variable is named {name!r}{hint}; names start with a lower-case letter and go"
        " on with letters, digits and underscores"
    )
    raise ArgumentError(msg)


def is_name(name: str) -> bool:
    """Tell whether the server takes *name* for a variable."""
    first = name[:1]
    starts = first > "\x7f" or (first.isalpha() and first.islower())
    return starts and all(c > "\x7f" or c == "_" or c.isalnum() for c in name)


CLUSTER_TIME = var("CLUSTER_TIME")
"""The timestamp that the deployment has reached, the same for the whole pipeline."""

CURRENT = var("CURRENT")
"""Where fields are read from: `ROOT`, unless it was set anew."""

DESCEND = var("DESCEND")
"""A result of ``$redact``: keep this level, judge the embedded documents."""

KEEP = var("KEEP")
"""A result of ``$redact``: keep this level and all below it."""

NOW = var("NOW")
"""The date and time, the same for the whole pipeline."""

PRUNE = var("PRUNE")
"""A result of ``$redact``: drop this level and all below it."""

REMOVE = var("REMOVE")
"""No value: the field that is computed as this is left out."""

ROOT = var("ROOT")
"""The whole document."""

SEARCH_META = var("SEARCH_META")
"""What an Atlas Search query tells about its results. Needs MongoDB 5.0."""

USER_ROLES = var("USER_ROLES")
"""The roles of the user who runs the query. Needs MongoDB 7.0."""
