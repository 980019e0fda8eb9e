"""What the groups of methods share: each asks for something more."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import attrs

from mongo_dsl.errors import OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.names import checked
from mongo_dsl.nodes import Path
from mongo_dsl.schema import find
from mongo_dsl.values import Face


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")
S = TypeVar("S", bound="Asking[Any]")


@attrs.frozen(repr=False, eq=False, init=False)
class Asking(Face, Generic[M]):
    """A query set, as far as the methods that ask for something know it."""

    _is_value: ClassVar[bool] = False
    # What is asked is copied with every step, never changed. It lies in one place with the
    # model, for a frozen class lets itself be written to by detours alone.
    _held: tuple[type[M] | None, dict[str, Any]]

    def __init__(self, model: type[M] | None = None) -> None:
        _hold(self, (model, _NOTHING))

    @property
    def model(self) -> type[M] | None:
        """The document class, if there is one.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().model is None
        True
        """
        return self._held[0]

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked for, by name.

        >>> from mongo_dsl import QuerySet
        >>> list(QuerySet().sort("-age").limit(5).asked)
        ['sort', 'limit']
        """
        return self._held[1]

    @property
    def filters(self) -> Filter:
        """The condition alone.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().filter(age__gt=18).filters
        F.age > 18
        """
        found: Filter = self.asked.get("filter", _ALL)
        return found

    def _with(self, name: str, value: Any) -> Self:
        """Ask for *value* under *name*: every step of a chain comes through here."""
        model, before = self._held
        asked = before.copy()
        asked[name] = value
        made: Self = _new(type(self))
        _hold(made, (model, asked))
        return made

    def _path(self, name: str) -> Path:
        """Return where the field that the caller calls *name* is stored."""
        model: Any = self.model
        return _stored_path(model, name)

    def _order(self, name: str) -> Path:
        """Return where the field *name* is stored, which must have an order."""
        model: Any = self.model
        return _sorted_path(model, name)

    def _stored(self, name: str, field: Any) -> str:
        """Return the name that *field*, given to the method *name*, is stored under."""
        path = field._node if isinstance(field, Face) else None  # noqa: SLF001
        if isinstance(path, Path):
            return path.name
        if isinstance(field, str):
            return self._path(field).name
        msg = f"{name} got {field!r}; it takes fields or their names"
        raise OperandError(msg)


@functools.lru_cache(maxsize=4096)
def _stored_path(model: Any, name: str) -> Path:
    known = checked(name)
    return Path(known) if model is None else find(model, known).path()


@functools.lru_cache(maxsize=4096)
def _sorted_path(model: Any, name: str) -> Path:
    known = checked(name)
    if model is not None:
        find(model, known).require("order")
    return _stored_path(model, name)


_NOTHING: dict[str, Any] = {}
_ALL = Filter()
_new: Any = object.__new__
_hold = vars(Asking)["_held"].__set__


def query_set(kind: type[S], model: type | None, asked: dict[str, Any]) -> S:
    """Return the query set of class *kind* that asks for *asked*."""
    made: S = _new(kind)
    _hold(made, (model, asked))
    return made
