"""`Behaviour`: what a class adds to how its documents are written and found.

A class, abstract or a mixin, that says ``__behaviour__ = …`` gives it to all documents
below it. The flows ask; no behaviour sends anything on its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapper.commands import Flow


if TYPE_CHECKING:
    from mongo_dsl import Filter, Update

Values = Mapping[str, Any]
"""Values by the names of their fields in Python."""

_NOTHING: Values = {}


class Behaviour:
    """Adds nothing; the methods that a behaviour defines add something."""

    def inserting(self, documents: Sequence[Any]) -> Flow[list[Values]]:
        """Return for each of the new *documents* the values its fields get."""
        return [_NOTHING for _ in documents]
        yield  # a flow, which may send commands

    def updating(self, document: Any, changed: Collection[str]) -> Values:
        """Return the values that fields of *document* get when it is written.

        *changed* are the names, in Python, of the fields that the caller changed.
        """
        return _NOTHING

    def deleting(self, cls: Any, document: Any = None) -> Values | None:
        """Return the values that mark documents of *cls* as deleted.

        None deletes for good. *document* is None where a query deletes.
        """
        return None

    def condition(self, document: Any) -> dict[str, Any]:
        """Return the filter, in MQL, that finds *document* if it may be overwritten."""
        return {}

    def living(self, document: Any) -> dict[str, Any]:
        """Return the filter, in MQL, that finds *document* if nobody has marked it as deleted.

        Saves ask for it, besides the `condition`, and so does what marks it.
        """
        return {}

    def scope(self, cls: Any, asked: Mapping[str, Any]) -> Filter | None:
        """Return what every query of *cls* asks for besides; None for nothing.

        *asked* is what the query set asks for.
        """
        return None

    def changing(self, cls: Any, *, upsert: bool) -> Update | None:
        """Return what every update of *cls* by a query changes besides."""
        return None


def behaviours_of(cls: Any) -> tuple[Behaviour, ...]:
    """Return the behaviours of *cls* and of the classes it derives from, nearest last."""
    found: tuple[Behaviour, ...] | None = cls.__dict__.get("__behaviours__")
    if found is None:
        found = _gathered(cls)
        type.__setattr__(cls, "__behaviours__", found)
    return found


def _gathered(cls: Any) -> tuple[Behaviour, ...]:
    bases = reversed(cls.__mro__)
    given = (vars(base).get("__behaviour__") for base in bases)
    refusal = cls.__dict__.get("__refusal__")  # of what the collection can't take
    return tuple(one for one in (refusal, *given) if one is not None)
