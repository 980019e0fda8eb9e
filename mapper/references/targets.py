"""What references lead to: document classes, which may be named before they are made."""

from __future__ import annotations

import functools
import typing
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.registry import class_named
from mongo_dsl.conformity import describe, members
from mongo_dsl.structure import fields_of


@attrs.frozen
class Target:
    """What a reference leads to: *cls* is a document class, or the name of one.

    *owner* is the class and *field* the name of the field that the reference stands in,
    where they are known.
    """

    cls: Any
    owner: Any = None
    field: str = ""
    _found: list[Any] = attrs.field(factory=list, init=False, eq=False, repr=False)

    @property
    def model(self) -> Any:
        """The document class, looked for once.

        Raises:
            DefinitionError: it is no document class, or nothing has that name.
        """
        if not self._found:
            self._found.append(self._model())
        return self._found[0]

    def _model(self) -> Any:
        if isinstance(self.cls, str):
            return class_named(self.cls, self.owner)
        if getattr(self.cls, "__is_document__", False) is not True:
            msg = f"Ref[{self.__name__}] refers to no document class"
            raise DefinitionError(f"{msg}; embed it, or make it a Document")
        return self.cls

    @property
    def place(self) -> str:
        """What includes the field of the reference, as it is written in a query."""
        if self.owner is None:
            return "include(...)"
        if getattr(self.owner, "__is_document__", False):
            return f"include({self.owner.__name__}.q.{self.field})"
        return f'include("….{self.field}")'

    @property
    def __name__(self) -> str:
        return self.cls if isinstance(self.cls, str) else describe(self.cls)

    def __call__(self) -> Any:
        """Be callable: `typing` takes nothing else for a type."""
        return self.model


def target_of(arguments: tuple[Any, ...]) -> Target:
    """Return what a `Ref` of the type *arguments* leads to.

    Raises:
        DefinitionError: it has none.
    """
    if not arguments:
        msg = "Ref is written with the class it refers to: Ref[Author]"
        raise DefinitionError(msg)
    (target,) = arguments
    return target if type(target) is Target else Target(target)


def named(target: Any) -> Target:
    """Return what the name *target* stands for, a string or what `typing` made of it.

    Raises:
        DefinitionError: it is no name.
    """
    name = getattr(target, "__forward_arg__", target)
    if not isinstance(name, str):
        msg = f"Ref got {target!r}; it takes a document class, or the name of one"
        raise DefinitionError(msg)
    return Target(name)


def is_document(value: Any) -> bool:
    """Tell whether *value* is a document, not embedded in another."""
    return getattr(type(value), "__is_document__", False) is True


def is_family(one: Any, other: Any) -> bool:
    """Tell whether documents of *one* may be found where those of *other* are."""
    return issubclass(one, other) or (
        issubclass(other, one) and one.__collection__ == other.__collection__
    )


@functools.lru_cache(maxsize=1024)
def id_annotation(model: Any) -> Any:
    """Return the type of the ids of *model*; those of stored documents are never None."""
    annotation = fields_of(model)["id"][1]
    found = [one for one in members(annotation) if one is not type(None)]
    return typing.Union[tuple(found)]  # noqa: UP007 - built at run time
