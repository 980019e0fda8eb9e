"""`computed`: attributes that are stored, so that queries find them, and never read."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from mapper.errors import DefinitionError


if TYPE_CHECKING:
    from mongo_dsl import Field
    from mongo_dsl.fields.exact import ExactField, NumberField, TextField


T = TypeVar("T")


class Computed(Generic[T]):
    """An attribute that *function* computes of the others whenever it is asked for."""

    __is_computed__ = True

    def __init__(
        self,
        function: Callable[[Any], T],
        db_name: str | None = None,
        index: bool | int | str = False,
        unique: bool = False,
    ) -> None:
        self.function = function
        self.name = function.__name__
        self.db_name = db_name
        self.metadata = {"index": index, "unique": unique}
        self.__doc__ = function.__doc__
        # Where attrs looks for the class that super() means, to put the one with slots.
        self.__closure__ = function.__closure__
        if "return" not in function.__annotations__:
            msg = (
                f"{function.__qualname__} has no return annotation; computed needs the"
            )
            raise DefinitionError(f"{msg} type: def {self.name}(self) -> str")

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    @property
    def stored(self) -> str:
        """What the database calls the attribute."""
        return self.db_name or self.name

    @property
    def annotation(self) -> Any:
        """What the function returns."""
        hints = typing.get_type_hints(self.function, include_extras=True)
        return hints["return"]

    # What a class has is for queries: ``User.q`` is the class itself to type checkers.
    @overload
    def __get__(self: Computed[str], instance: None, owner: Any) -> TextField[str]: ...
    @overload
    def __get__(
        self: Computed[bool], instance: None, owner: Any
    ) -> ExactField[bool]: ...
    @overload
    def __get__(
        self: Computed[int], instance: None, owner: Any
    ) -> NumberField[int]: ...
    @overload
    def __get__(
        self: Computed[float], instance: None, owner: Any
    ) -> NumberField[float]: ...
    @overload
    def __get__(self, instance: None, owner: Any) -> Field[Any]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> T: ...
    def __get__(self, instance: object | None, owner: Any) -> Any:
        return self if instance is None else self.function(instance)

    def __set__(self, instance: object, value: Any) -> NoReturn:
        msg = f"{type(instance).__name__}.{self.name} is computed and can't be set"
        raise AttributeError(f"{msg}; set what it is computed of")


@overload
def computed(function: Callable[[Any], T], /) -> Computed[T]: ...
@overload
def computed(
    *, db_name: str | None = None, index: bool | int | str = False, unique: bool = False
) -> Callable[[Callable[[Any], T]], Computed[T]]: ...
def computed(function: Any = None, /, **options: Any) -> Any:
    """Let a method be an attribute that is stored with the document.

    It is computed whenever it is asked for, and stored when the document is inserted or
    saved, so that queries and indexes can use it. What is stored is never read back, and
    updates by query don't change it.

    Args:
        function: the method; its return annotation is the type of the attribute.
        options: *db_name*, *index* and *unique*, as `field` takes them.

    Raises:
        DefinitionError: the method has no return annotation.

    >>> from mapper import SyncDocument
    >>> class User(SyncDocument):
    ...     first: str
    ...     last: str
    ...     @computed
    ...     def full_name(self) -> str:
    ...         return f"{self.first} {self.last}"
    >>> User(first="Ann", last="Lee").full_name
    'Ann Lee'
    >>> User.filter(User.q.full_name.startswith("Ann")).compile().filter
    {'full_name': {'$regex': '^Ann'}}
    """
    if function is None:
        return lambda method: Computed(method, **options)
    return Computed(function, **options)
