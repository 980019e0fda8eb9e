"""`Fields`: what ``User.q`` is."""

from __future__ import annotations

import functools
from typing import Any, NoReturn

from mongo_dsl.errors import OperandError
from mongo_dsl.fields.face import Field, field_at
from mongo_dsl.names import checked
from mongo_dsl.schema import field_spec
from mongo_dsl.structure import reachable


class Fields:
    """The fields of a document class, by name.

    >>> import attrs
    >>> @attrs.define
    ... class User:
    ...     name: str
    ...     age: int
    >>> (Fields(User).age > 18).compile()
    {'age': {'$gt': 18}}
    """

    __cls: type

    def __init__(self, cls: type) -> None:
        self.__dict__["_Fields__cls"] = cls

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        msg = (
            f"{self!r}.{name} can't be assigned; write == {value!r}, or .set({value!r})"
        )
        raise OperandError(msg)

    def __getattr__(self, name: str) -> Field[Any]:
        if name[:2] == "__":
            raise AttributeError(name)
        spec = field_spec(self.__cls, name)
        found: Field[Any] = field_at(spec.path(), spec)
        self.__dict__[name] = found  # the next look-up doesn't come here
        return found

    def __getitem__(self, name: str) -> Field[Any]:
        """Return the field of the dotted *name*."""
        if not isinstance(name, str):
            msg = f"{self!r} got the key {name!r}; it takes a field's name"
            raise OperandError(msg)
        first, _, rest = checked(name).partition(".")
        found: Field[Any] = getattr(self, first)
        return found[rest] if rest else found

    def __iter__(self) -> NoReturn:
        msg = f"{self!r} can't be iterated over; dir({self!r}) lists its fields"
        raise OperandError(msg)

    def __dir__(self) -> list[str]:
        return list(reachable(self.__cls))

    def __repr__(self) -> str:
        return f"{self.__cls.__name__}.q"

    def __reduce__(self) -> Any:
        return Fields, (self.__cls,)


@functools.lru_cache(maxsize=1024)
def known_fields(cls: type) -> Fields:
    """Return the fields of *cls*, which keep what was looked up before.

    Finding out what a field means takes ten times as long as building a filter of it. What
    defines classes that are stored with *cls* clears the cache: their fields are its own.
    """
    return Fields(cls)
