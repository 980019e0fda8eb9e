"""The ways to make objects of BSON, held against each other."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import attrs
import bson
import pytest

from mapper import SyncDocument, loaders
from mapper.codec import CODEC
from mapper.conversion.parts import part_of
from mapper.converter import converter, decode, explaining_converter
from mapper.errors import DecodeError
from mapper.generation import planning
from mapper.hydration import Hydrator, load
from mapper.rows import Rows
from mapper.tracking import state_of


ALL = 1 << 62
Plan: Any = getattr(planning.accelerator, "Plan", None)
"""The accelerator's plans; None without it."""


def record_of(annotation: Any) -> Any:
    """Return what describes a class."""
    return part_of(annotation, converter().get_structure_hook(annotation))


@lru_cache(maxsize=64)
def readers(annotation: Any) -> tuple[Hydrator, Hydrator]:
    """Return what reads batches with the accelerator, and what does so without it."""
    stateful = issubclass(annotation, SyncDocument)
    one = partial(load, annotation) if stateful else lambda row: decode(row, annotation)
    found = []
    for accelerated in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loaders, "accelerated", accelerated)
            made = loaders.loader(annotation, one, stateful=stateful)
            if isinstance(made, partial) and "variants" in made.func.__name__:
                made = partial(_switched, accelerated, made)
            found.append(Hydrator(one, made, annotation))
    return found[0], found[1]


def _switched(accelerated: bool, read: Any, *arguments: Any) -> int:
    """Read variants, whose classes are found while they are read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders, "accelerated", accelerated)
        return read(*arguments)


def outcome(read: Callable[[], Any]) -> Any:
    """Return what *read* returns, or the error that it raises."""
    try:
        return read()
    except DecodeError as error:
        return error


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal in all parts, types and NaN included."""
    if type(one) is not type(other):
        return False
    if attrs.has(type(one)):
        return same(_parts(one), _parts(other))
    compare = _COMPARED.get(type(one))
    if compare is not None:
        return bool(compare(one, other))
    return bool(one == other) or repr(one) == repr(other)


def _same_items(one: Any, other: Any) -> bool:
    return len(one) == len(other) and all(map(same, one, other))


_COMPARED: dict[Any, Callable[[Any, Any], bool]] = {
    DecodeError: lambda a, b: (str(a), a.problems) == (str(b), b.problems),
    float: lambda a, b: struct.pack("d", a) == struct.pack("d", b),
    dt.datetime: lambda a, b: a == b and a.tzinfo is b.tzinfo,
    dict: lambda a, b: _same_items([*a.items()], [*b.items()]),
    list: _same_items,
    tuple: _same_items,
}


def _parts(instance: Any) -> list[Any]:
    """Return what an instance holds, and what a document remembers."""
    names = [one.name for one in attrs.fields(type(instance))]
    found = [getattr(instance, name, "nothing") for name in names]
    if isinstance(instance, SyncDocument):
        state = state_of(instance)
        found.append(None if state is None else state.document)
    return found


def by_hooks(annotation: Any, batch: bytes) -> list[Any]:
    """Read by hooks alone, without any generated code."""
    hook = explaining_converter().get_structure_hook(annotation)
    return [hook(row, annotation) for row in bson.decode_all(batch, CODEC)]


def check_batch(annotation: Any, batch: bytes) -> None:
    """See that all ways to read a *batch* find the same, or the same error."""
    accelerated, generated = readers(annotation)
    rows = Rows([batch])
    made = outcome(lambda: accelerated._all(rows))
    assert same(made, outcome(lambda: generated._all(rows)))
    if isinstance(made, DecodeError):
        with pytest.raises(Exception):  # noqa: B017, PT011 - hooks may raise anything
            by_hooks(annotation, batch)
    elif not issubclass(annotation, SyncDocument):
        assert same(made, by_hooks(annotation, batch))


def check_hostile(annotation: Any, batch: bytes) -> int:
    """See that the accelerator makes nothing of a *batch* that Python wouldn't make.

    Return how many objects it made.
    """
    accelerated, generated = readers(annotation)
    found: list[Any] = []
    place = 0
    while True:
        after = accelerated.load(batch, place, 1, found)
        if after == place:
            return len(found)
        expected = generated._all(Rows([batch[place:after]]))
        assert same(found[-1:], expected)
        place = after
