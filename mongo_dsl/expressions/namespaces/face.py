"""`Namespace`, and how functions become its methods."""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.names import suggestion


C = TypeVar("C")


class Namespace:
    """The functions that suit a kind of values, as methods of one of them."""

    __slots__ = ("_called", "_value")

    def __init__(self, value: Any, called: str) -> None:
        self._value = value
        self._called = called

    if not TYPE_CHECKING:  # checkers refuse unknown names themselves

        def __getattr__(self, name: str) -> NoReturn:
            if name[:2] == "__":
                raise AttributeError(name)
            called = self._called
            hint = suggestion(name, dir(self))
            msg = f"{called} has no method {name!r}{hint}; a field that is called {called!r}"
            raise UnknownFieldError(f"{msg} is reached by item: [{called!r}]")

    def __dir__(self) -> list[str]:
        return [name for name in dir(type(self)) if name[:1] != "_"]

    def __repr__(self) -> str:
        return f"{self._value!r}.{self._called}"


class _Method:
    """A function that is called with the namespace's value first."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __get__(self, namespace: Namespace | None, owner: type) -> Any:
        if namespace is None:
            return self.function
        return MethodType(self.function, namespace._value)  # noqa: SLF001


def method(function: C) -> C:
    """Offer *function* as a method: the value of the namespace is its first argument."""
    made: Any = _Method(function)  # type checkers see methods in functions
    return made
