"""What makes objects of batches of BSON.

Generated code does it piece by piece: a piece is decoded and turned into objects while it
is in the processor's cache, which takes half the time of decoding everything first. Where
the accelerator is there and can, it makes them without decoding. Where a document isn't
what they expect, they stop, and the converter takes over for that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

import bson

from mapper.codec import CODEC, NAIVE
from mapper.conversion.parts import Record, Variants, is_known, part_of
from mapper.converter import converter
from mapper.generation import Loading, loading, loading_in_part
from mapper.generation.planning import accelerator, plan_of
from mapper.rows import behind, piece
from mapper.tracking import Stored


PIECE = 64
"""How many documents are decoded and made at a time; more don't stay in the cache."""

Load: TypeAlias = Callable[[bytes, int, int, "list[Any]"], int]
"""What makes objects of a batch of BSON, from a place on, at most so many, into a list.

It returns the place behind the last. Where that isn't the end, the next document is one
that it can't make.
"""

accelerated: bool = accelerator is not None
"""Whether objects are made by the accelerator, where it can make them."""


def loader(annotation: Any, one: Any, *, stateful: bool) -> Load:
    """Return what makes instances of *annotation*, which remember their state if *stateful*.

    Where no code can be generated it is *one* that makes them.
    """
    part = part_of(annotation, converter().get_structure_hook(annotation))
    if isinstance(part, Variants):
        load = _accelerate_variants if accelerated else _load_variants
        return partial(load, part, stateful)
    found = _generated(part, stateful=stateful) if isinstance(part, Record) else None
    return partial(_load_singly, one) if found is None else found


def part_loader(model: Any, one: Any, cut: frozenset[str]) -> Load:
    """Return what makes documents of a part of their fields; *cut* are those cut themselves."""
    part = part_of(model, converter().get_structure_hook(model))
    if not isinstance(part, Record):
        return partial(_load_singly, one)
    if "part" not in part.generated:
        part.generated["part"] = loading_in_part(part, naive=False)
    code: Loading | None = part.generated["part"]
    if code is None:
        return partial(_load_singly, one)

    def in_part(rows: Iterable[Any], _: Iterable[bytes], found: list[Any]) -> None:
        code(rows, [Stored(row, True, cut) for row in rows], found)

    return partial(_load, in_part, CODEC)


def _generated(part: Record, *, stateful: bool) -> Load | None:
    """Return what makes instances of a class, which is made once, if there is anything."""
    key = "load", stateful, accelerated
    if key not in part.generated:
        part.generated[key] = _best(part, stateful=stateful)
    found: Load | None = part.generated[key]
    return found


def _best(part: Record, *, stateful: bool) -> Load | None:
    """Return the accelerator with its plan for a class, else what runs the code for it."""
    plan = plan_of(part, stateful=stateful) if accelerated else None
    if plan is not None:
        load: Load = plan.load
        return load
    naive = is_known(part)  # hooks of others get moments that say their zone
    code = code_of(part, naive=naive, stateful=stateful)
    return None if code is None else partial(_load, code, NAIVE if naive else CODEC)


def code_of(part: Record, *, naive: bool, stateful: bool) -> Loading | None:
    """Return the code for a class, which is generated once."""
    if (naive, stateful) not in part.generated:
        made = loading(part, naive=naive, stateful=stateful)
        part.generated[naive, stateful] = made
    found: Loading | None = part.generated[naive, stateful]
    return found


def _load(
    code: Loading, codec: Any, batch: bytes, place: int, most: int, found: list[Any]
) -> int:
    """Make objects by generated *code*, piece by piece."""
    while place < len(batch) and most > 0:
        raws = piece(batch, place, min(most, PIECE))
        before, size = len(found), sum(map(len, raws))
        try:
            code(bson.decode_all(batch[place : place + size], codec), raws, found)
        except Exception:  # noqa: BLE001 - the converter says what is wrong
            return place + sum(map(len, raws[: len(found) - before]))
        place += size
        most -= len(raws)
    return place


def _load_variants(
    part: Variants,
    stateful: bool,
    batch: bytes,
    place: int,
    most: int,
    found: list[Any],
) -> int:
    """Make instances of a class and its subclasses, each by the code for its own."""
    for raw in piece(batch, place, most):
        row = bson.decode(raw, CODEC)
        try:
            of_class: Any = part.of(part.found(row))
            code = code_of(of_class, naive=False, stateful=stateful)
            if code is None:
                return place
            code([row], [raw], found)
        except Exception:  # noqa: BLE001 - the converter says what is wrong
            return place
        place += len(raw)
    return place


def _accelerate_variants(
    part: Variants,
    stateful: bool,
    batch: bytes,
    place: int,
    most: int,
    found: list[Any],
) -> int:
    """Make instances of a class and its subclasses, each by the plan for its own."""
    loads: dict[str | None, Load] = {}  # for this batch; another may know more classes
    while place < len(batch) and most > 0:
        try:
            name = accelerator.text_at(batch, place, part.key)
            if name not in loads:
                loads[name] = _load_of(part, name, stateful=stateful)
        except Exception:  # noqa: BLE001 - the converter says what is wrong
            return place
        after = loads[name](batch, place, 1, found)
        if after == place:
            return place
        place, most = after, most - 1
    return place


def _load_of(part: Variants, name: str | None, *, stateful: bool) -> Load:
    """Return what makes instances of the class that documents call *name*."""
    cls = part.found({} if name is None else {part.key: name})
    of_class: Any = part.of(cls)
    return _generated(of_class, stateful=stateful) or _load_none


def _load_none(_batch: bytes, place: int, _most: int, _found: list[Any]) -> int:
    """Make nothing, where instances are made in ways of their own."""
    return place


def _load_singly(
    one: Callable[[Any], Any], batch: bytes, place: int, most: int, found: list[Any]
) -> int:
    """Make objects by *one*, where there is no code for them."""
    for raw in piece(batch, place, most):
        try:
            found.append(one(bson.decode(raw, CODEC)))
        except Exception:  # noqa: BLE001 - it is asked again, and then says what is wrong
            return place
        place += len(raw)
    return place


def load_as_it_is(batch: bytes, place: int, most: int, found: list[Any]) -> int:
    """Decode documents."""
    after = behind(batch, place, most)
    found.extend(bson.decode_all(batch[place:after], CODEC))
    return after
