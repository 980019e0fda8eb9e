"""The steps from what is stored to what is there now, before they are written in MQL.

Each step names what it changes and what must still be stored for it to be exact. Most
can be written with update operators; those that can't make the whole update a pipeline.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs


Path: TypeAlias = "tuple[str | int, ...]"


@attrs.frozen
class Within:
    """Changes lie within the value at *path*, which must be of one of *types* for that."""

    path: Path
    types: tuple[str, ...]


@attrs.frozen
class Assign:
    """Give the *path* a *value*, whatever it has."""

    path: Path
    value: Any


@attrs.frozen
class Remove:
    """Take the *path* away."""

    path: Path


@attrs.frozen
class Rewrite:
    """Put a *value* in the place of *old*, which must still be there; *unordered* in sets."""

    path: Path
    old: Any
    value: Any
    unordered: bool = False


@attrs.frozen
class Edit:
    """Take *removed* out of an array, put *before* and *after* around the rest.

    *present* items must still be there. The array may be *missing* so far.
    """

    path: Path
    before: list[Any] = attrs.field(factory=list)
    removed: list[Any] = attrs.field(factory=list)
    after: list[Any] = attrs.field(factory=list)
    present: list[Any] = attrs.field(factory=list)
    missing: bool = False


@attrs.frozen
class Collect:
    """Take *removed* out of a set, put *added* in. The array may be *missing* so far."""

    path: Path
    removed: list[Any]
    added: list[Any]
    missing: bool = False


@attrs.frozen
class Splice:
    """Put *items* in the place of *replaced*, which stand at *place* of an array.

    *near* are the items from *start* on that must still be where they were.
    """

    path: Path
    place: int
    replaced: int
    items: list[Any]
    start: int
    near: list[Any]


@attrs.frozen
class Place:
    """Changes lie in the item at *path*, whose *name* (or which itself) must be *value*."""

    path: Path
    name: str | None
    value: Any


@attrs.frozen
class Items:
    """Change items of an array where they stand, by *steps*, or all of them by *splice*."""

    steps: tuple[Any, ...]
    splice: Splice

    @property
    def path(self) -> Path:
        """Where the array is."""
        return self.splice.path


Step: TypeAlias = (
    "Within | Assign | Remove | Rewrite | Edit | Collect | Splice | Place | Items"
)
