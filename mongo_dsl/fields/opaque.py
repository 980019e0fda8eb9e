"""`OpaqueField`: a field whose values are stored in a form of their own.

The server can't look into encrypted text, or into what a converter made; so such a field
has the methods that its `Storage` allows, and refuses all others.
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.fields.face import Field


_OWN = frozenset({"bind", "compile", "prepare", "same_as", "to_json", "to_shell"})
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
_OPERATORS = (
    *("__abs__", "__neg__", "__round__"),
    *(f"__{name}__" for name in _ARITHMETIC),
    *(f"__r{name}__" for name in _ARITHMETIC),
)
_NAMES = (*(name for name in dir(Field) if name[:1] != "_"), *_OPERATORS)


class OpaqueField(Field[Any]):
    """A field whose values are stored in a form of their own."""

    def __dir__(self) -> list[str]:
        names = [name for name in _NAMES if name[:2] != "__"]
        return [name for name in names if name in _OWN or self._allows(name)]

    def _allows(self, name: str) -> bool:
        storage = None if self._spec is None else self._spec.storage
        return storage is None or storage.allows(name)


def _guarded(name: str) -> property:
    """Return the method *name* of fields, refused where the storage doesn't allow it."""

    def method(self: OpaqueField) -> Any:
        if self._spec is not None:
            self._spec.require("arithmetic" if name[:2] == "__" else name)
        return getattr(super(OpaqueField, self), name)

    return property(method)


for _name in _NAMES:
    if _name not in _OWN and hasattr(Field, _name):
        setattr(OpaqueField, _name, _guarded(_name))
