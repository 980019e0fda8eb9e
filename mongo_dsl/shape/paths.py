"""Ways into kinds: reading, setting and removing what a path leads to.

Arrays are looked through, as the server does; places in them are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mongo_dsl.shape.classes import alternatives, documents, joined
from mongo_dsl.shape.kinds import NOTHING, NULL, UNKNOWN, Array, Kind, Shape


def child(kind: Kind, name: str) -> Kind:
    """Return what the field *name* of *kind* is; `NOTHING` where there can be none."""
    if isinstance(kind, Shape):
        return kind.fields.get(name) or lacking(kind.rest or NOTHING)
    found = [(one, _child(one, name)) for one in alternatives(kind)]
    if all(below is NOTHING for _, below in found):
        return NOTHING
    return joined(_empty(one) if below is NOTHING else below for one, below in found)


def _empty(one: Kind) -> Kind:
    """Return what an expression reads where *one* has no such field."""
    return Array(NOTHING) if isinstance(one, Array) else NOTHING


def _child(one: Kind, name: str) -> Kind:
    if isinstance(one, Array):
        below = child(one.item, name)
        found = NOTHING if below is NOTHING else Array(below)
        return joined((one.item, found)) if name.isdigit() else found
    if isinstance(one, Shape):
        return child(one, name)
    return UNKNOWN if one == UNKNOWN else NOTHING


def reached(kind: Kind, path: Sequence[str]) -> Kind:
    """Return what *path* leads to; `NOTHING` where it can't lead anywhere."""
    for name in path:
        kind = child(kind, name)
    return kind


def names(kind: Kind) -> list[str]:
    """List the fields that *kind* is known to have."""
    found: dict[str, None] = {}
    for one in alternatives(kind):
        if isinstance(one, Shape):
            found.update(dict.fromkeys(one.fields))
        elif isinstance(one, Array):
            found.update(dict.fromkeys(names(one.item)))
    return list(found)


def items(kind: Kind) -> Kind:
    """Return what the items of *kind* are; what is no array has none."""
    found = alternatives(kind)
    known = [one.item for one in found if isinstance(one, Array)]
    return UNKNOWN if UNKNOWN in found else joined(known)


def lacking(kind: Kind) -> Kind:
    """Return what *kind* is where it may lack."""
    return kind if kind is NOTHING or kind is UNKNOWN else joined((kind, NULL))


def known(kind: Kind) -> Kind:
    """Return *kind*, and `UNKNOWN` for what the server may still find something in."""
    return UNKNOWN if kind is NOTHING else kind


def unwound(kind: Kind) -> Kind:
    """Return what ``$unwind`` makes of *kind*: items, and what is no array as it is."""
    found = alternatives(kind)
    return joined(one.item if isinstance(one, Array) else one for one in found)


def assigned(kind: Kind, path: Sequence[str], value: Kind) -> Kind:
    """Return *kind* with *value* at *path*, in documents made for it where there is none."""
    if not path:
        return value
    if type(kind) is Shape:
        return _assigned(kind, path, value)
    return joined([_assigned(one, path, value) for one in alternatives(kind)])


def _assigned(one: Kind, path: Sequence[str], value: Kind) -> Kind:
    head, *rest = path
    if isinstance(one, Shape):
        below = assigned(child(one, head), rest, value) if rest else value
        return one.having(head, below)
    if isinstance(one, Array):
        return Array(assigned(one.item, path, value))
    if one == UNKNOWN:
        return UNKNOWN
    return Shape({}).having(head, assigned(NOTHING, rest, value))


def placed(kind: Kind, path: Sequence[str], value: Kind) -> Kind:
    """Return *kind* with *value* at *path*; what is no document on the way becomes one."""
    if not path:
        return value
    head, *rest = path
    shape = documents(kind)
    return shape.having(
        head, placed(child(shape, head), rest, value) if rest else value
    )


def removed(kind: Kind, path: Sequence[str]) -> Kind:
    """Return *kind* without what is at *path*."""
    return joined([_removed(one, path) for one in alternatives(kind)])


def _removed(one: Kind, path: Sequence[str]) -> Kind:
    head, *rest = path
    if isinstance(one, Array):
        return Array(removed(one.item, path))
    if not isinstance(one, Shape):
        return one
    found = child(one, head)
    below = removed(found, rest) if rest and found is not NOTHING else NOTHING
    return one.having(head, below)


def changed(kind: Kind, path: Sequence[str], change: Callable[[Kind], Kind]) -> Kind:
    """Return *kind* with what is at *path* changed; arrays are not looked through."""
    if not path:
        return change(kind)
    if type(kind) is Shape:
        return _changed(kind, path, change)
    return joined([_changed(one, path, change) for one in alternatives(kind)])


def _changed(one: Kind, path: Sequence[str], change: Callable[[Kind], Kind]) -> Kind:
    if not isinstance(one, Shape):
        return one
    head, *rest = path
    return one.having(head, changed(child(one, head), rest, change))
