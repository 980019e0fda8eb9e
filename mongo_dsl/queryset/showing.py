"""What of each document a query set asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.nodes import Path
from mongo_dsl.queryset.asking import Asking
from mongo_dsl.schema import field_spec
from mongo_dsl.structure import fields_of


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

    from mongo_dsl.queryset.face import QuerySet

M = TypeVar("M")
R = TypeVar("R")


def _of_flag(shown: tuple[tuple[str, int], ...], flag: int) -> dict[str, int]:
    """Return the fields *shown* so far, which must be kept or dropped as those to come."""
    if any(known != flag for _, known in shown):
        msg = (
            "only and omit exclude each other; a projection keeps fields or drops them"
        )
        raise ArgumentError(msg)
    return dict(shown)


class Showing(Asking[M]):
    """Fields to load or to leave out, rows of a class, plain dictionaries."""

    __slots__ = ()

    def only(self, *fields: Any) -> Self:
        """Load only *fields* (and ``_id``); more calls add more.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().only("name", "age").compile().projection
        {'name': 1, 'age': 1}
        """
        return self._projected("only", fields, 1)

    def omit(self, *fields: Any) -> Self:
        """Load all but *fields*; more calls add more.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().omit("photo").compile().projection
        {'photo': 0}
        """
        return self._projected("omit", fields, 0)

    def _projected(self, name: str, fields: tuple[Any, ...], flag: int) -> Self:
        if not fields:
            msg = f"{name} got no fields; it takes at least one"
            raise ArgumentError(msg)
        before = self._held[1].get("projection")
        shown = {} if before is None else _of_flag(before, flag)
        for field in fields:
            path = getattr(field, "_node", None)
            stored = path.name if type(path) is Path else self._stored(name, field)
            shown[stored] = flag
        return self._with("projection", tuple(shown.items()))

    def select(self, row: type[R]) -> QuerySet[R]:
        """Load rows of the attrs class *row*: just its fields, of just its type.

        Raises:
            OperandError: *row* is no attrs class.
            UnknownFieldError: *row* has a field that the documents lack.

        >>> import attrs
        >>> from mongo_dsl import QuerySet
        >>> Name = attrs.make_class("Name", ["first", "last"])
        >>> QuerySet().select(Name).compile().projection
        {'first': 1, 'last': 1, '_id': 0}
        """
        if not isinstance(row, type) or not attrs.has(row):
            msg = f"select got {row!r}; it takes an attrs class"
            raise OperandError(msg)
        columns = [self._column(row, name) for name in fields_of(row)]
        shown = [(column, 1) for column in columns]
        if "_id" not in columns:
            shown.append(("_id", 0))
        selected: Any = self._with("projection", tuple(shown))
        return selected._with("row", row)  # noqa: SLF001

    def _column(self, row: type, name: str) -> str:
        if self.model is None:
            return fields_of(row)[name][0]
        return field_spec(self.model, name).stored

    def raw(self) -> Self:
        """Load plain dictionaries, as the driver gives them.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().filter(age__gt=18).raw()
        QuerySet().filter(F.age > 18).raw()
        """
        return self._with("raw", True)
