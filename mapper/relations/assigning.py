"""Documents and ids become references where they are assigned to fields of references."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from mapper.conversion.geometry import is_shape
from mapper.references import Ref, holds_refs, is_ref, referred, target_of
from mongo_dsl.conformity import bare, conforms, members
from mongo_dsl.structure import fields_of


Turn = Callable[[Any], Any]


def turns_of(cls: Any) -> dict[str, Turn]:
    """Return, for each field of *cls* that holds references, what makes them of values."""
    found = {
        name: _turn(annotation) for name, (_, annotation) in fields_of(cls).items()
    }
    return {name: turn for name, turn in found.items() if turn is not None}


@functools.lru_cache(maxsize=4096)
def _turn(annotation: Any) -> Turn | None:
    """Return what makes references of values for *annotation*; None if it holds none."""
    annotation = bare(annotation)
    alternatives = members(annotation)
    if len(alternatives) > 1:
        return _of_union(annotation, alternatives)
    if is_ref(annotation):
        return functools.partial(referred, target_of(typing.get_args(annotation)))
    if typing.get_args(annotation):
        return _of_items(annotation)
    if not is_embedded(annotation) or not _class_holds_refs(annotation, frozenset()):
        return None
    return functools.partial(_in_place, annotation)


def _of_union(annotation: Any, alternatives: tuple[Any, ...]) -> Turn | None:
    turns = [turn for turn in map(_turn, alternatives) if turn is not None]
    others = [one for one in alternatives if _turn(one) is None]
    if not turns:
        return None

    def turn(value: Any) -> Any:
        if any(conforms(one)(value) for one in others):
            return value  # an id that is text is text where that is allowed
        made = (made(value) for made in turns)
        return next((one for one in made if conforms(annotation)(one)), value)

    return turn


def _of_items(annotation: Any) -> Turn | None:
    """Make references of the items of an array, or of the values of a mapping."""
    origin = typing.get_origin(annotation)
    arguments = [one for one in typing.get_args(annotation) if one is not Ellipsis]
    turn = _turn(arguments[-1])
    if turn is None or not isinstance(origin, type):
        return None
    each: Turn = turn
    if issubclass(origin, Mapping):
        return lambda value: (
            {name: each(item) for name, item in value.items()}
            if isinstance(value, dict)
            else value
        )
    return lambda value: _of_each(each, value)


def _of_each(turn: Turn, value: Any) -> Any:
    """Keep a list that has its references, so that the caller's own list stays the field."""
    if not isinstance(value, (list, tuple, set, frozenset)):
        return value
    found = [turn(item) for item in value]
    same = all(one is other for one, other in zip(found, value, strict=True))
    return value if same else type(value)(found)


def _class_holds_refs(cls: Any, seen: frozenset[Any]) -> bool:
    """Tell whether the embedded class *cls* has references, itself or further inside."""
    if cls in seen or getattr(cls, "__is_document__", False):
        return False
    annotations = [annotation for _, annotation in fields_of(cls).values()]
    return any(
        holds_refs(one) or any(_class_holds_refs(c, seen | {cls}) for c in classes(one))
        for one in annotations
    )


def is_embedded(annotation: Any) -> bool:
    """Tell whether *annotation* is a class whose instances are stored inside documents."""
    known = isinstance(annotation, type) and attrs.has(annotation)
    return known and not is_shape(annotation)


def classes(annotation: Any) -> list[Any]:
    """Return the attrs classes that *annotation* names, itself or in its arguments."""
    if is_embedded(annotation):
        return [annotation]
    found = bare(annotation)
    if typing.get_origin(found) is Ref:
        return []
    return [one for argument in typing.get_args(found) for one in classes(argument)]


def _in_place(cls: Any, value: Any) -> Any:
    """Make references of what the embedded object *value* holds."""
    if isinstance(value, cls):
        assign(value, _turns_inside(cls))
    return value


_turns_inside = functools.lru_cache(maxsize=1024)(turns_of)


def assign(instance: Any, turns: Mapping[str, Turn]) -> None:
    """Let the fields of *instance* hold references, by what *turns* makes of values."""
    for name, turn in turns.items():
        if hasattr(instance, name):  # a partial document lacks some
            value = getattr(instance, name)
            made = turn(value)
            if made is not value:
                object.__setattr__(instance, name, made)
