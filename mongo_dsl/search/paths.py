"""Which fields a search looks at.

https://www.mongodb.com/docs/atlas/atlas-search/path-construction/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from mongo_dsl import names
from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.face import Expr
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Body, Node, Path, Seq, Value
from mongo_dsl.raw import RawMQL
from mongo_dsl.schema import FieldSpec
from mongo_dsl.search import checks
from mongo_dsl.search.face import SearchPath
from mongo_dsl.values import Face, node


FieldName = Expr | str
"""A field, or its stored name."""

FieldNames = FieldName | Sequence[FieldName]
"""A field, its stored name or a list of them."""

TextPath = FieldName | SearchPath | RawMQL | Sequence[FieldName | SearchPath | RawMQL]
"""Fields, their stored names, `wildcard_path` and `multi`, or a list of them."""


def name(subject: str, argument: str, value: Any) -> Node:
    """Check a field or its name; the node is the stored name.

    Raises:
        OperandError: *value* is neither.
        ArgumentError: no field is called so, or it is at a place of an array.
    """
    if isinstance(value, str):
        return Value(names.checked(value))
    path = value._node if isinstance(value, Face) else None  # noqa: SLF001
    if not isinstance(path, Path):
        checks.refuse(subject, argument, value, "a field or its name")
    if path.positions:
        msg = f"{subject} got {argument}={path.name!r}, a place of an array; a search"
        raise ArgumentError(f"{msg} looks at all items, leave the place out")
    return Value(names.checked(path.name))


@attrs.frozen
class Names:
    """Check a field, its name or a list of them, and other paths if *forms* are allowed."""

    forms: bool = False

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the node of the name, or of the list."""
        if not isinstance(value, (list, tuple)):
            return self._one(subject, argument, value)
        if not value:
            takes = "at least one field"
            checks.refuse(subject, argument, value, takes, ArgumentError)
        items = [checks.checked(self._one, subject, argument, item) for item in value]
        return Seq(tuple(items))

    def _one(self, subject: str, argument: str, value: Any) -> Node:
        if not isinstance(value, SearchPath):
            return name(subject, argument, value)
        if not self.forms:
            takes = "fields and their names only"
            checks.refuse(subject, argument, value, takes)
        return node(value)


def spec_of(path: Any) -> FieldSpec | None:
    """Return what is known of the field *path*."""
    spec: FieldSpec | None = getattr(path, "_spec", None) if _is_field(path) else None
    return spec


def _is_field(path: Any) -> bool:
    return isinstance(path, Expr) and isinstance(path._node, Path)  # noqa: SLF001


def wildcard_path(pattern: str) -> SearchPath:
    """Search all fields whose names match *pattern*, where ``*`` is any text.

    For `text`, `phrase`, `regex` and `wildcard`.

    Raises:
        ArgumentError: *pattern* has two wildcards in a row.

    >>> from mongo_dsl import search
    >>> search.wildcard_path("address.*").compile()
    {'wildcard': 'address.*'}
    """
    if isinstance(pattern, str) and "**" in pattern:
        msg = f"wildcard_path got {pattern!r}; it takes no two '*' in a row"
        raise ArgumentError(msg)
    found = checks.checked(checks.text, "wildcard_path", "pattern", pattern)
    return SearchPath(Body((("wildcard", found),)))


@in_call_order
def multi(value: FieldName, multi: str) -> SearchPath:
    """Search the field *value* by its other analyzer *multi*, as the index names it.

    >>> from mongo_dsl import F, search
    >>> search.multi(F.title, "english").compile()
    {'value': 'title', 'multi': 'english'}
    """
    found = checks.checked(name, "multi", "value", value)
    analyzer = checks.checked(checks.text, "multi", "multi", multi)
    return SearchPath(Body((("value", found), ("multi", analyzer))))
