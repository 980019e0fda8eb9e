"""`F`: fields of documents whose class is unknown."""

from __future__ import annotations

from typing import Any, NoReturn

from mongo_dsl.errors import OperandError
from mongo_dsl.fields.face import Field, field_at
from mongo_dsl.names import checked
from mongo_dsl.nodes import Path


_REMEMBERED = 1024  # names: without a bound, those that come from users would pile up


class UntypedRoot:
    """The root of untyped fields: ``F.any.path``, ``F["a.b"]``, ``F.items[0].sku``.

    >>> (F.address.city == "Paris").compile()
    {'address.city': 'Paris'}
    """

    def __getattr__(self, name: str) -> Field[Any]:
        if name[:2] == "__":
            raise AttributeError(name)
        found = self[name]
        if len(self.__dict__) < _REMEMBERED:
            self.__dict__[name] = found  # the next look-up doesn't come here
        return found

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        msg = f"F.{name} can't be assigned; write == {value!r}, or .set({value!r})"
        raise OperandError(msg)

    def __getitem__(self, name: str) -> Field[Any]:
        """Return the field of the dotted *name*."""
        if not isinstance(name, str):
            msg = f"F got the key {name!r}; it takes a field's name"
            raise OperandError(msg)
        return field_at(Path(checked(name)), None)

    def __iter__(self) -> NoReturn:
        msg = "F can't be iterated over; it has every name"
        raise OperandError(msg)

    def __repr__(self) -> str:
        return "F"

    def __reduce__(self) -> str:
        return "F"


F = UntypedRoot()
"""The root of untyped fields."""
