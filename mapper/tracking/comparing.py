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

    *unaltered* has, by stored names, the types of values that are stored and read as they are.
    """

    differing: Differing
    unaltered: Mapping[str, frozenset[type]]


def comparison_of(cls: Any) -> Comparison | None:
    """Return how documents of *cls* are compared; None where only encoding them tells.

    It is kept with the hooks, which are made anew when others are registered.
    """
    writes = part_of(cls, converter().get_unstructure_hook(cls))
    reads = part_of(cls, converter().get_structure_hook(cls))
    if not isinstance(writes, Record) or not isinstance(reads, Record):
        return None
    found: Comparison | None = writes.generated.get(reads)
    if found is None:
        found = Comparison(differing(writes), unaltered(writes, reads))
        writes.generated[reads] = found
    return found
