"""Which classes a document class may derive from, and in which order they are asked.

attrs makes classes with slots, and two of those can't be combined. So abstract documents
and plain mixins stay without slots, and the first concrete class below them owns their
fields.
"""

from __future__ import annotations

import dataclasses
import typing
from abc import ABC, ABCMeta
from collections.abc import Callable, Iterator
from typing import Any

from mapper.errors import DefinitionError


_LAST: tuple[Any, ...] = (ABC, typing.Generic, object)


def is_root(base: type) -> bool:
    """Tell whether *base* is one of the classes that all documents derive from."""
    return bool(vars(base).get("__root__"))


def is_concrete(base: type) -> bool:
    """Tell whether *base* is a document class with fields of its own places."""
    return (
        isinstance(base, ABCMeta)
        and getattr(base, "__is_document__", False)
        and "__attrs_attrs__" in vars(base)
        and not is_root(base)
    )


def roots_last(classes: list[type]) -> list[type]:
    """Order *classes*, the way Python asks them, so that mixins come before the roots.

    A mixin written behind `Document` overrides its methods as one before it does, and
    reaches them by ``super()``.
    """
    return sorted(classes, key=_rank)


def _rank(cls: type) -> int:
    """Tell where *cls* stands: what is everyone's comes behind the roots."""
    return _LAST.index(cls) + 2 if cls in _LAST else int(is_root(cls))


def refuse_unfit(name: str, bases: tuple[type, ...]) -> None:
    """Refuse *bases* whose fields the class *name* can't take over.

    Raises:
        DefinitionError: two are concrete documents, or a mixin is slotted or frozen.
    """
    _refuse_two_concrete(name, bases)
    for mixin in _mixins(bases):
        for trait, has in _UNFIT.items():
            if has(mixin):
                msg = f"{name} can't take the fields of the {trait} class {mixin.__name__}"
                raise DefinitionError(f"{msg}; {_INSTEAD[trait]}")


def _refuse_two_concrete(name: str, bases: tuple[type, ...]) -> None:
    concrete = [base for base in bases if is_concrete(base)]
    if len(concrete) > 1 and not _related(concrete):
        listed = " and ".join(base.__name__ for base in concrete)
        msg = f"{name} can't combine the documents {listed}; make all but one abstract"
        raise DefinitionError(msg)


def _related(concrete: list[Any]) -> bool:
    """Tell whether all of them stand in one line of descent."""
    lowest = max(concrete, key=lambda base: len(base.__mro__))
    return all(issubclass(lowest, base) for base in concrete)


def _mixins(bases: tuple[type, ...]) -> Iterator[type]:
    """Yield the classes above, each once, that are no documents."""
    above = dict.fromkeys(one for base in bases for one in base.__mro__)
    for one in above:
        if one not in _LAST and not getattr(one, "__is_document__", False):
            yield one


def _is_builtin(mixin: type) -> bool:
    return "__dict__" not in vars(mixin) and "__module__" not in vars(mixin)


def _is_slotted(mixin: type) -> bool:
    slots = vars(mixin).get("__slots__", ())
    return bool({slots} if isinstance(slots, str) else set(slots) - {"__weakref__"})


def _is_frozen(mixin: type) -> bool:
    if dataclasses.is_dataclass(mixin):
        parameters: Any = vars(mixin).get("__dataclass_params__")
        return bool(parameters and parameters.frozen)
    return mixin.__setattr__.__name__ == "_frozen_setattrs"  # attrs' own mark


_UNFIT: dict[str, Callable[[type], bool]] = {
    "frozen": _is_frozen,
    "slotted": _is_slotted,
    "builtin": _is_builtin,
}
_INSTEAD = {
    "frozen": "a document's fields can change: make the mixin a plain class",
    "slotted": "make it a plain class, @attrs.define(slots=False) or an abstract document",
    "builtin": "give the document a field of that type",
}
