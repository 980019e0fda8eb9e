"""What may have changed in documents, by code that is generated for their classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mapper.conversion.parts import Record, part_of
from mapper.converter import converter
from mapper.generation import differing, unaltered
from mapper.generation.comparing import Differing


class Comparison(NamedTuple):
    """What finds the fields of a class that may differ from what is stored.

    *unaltered* has, by stored names, the types of values that are stored and read as they
    are; it was found for the hooks that *write* and *read*.
    """

    differing: Differing
    unaltered: Mapping[str, frozenset[type]]
    write: Any = None
    read: Any = None


def comparison_of(cls: Any) -> Comparison | None:
    """Return how documents of *cls* are compared; None where only encoding them tells.

    It is kept for as long as the hooks are the same: they are made anew when others are
    registered.
    """
    hooks = converter()
    write, read = hooks.encoder(cls), hooks.decoder(cls)
    known: Comparison | None = cls.__dict__.get("__comparison__")
    if known is not None and known.write is write and known.read is read:
        return known
    writes, reads = part_of(cls, write), part_of(cls, read)
    if not isinstance(writes, Record) or not isinstance(reads, Record):
        return None
    found = Comparison(differing(writes), unaltered(writes, reads), write, read)
    type.__setattr__(cls, "__comparison__", found)
    return found
