"""Read and write concerns and read preferences, in PyMongo's classes or MongoDB's words.

See https://www.mongodb.com/docs/manual/reference/read-concern/ and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from mongo_dsl.errors import ArgumentError


if TYPE_CHECKING:
    from typing_extensions import Self

LEVELS = ("local", "available", "majority", "linearizable", "snapshot")
MODES = ("primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest")


def read_concern(value: Any) -> Any:
    """Return the driver's read concern that *value* names.

    Raises:
        ArgumentError: there is no such level.
    """
    from pymongo.read_concern import ReadConcern

    if value is None or isinstance(value, ReadConcern):
        return value
    if isinstance(value, str) and value in LEVELS:
        return ReadConcern(value)
    msg = f"read_concern is {value!r}; it takes a ReadConcern of PyMongo, or one of"
    raise ArgumentError(f"{msg} {', '.join(LEVELS)}")


def write_concern(value: Any) -> Any:
    """Return the driver's write concern that *value* says: a number, a name, or a mapping.

    Raises:
        ArgumentError: it says none, or one by which the server doesn't answer.
    """
    from pymongo.errors import PyMongoError
    from pymongo.write_concern import WriteConcern

    if value is None:
        return value
    named = value if isinstance(value, Mapping) else {"w": value}
    try:
        found = value if isinstance(value, WriteConcern) else WriteConcern(**named)
    except (PyMongoError, TypeError, ValueError) as error:
        msg = f"write_concern is {value!r}; it takes a WriteConcern of PyMongo, 'majority',"
        msg = f"{msg} a number of members or a mapping such as {{'w': 1, 'j': True}}"
        raise ArgumentError(msg) from error
    if not found.acknowledged:
        msg = (
            f"write_concern is {value!r}, by which nobody knows what was written; w is"
        )
        raise ArgumentError(f"{msg} at least 1")
    return found


def read_preference(value: Any) -> Any:
    """Return the driver's read preference that *value* names.

    Raises:
        ArgumentError: there is no such mode.
    """
    from pymongo import read_preferences

    modes = {mode: getattr(read_preferences, _capital(mode)) for mode in MODES}
    if value is None or isinstance(value, tuple(modes.values())):
        return value
    if isinstance(value, str) and value in modes:
        return modes[value]()
    msg = f"read_preference is {value!r}; it takes a read preference of PyMongo, or one of"
    raise ArgumentError(f"{msg} {', '.join(MODES)}")


def _capital(mode: str) -> str:
    return mode[0].upper() + mode[1:]


@attrs.frozen(cache_hash=True)
class Concerns:
    """How collections are read and written, in the driver's words; None says nothing.

    They compare by their representations, since the driver's don't hash.
    """

    read_concern: Any = attrs.field(default=None, eq=repr)
    write_concern: Any = attrs.field(default=None, eq=repr)
    read_preference: Any = attrs.field(default=None, eq=repr)

    def over(self, other: Concerns) -> Concerns:
        """Return these, and where they say nothing, *other*'s."""
        return Concerns(**{**other.said(), **self.said()})

    def said(self) -> dict[str, Any]:
        """Return what is said, by the names of the driver's arguments."""
        pairs = attrs.asdict(self, recurse=False)
        return {name: value for name, value in pairs.items() if value is not None}


SILENT = Concerns()


def concerns(**values: Any) -> Concerns:
    """Return the concerns that *values* name.

    Raises:
        ArgumentError: one of them can't be.
    """
    return Concerns(
        **{n: _PARSERS[n](value) for n, value in values.items() if value is not None}
    )


_PARSERS = {
    "read_concern": read_concern,
    "write_concern": write_concern,
    "read_preference": read_preference,
}


class CollectionName(str):
    """The name of a collection that is read and written in a way of its own.

    *concerns* say how; they are a query's *own* or those of its class.
    """

    __slots__ = ("concerns", "own")
    concerns: Concerns
    own: bool

    def __new__(cls, name: str, concerns: Concerns, *, own: bool = False) -> Self:
        """Make the name."""
        made = super().__new__(cls, name)
        made.concerns, made.own = concerns, own
        return made


def collection_name(name: str, asked: Concerns, *, own: bool = False) -> str:
    """Return *name*, which says what is *asked* beyond what it said before."""
    if asked is SILENT or asked == SILENT:  # comparing takes time
        return name
    before = getattr(name, "concerns", SILENT)
    return CollectionName(name, asked.over(before), own=own)
