"""Stages that are added again and again: what each call gave is remembered.

A function that builds a pipeline runs once a request, and most of its calls get the same
fields and names every time. Such a call makes the same stage, and leaves the same shape of
the shape before it, as it did the first time; so both are looked up.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any, Concatenate, ParamSpec, TypeVar

from mongo_dsl import placement
from mongo_dsl.compile.templates import reuse
from mongo_dsl.memory import Memory, lasts
from mongo_dsl.nodes import Op
from mongo_dsl.pipeline.chaining import Chained
from mongo_dsl.shape import Shape, of_class, volatile


P = ParamSpec("P")
C = TypeVar("C", bound=Chained)
Method = Callable[Concatenate[C, P], C]

_added = Memory()
_begun = Memory()


def remembered(method: Method[C, P]) -> Method[C, P]:
    """Remember the stages that *method* adds of fields and flags, and of names by place.

    By keyword, texts are values.
    """
    return _remembered(method, _FLAGS)


def remembered_by_name(method: Method[C, P]) -> Method[C, P]:
    """Remember the stages that *method* adds of fields, flags and names."""
    return _remembered(method, _NAMES)


_FLAGS = (bool, NoneType)
_NAMES = (str, *_FLAGS)


def _remembered(method: Method[C, P], plain: tuple[type, ...]) -> Method[C, P]:
    name = method.__name__

    @functools.wraps(method)
    def adding(self: C, /, *args: P.args, **kwargs: P.kwargs) -> C:
        shape = self._shape
        # A shape says in which stage a field was left out, so the place counts, too.
        key = (name, id(shape), len(self._node.items), *_identities(args))
        if kwargs:
            key = (*key, *kwargs, *_identities(kwargs.values()))
        known = _added.get(key)
        if known is not None:
            again = self._stepped(known[0], known[1])
            if again is not None:
                return again
        before = volatile()
        made = method(self, *args, **kwargs)
        lasting = _last(args, _NAMES) and _last(kwargs.values(), plain)
        if lasting and before == volatile() and self._goes_on():
            _keep(key, made, (shape, args, kwargs))
        return made

    return adding


def _identities(arguments: Iterable[Any]) -> list[Any]:
    """Return what tells arguments apart: of names, which may be put together, the text."""
    return [one if type(one) is str else id(one) for one in arguments]


def _last(arguments: Iterable[Any], plain: tuple[type, ...]) -> bool:
    """Tell whether all *arguments* are the same in the next call; 0 and 1 are flags."""
    return all(
        (type(a) in plain and (type(a) is not str or len(a) <= _LONGEST))
        or lasts(a)
        or (type(a) is int and a in (0, 1))
        for a in arguments
    )


_LONGEST = 64  # letters of a name; who sends longer ones doesn't mean a field


def _keep(key: Any, made: Chained, whose: tuple[Any, ...]) -> None:
    stage: Any = made._node.items[-1]  # noqa: SLF001
    if type(stage) is Op and stage.name not in placement.PLACED:
        reuse(stage)
        _added.keep(key, (stage, made._shape, whose))  # noqa: SLF001


def begun(model: Any) -> Shape | None:
    """Return the shape of the documents of *model* if it is remembered."""
    known = _begun.get((id(model),))
    return None if known is None else known[0]


def beginning(model: type) -> Shape:
    """Return the shape of the documents of *model*, the same one every time.

    Raises:
        UnknownFieldError: an annotation names something that doesn't exist.
    """
    found = begun(model)
    if found is None:
        before = volatile()
        found = of_class(model)
        if before == volatile():
            _begun.keep((id(model),), (found, model))
    return found
