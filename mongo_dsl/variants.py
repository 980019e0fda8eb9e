"""Classes that are stored in one place, and told apart by a key.

A class that has ``__discriminator__``, the name of that key, stands for its subclasses,
too, wherever it is annotated: what is stored may be any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def discriminator_of(cls: Any) -> str | None:
    """Return the key that tells *cls* from its subclasses; None if nothing does."""
    found: str | None = getattr(cls, "__discriminator__", None)
    return found


def variants(cls: Any) -> tuple[Any, ...]:
    """Return *cls* and its subclasses, as far as attrs or dataclasses made them.

    Of classes that were defined twice, as in a notebook, the later ones count.
    """
    found = {(one.__module__, one.__qualname__): one for one in _below(cls)}
    return tuple(found.values())


def _below(cls: Any) -> Iterator[Any]:
    # attrs makes classes with slots anew: what it made them of isn't marked.
    if not vars(cls).keys().isdisjoint(_MADE):
        yield cls
    for one in type.__subclasses__(cls):
        yield from _below(one)


_MADE = ("__attrs_attrs__", "__dataclass_fields__")
